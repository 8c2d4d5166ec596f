// The names of a journal's records: what the worker writes and the judge looks for. One list, so that both
// sides mean the same; a name that is not here is kept in the journal and read by nobody.
#pragma once

#include <string_view>

namespace storesweep::record_name {

// kMarker
inline constexpr std::string_view kBegin = "begin";  // of the record's phase
inline constexpr std::string_view kEnd = "end";

// kAction: what the driver did; data = JSON {"target": text or permission, "bounds": [l,t,r,b], ...}, all
// optional
inline constexpr std::string_view kLaunch = "launch";  // by the launcher's intent
inline constexpr std::string_view kAgree = "agree";    // tapped the agreeing element of a consent dialog
inline constexpr std::string_view kRefuse = "refuse";  // tapped the refusing one
inline constexpr std::string_view kTap = "tap";        // any other tap; target = the text tapped
inline constexpr std::string_view kBack = "back";
inline constexpr std::string_view kHome = "home";
inline constexpr std::string_view kScroll = "scroll";
inline constexpr std::string_view kPermissionAllow =
    "permission_allow";  // on a system dialog; target = permission group
inline constexpr std::string_view kPermissionDeny = "permission_deny";
inline constexpr std::string_view kForced =
    "forced";  // tapped the only element of a dialog of the app's own that pressed for a permission
inline constexpr std::string_view kSystemAnswer =
    "system_answer";  // on a dialog that the system showed by itself: nothing of the app's was touched
inline constexpr std::string_view kClear =
    "clear";  // the app's data and permissions were reset, as if it were installed just now
inline constexpr std::string_view kSwipeAway = "swipe_away";  // removed from recents, never force-stopped
inline constexpr std::string_view kReboot = "reboot";
inline constexpr std::string_view kUnlock = "unlock";
inline constexpr std::string_view kToggle = "toggle";  // target = network, power, screen
inline constexpr std::string_view kInstall = "install";
// The device's wall clock was set; target = "+47 h" or "0"; ms = by how much it is ahead from then on.
inline constexpr std::string_view kClockShift = "clock_shift";
inline constexpr std::string_view kInstallOld =
    "install_old";  // P11: an older version in the place of the one under test, as if nothing had been there
inline constexpr std::string_view kUpdate = "update";  // P11: the version under test over the older one
inline constexpr std::string_view kOwnStart =
    "own_start";  // our own command may have started the process: its pid is ours
inline constexpr std::string_view kType = "type";  // of a log-in; target = the field, never what was typed
inline constexpr std::string_view kWait = "wait";  // a silence begins; data = {"ms": N}

// kRaw: bytes of the device, as printed
inline constexpr std::string_view kEvents = "events";  // logcat -b events -v threadtime (uid columns or not)
inline constexpr std::string_view kLog = "log";        // logcat -b main,system,crash -v threadtime
inline constexpr std::string_view kAppOps = "appops";  // cmd appops get PACKAGE, or dumpsys appops
// dumpsys appops --package PACKAGE: alone in saying in which state of the process an op was used
inline constexpr std::string_view kOpStates = "op_states";
inline constexpr std::string_view kPackage = "package";      // dumpsys package PACKAGE
inline constexpr std::string_view kHierarchy = "hierarchy";  // uiautomator dump: the XML
inline constexpr std::string_view kUiautomator =
    "uiautomator";  // what the tool said when it gave no hierarchy
// What was read in a picture of a screen that gave no text otherwise (common/android/picture_text.h); failed:
// pictures are not read, and why.
inline constexpr std::string_view kPictureText = "picture_text";
inline constexpr std::string_view kProcesses = "processes";    // dumpsys activity processes
inline constexpr std::string_view kServices = "services";      // dumpsys activity services PACKAGE
inline constexpr std::string_view kBroadcasts = "broadcasts";  // dumpsys activity broadcasts PACKAGE
inline constexpr std::string_view kExits = "exits";            // dumpsys activity exit-info PACKAGE
inline constexpr std::string_view kSensors = "sensors";        // dumpsys sensorservice
inline constexpr std::string_view kNetstats = "netstats";      // dumpsys netstats --uid
inline constexpr std::string_view kFocus = "focus";            // dumpsys window: mCurrentFocus
inline constexpr std::string_view kTraffic =
    "traffic";  // one line of the proxy (common/traffic/flow_lines.h); failed: there is none, and why
// The id of a connection that the proxy held back, and the device's sockets to the proxy at that moment, a
// line each (/proc/net/tcp).
inline constexpr std::string_view kSockets = "sockets";
// "SESSION PID PROCESS", below it one line of the script in that process (common/hooks/hook_lines.h); a
// session is one script in one process. failed: there is none, or it died, and why.
inline constexpr std::string_view kHooks = "hooks";

// kBlob
inline constexpr std::string_view kScreenshot = "screenshot";  // blob name screen-NNNN.png in the report

inline constexpr std::string_view kPolicy =
    "policy";  // the privacy policy that the app's own company gave; blob name `policy`

// kDocument
inline constexpr std::string_view kPolicySource = "policy_source";  // file or address of that policy
inline constexpr std::string_view kPolicyText = "policy_text";      // the bytes of that policy
inline constexpr std::string_view kFacts = "facts";                 // worker/apk facts_to_json
inline constexpr std::string_view kListing = "listing";             // listing_to_json
inline constexpr std::string_view kOldVersion =
    "old_version";  // app_facts_to_json of the older version that P11 updates from
inline constexpr std::string_view kAppFacts =
    "app_facts";  // app_facts_to_json: of the facts, what rules need

// kAttest
inline constexpr std::string_view kClockRate = "clock_rate";  // data = permille
inline constexpr std::string_view kHygiene = "hygiene";       // data = clean, or what was found
inline constexpr std::string_view kDecoys =
    "decoys";  // data = JSON {"installed": [packages], "lacking": [packages], "why": text}
inline constexpr std::string_view kLogin =
    "login";  // steps of a log-in were carried out; data = logged in, or failed: why
inline constexpr std::string_view kWithheld = "withheld";  // screenshots that show a secret of the log-in
// data = JSON {"seed": decimal text, "planted": [names], "lacking": {name: why}} (common/traffic/canary.h)
inline constexpr std::string_view kCanaries = "canaries";
// data = JSON {"trusted": whether our CA is in the system's store, "answers": the proxy answers by itself,
// "why": text}: the device's traffic goes through our proxy
inline constexpr std::string_view kProxy = "proxy";
// The device could not reach the proxy for a while, as after a reboot: what it sent meanwhile is lost.
inline constexpr std::string_view kProxyGap = "proxy_gap";
// data = JSON {"frida": version, "sources": version of the list}: API hooks wait for the app's processes
inline constexpr std::string_view kHooked = "hooked";
inline constexpr std::string_view kBehaviour =
    "behaviour";  // simulated devices only: data = present, or absent and why

}  // namespace storesweep::record_name
