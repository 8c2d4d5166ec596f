#include "common/report/people.h"

#include <algorithm>

#include "common/model/amend.h"
#include "common/report/finding_id.h"

namespace storesweep {
namespace {
// The level of a rule by the findings that are left of it; nothing where it had none to begin with. Where
// none is left only an officer who said so makes it `not found`: what else the run would have said is not
// known.
void settle_items(Verdict& v, const std::vector<Finding>& before, const std::vector<std::string>& keys,
                  const Standings& standings) {
  for (ItemVerdict& item : v.items) {
    auto of_item = [&](const Finding& f) { return f.rule == item.rule; };
    if (std::none_of(before.begin(), before.end(), of_item)) continue;
    Level level = Level::kNotApplicable;
    for (const Finding& f : v.findings) {
      if (of_item(f)) level = std::min(level, f.level);
    }
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (!of_item(before[i])) continue;
      const auto said = standings.find(keys[i]);
      if (said == standings.end()) continue;
      if (said->second.state == FindingState::kWithdrawn) level = std::min(level, Level::kNotTested);
      if (said->second.level) level = std::min(level, *said->second.level);
    }
    item.level = level;
    item.reasons.clear();
    if (level == Level::kNotTested) item.reasons = {Reason::kDocumentReview};
  }
}

void settle_rows(Verdict& v) {
  for (RowVerdict& row : v.rows) {
    std::vector<const ItemVerdict*> items;
    for (const ItemVerdict& item : v.items) {
      if (task_of_rule(item.rule) == row.task) items.push_back(&item);
    }
    if (!items.empty()) row = row_of(row.task, items);
  }
}
}  // namespace

Standings standings_of(const std::vector<FindingAct>& acts) {
  std::map<std::string, std::vector<FindingAct>> by_finding;
  for (const FindingAct& act : acts) by_finding[act.finding].push_back(act);
  Standings out;
  for (const auto& [key, of_it] : by_finding) out[key] = standing_of(of_it);
  return out;
}

Verdict with_people(Verdict v, const Standings& standings) {
  const std::vector<Finding> before = std::move(v.findings);
  const std::vector<std::string> keys = finding_keys(before);
  v.findings.clear();
  bool changed = false;
  for (std::size_t i = 0; i < before.size(); ++i) {
    Finding f = before[i];
    const auto said = standings.find(keys[i]);
    const FindingState state = said == standings.end() ? FindingState::kOpen : said->second.state;
    const bool overruled = state == FindingState::kOverruled && said->second.level;
    if (overruled) f.level = *said->second.level;
    const bool gone = state == FindingState::kWithdrawn || f.level > Level::kSuspected;
    changed = changed || gone || overruled;
    if (!gone) v.findings.push_back(std::move(f));
  }
  if (!changed) return v;
  settle_items(v, before, keys, standings);
  settle_rows(v);
  return v;
}

RetestOutcome retest_outcome(const Finding& finding, const Verdict& retest, bool other_version) {
  const bool again = std::any_of(retest.findings.begin(), retest.findings.end(), [&](const Finding& f) {
    return f.rule == finding.rule && f.level <= Level::kSuspected;
  });
  if (again) return RetestOutcome::kNotFixed;
  const auto item = std::find_if(retest.items.begin(), retest.items.end(),
                                 [&](const ItemVerdict& i) { return i.rule == finding.rule; });
  const bool looked =
      item != retest.items.end() && (item->level == Level::kNotFound || item->level == Level::kNotApplicable);
  if (!looked) return RetestOutcome::kNotTested;
  return other_version ? RetestOutcome::kFixed : RetestOutcome::kNotReproducible;
}

}  // namespace storesweep
