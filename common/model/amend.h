// How a verdict comes of several runs: what a later run may change of what an earlier one said, and in which
// steps the whole is judged again from its runs alone. Pure.
#pragma once

#include <span>
#include <vector>

#include "common/model/verdict.h"

namespace storesweep {

// "R5.7" belongs to task 5; 0: no task.
int task_of_rule(std::string_view rule);

// Stands for the version of a verdict's pack or judge where its runs were not judged by one.
inline constexpr std::string_view kMixedVersion = "mixed";

// The whole verdict with what a run of these rules' phases alone has found of them: it says nothing of the
// others.
Verdict with_rules_of(Verdict whole, const Verdict& part, const std::vector<std::string>& rules);
// The verdict with SINGLE_DEVICE where a confirmation of these rules (empty: any) was missing: there is no
// second device of this kind.
Verdict single_device(Verdict verdict, const std::vector<std::string>& rules);
// The verdict without what it says of these rules: they are not tested (NOT_CALIBRATED).
Verdict without_rules(Verdict verdict, const std::vector<std::string>& rules);
// The rules of which the verdict says that there is no second device.
std::vector<std::string> single_device_rules(const Verdict& verdict);

// A run that a verdict rests on.
struct RunOrder {
  RunId id, base;                     // base: the run that it confirms; zero: none
  std::vector<std::string> rules;     // of its order; empty: all
  std::vector<std::string> voided{};  // of which it has no word any more: its device was not to be believed
};
// The run that had the last word on a rule, in the order in which they were added: a whole run speaks of
// every rule, another of those of its order, a confirmation of those that are still as its first run has left
// them. Zero: none.
RunId last_word(std::span<const RunOrder> runs, const std::string& rule);
// The rules that were voided and of which no later run has had a word.
std::vector<std::string> voided_rules(std::span<const RunOrder> runs);

struct JudgeStep {
  std::vector<std::size_t> runs;   // judged together, the first one first
  std::vector<std::string> rules;  // that the step replaces; empty: it is the whole
};
// The steps from the runs of a result to its verdict, the whole one first.
std::vector<JudgeStep> judge_steps(std::span<const RunOrder> runs);
// What the verdicts of the runs' steps come to, one for each step; `stands` says of which rules no second
// device is known.
Verdict fold_steps(std::span<const RunOrder> runs, std::span<const JudgeStep> steps,
                   std::vector<Verdict> judged, const Verdict& stands);

}  // namespace storesweep
