#include "simdroid/android/readings.h"

#include "simdroid/android/activities.h"
#include "simdroid/android/app_ops.h"
#include "simdroid/android/log.h"
#include "simdroid/android/permissions.h"
#include "simdroid/android/platform_rules.h"

namespace storesweep::simdroid::android {
namespace {
constexpr std::int64_t kCameraMs = 350;
constexpr std::int64_t kRecordMs = 40;

// A runtime permission is checked first; its op is noted only then.
Got guarded(State& s, const Package& package, std::string_view permission, const std::string& op,
            std::int64_t duration_ms = -1) {
  if (!has_permission(s, package, permission)) return Got::kRefused;
  return note_op(s, package.uid, package.name, op, duration_ms) ? Got::kValue : Got::kNull;
}

// What an old app was never granted after its review has the op's mode against it, so that the op is noted.
Got guarded_or_old(State& s, const Package& package, std::string_view permission, const std::string& op) {
  const bool old = !holds(Rule::kRuntimePermissions, s.api, package.manifest.target_sdk) &&
                   requests_permission(s, package, permission);
  if (old && s.api >= 23) {
    return note_op(s, package.uid, package.name, op) ? Got::kValue : Got::kNull;
  }
  return guarded(s, package, permission, op);
}

bool has_focus(const State& s, int uid) {
  const Activity* front = front_activity(s);
  return front && front->uid == uid && s.screen_on && !s.keyguard && s.dialogs.empty() &&
         s.resumed == front->id;
}

Got clipboard(State& s, const Package& package) {
  if (holds(Rule::kClipboardNeedsFocus, s.api, 0) && !has_focus(s, package.uid)) {
    log_block(s, "log.clipboard_denied", {{"package", package.name}, {"user", "0"}});
    return Got::kNull;
  }
  return note_op(s, package.uid, package.name, "READ_CLIPBOARD") ? Got::kValue : Got::kNull;
}

Got imei(State& s, const Package& package) {
  if (holds(Rule::kDeviceIdentifiersGuarded, s.api, 0)) {
    note_op(s, package.uid, package.name, "READ_DEVICE_IDENTIFIERS");
    return Got::kRefused;
  }
  return guarded_or_old(s, package, "android.permission.READ_PHONE_STATE", "READ_PHONE_STATE");
}

// The camera and the microphone of an idle uid are refused before any op is noted.
bool idle(State& s, int uid) {
  follow_uid(s, uid);
  auto it = s.uids.find(uid);
  return holds(Rule::kIdleCameraMicrophone, s.api, 0) && it != s.uids.end() && it->second.idle;
}
}  // namespace

Got read_something(State& s, const Package& package, Do what) {
  switch (what) {
    case Do::kReadClipboard:
      return clipboard(s, package);
    case Do::kQueryUsageStats:
      if (s.api < 21) return Got::kEmpty;
      return note_op(s, package.uid, package.name, "GET_USAGE_STATS") ? Got::kValue : Got::kEmpty;
    case Do::kReadLocation:
      return guarded_or_old(s, package, "android.permission.ACCESS_FINE_LOCATION", "FINE_LOCATION");
    case Do::kOpenCamera:
      if (idle(s, package.uid)) return Got::kRefused;
      return guarded(s, package, "android.permission.CAMERA", "CAMERA", kCameraMs);
    case Do::kRecordAudio:
      if (idle(s, package.uid)) return Got::kRefused;
      return guarded(s, package, "android.permission.RECORD_AUDIO", "RECORD_AUDIO", kRecordMs);
    case Do::kReadContacts:
      return guarded_or_old(s, package, "android.permission.READ_CONTACTS", "READ_CONTACTS");
    case Do::kReadCalendar:
      return guarded_or_old(s, package, "android.permission.READ_CALENDAR", "READ_CALENDAR");
    case Do::kReadCallLog:
      return guarded_or_old(s, package, "android.permission.READ_CALL_LOG", "READ_CALL_LOG");
    case Do::kReadSms:
      return guarded_or_old(s, package, "android.permission.READ_SMS", "READ_SMS");
    case Do::kReadImei:
      return imei(s, package);
    default:
      return Got::kValue;  // MAC, Android ID and the list of apps are no ops
  }
}

}  // namespace storesweep::simdroid::android
