#include "coordinator/service/aggregates.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "common/rules/sdks.h"

namespace storesweep {
namespace {
constexpr std::uint64_t kMaxLeftOut = 10'000;  // a worker's word: summed up over a whole sweep

bool passing(Reason r) {
  switch (r) {
    case Reason::kHookDead:
    case Reason::kCaUserOnly:
    case Reason::kNoProxy:
    case Reason::kNotIdle:
    case Reason::kTimeout:
      return true;
    default:
      return false;
  }
}
}  // namespace

std::vector<Tally> tallies(const Verdict& verdict) {
  std::vector<Tally> out;
  out.reserve(verdict.rows.size() + verdict.items.size());
  for (const RowVerdict& row : verdict.rows)
    out.push_back({static_cast<std::uint8_t>(row.task), "", row.level});
  for (const ItemVerdict& item : verdict.items)
    out.push_back({static_cast<std::uint8_t>(task_of_rule(item.rule)), item.rule, item.level});
  return out;
}

SdkList admitted(const SdkList& said, const SdkCatalogue* known) {
  SdkList out;
  if (!version_shaped(said.catalogue)) return out;
  out.catalogue = said.catalogue;
  std::map<std::string, std::string> in;
  std::uint64_t left_out = said.left_out;
  for (const SdkInRun& sdk : said.in) {
    const bool counts = known && known->find(sdk.id) && in.size() < kMaxSdksOfRun;
    if (!counts || !in.emplace(sdk.id, version_shaped(sdk.version) ? sdk.version : "").second) ++left_out;
  }
  for (auto& [id, version] : in) out.in.push_back({id, version});
  out.left_out = static_cast<std::uint32_t>(std::min<std::uint64_t>(left_out, kMaxLeftOut));
  return out;
}

Groups groups(const Listing& l) { return {l.store, l.region, l.developer, l.category}; }

bool transient(const Verdict& verdict) {
  return std::any_of(verdict.items.begin(), verdict.items.end(), [](const ItemVerdict& item) {
    return item.level == Level::kNotTested && std::any_of(item.reasons.begin(), item.reasons.end(), passing);
  });
}

Verdict buried_verdict() {
  Verdict v = untested_verdict(Reason::kTimeout);
  for (RowVerdict& row : v.rows) row.reasons.clear();
  return v;
}

}  // namespace storesweep
