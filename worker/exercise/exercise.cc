#include "worker/exercise/exercise.h"

namespace storesweep::exercise {

std::set<Phase> phases_of(const std::vector<std::string>& only_rules, const RulePack& pack,
                          const Profile& profile) {
  if (only_rules.empty()) return profile.phases;
  std::set<Phase> out;
  for (const std::string& rule : only_rules) {
    const RuleItem* item = pack.item(rule);
    if (item) out.insert(item->phases.begin(), item->phases.end());
  }
  // Refusing stands on the first launch, what comes after on the agreement; P10 starts anew by itself.
  if (out.contains(Phase::kP3)) out.insert(Phase::kP2);
  if (out.contains(Phase::kP2)) out.insert(Phase::kP1);
  for (Phase p : {Phase::kP5, Phase::kP6, Phase::kP7, Phase::kP8, Phase::kP9}) {
    if (out.contains(p)) out.insert(Phase::kP4);
  }
  std::erase_if(out, [](Phase p) { return p == Phase::kP0 || p > Phase::kP10; });
  return out;
}

Result<ExerciseEnd> exercise(device::Device&, observe::Recorder&, const ExerciseOrder& order, const RulePack&,
                             const Profile&, const Clock&, const Deadline&) {
  return unsupported("exercise of " + order.package + ": the phases are not built yet");
}

}  // namespace storesweep::exercise
