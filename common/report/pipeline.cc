#include "common/report/pipeline.h"

#include <algorithm>
#include <map>

#include "common/report/finding_id.h"

namespace storesweep {
namespace {
const ItemVerdict* item_of(const Verdict& v, const std::string& rule) {
  const auto at = std::find_if(v.items.begin(), v.items.end(),
                               [&](const ItemVerdict& item) { return item.rule == rule; });
  return at == v.items.end() ? nullptr : &*at;
}
}  // namespace

std::vector<Newness> compared(const Verdict& now, const Verdict& baseline) {
  std::map<std::string, Level> before;
  const std::vector<std::string> old_keys = finding_keys(baseline.findings);
  for (std::size_t i = 0; i < old_keys.size(); ++i) before[old_keys[i]] = baseline.findings[i].level;
  std::vector<Newness> out;
  const std::vector<std::string> keys = finding_keys(now.findings);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto then = before.find(keys[i]);
    out.push_back(then == before.end()                   ? Newness::kNew
                  : now.findings[i].level < then->second ? Newness::kRaised
                                                         : Newness::kKnown);
  }
  return out;
}

Status comparable(const Listing& now, const Listing& baseline) {
  if (now.package == baseline.package) return ok_status();
  return invalid("it is of " + baseline.package + ", and this app is " + now.package);
}

bool is_news(const CheckReport& report, std::size_t finding) {
  return report.newness.empty() || report.newness.at(finding) != Newness::kKnown;
}

std::vector<std::string> untested_required(const CheckReport& report) {
  std::vector<std::string> out;
  for (const std::string& rule : report.require) {
    const ItemVerdict* item = item_of(report.verdict, rule);
    if (!item || item->level == Level::kNotTested) out.push_back(rule);
  }
  return out;
}

bool tested(const Verdict& v) {
  return std::any_of(v.items.begin(), v.items.end(), [](const ItemVerdict& item) {
    return item.level != Level::kNotTested && item.level != Level::kNotApplicable;
  });
}

CheckEnd end_of(const CheckReport& report) {
  for (std::size_t i = 0; i < report.verdict.findings.size(); ++i) {
    if (report.verdict.findings[i].level <= report.fail_on && is_news(report, i)) return CheckEnd::kFindings;
  }
  if (!tested(report.verdict) || !untested_required(report).empty()) return CheckEnd::kUntested;
  return CheckEnd::kClean;
}

}  // namespace storesweep
