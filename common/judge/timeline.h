// One journal as a timeline: what the driver did, what screens were seen, what the device's logs and dumps
// say, each with its device time and the record it stands in; and for each channel whether it can be relied
// on. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/android/appops.h"
#include "common/android/events.h"
#include "common/android/exits.h"
#include "common/android/package.h"
#include "common/android/screen.h"
#include "common/android/settings.h"
#include "common/android/syslog.h"
#include "common/evidence/journal.h"
#include "common/judge/device_time.h"
#include "common/judge/hooks_seen.h"
#include "common/judge/moment.h"
#include "common/judge/traffic_seen.h"
#include "common/model/app_facts.h"
#include "common/rules/pack.h"

namespace storesweep {

struct ActionDone : Moment {
  std::string name;    // record_name::kTap, ...
  std::string target;  // what was tapped, which permission group, ...
  // The answer was lost: whether it was done is not known, and it may have been until the next action began.
  bool unsure = false;
};
struct ScreenSeen : Moment {
  android::Screen screen;
  bool other_ways = false;          // something takes taps there that the reader has no name for
  bool from_picture = false;        // its words were read in a screenshot: some may be missing, or wrong
  std::vector<std::string> inputs;  // what its input fields want: hints and labels, bounded
  // Of P12 alone, whose walk they are for.
  std::vector<android::SettingsEntry> settings;
  std::vector<std::string> conditions;  // for ending an account
};
struct TreeSeen : Moment {  // the same before any phrase was looked for in it
  android::Hierarchy tree;
  bool from_picture = false;
};
struct EventSeen : Moment {
  android::EventRecord event;
};
struct SystemSeen : Moment {
  android::SystemRecord line;
};
struct OpSeen : Moment {  // when the op was used, not when the snapshot was taken
  Phase snapshot_phase = Phase::kP0;
  std::int64_t snapshot_ms = 0;
  std::string op;
  android::OpUse use;
};
struct ExitSeen : Moment {  // how the system says that one of the app's processes ended
  int pid = -1;
  int reason = -1;  // android::ExitReason, or a later version's
};

struct PhaseSpan {
  bool began = false, ended = false;
  std::int64_t begin_ms = 0, end_ms = 0;
  bool broken = false;  // an action in it is unsure
  std::int64_t length_ms() const { return ended ? end_ms - begin_ms : 0; }
};

// Whether what rests on a channel may be believed.
struct Channel {
  std::uint64_t records = 0;
  std::set<Reason>
      gaps;  // GRAMMAR: a relevant line nobody knew; HOOK_DEAD: records lost; what the worker said failed
};

// Empty apps that were put on the device to be woken.
struct DecoysSeen {
  bool all = false;  // that were wanted
  std::set<std::string> packages;
};
// One dump of the package during P11: the permissions of the first user, as they stood then.
struct PermissionsSeen : Moment {
  std::int64_t version_code = -1;
  int target_sdk = -1;
  std::vector<std::string> requested;
  std::vector<android::PermissionState> held;
};
// P11, apart from everything else: until the update it is another version that acts there.
struct UpdateSeen {
  bool offered = false;  // there was an older version
  std::int64_t old_version = -1;
  std::vector<ActionDone> actions;
  std::vector<PermissionsSeen> dumps;
  std::set<Reason> gaps;
};

struct Timeline {
  const Journal* journal = nullptr;
  std::string package;
  int uid = -1;
  int target_sdk = -1;
  bool behaviour_absent = false;    // a simulated app that says nothing of what it calls
  std::set<std::string> requested;  // permissions of the manifest
  std::optional<AppFacts> facts;    // of the package, from P0
  std::uint64_t facts_record = 0, listing_record = 0;
  std::string policy;  // the text of the app's privacy policy, as it came
  std::uint64_t policy_record = 0;
  std::array<PhaseSpan, 13> phases;
  std::vector<ActionDone> actions;  // each list in the order of device time
  std::vector<ScreenSeen> screens;
  // What was read in screenshots of screens that showed no text otherwise. Apart, since it is weaker: those
  // screens stay blind in the list above, so that nothing accuses or acquits by what a picture does not show.
  std::vector<ScreenSeen> pictures;
  std::vector<Moment> blind;  // looks at the screen that showed nothing
  std::vector<EventSeen> events;
  std::vector<SystemSeen> system;
  std::vector<OpSeen> ops;
  std::vector<ExitSeen> exits;
  std::vector<ClockSet> clock_sets;
  DecoysSeen decoys;
  UpdateSeen update;
  TrafficSeen traffic;
  HooksSeen hooks;
  std::map<std::string, Channel, std::less<>> channels;
  std::int64_t lines_unknown = 0, records_lost = 0;

  const PhaseSpan& span(Phase p) const { return phases[static_cast<std::size_t>(p)]; }
  bool within(Phase p, std::int64_t device_ms) const {
    return span(p).began && device_ms >= span(p).begin_ms && device_ms <= span(p).end_ms;
  }
  // The phase of a moment; nothing between phases.
  std::optional<Phase> phase_at(std::int64_t device_ms) const;
  // The last action that had begun by a moment, waits left out; null if there was none.
  const ActionDone* action_before(std::int64_t device_ms) const;
  // The first one that began after a moment: null, and INT64_MAX, if there was none.
  const ActionDone* next_action(std::int64_t device_ms) const;
  std::int64_t next_action_ms(std::int64_t device_ms) const;
  // How far a run had set the wall clock ahead at that moment.
  std::int64_t ahead_ms(std::int64_t device_ms) const;
  // The process is one of the app's: its uid where known, else its name.
  bool is_app(const android::EventRecord& event) const;
};

// A journal parsed as far as no rule pack is needed: what another pack can be held against without parsing
// again.
struct Observations {
  Journal head;       // all of the journal but its records
  Timeline timeline;  // without its screens and pictures; `journal` is null
  std::vector<TreeSeen> trees;
};
Observations observe_journal(const Journal& journal);
// All that was seen, by these phrases; set_screens() puts it in its places.
std::vector<ScreenSeen> read_screens(const Timeline& t, const std::vector<TreeSeen>& trees,
                                     const android::PhraseBook& phrases);
void set_screens(Timeline& t, std::vector<ScreenSeen> seen);

Timeline read_timeline(const Journal& journal, const android::PhraseBook& phrases);

}  // namespace storesweep
