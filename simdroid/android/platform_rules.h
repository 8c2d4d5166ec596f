// What comes of a call: the rules of the platform, by API level and, where Android asks for it, by the app's
// target. A behaviour file says what an app calls; whether that shows a dialog, returns a value or starts a
// process is decided by this table alone. Pure; read-only.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace storesweep::simdroid::android {

enum class Rule {
  kRuntimePermissions,
  kPermissionReview,
  kRefusesOldTargets,
  kOldTargetWarning,
  kDontAskAgainBox,
  kTwoDialogsOnly,
  kOneTimePermission,
  kForegroundLocation,
  kWhileInUseCameraMicrophone,
  kIdleCameraMicrophone,
  kNotificationPermission,
  kNotificationPermissionAsked,
  kNotificationChannels,
  kClipboardNeedsFocus,
  kUidStatesInOps,
  kPermissionsAsUidModes,
  kDeviceIdentifiersGuarded,
  kStoppedState,
  kBootPermission,
  kImplicitBroadcastLimit,
  kConnectivityNotInManifest,
  kBackgroundServiceLimit,
  kForegroundServiceMustShow,
  kForegroundServiceStartLimit,
  kBackgroundActivityLimit,
  kAlarmFloor,
  kExactAlarmPermission,
  kJobPeriodFloor,
  kCrashDialogAtOnce,
  kReplaceByDefault,
  kShellSetsTime,
};

struct RuleRow {
  Rule rule;
  int since_api;     // holds from this level on,
  int until_api;     // to this one
  int since_target;  // for apps that target at least this
  int until_target;  // and at most that
  std::string_view says;
  std::string_view source;  // AOSP: the file that decides it
};
const std::vector<RuleRow>& rule_table();
bool holds(Rule rule, int api, int target);

// Figures of the same kind.
std::int64_t op_settle_ms(int api, bool from_top,
                          bool from_foreground_service);  // until app-ops believes a fall
inline constexpr std::int64_t kBackgroundSettleMs =
    60'000;                                               // ActivityManagerConstants.BACKGROUND_SETTLE_TIME
inline constexpr std::int64_t kServiceRestartMs = 1'000;  // SERVICE_RESTART_DURATION
inline constexpr int kServiceRestartFactor = 4;           // SERVICE_RESTART_DURATION_FACTOR
inline constexpr std::int64_t kServiceResetMs = 60'000;   // SERVICE_RESET_RUN_DURATION
inline constexpr std::int64_t kServiceApartMs = 10'000;   // SERVICE_MIN_RESTART_TIME_BETWEEN
inline constexpr std::int64_t kMustShowMs =
    5'000;  // ActiveServices.SERVICE_START_FOREGROUND_TIMEOUT (8 to 10)
inline constexpr std::int64_t kJobPeriodFloorMs = 15 * 60'000;  // JobInfo.MIN_PERIOD_MILLIS
inline constexpr std::int64_t kAlarmFuturityMs = 5'000;         // AlarmManagerService MIN_FUTURITY
inline constexpr std::int64_t kAlarmPeriodFloorMs = 60'000;     // MIN_INTERVAL
inline constexpr std::int64_t kIdleExemptMs = 10'000;           // ALLOW_WHILE_IDLE_WHITELIST_DURATION

// Broadcasts that still reach receivers of the manifest of targets from 26 on.
bool exempt_from_background_limit(std::string_view action);
// Broadcasts that only the system may send.
bool is_protected_broadcast(std::string_view action);

// A runtime permission, its group, the op that is noted when it is used.
struct PermissionRow {
  std::string_view name;
  std::string_view group;  // without "android.permission-group."
  std::string_view op;
  int since_api = 23;  // a runtime permission from this level on
};
const PermissionRow* runtime_permission(std::string_view name, int api);
// Normal (install time) permissions of the platform; what is neither is not granted.
bool is_normal_permission(std::string_view name, int api);

}  // namespace storesweep::simdroid::android
