// What people say of a finding, and what retests answer: each an act that is only ever added. The verdict of
// the machine stays as it is. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/model/ids.h"
#include "common/model/verdict.h"

namespace storesweep {

enum class ActKind : std::uint8_t {
  kConfirm = 1,    // an officer stands behind it
  kWithdraw,       // it is taken back
  kOverrule,       // an officer gives it another level
  kNotice,         // its developer was given notice: the time to rectify runs
  kRetestOrdered,  // it is being replayed on a version of the app
  kRetested,       // what came of that
};
inline constexpr int kActKinds = 6;

enum class RetestOutcome : std::uint8_t {
  kNone,
  kFixed,            // another version, its rule tested, nothing of it seen
  kNotFixed,         // its rule was seen broken again
  kNotReproducible,  // the same version, tested, and nothing of it seen
  kNotTested,        // the retest says nothing: never to be taken for fixed
};
inline constexpr int kRetestOutcomes = 5;

inline constexpr std::size_t kMaxOfficerBytes = 200;
inline constexpr std::size_t kMaxActReasonBytes = 4'000;

struct FindingAct {
  std::int64_t id = 0;  // given by the store, growing
  JobId job;            // of the result that the finding stands in
  SweepId sweep;
  std::string finding;  // its key (common/report/finding_id.h)
  ActKind kind = ActKind::kConfirm;
  std::string officer, reason;
  std::optional<Level> level;                    // kOverrule
  std::string notice_date, due_date;             // kNotice: YYYY-MM-DD
  JobId retest;                                  // kRetestOrdered, kRetested: its job
  std::string apk_url;                           // kRetestOrdered: empty is the listing's own
  RetestOutcome outcome = RetestOutcome::kNone;  // kRetested
  std::string verdict;                           // kRetested: encoded; empty where nothing was run
  std::string journal_sha256;                    // kRetested: hex
  std::int64_t judgement = 0;                    // of the job, that the officer saw
  std::int64_t at_ms = 0;
  bool operator==(const FindingAct&) const = default;
};

// How a finding stands by all that was said of it, the last word counting.
enum class FindingState : std::uint8_t { kOpen, kConfirmed, kWithdrawn, kOverruled };
inline constexpr int kFindingStates = 4;
struct FindingStanding {
  FindingState state = FindingState::kOpen;
  std::optional<Level> level;   // kOverruled
  std::string officer, reason;  // of the last word
  std::string notice_date, due_date;
  JobId retest;                                  // the last one
  RetestOutcome outcome = RetestOutcome::kNone;  // of it; kNone: not answered yet
};

std::string_view name(ActKind kind);  // confirm, withdraw, overrule, notice, retest_ordered, retested
std::string_view name(RetestOutcome outcome);  // none, fixed, not_fixed, not_reproducible, not_tested
std::string_view name(FindingState state);     // open, confirmed, withdrawn, overruled

// From the acts of one finding, in their order.
FindingStanding standing_of(const std::vector<FindingAct>& acts);
// Whether the act may follow on what was said so far; kInvalid, kExists with what to do instead.
Status admissible(const FindingAct& act, const FindingStanding& standing);

}  // namespace storesweep
