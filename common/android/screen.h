// The model of one screen: what kind it is, and where a finger would agree, refuse, tick, read the policy or
// close. Made from the window tree and the phrases. A screen that shows no text to us is kBlind: that is
// never "no dialog". Pure.
#pragma once

#include "common/android/hierarchy.h"
#include "common/android/phrases.h"

namespace storesweep::android {

enum class ScreenKind {
  kConsent,           // an app asks for consent to its rules
  kConsentAgain,      // the same after a refusal: "you must agree to use"
  kPermission,        // the system's permission dialog
  kPermissionReview,  // the system's own review of an app for old targets: never the app's request
  kRationale,         // the app's own words on a permission
  kBegging,           // the app sends the user to the settings
  kLogin,
  kAdvert,  // splash or advertisement with a way past it
  kPolicy,  // the text of the rules
  kCrash,   // the system says that an app crashed
  kNotResponding,
  kSystemDialog,  // another dialog of the system: old target, backup, ...
  kLauncher,
  kKeyguard,
  kBlind,  // drawn without text that we can read: WebView, Flutter, game, picture
  kOrdinary,
};
std::string_view screen_kind_name(ScreenKind kind);

enum class Role {
  kAgree,
  kWeakAgree,  // 好的, 我知道了: no consent by itself (R1.7)
  kRefuse,
  kCheckBox,
  kPolicyLink,
  kClose,
  kSkip,
  kAllowAlways,
  kAllowForeground,
  kAllowOnce,
  kAllow,
  kDeny,
  kDenyForever,
  kDoNotAsk,  // check box of the permission dialog up to Android 10
  kOpenSettings,
  kLogin,
  kCloseApp,
  kWait,
};
std::string_view role_name(Role role);

enum class Mark { kNo, kYes, kUnknown };  // of a check box; unknown for one that is a picture without words

struct Element {
  Role role = Role::kAgree;
  std::string label;
  Bounds bounds;          // where to tap: the clickable parent's, unless that one holds other texts too
  bool clickable = true;  // the tree says that something there takes taps
  bool enabled = true;
  Mark checked = Mark::kNo;
  // A link inside a longer text: where its middle stands in that text, 0 to 1; -1 for an element of its own.
  // The tree gives no bounds to spans, so a tap has to be estimated.
  double span = -1;
  int node = -1;  // index in the tree
};

struct Screen {
  ScreenKind kind = ScreenKind::kOrdinary;
  std::string package;                         // whose window it is
  std::string text;                            // all readable text, one label a line
  std::string message;                         // of a permission dialog
  std::vector<std::string> permission_groups;  // of a permission dialog or a rationale, most certain first
  std::vector<Element> elements;
  std::string why;  // one line for people: what decided the kind

  const Element* find(Role role) const;
  bool has(Role role) const { return find(role) != nullptr; }
};

inline constexpr std::size_t kMaxScreenText = 256u << 10;  // labels beyond are not looked at

Screen read_screen(const Hierarchy& tree, const PhraseBook& phrases);

}  // namespace storesweep::android
