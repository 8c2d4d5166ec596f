#include "common/model/amend.h"

#include <algorithm>
#include <charconv>

namespace storesweep {
namespace {
bool among(const std::vector<std::string>& rules, const std::string& rule) {
  return std::find(rules.begin(), rules.end(), rule) != rules.end();
}

void settle_rows(Verdict& verdict) {
  for (RowVerdict& row : verdict.rows) {
    std::vector<const ItemVerdict*> items;
    for (const ItemVerdict& item : verdict.items) {
      if (task_of_rule(item.rule) == row.task) items.push_back(&item);
    }
    row = row_of(row.task, items);
  }
}
}  // namespace

int task_of_rule(std::string_view rule) {
  int task = 0;
  if (!rule.empty()) std::from_chars(rule.data() + 1, rule.data() + rule.size(), task);
  return std::clamp(task, 0, kTaskCount);
}

Verdict single_device(Verdict verdict, const std::vector<std::string>& rules) {
  for (Finding& f : verdict.findings) {
    if (!rules.empty() && !among(rules, f.rule)) continue;
    std::replace(f.missing.begin(), f.missing.end(), Missing::kConfirmation, Missing::kSingleDevice);
  }
  std::erase_if(verdict.confirm_rules, [&](const auto& r) { return rules.empty() || among(rules, r); });
  return verdict;
}

std::vector<std::string> single_device_rules(const Verdict& verdict) {
  std::vector<std::string> rules;
  for (const Finding& f : verdict.findings) {
    const bool alone =
        std::find(f.missing.begin(), f.missing.end(), Missing::kSingleDevice) != f.missing.end();
    if (alone && !among(rules, f.rule)) rules.push_back(f.rule);
  }
  return rules;
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
  std::copy_if(part.confirm_rules.begin(), part.confirm_rules.end(), std::back_inserter(whole.confirm_rules),
               [&](const std::string& r) { return among(rules, r); });
  settle_rows(whole);
  whole.simulated |= part.simulated;
  whole.runs += part.runs;
  // No single pack, or judge, bears it any more: it must be judged again before it can be stated.
  if (whole.pack_version != part.pack_version) whole.pack_version = kMixedVersion;
  if (whole.judge_version != part.judge_version) whole.judge_version = kMixedVersion;
  return whole;
}

Verdict without_rules(Verdict verdict, const std::vector<std::string>& rules) {
  if (rules.empty()) return verdict;
  for (ItemVerdict& item : verdict.items) {
    if (among(rules, item.rule)) item = {item.rule, Level::kNotTested, {Reason::kNotCalibrated}};
  }
  std::erase_if(verdict.findings, [&](const Finding& f) { return among(rules, f.rule); });
  std::erase_if(verdict.confirm_rules, [&](const auto& r) { return among(rules, r); });
  settle_rows(verdict);
  return verdict;
}

RunId last_word(std::span<const RunOrder> runs, const std::string& rule) {
  RunId last;
  for (const RunOrder& run : runs) {
    const bool of_it = (run.rules.empty() || among(run.rules, rule)) && !among(run.voided, rule);
    if (of_it && (!run.base || run.base == last)) last = run.id;
  }
  return last;
}

std::vector<std::string> voided_rules(std::span<const RunOrder> runs) {
  std::vector<std::string> rules;
  for (const RunOrder& run : runs) {
    for (const std::string& rule : run.voided) {
      if (!last_word(runs, rule) && !among(rules, rule)) rules.push_back(rule);
    }
  }
  return rules;
}

std::vector<JudgeStep> judge_steps(std::span<const RunOrder> runs) {
  std::vector<JudgeStep> steps;
  if (runs.empty()) return steps;
  steps.push_back({{0}, {}});
  for (std::size_t i = 1; i < runs.size(); ++i) {
    const auto earlier = runs.first(i);
    const auto base = std::find_if(earlier.begin(), earlier.end(),
                                   [&](const RunOrder& r) { return runs[i].base && r.id == runs[i].base; });
    if (base == earlier.end()) {
      steps.push_back({{i}, runs[i].rules});
    } else if (i == 1 && runs[0].rules.empty()) {  // both together are the whole: nothing else stood then
      steps = {{{0, 1}, {}}};
    } else {
      std::vector<std::string> open = runs[i].rules;
      std::erase_if(open, [&](const std::string& rule) { return last_word(earlier, rule) != runs[i].base; });
      steps.push_back({{static_cast<std::size_t>(base - earlier.begin()), i}, std::move(open)});
    }
  }
  return steps;
}

Verdict fold_steps(std::span<const RunOrder> runs, std::span<const JudgeStep> steps,
                   std::vector<Verdict> judged, const Verdict& stands) {
  Verdict whole = std::move(judged.at(0));
  for (std::size_t i = 1; i < steps.size(); ++i)
    whole = with_rules_of(std::move(whole), judged.at(i), steps[i].rules);
  whole = without_rules(std::move(whole), voided_rules(runs));
  const std::vector<std::string> alone = single_device_rules(stands);
  return alone.empty() ? whole : single_device(std::move(whole), alone);
}

}  // namespace storesweep
