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

// "R5.7" belongs to task 5.
std::uint8_t task_of(const std::string& rule) {
  int task = 0;
  if (!rule.empty()) std::from_chars(rule.data() + 1, rule.data() + rule.size(), task);
  return static_cast<std::uint8_t>(std::clamp(task, 0, kTaskCount));
}
}  // namespace

std::vector<Tally> tallies(const Verdict& verdict) {
  std::vector<Tally> out;
  out.reserve(verdict.rows.size() + verdict.items.size());
  for (const RowVerdict& row : verdict.rows)
    out.push_back({static_cast<std::uint8_t>(row.task), "", row.level});
  for (const ItemVerdict& item : verdict.items) out.push_back({task_of(item.rule), item.rule, item.level});
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

namespace {
bool among(const std::vector<std::string>& rules, const std::string& rule) {
  return std::find(rules.begin(), rules.end(), rule) != rules.end();
}
}  // namespace

Verdict single_device(Verdict verdict, const std::vector<std::string>& rules) {
  for (Finding& f : verdict.findings) {
    if (!rules.empty() && !among(rules, f.rule)) continue;
    std::replace(f.missing.begin(), f.missing.end(), Missing::kConfirmation, Missing::kSingleDevice);
  }
  std::erase_if(verdict.confirm_rules, [&](const auto& r) { return rules.empty() || among(rules, r); });
  return verdict;
}

Verdict with_rules_of(Verdict whole, const Verdict& part, const std::vector<std::string>& rules) {
  if (whole.items.empty()) return part;  // it was buried, or had no device: there is nothing to keep
  for (ItemVerdict& item : whole.items) {
    auto fresh = std::find_if(part.items.begin(), part.items.end(),
                              [&](const ItemVerdict& i) { return i.rule == item.rule; });
    if (among(rules, item.rule) && fresh != part.items.end()) item = *fresh;
  }
  std::erase_if(whole.findings, [&](const Finding& f) { return among(rules, f.rule); });
  std::copy_if(part.findings.begin(), part.findings.end(), std::back_inserter(whole.findings),
               [&](const Finding& f) { return among(rules, f.rule); });
  std::erase_if(whole.confirm_rules, [&](const auto& r) { return among(rules, r); });
  whole.confirm_rules.insert(whole.confirm_rules.end(), part.confirm_rules.begin(), part.confirm_rules.end());
  for (RowVerdict& row : whole.rows) {
    std::vector<const ItemVerdict*> items;
    for (const ItemVerdict& item : whole.items) {
      if (task_of(item.rule) == row.task) items.push_back(&item);
    }
    row = row_of(row.task, items);
  }
  whole.simulated |= part.simulated;
  whole.runs += part.runs;
  return whole;
}

}  // namespace storesweep
