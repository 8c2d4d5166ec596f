#include "simdroid/android/platform_rules.h"

#include <algorithm>
#include <array>

namespace storesweep::simdroid::android {
namespace {
constexpr int kAny = 10'000;
}  // namespace

// Paths are below frameworks/base unless another repository is named; (9) and (13) are tags android-9.0.0_r1
// and android-13.0.0_r1.
const std::vector<RuleRow>& rule_table() {
  static const std::vector<RuleRow> table{
      {Rule::kRuntimePermissions, 23, kAny, 23, kAny,
       "dangerous permissions are asked for, not granted at install",
       "services/core/java/com/android/server/pm/PackageManagerService.java grantPermissionsLPw (6 to 9)"},
      {Rule::kPermissionReview, 29, kAny, 0, 22,
       "at its first start the user reviews what an old app was granted",
       "services/core/java/com/android/server/wm/ActivityStarter.java isPermissionsReviewRequired (10)"},
      {Rule::kRefusesOldTargets, 34, kAny, 0, 22, "is not installed: INSTALL_FAILED_DEPRECATED_SDK_VERSION",
       "services/core/java/com/android/server/pm/InstallPackageHelper.java (14)"},
      {Rule::kOldTargetWarning, 28, kAny, 0, kAny,
       "a target below ro.build.version.min_supported_target_sdk brings a warning, once",
       "services/core/java/com/android/server/am/AppWarnings.java (9)"},
      {Rule::kDontAskAgainBox, 23, 28, 23, kAny, "the second request for a group has a box: do not ask again",
       "packages/apps/PackageInstaller permission/ui/GrantPermissionsActivity.java (9)"},
      {Rule::kTwoDialogsOnly, 30, kAny, 23, kAny, "after a second refusal there is no dialog any more",
       "packages/modules/Permission GrantPermissionsViewModel.kt onPermissionGrantResult (11, 13)"},
      {Rule::kOneTimePermission, 30, kAny, 23, kAny,
       "location, camera and microphone can be granted for this time only",
       "packages/modules/Permission OneTimePermissionUserManager and Utils.supportsOneTimeGrant (11)"},
      {Rule::kForegroundLocation, 29, kAny, 0, kAny,
       "location out of sight needs ACCESS_BACKGROUND_LOCATION: the op's mode is foreground",
       "core/java/android/app/AppOpsManager.java MODE_FOREGROUND (10)"},
      {Rule::kWhileInUseCameraMicrophone, 30, kAny, 0, kAny,
       "camera and microphone are for apps in use: the op's mode is foreground",
       "services/core/java/com/android/server/appop/AppOpsService.java UidState.evalMode (11)"},
      {Rule::kIdleCameraMicrophone, 28, kAny, 0, kAny, "an idle uid gets neither camera nor microphone",
       "frameworks/av services/camera/libcameraservice/CameraService.cpp isUidActive (9)"},
      {Rule::kNotificationPermission, 33, kAny, 0, kAny, "POST_NOTIFICATIONS is a runtime permission",
       "core/res/AndroidManifest.xml (13)"},
      {Rule::kNotificationPermissionAsked, 33, kAny, 0, 32,
       "an old target that made a channel has the system ask for it (REQUEST_PERMISSIONS_FOR_OTHER)",
       "services/core/java/com/android/server/policy/PermissionPolicyService.java (13)"},
      {Rule::kNotificationChannels, 26, kAny, 26, kAny, "a notification without a channel is not shown",
       "services/core/java/com/android/server/notification/NotificationManagerService.java (8)"},
      {Rule::kClipboardNeedsFocus, 29, kAny, 0, kAny,
       "who has no focus reads no clipboard, and no op is noted",
       "services/core/java/com/android/server/clipboard/ClipboardService.java clipboardAccessAllowed (10)"},
      {Rule::kUidStatesInOps, 28, kAny, 0, kAny, "ops are noted by the uid's state, which falls with a delay",
       "services/core/java/com/android/server/AppOpsService.java updateUidProcState (9)"},
      {Rule::kPermissionsAsUidModes, 29, kAny, 0, kAny,
       "a runtime permission is mirrored in the mode of its op for the uid",
       "services/core/java/com/android/server/policy/PermissionPolicyService.java (10)"},
      {Rule::kDeviceIdentifiersGuarded, 29, kAny, 0, kAny,
       "apps get no IMEI; the op READ_DEVICE_IDENTIFIERS is rejected",
       "telephony/java/com/android/internal/telephony/TelephonyPermissions.java (10)"},
      {Rule::kStoppedState, 12, kAny, 0, kAny,
       "an app that was never started, or was force-stopped, gets no broadcast",
       "core/java/android/content/Intent.java FLAG_EXCLUDE_STOPPED_PACKAGES; IntentResolver.java"},
      {Rule::kBootPermission, 1, kAny, 0, kAny, "BOOT_COMPLETED needs RECEIVE_BOOT_COMPLETED",
       "services/core/java/com/android/server/am/UserController.java finishUserUnlockedCompleted (9)"},
      {Rule::kImplicitBroadcastLimit, 26, kAny, 26, kAny,
       "implicit broadcasts do not reach receivers of the manifest",
       "services/core/java/com/android/server/am/BroadcastQueue.java processNextBroadcastLocked (8)"},
      {Rule::kConnectivityNotInManifest, 24, kAny, 24, kAny,
       "CONNECTIVITY_CHANGE does not reach receivers of the manifest",
       "services/core/java/com/android/server/ConnectivityService.java setMaxManifestReceiverApiLevel (7)"},
      {Rule::kBackgroundServiceLimit, 26, kAny, 26, kAny,
       "an idle uid starts no service, and its started services are stopped",
       "services/core/java/com/android/server/am/ActiveServices.java startServiceLocked, "
       "stopInBackgroundLocked (8)"},
      {Rule::kForegroundServiceMustShow, 26, kAny, 26, kAny,
       "startForegroundService without startForeground in time crashes the app",
       "services/core/java/com/android/server/am/ActiveServices.java serviceForegroundTimeout (8)"},
      {Rule::kForegroundServiceStartLimit, 31, kAny, 31, kAny,
       "foreground services are not started from the background",
       "services/core/java/com/android/server/am/ActiveServices.java shouldAllowFgsStartForegroundLocked "
       "(12)"},
      {Rule::kBackgroundActivityLimit, 29, kAny, 0, kAny, "no activity is started from the background",
       "services/core/java/com/android/server/wm/ActivityStarter.java shouldAbortBackgroundActivityStart "
       "(10)"},
      {Rule::kAlarmFloor, 22, kAny, 0, kAny, "alarms lie 5 s ahead and repeat every 60 s at most",
       "services/core/java/com/android/server/AlarmManagerService.java MIN_FUTURITY, MIN_INTERVAL (5.1)"},
      {Rule::kExactAlarmPermission, 31, kAny, 31, kAny, "exact alarms need SCHEDULE_EXACT_ALARM",
       "apex/jobscheduler/service/java/com/android/server/alarm/AlarmManagerService.java (12)"},
      {Rule::kJobPeriodFloor, 24, kAny, 0, kAny, "jobs repeat every 15 minutes at most",
       "core/java/android/app/job/JobInfo.java MIN_PERIOD_MILLIS (7)"},
      {Rule::kCrashDialogAtOnce, 1, kAny, 0, kAny, "an app that crashes in sight brings a dialog",
       "services/core/java/com/android/server/am/AppErrors.java (9)"},
      {Rule::kReplaceByDefault, 28, kAny, 0, kAny, "pm install replaces without -r",
       "services/core/java/com/android/server/pm/PackageManagerShellCommand.java makeInstallParams (9)"},
      // Seen to work on 13 and 15; how far before that was not looked up, so that older levels refuse here.
      {Rule::kShellSetsTime, 33, kAny, 0, kAny, "the shell may set the time: cmd alarm set-time",
       "apex/jobscheduler/service/java/com/android/server/alarm/AlarmManagerService.java ShellCmd (13)"},
  };
  return table;
}

bool holds(Rule rule, int api, int target) {
  for (const RuleRow& row : rule_table()) {
    if (row.rule == rule && api >= row.since_api && api <= row.until_api && target >= row.since_target &&
        target <= row.until_target)
      return true;
  }
  return false;
}

// AppOpsService.Constants: 30, 10 and 1 s (9), 5, 5 and 1 s (10 and later).
std::int64_t op_settle_ms(int api, bool from_top, bool from_foreground_service) {
  if (from_top) return api <= 28 ? 30'000 : 5'000;
  if (from_foreground_service) return api <= 28 ? 10'000 : 5'000;
  return 1'000;
}

// developer.android.com "Implicit broadcast exceptions"; the senders set FLAG_RECEIVER_INCLUDE_BACKGROUND.
bool exempt_from_background_limit(std::string_view action) {
  static constexpr std::array<std::string_view, 27> exempt{
      "android.intent.action.BOOT_COMPLETED",
      "android.intent.action.LOCKED_BOOT_COMPLETED",
      "android.intent.action.USER_INITIALIZE",
      "android.intent.action.TIME_SET",
      "android.intent.action.TIMEZONE_CHANGED",
      "android.app.action.NEXT_ALARM_CLOCK_CHANGED",
      "android.intent.action.LOCALE_CHANGED",
      "android.hardware.usb.action.USB_ACCESSORY_ATTACHED",
      "android.hardware.usb.action.USB_ACCESSORY_DETACHED",
      "android.hardware.usb.action.USB_DEVICE_ATTACHED",
      "android.hardware.usb.action.USB_DEVICE_DETACHED",
      "android.bluetooth.headset.profile.action.CONNECTION_STATE_CHANGED",
      "android.bluetooth.a2dp.profile.action.CONNECTION_STATE_CHANGED",
      "android.bluetooth.device.action.ACL_CONNECTED",
      "android.bluetooth.device.action.ACL_DISCONNECTED",
      "android.telephony.action.CARRIER_CONFIG_CHANGED",
      "android.accounts.LOGIN_ACCOUNTS_CHANGED",
      "android.intent.action.PACKAGE_DATA_CLEARED",
      "android.intent.action.PACKAGE_FULLY_REMOVED",
      "android.intent.action.NEW_OUTGOING_CALL",
      "android.app.action.DEVICE_OWNER_CHANGED",
      "android.intent.action.MEDIA_MOUNTED",
      "android.intent.action.MEDIA_UNMOUNTED",
      "android.intent.action.MEDIA_EJECT",
      "android.provider.Telephony.SMS_RECEIVED",
      "android.intent.action.PHONE_STATE",
      "android.intent.action.MY_PACKAGE_REPLACED"};
  return std::find(exempt.begin(), exempt.end(), action) != exempt.end();
}

// core/res/AndroidManifest.xml <protected-broadcast>: a selection.
bool is_protected_broadcast(std::string_view action) {
  static constexpr std::array<std::string_view, 24> guarded{"android.intent.action.BOOT_COMPLETED",
                                                            "android.intent.action.LOCKED_BOOT_COMPLETED",
                                                            "android.intent.action.SCREEN_ON",
                                                            "android.intent.action.SCREEN_OFF",
                                                            "android.intent.action.USER_PRESENT",
                                                            "android.intent.action.TIME_SET",
                                                            "android.intent.action.TIMEZONE_CHANGED",
                                                            "android.intent.action.PACKAGE_ADDED",
                                                            "android.intent.action.PACKAGE_REPLACED",
                                                            "android.intent.action.MY_PACKAGE_REPLACED",
                                                            "android.intent.action.PACKAGE_REMOVED",
                                                            "android.intent.action.PACKAGE_CHANGED",
                                                            "android.intent.action.BATTERY_CHANGED",
                                                            "android.intent.action.BATTERY_LOW",
                                                            "android.intent.action.BATTERY_OKAY",
                                                            "android.intent.action.ACTION_POWER_CONNECTED",
                                                            "android.intent.action.ACTION_POWER_DISCONNECTED",
                                                            "android.intent.action.ACTION_SHUTDOWN",
                                                            "android.intent.action.LOCALE_CHANGED",
                                                            "android.intent.action.AIRPLANE_MODE",
                                                            "android.net.conn.CONNECTIVITY_CHANGE",
                                                            "android.net.wifi.WIFI_STATE_CHANGED",
                                                            "android.net.wifi.STATE_CHANGE",
                                                            "android.bluetooth.adapter.action.STATE_CHANGED"};
  return std::find(guarded.begin(), guarded.end(), action) != guarded.end();
}

// core/res/AndroidManifest.xml (permissions and groups), core/java/android/app/AppOpsManager.java sOpPerms.
const PermissionRow* runtime_permission(std::string_view name, int api) {
  static constexpr std::array<PermissionRow, 38> table{{
      {"android.permission.READ_CONTACTS", "CONTACTS", "READ_CONTACTS"},
      {"android.permission.WRITE_CONTACTS", "CONTACTS", "WRITE_CONTACTS"},
      {"android.permission.GET_ACCOUNTS", "CONTACTS", "GET_ACCOUNTS"},
      {"android.permission.READ_CALENDAR", "CALENDAR", "READ_CALENDAR"},
      {"android.permission.WRITE_CALENDAR", "CALENDAR", "WRITE_CALENDAR"},
      {"android.permission.SEND_SMS", "SMS", "SEND_SMS"},
      {"android.permission.RECEIVE_SMS", "SMS", "RECEIVE_SMS"},
      {"android.permission.READ_SMS", "SMS", "READ_SMS"},
      {"android.permission.RECEIVE_WAP_PUSH", "SMS", "RECEIVE_WAP_PUSH"},
      {"android.permission.RECEIVE_MMS", "SMS", "RECEIVE_MMS"},
      {"android.permission.READ_EXTERNAL_STORAGE", "STORAGE", "READ_EXTERNAL_STORAGE"},
      {"android.permission.WRITE_EXTERNAL_STORAGE", "STORAGE", "WRITE_EXTERNAL_STORAGE"},
      {"android.permission.ACCESS_MEDIA_LOCATION", "STORAGE", "ACCESS_MEDIA_LOCATION", 29},
      {"android.permission.READ_MEDIA_IMAGES", "READ_MEDIA_VISUAL", "READ_MEDIA_IMAGES", 33},
      {"android.permission.READ_MEDIA_VIDEO", "READ_MEDIA_VISUAL", "READ_MEDIA_VIDEO", 33},
      {"android.permission.READ_MEDIA_AUDIO", "READ_MEDIA_AURAL", "READ_MEDIA_AUDIO", 33},
      {"android.permission.ACCESS_FINE_LOCATION", "LOCATION", "FINE_LOCATION"},
      {"android.permission.ACCESS_COARSE_LOCATION", "LOCATION", "COARSE_LOCATION"},
      {"android.permission.ACCESS_BACKGROUND_LOCATION", "LOCATION", "", 29},
      {"android.permission.READ_CALL_LOG", "CALL_LOG", "READ_CALL_LOG"},
      {"android.permission.WRITE_CALL_LOG", "CALL_LOG", "WRITE_CALL_LOG"},
      {"android.permission.PROCESS_OUTGOING_CALLS", "CALL_LOG", "PROCESS_OUTGOING_CALLS"},
      {"android.permission.READ_PHONE_STATE", "PHONE", "READ_PHONE_STATE"},
      {"android.permission.READ_PHONE_NUMBERS", "PHONE", "READ_PHONE_NUMBERS", 26},
      {"android.permission.CALL_PHONE", "PHONE", "CALL_PHONE"},
      {"com.android.voicemail.permission.ADD_VOICEMAIL", "PHONE", "ADD_VOICEMAIL"},
      {"android.permission.USE_SIP", "PHONE", "USE_SIP"},
      {"android.permission.ANSWER_PHONE_CALLS", "PHONE", "ANSWER_PHONE_CALLS", 26},
      {"android.permission.RECORD_AUDIO", "MICROPHONE", "RECORD_AUDIO"},
      {"android.permission.CAMERA", "CAMERA", "CAMERA"},
      {"android.permission.BODY_SENSORS", "SENSORS", "BODY_SENSORS"},
      {"android.permission.ACTIVITY_RECOGNITION", "ACTIVITY_RECOGNITION", "ACTIVITY_RECOGNITION", 29},
      {"android.permission.BLUETOOTH_SCAN", "NEARBY_DEVICES", "BLUETOOTH_SCAN", 31},
      {"android.permission.BLUETOOTH_CONNECT", "NEARBY_DEVICES", "BLUETOOTH_CONNECT", 31},
      {"android.permission.BLUETOOTH_ADVERTISE", "NEARBY_DEVICES", "BLUETOOTH_ADVERTISE", 31},
      {"android.permission.UWB_RANGING", "NEARBY_DEVICES", "UWB_RANGING", 31},
      {"android.permission.NEARBY_WIFI_DEVICES", "NEARBY_DEVICES", "NEARBY_WIFI_DEVICES", 33},
      {"android.permission.POST_NOTIFICATIONS", "NOTIFICATIONS", "POST_NOTIFICATION", 33},
  }};
  for (const PermissionRow& row : table)
    if (row.name == name) return api >= row.since_api ? &row : nullptr;
  return nullptr;
}

bool is_normal_permission(std::string_view name, int api) {
  static constexpr std::array<std::string_view, 34> normal{"INTERNET",
                                                           "ACCESS_NETWORK_STATE",
                                                           "ACCESS_WIFI_STATE",
                                                           "CHANGE_WIFI_STATE",
                                                           "CHANGE_NETWORK_STATE",
                                                           "RECEIVE_BOOT_COMPLETED",
                                                           "WAKE_LOCK",
                                                           "VIBRATE",
                                                           "BLUETOOTH",
                                                           "BLUETOOTH_ADMIN",
                                                           "NFC",
                                                           "FOREGROUND_SERVICE",
                                                           "REQUEST_INSTALL_PACKAGES",
                                                           "SET_WALLPAPER",
                                                           "SET_WALLPAPER_HINTS",
                                                           "EXPAND_STATUS_BAR",
                                                           "MODIFY_AUDIO_SETTINGS",
                                                           "BROADCAST_STICKY",
                                                           "KILL_BACKGROUND_PROCESSES",
                                                           "GET_TASKS",
                                                           "REORDER_TASKS",
                                                           "ACCESS_NOTIFICATION_POLICY",
                                                           "USE_FINGERPRINT",
                                                           "USE_BIOMETRIC",
                                                           "FLASHLIGHT",
                                                           "READ_SYNC_SETTINGS",
                                                           "WRITE_SYNC_SETTINGS",
                                                           "READ_SYNC_STATS",
                                                           "REQUEST_IGNORE_BATTERY_OPTIMIZATIONS",
                                                           "QUERY_ALL_PACKAGES",
                                                           "SCHEDULE_EXACT_ALARM",
                                                           "USE_EXACT_ALARM",
                                                           "HIGH_SAMPLING_RATE_SENSORS",
                                                           "USE_FULL_SCREEN_INTENT"};
  constexpr std::string_view kPrefix = "android.permission.";
  if (name == "com.android.alarm.permission.SET_ALARM") return true;
  if (name.substr(0, kPrefix.size()) != kPrefix) return false;
  const std::string_view rest = name.substr(kPrefix.size());
  if (rest == "FOREGROUND_SERVICE" && api < 28) return false;
  return std::find(normal.begin(), normal.end(), rest) != normal.end();
}

}  // namespace storesweep::simdroid::android
