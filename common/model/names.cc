// The names of the model's enumerations: what logs, the API and the store show.
#include <algorithm>
#include <array>

#include "common/model/job.h"
#include "common/model/listing.h"
#include "common/model/verdict.h"

namespace storesweep {
namespace {
constexpr std::array<std::string_view, 5> kLevels = {"violation", "suspected", "not_tested", "not_found",
                                                     "not_applicable"};
constexpr std::array<std::string_view, kReasonCount> kReasons = {
    "HOOK_ABSENT",    "HOOK_DEAD",      "PINNED",     "CA_USER_ONLY",   "NO_PROXY",
    "LOGIN_WALL",     "EMU_DETECTED",   "NO_LISTING", "NO_BEHAVIOUR",   "NO_DEVICE_KIND",
    "NO_OLD_VERSION", "NOT_CALIBRATED", "NOT_IDLE",   "GRAMMAR",        "NATIVE_PATH",
    "TIMEOUT",        "HOST_RUNTIME",   "PROFILE",    "DOCUMENT_REVIEW"};
constexpr std::array<std::string_view, static_cast<std::size_t>(kLastMissing) + 1> kMissing = {
    "CONFIRMATION",  "SINGLE_DEVICE",    "NOT_REPEATED",    "VALUE_UNSEEN", "CALLER_UNKNOWN", "POLICY_UNREAD",
    "NECESSITY",     "CONSENT_UNPROVEN", "TRIGGER_UNCLEAR", "PAGE_PARTIAL", "SAME_DOWNLOAD",  "OTHER_WORDS",
    "PURPOSE_VAGUE", "USE_UNSEEN",       "STORE_UNASKED",   "OTHER_WAYS",   "POLICY_WORDS",   "POLICY_OWNER",
    "ELSEWHERE",     "HOST_OWNER",       "DIGEST_ONLY"};
constexpr std::array<std::string_view, kHindranceCount> kHindrances = {"packed",  "evading", "login_wall",
                                                                       "crashed", "stuck",   "pinned"};
constexpr std::array<std::string_view, 3> kSought = {"push_switch", "account_end", "complaint"};
constexpr std::array<std::string_view, 13> kPhases = {"P0", "P1", "P2", "P3",  "P4",  "P5", "P6",
                                                      "P7", "P8", "P9", "P10", "P11", "P12"};

template <class E, std::size_t N>
std::optional<E> named(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<E>(i);
  }
  return std::nullopt;
}
}  // namespace

std::string_view name(Level l) { return kLevels.at(static_cast<std::size_t>(l)); }
std::string_view name(Reason r) { return kReasons.at(static_cast<std::size_t>(r)); }
std::string_view name(Missing m) { return kMissing.at(static_cast<std::size_t>(m)); }
std::string_view name(Hindrance h) { return kHindrances.at(static_cast<std::size_t>(h)); }
std::string_view name(Sought s) { return kSought.at(static_cast<std::size_t>(s)); }
std::optional<Sought> sought_named(std::string_view n) { return named<Sought>(kSought, n); }
std::optional<Hindrance> hindrance_named(std::string_view n) { return named<Hindrance>(kHindrances, n); }
std::string_view name(Phase p) { return kPhases.at(static_cast<std::size_t>(p)); }
std::optional<Level> level_named(std::string_view n) { return named<Level>(kLevels, n); }
std::optional<Reason> reason_named(std::string_view n) { return named<Reason>(kReasons, n); }
std::optional<Missing> missing_named(std::string_view n) { return named<Missing>(kMissing, n); }
std::optional<Phase> phase_named(std::string_view n) { return named<Phase>(kPhases, n); }

std::string_view name(JobKind k) {
  static constexpr std::array<std::string_view, 3> kNames = {"sweep", "confirmation", "retest"};
  return kNames.at(static_cast<std::size_t>(k));
}
std::string_view name(FailureKind k) {
  static constexpr std::array<std::string_view, kFailureKinds> kNames = {"app", "device", "infrastructure",
                                                                         "evasion", "journal"};
  return kNames.at(static_cast<std::size_t>(k));
}
std::string_view name(EndKind k) {
  static constexpr std::array<std::string_view, 5> kNames = {"none", "verdict", "buried", "cancelled",
                                                             "no_device"};
  return kNames.at(static_cast<std::size_t>(k));
}
std::string_view name(Depth d) { return d == Depth::kTriage ? "triage" : "lab"; }
std::string_view name(SubjectKind k) {
  static constexpr std::array<std::string_view, 5> kNames = {"app", "quick_app", "mini_program", "sdk",
                                                             "store"};
  return kNames.at(static_cast<std::size_t>(k));
}
std::string_view name(PlaceKind k) {
  static constexpr std::array<std::string_view, 3> kNames = {"store", "site", "preset"};
  return kNames.at(static_cast<std::size_t>(k));
}
std::string text(const DeviceKind& kind) { return kind.device_class + "/" + std::to_string(kind.api); }

RowVerdict row_of(int task, const std::vector<const ItemVerdict*>& items) {
  RowVerdict r;
  r.task = task;
  r.level = Level::kNotApplicable;
  for (const ItemVerdict* item : items) {
    ++r.items;
    if (item->level != Level::kNotTested) ++r.items_judged;
    r.level = std::min(r.level, item->level);
    r.reasons.insert(r.reasons.end(), item->reasons.begin(), item->reasons.end());
  }
  std::sort(r.reasons.begin(), r.reasons.end());
  r.reasons.erase(std::unique(r.reasons.begin(), r.reasons.end()), r.reasons.end());
  return r;
}

Verdict untested_verdict(Reason reason) {
  Verdict v;
  for (int t = 0; t < kTaskCount; ++t) {
    v.rows[static_cast<std::size_t>(t)] = {t + 1, Level::kNotTested, 0, 0, {reason}};
  }
  return v;
}

}  // namespace storesweep
