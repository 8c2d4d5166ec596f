#include "common/model/finding_act.h"

#include <array>

namespace storesweep {

std::string_view name(ActKind kind) {
  static constexpr std::array<std::string_view, kActKinds + 1> kNames = {
      "none", "confirm", "withdraw", "overrule", "notice", "retest_ordered", "retested"};
  return kNames.at(static_cast<std::size_t>(kind));
}
std::string_view name(RetestOutcome outcome) {
  static constexpr std::array<std::string_view, kRetestOutcomes> kNames = {"none", "fixed", "not_fixed",
                                                                           "not_reproducible", "not_tested"};
  return kNames.at(static_cast<std::size_t>(outcome));
}
std::string_view name(FindingState state) {
  static constexpr std::array<std::string_view, kFindingStates> kNames = {"open", "confirmed", "withdrawn",
                                                                          "overruled"};
  return kNames.at(static_cast<std::size_t>(state));
}

FindingStanding standing_of(const std::vector<FindingAct>& acts) {
  FindingStanding s;
  auto last_word = [&](FindingState state, const FindingAct& act) {
    s.state = state;
    s.level = act.level;
    s.officer = act.officer;
    s.reason = act.reason;
  };
  for (const FindingAct& act : acts) {
    switch (act.kind) {
      case ActKind::kConfirm:
        last_word(FindingState::kConfirmed, act);
        break;
      case ActKind::kWithdraw:
        last_word(FindingState::kWithdrawn, act);
        break;
      case ActKind::kOverrule:
        last_word(FindingState::kOverruled, act);
        break;
      case ActKind::kNotice:
        s.notice_date = act.notice_date;
        s.due_date = act.due_date;
        break;
      case ActKind::kRetestOrdered:
        s.retest = act.retest;
        s.outcome = RetestOutcome::kNone;
        break;
      case ActKind::kRetested:
        if (act.retest == s.retest) s.outcome = act.outcome;  // an older one, answered late, says nothing now
        break;
    }
  }
  return s;
}

namespace {
bool by_a_person(ActKind kind) { return kind <= ActKind::kNotice; }

// A notice accuses: a person must stand behind the finding.
Status admissible_notice(const FindingStanding& s) {
  if (!s.notice_date.empty())
    return exists("notice was given on " + s.notice_date + ", due on " + s.due_date);
  const bool stands = s.state == FindingState::kConfirmed ||
                      (s.state == FindingState::kOverruled && s.level && *s.level <= Level::kSuspected);
  if (stands) return ok_status();
  return invalid(s.state == FindingState::kOpen
                     ? "nobody has confirmed this finding: confirm it first, then give notice"
                     : "this finding was " + std::string(name(s.state)) +
                           ": there is nothing to give notice of");
}
}  // namespace

Status admissible(const FindingAct& act, const FindingStanding& s) {
  if (!by_a_person(act.kind)) return ok_status();
  if (act.officer.empty() || act.officer.size() > kMaxOfficerBytes)
    return invalid("officer: wanted 1 to 200 bytes");
  if (act.reason.size() > kMaxActReasonBytes) return invalid("reason: at most 4,000 bytes");
  if (act.kind == ActKind::kNotice) return admissible_notice(s);
  if (act.reason.empty()) return invalid("reason: wanted, for it is kept with the finding");
  if (act.kind != ActKind::kOverrule) return ok_status();
  const bool fits = act.level && (*act.level <= Level::kSuspected || *act.level == Level::kNotFound);
  return fits ? ok_status() : invalid("level: wanted violation, suspected or not_found");
}

}  // namespace storesweep
