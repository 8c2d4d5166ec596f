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

}  // namespace

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
    Ask* of = nullptr;
    for (std::size_t i = 0; i < started; ++i) {
      if (out[i].device_ms <= s.device_ms && s.device_ms - out[i].device_ms <= kDialogAfterStartMs)
        of = &out[i];
    }
    if (!of) {
      of = &out.emplace_back();
      static_cast<Moment&>(*of) = s;
    }
    if (!of->shown) of->screen_record = s.record;
    of->shown = true;
    // The most certain group; a dialog asks for one.
    if (!s.screen.permission_groups.empty()) of->groups.insert(s.screen.permission_groups.front());
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const Ask& a, const Ask& b) { return a.device_ms < b.device_ms; });
  return out;
}

bool forgotten_between(const Timeline& t, std::int64_t from_ms, std::int64_t to_ms) {
  return std::any_of(t.actions.begin(), t.actions.end(), [&](const ActionDone& a) {
    return a.name == record_name::kClear && a.device_ms > from_ms && a.device_ms <= to_ms;
  });
}

std::vector<Refusal> refusals(const Timeline& t) {
  std::vector<Refusal> out;
  for (const ActionDone& a : t.actions) {
    if (a.name != record_name::kPermissionDeny) continue;
    Refusal r;
    static_cast<Moment&>(r) = a;
    r.group = a.target;
    out.push_back(std::move(r));
  }
  return out;
}

Trigger trigger_of(const Timeline& t, std::int64_t device_ms, std::int64_t tap_trigger_ms) {
  const ActionDone* a = t.action_before(device_ms);
  if (!a) return Trigger::kNone;
  if (a->name == record_name::kLaunch) return Trigger::kLaunch;
  if (a->name == record_name::kAgree) return Trigger::kAgree;
  if (a->name == record_name::kPermissionDeny || a->name == record_name::kPermissionAllow)
    return Trigger::kRefusal;
  bool tap = a->name == record_name::kTap || a->name == record_name::kRefuse ||
             a->name == record_name::kScroll || a->name == record_name::kForced;
  return tap && device_ms - a->device_ms <= tap_trigger_ms ? Trigger::kTap : Trigger::kNone;
}

}  // namespace storesweep
