#include "coordinator/service/aggregates.h"

#include <algorithm>
#include <charconv>

namespace storesweep {
namespace {
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

Verdict single_device(Verdict verdict) {
  for (Finding& f : verdict.findings) {
    std::replace(f.missing.begin(), f.missing.end(), Missing::kConfirmation, Missing::kSingleDevice);
  }
  verdict.confirm_rules.clear();
  return verdict;
}

}  // namespace storesweep
