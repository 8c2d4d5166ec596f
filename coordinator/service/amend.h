// What a later run may change of the verdict that stands for its listing. Pure.
#pragma once

#include <optional>
#include <vector>

#include "common/model/amend.h"
#include "coordinator/store/records.h"

namespace storesweep {

// The runs that a result rests on, the first one first.
std::vector<RunId> runs_of(const StoredResult& result);

// The same as what each was for.
std::vector<RunOrder> orders_of(const StoredResult& result);

struct Amended {
  Verdict verdict;
  std::vector<RunId> runs;
};
// `judged` is what the judge made of `run` (and, for a confirmation, of the run that it repeats). A whole
// retest replaces what stands. Any other run speaks of its order's rules alone, and a confirmation only of
// those that nothing has judged since the run that it repeats: a later look is never undone by a second look
// at an earlier run. nullopt: then it has nothing to say.
std::optional<Amended> amended(const StoredResult& standing, const ExtraJob& order, RunId run,
                               const Verdict& judged);
// What stands, with the rules of a confirmation marked as having no second device; nullopt: as above.
std::optional<Amended> amended_for_want_of_a_device(const StoredResult& standing, const ExtraJob& order);

// Violations that a run must repeat, and the run that showed them.
struct SecondRun {
  std::vector<std::string> rules;
  RunRecord of;
};
// What a new judgement of the same runs asks for: for each run that shows violations by itself, a second one.
std::vector<SecondRun> second_runs(const StoredResult& standing, const Verdict& now);

struct Unsaid {
  Verdict verdict;                // the rules are not tested in it: NOT_CALIBRATED
  std::vector<VoidedRule> rules;  // with what was said of them
};
// What stands, without what it says of rules that the control's device failed, where that rests on a run
// which the device made while it was to be doubted. nullopt: it rests on none.
std::optional<Unsaid> unsaid(const StoredResult& standing, const ControlRecord& bad);

}  // namespace storesweep
