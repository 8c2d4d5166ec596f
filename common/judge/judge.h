// Journals of one app, its listing and the rule pack -> the ten-row verdict. Pure and deterministic: the same
// input gives the same bytes. No I/O, no clock; any journal may come in, hostile ones too.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/evidence/journal.h"
#include "common/judge/timeline.h"
#include "common/model/calibration.h"
#include "common/model/listing.h"
#include "common/model/verdict.h"
#include "common/rules/pack.h"

namespace storesweep {

inline constexpr std::string_view kJudgeVersion = "6";
inline constexpr std::size_t kMaxJournalsPerVerdict = 8;

struct JudgeContext {
  // There is no second device of this kind: what needs a second run stays suspected for that reason.
  bool single_device = false;
  // Rules that apps with known faults have shown not to be decidable on a class of devices: not tested there,
  // and confirmed by no run made there.
  std::vector<DarkRule> dark;
};

// The first journal is the run of the sweep, the others are its confirmations. kCorrupt when a sealed journal
// is not signed by the key that it names or the journals are not of one file set; kInvalid when there is
// none.
Result<Verdict> judge(std::span<const Journal> journals, const Listing& listing, const RulePack& pack,
                      const JudgeContext& context);

// A journal that was parsed before (observations.h): its head without records, and its timeline with the
// screens as the pack's own phrases read them. The same verdict as of the journals themselves.
struct ObservedRun {
  Journal head;
  Timeline timeline;
};
Result<Verdict> judge(std::vector<ObservedRun> runs, const Listing& listing, const RulePack& pack,
                      const JudgeContext& context);

}  // namespace storesweep
