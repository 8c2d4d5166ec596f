// Levels, reasons, findings and the ten-row verdict. Plain values; the vocabulary is rules.md 0.1, closed.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/job.h"
#include "common/model/listing.h"

namespace storesweep {

inline constexpr int kTaskCount = 10;

// In the order of a row: the worst of its items wins.
enum class Level : std::uint8_t { kViolation, kSuspected, kNotTested, kNotFound, kNotApplicable };

// Why something was not tested. One closed list.
enum class Reason : std::uint8_t {
  kHookAbsent,
  kHookDead,
  kPinned,
  kCaUserOnly,
  kNoProxy,
  kLoginWall,
  kEmuDetected,
  kNoListing,
  kNoBehaviour,
  kNoDeviceKind,
  kNoOldVersion,
  kNotCalibrated,
  kNotIdle,
  kGrammar,
  kNativePath,
  kTimeout,
  kHostRuntime,
  kProfile,
  kDocumentReview,
};
inline constexpr int kReasonCount = 19;

// What is missing for certainty in a suspected finding.
enum class Missing : std::uint8_t {
  kConfirmation,   // the second run has not been made yet
  kSingleDevice,   // there is no second device of this kind
  kNotRepeated,    // the second run did not show it
  kValueUnseen,    // whether a value was returned
  kCallerUnknown,  // who called, and why
  kPolicyUnread,   // what the policy says of it
  kNecessity,      // whether it is necessary or a reasonable scene: for a person
  kConsentUnproven,
  kTriggerUnclear,
  kPagePartial,   // whether the captured page is the whole of it
  kSameDownload,  // whether page and package are of one download
  kOtherWords,    // whether the page means the same in other words or groups
  kPurposeVague,  // whether the words shown tell the purpose
  kUseUnseen,     // whether code that was not seen needs it
  kStoreUnasked,  // what the store has verified
  kOtherWays,     // whether a shorter way leads there
  kPolicyWords,   // whether the policy says it in words that are not known here, or elsewhere
  kPolicyOwner,   // whether the policy that was given is this app's
  kElsewhere,     // whether it lies where nobody looked, or behind the log-in
  kHostOwner,     // whose the host is
  kDigestOnly,    // whether a digest of it is still the person's
};
inline constexpr Missing kLastMissing = Missing::kDigestOnly;

enum class Phase : std::uint8_t { kP0, kP1, kP2, kP3, kP4, kP5, kP6, kP7, kP8, kP9, kP10, kP11, kP12 };

// In an excerpt, around what matters of it; what an app writes holds neither.
inline constexpr std::string_view kMarkBegin = "⟦", kMarkEnd = "⟧";

// Where the evidence stands: a record of a journal.
struct EvidenceRef {
  Digest journal{};  // SHA-256 of the journal
  std::uint64_t record = 0;
  std::string excerpt;  // the raw line or node, bounded
};

struct Finding {
  std::string rule;     // R5.7
  std::string clause;   // 4.6
  std::string edition;  // T/TAF 078.4-2023
  Level level = Level::kSuspected;
  Phase phase = Phase::kP1;
  std::int64_t device_ms = 0;  // device time since the start of the run
  std::string what;            // key of the catalogue's sentence
  std::vector<std::pair<std::string, std::string>>
      values;                    // filled into the sentence: permission, op, process
  std::vector<Missing> missing;  // empty only at kViolation
  std::vector<EvidenceRef> evidence;
  std::string last_action;  // the driver's last tap before it and its age
};

struct ItemVerdict {
  std::string rule;
  Level level = Level::kNotTested;
  std::vector<Reason> reasons;  // when not tested
};

struct RowVerdict {
  int task = 0;  // 1 to 10
  Level level = Level::kNotTested;
  int items = 0;
  int items_judged = 0;
  std::vector<Reason> reasons;
};

struct Coverage {
  std::array<std::int64_t, 13> phase_device_ms{};  // per phase, device time
  std::array<bool, 13> phase_run{};
  std::int64_t screens = 0;
  std::int64_t lines_unknown = 0;
  std::int64_t records_lost = 0;
  std::vector<std::string> observers;  // those that were alive
};

// What kept a run from seeing the app as it is; beside what the rules say, and no accusation.
enum class Hindrance : std::uint8_t {
  kPacked,     // its code is packed: what rests on the code is unseen
  kEvading,    // it says that it does not run on such a device
  kLoginWall,  // nothing behind a log-in was seen
  kCrashed,    // it crashed before anything of it could be seen
  kStuck,      // its screens never rested, or show nothing that can be read
  kPinned,     // its traffic stayed closed
};
inline constexpr int kHindranceCount = 6;

// Of the first run. Without the least exercise nothing that rests on it is called `not found`, and nothing at
// all of an app that evades, crashes or is stuck.
struct Validity {
  bool exercised = false;  // its own pages were read for the least time
  std::vector<Hindrance> hindrances;
  bool other_class_wanted = false;  // another class of device may see more
};

// What P12 looked up in the app's settings. No item of the ten tasks is about it: never a finding, and what
// was not seen may be there all the same.
enum class Sought : std::uint8_t { kPushSwitch, kAccountEnd, kComplaint };
inline constexpr int kSoughtCount = 3;
struct PlaceFound {
  Sought sought = Sought::kPushSwitch;
  std::string label;
  int taps = 0;  // from the main screen
  EvidenceRef evidence;
};
struct LookUps {
  bool walked = false;      // the walk came to its end
  std::int64_t pages = 0;   // looks at pages of the app's own: its coverage
  bool login_wall = false;  // pages behind a log-in were not seen
  std::vector<PlaceFound> places;
  std::vector<std::string> conditions;  // words beside them that a person has to look at: 手持身份证
};

struct Verdict {
  std::string pack_version;
  std::string judge_version;
  bool simulated = false;
  std::int64_t clock_rate_permille = 1000;  // the device's clock against the host's
  SubjectKind subject = SubjectKind::kApp;
  DeviceKind device_kind;
  Depth depth = Depth::kTriage;
  int runs = 1;  // journals judged together
  std::array<RowVerdict, kTaskCount> rows;
  std::vector<ItemVerdict> items;
  std::vector<Finding> findings;
  std::vector<std::string> confirm_rules;  // violations that a second run must repeat
  Coverage coverage;
  Validity validity;
  LookUps look_ups;  // of the first run
};

std::string_view name(Level level);          // violation, suspected, not_tested, not_found, not_applicable
std::string_view name(Reason reason);        // HOOK_ABSENT
std::string_view name(Missing missing);      // SINGLE_DEVICE
std::string_view name(Phase phase);          // P7
std::string_view name(Hindrance hindrance);  // login_wall
std::string_view name(Sought sought);        // account_end
std::optional<Hindrance> hindrance_named(std::string_view name);
std::optional<Sought> sought_named(std::string_view name);
std::optional<Level> level_named(std::string_view name);
std::optional<Reason> reason_named(std::string_view name);
std::optional<Missing> missing_named(std::string_view name);
std::optional<Phase> phase_named(std::string_view name);

// The row of a task from its items: the worst level, how many were judged, every reason once.
RowVerdict row_of(int task, const std::vector<const ItemVerdict*>& items);

// A verdict of nothing but `not tested`, for an app that could not be run.
Verdict untested_verdict(Reason reason);

}  // namespace storesweep
