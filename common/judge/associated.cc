// R6.5: the app starts another app that nobody asked for and of which no screen had told. The system's log
// names who started what; a tap of ours, an action that may have been late and a page that cannot be read
// leave it untold. Never not found without decoys on the device, for there is nothing to start.
#include "common/judge/associated.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/evidence/names.h"
#include "common/judge/asks.h"

namespace storesweep {
namespace {

constexpr std::int64_t kScreenBeforeMs = 120'000;  // a look so long ago says nothing of what stood there

bool of_system(const RunInput& in, std::string_view package) {
  const auto& all = in.pack.system_packages;
  return std::any_of(all.begin(), all.end(),
                     [&](const std::string& p) { return package == p || starts_with(package, p + "."); });
}

// The start of a screen of another app, by this one. An address that is opened is a jump, another task's
// matter.
bool starts_another(const RunInput& in, const SystemSeen& s) {
  if (s.line.kind != android::SystemKind::kActivityStart || s.line.caller_uid < 0 || in.t.uid < 0)
    return false;
  if (s.line.caller_uid % 100'000 != in.t.uid % 100'000) return false;
  if (android::is_permission_screen(s.line.component)) return false;  // of a vendor's controller, too
  const std::string package(android::package_of(s.line.component));
  const bool own = package == in.t.package || starts_with(package, in.t.package + ":");
  const bool view = ends_with(s.line.action, "action.VIEW");
  return !package.empty() && !own && !view && !of_system(in, package);
}

// What stood on the screen last; null when that is too long ago, or nothing of the app's.
const ScreenSeen* shown_before(const Timeline& t, std::int64_t device_ms) {
  const ScreenSeen* last = nullptr;
  for (const ScreenSeen& s : t.screens) {
    if (s.until_ms > device_ms) break;
    last = &s;
  }
  return last && device_ms - last->until_ms <= kScreenBeforeMs ? last : nullptr;
}

// The process of a decoy, which nothing but another app starts; as a service or a provider, say. A screen of
// it has a line of its own that names who started it.
bool wakes_decoy(const RunInput& in, const EventSeen& e) {
  const std::string process = e.event.process.substr(0, e.event.process.find(':'));
  return e.event.kind == android::EventKind::kProcStart && in.t.decoys.packages.contains(process) &&
         e.event.type.find("activity") == std::string::npos;
}

class Starts {
 public:
  explicit Starts(const RunInput& in) : in_(in) {}

  OtherStarts all() {
    for (const SystemSeen& s : in_.t.system) {
      if (starts_another(in_, s)) add(s, std::string(android::package_of(s.line.component)), "");
    }
    for (const EventSeen& e : in_.t.events) {
      if (wakes_decoy(in_, e)) add(e, e.event.process.substr(0, e.event.process.find(':')), e.event.type);
    }
    return std::move(out_);
  }

 private:
  // Agreeing is a tap like any other here: what comes long after it may answer it or not, and once the app
  // was left for the home screen it does not.
  Trigger trigger_at(std::int64_t device_ms) const {
    const std::int64_t tap_ms = in_.pack.threshold("tap_trigger_ms");
    const Trigger trigger = trigger_of(in_.t, device_ms, device_ms, tap_ms);
    if (trigger != Trigger::kAgree) return trigger;
    for (auto a = in_.t.actions.rbegin(); a != in_.t.actions.rend(); ++a) {
      if (a->device_ms > device_ms) continue;
      if (a->name == record_name::kHome && a->until_ms <= device_ms) return Trigger::kNone;
      if (a->name == record_name::kAgree)
        return device_ms <= a->until_ms + tap_ms ? Trigger::kTap : Trigger::kUnclear;
    }
    return Trigger::kUnclear;
  }

  void add(const Moment& m, std::string package, std::string type) {
    const Trigger trigger = trigger_at(m.device_ms);
    if (trigger == Trigger::kTap) return;
    const ScreenSeen* before = shown_before(in_.t, m.device_ms);
    const bool readable = before && before->screen.kind != android::ScreenKind::kBlind;
    // What is woken out of sight no screen tells of; but where looks were lost, one may have.
    const bool blind = !readable && (type.empty() || !channel_gaps(in_.t, record_name::kHierarchy).empty());
    if (trigger == Trigger::kUnclear || blind) {
      out_.unclear = true;
      return;
    }
    if (readable && word_in(in_.pack.start_notices, before->screen.text)) return;
    if (!told_.insert(package).second) return;
    OtherStart& start = out_.untold.emplace_back();
    static_cast<Moment&>(start) = m;
    start.package = std::move(package);
    start.type = std::move(type);
    start.before = before;
  }

  const RunInput& in_;
  OtherStarts out_;
  std::set<std::string> told_;
};

}  // namespace

OtherStarts other_starts(const RunInput& in) { return Starts(in).all(); }

RunResult associated_start(const RunInput& in) {
  RunResult r;
  r.reasons = gaps(in);
  if (!in.t.decoys.all) r.reasons.insert(Reason::kProfile);
  for (std::string_view channel : {record_name::kLog, record_name::kPackage, record_name::kEvents}) {
    if (!channel_gaps(in.t, channel).empty()) return r;
  }
  const OtherStarts starts = other_starts(in);
  for (const OtherStart& s : starts.untold) {
    const bool named = s.type.empty();
    Finding f = named ? finding(in, s, Level::kViolation, "start.another", {{"package", s.package}}, {})
                      : finding(in, s, Level::kSuspected, "start.another_process",
                                {{"package", s.package}, {"type", s.type}}, {Missing::kCallerUnknown});
    if (s.before) f.evidence.push_back({in.t.journal->sha256, s.before->record, s.before->excerpt});
    r.findings.push_back(std::move(f));
  }
  if (starts.unclear) r.reasons.insert(Reason::kTimeout);
  if (r.findings.empty() && r.reasons.empty()) r.otherwise = Level::kNotFound;
  return r;
}

}  // namespace storesweep
