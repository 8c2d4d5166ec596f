#include "common/judge/asks.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/evidence/names.h"

namespace storesweep {
namespace {

// A dialog belongs to the last start of the permission screen before it, within this time.
constexpr std::int64_t kDialogAfterStartMs = 10 * 60'000;

Ask::By asker(const Timeline& t, const android::SystemRecord& line) {
  // AOSP PackageManager.ACTION_REQUEST_PERMISSIONS_FOR_OTHER: the system asks on the app's behalf (Android
  // 13).
  if (ends_with(line.action, "REQUEST_PERMISSIONS_FOR_OTHER")) return Ask::By::kSystem;
  if (ends_with(line.action, "REVIEW_PERMISSIONS")) return Ask::By::kSystem;
  if (line.caller_uid < 0 || t.uid < 0) return Ask::By::kUnknown;
  return line.caller_uid % 100'000 == t.uid % 100'000 ? Ask::By::kApp : Ask::By::kSystem;
}

bool starts_permission_screen(const android::SystemRecord& line) {
  return line.kind == android::SystemKind::kActivityStart && android::is_permission_screen(line.component);
}

Dialog dialog_of(const android::Screen& screen) {
  Dialog d;
  if (!screen.permission_groups.empty()) d.group = screen.permission_groups.front();
  d.message = screen.message;
  d.one_group = screen.permission_groups.size() == 1;
  return d;
}

bool is_answer(const ActionDone& a) {
  return a.name == record_name::kPermissionDeny || a.name == record_name::kPermissionAllow;
}
bool is_touch(const ActionDone& a) {
  return a.name == record_name::kTap || a.name == record_name::kRefuse || a.name == record_name::kScroll ||
         a.name == record_name::kForced || a.name == record_name::kType;
}
bool ends_processes(const ActionDone& a) {
  return a.name == record_name::kSwipeAway || a.name == record_name::kClear || a.name == record_name::kReboot;
}

// When an answer was taken: the system finishes its screen, and says so in its log.
Moment answered(const Timeline& t, const ActionDone& a) {
  Moment m = a;
  for (const EventSeen& e : t.events) {
    if (e.device_ms < a.device_ms || e.device_ms > a.until_ms) continue;
    const bool finished = e.event.kind == android::EventKind::kActivity &&
                          e.event.type == "finish_activity" &&
                          android::is_permission_screen(e.event.component);
    if (!finished) continue;
    m.device_ms = m.until_ms = e.device_ms;
    break;
  }
  return m;
}

// Whether somebody answered or left the dialog of a request between two moments.
bool left_between(const Timeline& t, std::int64_t from_ms, std::int64_t to_ms) {
  return std::any_of(t.actions.begin(), t.actions.end(), [&](const ActionDone& a) {
    const bool leaves = is_answer(a) || ends_processes(a) || a.name == record_name::kBack;
    return leaves && !a.unsure && a.device_ms > from_ms && a.until_ms <= to_ms;
  });
}

// The request whose dialog a screen shows. A look takes its time: a request that came meanwhile may be the
// one that it shows, or not yet.
Ask* ask_of(const Timeline& t, std::vector<Ask>& asks, std::size_t started, const ScreenSeen& s) {
  Ask *before = nullptr, *during = nullptr;
  int came = 0;
  for (std::size_t i = 0; i < started; ++i) {
    Ask& ask = asks[i];
    if (ask.device_ms > s.until_ms || s.until_ms - ask.device_ms > kDialogAfterStartMs) continue;
    if (ask.device_ms <= s.device_ms) {
      before = &ask;
    } else {
      during = &ask;
      ++came;
    }
  }
  if (!during) return before;
  const bool certain = came == 1 && (!before || left_between(t, before->device_ms, s.device_ms));
  if (!certain) during->unclear = true;
  return during;
}

// Between two looks nothing was done but to refuse, or to leave: the look before showed the very dialog.
bool followed_refusal(const Timeline& t, std::int64_t from_ms, const ScreenSeen& s) {
  bool refused = false;
  for (const ActionDone& a : t.actions) {
    if (a.until_ms < from_ms || a.device_ms > s.until_ms) continue;
    const bool left = a.name == record_name::kBack || a.name == record_name::kHome;
    if (a.unsure || (!left && a.name != record_name::kPermissionDeny)) return false;
    if (!left) refused = a.until_ms <= s.device_ms;
  }
  return refused;
}

// Since when the app's processes can have lived: what was shown before is gone.
std::int64_t process_since(const Timeline& t, std::int64_t device_ms) {
  std::int64_t since_ms = 0;
  for (const ActionDone& a : t.actions) {
    if (ends_processes(a) && a.until_ms <= device_ms) since_ms = a.device_ms;
  }
  return since_ms;
}

}  // namespace

std::string Ask::first_group() const {
  for (const Dialog& d : dialogs) {
    if (!d.group.empty()) return d.group;
  }
  return "unknown";
}

std::vector<Ask> permission_asks(const Timeline& t) {
  std::vector<Ask> out;
  for (const SystemSeen& s : t.system) {
    if (!starts_permission_screen(s.line)) continue;
    Ask ask;
    static_cast<Moment&>(ask) = s;
    ask.by = asker(t, s.line);
    out.push_back(std::move(ask));
  }
  const std::size_t started = out.size();
  for (const ScreenSeen& s : t.screens) {
    if (s.screen.kind != android::ScreenKind::kPermission) continue;
    Ask* of = ask_of(t, out, started, s);
    if (!of) {
      of = &out.emplace_back();
      static_cast<Moment&>(*of) = s;
    }
    if (!of->shown) of->screen_record = s.record;
    of->shown = true;
    of->dialogs.push_back(dialog_of(s.screen));
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Ask& a, const Ask& b) { return a.device_ms < b.device_ms; });
  return out;
}

bool forgotten_between(const Timeline& t, std::int64_t from_ms, std::int64_t to_ms) {
  return std::any_of(t.actions.begin(), t.actions.end(), [&](const ActionDone& a) {
    return a.name == record_name::kClear && a.until_ms > from_ms && a.device_ms <= to_ms;
  });
}

std::vector<Refusal> refusals(const Timeline& t) {
  std::vector<Refusal> out;
  for (const ActionDone& a : t.actions) {
    if (a.name != record_name::kPermissionDeny || a.unsure) continue;
    Refusal r;
    static_cast<Moment&>(r) = answered(t, a);
    r.dialog.group = a.target == "unknown" ? "" : a.target;
    for (const ScreenSeen& s : t.screens) {  // the dialog as it was looked at before the tap
      if (s.device_ms > a.device_ms) break;
      if (s.screen.kind == android::ScreenKind::kPermission) r.dialog = dialog_of(s.screen);
    }
    out.push_back(std::move(r));
  }
  return out;
}

Same same_permission(const Ask& ask, const Refusal& refusal) {
  Same same = Same::kNo;
  for (const Dialog& d : ask.dialogs) {
    if (!d.message.empty() && d.message == refusal.dialog.message) return Same::kYes;
    const bool may = d.group.empty() || refusal.dialog.group.empty() || d.group == refusal.dialog.group;
    if (may && d.one_group && refusal.dialog.one_group && !d.group.empty()) return Same::kYes;
    if (may) same = Same::kUnclear;
  }
  return same;
}

Trigger trigger_of(const Timeline& t, std::int64_t from_ms, std::int64_t until_ms,
                   std::int64_t tap_trigger_ms) {
  bool launched = false;
  const auto or_launch = [&](Trigger otherwise) { return launched ? Trigger::kLaunch : otherwise; };
  for (auto a = t.actions.rbegin(); a != t.actions.rend(); ++a) {
    if (a->device_ms > until_ms) continue;
    if (a->unsure) return Trigger::kUnclear;
    if (a->name == record_name::kLaunch) {
      launched = true;
    } else if (a->name == record_name::kAgree) {
      return or_launch(Trigger::kAgree);
    } else if (is_touch(*a)) {
      // A tap just before a launch may still be what the app answers.
      if (from_ms <= a->until_ms + tap_trigger_ms) return Trigger::kTap;
      return or_launch(Trigger::kUnclear);
    } else if (is_answer(*a)) {
      const Moment taken = answered(t, *a);
      if (until_ms < taken.device_ms) continue;  // asked before this answer was given
      if (from_ms < taken.until_ms) return Trigger::kUnclear;
      return or_launch(Trigger::kRefusal);
    } else if (ends_processes(*a)) {
      return from_ms < a->until_ms ? Trigger::kUnclear : or_launch(Trigger::kNone);
    }
  }
  return or_launch(Trigger::kNone);
}

bool is_pressing(const ScreenSeen& s, const Timeline& t) {
  return (s.screen.kind == android::ScreenKind::kBegging ||
          s.screen.kind == android::ScreenKind::kRationale) &&
         s.screen.package == t.package;
}

std::vector<Pressing> pressing_screens(const Timeline& t, std::int64_t tap_trigger_ms) {
  std::vector<Pressing> out;
  for (std::size_t i = 0; i < t.screens.size(); ++i) {
    const ScreenSeen& s = t.screens[i];
    if (!is_pressing(s, t)) continue;
    Pressing p;
    static_cast<Moment&>(p) = s;
    // It came up between the look before, which did not show it, and this one.
    const std::int64_t from_ms = i > 0 ? t.screens[i - 1].device_ms : 0;
    p.trigger = followed_refusal(t, from_ms, s) ? Trigger::kRefusal
                                                : trigger_of(t, from_ms, s.until_ms, tap_trigger_ms);
    const std::int64_t since_ms = process_since(t, s.device_ms);
    p.stood_before = std::any_of(
        t.screens.begin(), t.screens.begin() + static_cast<std::ptrdiff_t>(i),
        [&](const ScreenSeen& b) { return b.until_ms > since_ms && b.screen.text == s.screen.text; });
    out.push_back(std::move(p));
  }
  return out;
}

}  // namespace storesweep
