#include "common/android/screen.h"

#include <algorithm>

#include "common/android/blind.h"
#include "common/android/dump.h"
#include "common/android/elements.h"
#include "common/base/text.h"

namespace storesweep::android {
namespace {

std::string_view id_of(const Node& n) {
  const std::size_t slash = n.resource_id.rfind('/');
  return slash == std::string::npos ? std::string_view(n.resource_id)
                                    : std::string_view(n.resource_id).substr(slash + 1);
}

// What the decision looks at, gathered once.
struct Facts {
  const Hierarchy& tree;
  const PhraseBook& book;
  std::vector<Label> labels;  // of the front window's package
  std::string text;           // normalised, all labels
  PhraseBook::Mentions mentions;
  bool policy = false;   // the rules are named
  bool consent = false;  // and there is talk of reading or agreeing
};

bool has_id(const Facts& f, std::string_view part) {
  for (const Node& n : f.tree.nodes) {
    if (contains(id_of(n), part)) return true;
  }
  return false;
}

bool listed(const PhraseList& list, std::string_view package) {
  for (const std::string& entry : list) {
    if (contains(package, entry)) return true;
  }
  return false;
}

constexpr std::string_view kSystemUi = "com.android.systemui";

// The package that fills most of the screen; the status bar's only when there is no other. What lies inside
// a window of SystemUI is a notification: its nodes bear the package that posted it.
std::string front_package(const Hierarchy& tree, const PhraseBook& book) {
  std::string best;
  std::string_view seen;
  std::int64_t best_area = -1;
  std::vector<bool> in_system_ui(tree.nodes.size(), false);
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const Node& n = tree.nodes[i];
    const bool root = n.parent < 0;
    in_system_ui[i] = root ? n.package == kSystemUi : in_system_ui[static_cast<std::size_t>(n.parent)];
    if (n.package.empty() || (in_system_ui[i] && n.package != kSystemUi)) continue;
    if (n.package != seen && listed(book.raw().permission_packages, n.package)) return n.package;
    seen = n.package;
    const std::int64_t area = n.package == kSystemUi ? 0 : n.bounds.area() + 1;
    if (area > best_area) {
      best_area = area;
      best = n.package;
    }
  }
  return best;
}

const Element* find_in(const std::vector<Element>& elements, Role role) {
  for (const Element& e : elements) {
    if (e.role == role) return &e;
  }
  return nullptr;
}

const Element* first_of(const std::vector<Element>& elements, std::initializer_list<Role> roles) {
  for (Role role : roles) {
    if (const Element* e = find_in(elements, role)) return e;
  }
  return nullptr;
}

bool decide(Screen& screen, ScreenKind kind, std::string_view why) {
  screen.kind = kind;
  screen.why = std::string(why);
  return true;
}

bool in_list(const Hierarchy& tree, const Element* e) {
  for (int i = e ? e->node : -1; i >= 0; i = tree.nodes[static_cast<std::size_t>(i)].parent) {
    const std::string& name = tree.nodes[static_cast<std::size_t>(i)].class_name;
    if (contains(name, "RecyclerView") || contains(name, "ListView")) return true;
  }
  return false;
}

// The settings page of one permission: AppPermissionFragment's radio buttons (10 to 14, with the dialog's own
// id permission_message), its preference list since 15, and makers' lists of permissions and their states.
bool permission_settings(const Facts& f, const Element* allow, const Element* deny, bool ids) {
  for (std::string_view id : {"deny_radio_button", "allow_radio_button", "ask_radio_button"}) {
    if (has_id(f, id)) return true;
  }
  return !ids && in_list(f.tree, allow) && in_list(f.tree, deny);
}

std::string permission_message(const Facts& f) {
  std::string message;
  for (const Node& n : f.tree.nodes) {
    if (id_of(n) == "permission_message") message = n.text;
  }
  if (!message.empty()) return message;
  for (const Label& l : f.labels) {
    if (l.shown.size() > message.size()) message = l.shown;
  }
  return message;
}

// An app's name stands in quotation marks and may be any word: "是否允许“联系人”访问照片". What is quoted
// counts only where nothing else names a permission.
std::vector<std::string> asked_groups(const PhraseBook& book, const std::string& message) {
  const std::string text = normalise(message);
  const std::size_t open = text.find('"'), close = text.find('"', open + 1);
  if (open == std::string::npos || close == std::string::npos) return book.groups_in(text);
  const auto groups = book.groups_in(text.substr(0, open) + " " + text.substr(close + 1));
  return groups.empty() ? book.groups_in(text) : groups;
}

bool permission_screen(const Facts& f, Screen& s) {
  if (!listed(f.book.raw().permission_packages, s.package)) return false;
  const bool ids = has_id(f, "permission_allow") || has_id(f, "permission_deny") ||
                   has_id(f, "permission_message") || has_id(f, "grant_dialog");
  const Element* deny = first_of(s.elements, {Role::kDeny, Role::kDenyForever});
  const Element* allow =
      first_of(s.elements, {Role::kAllow, Role::kAllowAlways, Role::kAllowForeground, Role::kAllowOnce});
  if (!ids && has_id(f, "continue_button") && has_id(f, "cancel_button"))
    return decide(s, ScreenKind::kPermissionReview, "the system reviews an app for an old target");
  if (permission_settings(f, allow, deny, ids))
    return decide(s, ScreenKind::kOrdinary, "settings of permissions, not a request");
  if (!ids && !(deny && allow)) return false;
  s.message = permission_message(f);
  s.permission_groups = asked_groups(f.book, s.message);
  // Makers' security apps ask the same way whether one app may open another: that is no permission.
  if (!ids && s.permission_groups.empty())
    return decide(s, ScreenKind::kSystemDialog, "a question of " + s.package + " that names no permission");
  return decide(s, ScreenKind::kPermission, "window of " + s.package);
}

// SystemUI's lock screen and bouncer, 5 to 16.
bool has_lock_parts(const Facts& f) {
  for (std::string_view part :
       {"keyguard_status", "keyguard_clock", "keyguard_indication", "lockscreen_clock", "lock_icon_view",
        "lockPatternView", "pinEntry", "keyguard_pin_view", "keyguard_password_view", "keyguard_pattern_view",
        "keyguard_header", "keyguard_security_container", "keyguard_host_view", "keyguard_bouncer",
        "keyguard_bottom_area"}) {
    if (has_id(f, part)) return true;
  }
  return false;
}

bool system_screen(const Facts& f, Screen& s) {
  if (s.package == "android") {
    const bool anr_text = f.mentions.of(&Phrases::not_responding);
    if (has_id(f, "aerr_wait") || anr_text)
      return decide(s, ScreenKind::kNotResponding,
                    "the system's own dialog says that an app does not respond");
    if (has_id(f, "aerr_") || f.mentions.of(&Phrases::crash))
      return decide(s, ScreenKind::kCrash, "the system's own dialog says that an app stopped");
    return decide(s, ScreenKind::kSystemDialog, "window of package android");
  }
  if (s.package == "com.android.keyguard" || (s.package == kSystemUi && has_lock_parts(f)))
    return decide(s, ScreenKind::kKeyguard, "lock screen of " + s.package);
  return s.package == "com.android.backupconfirm" &&
         decide(s, ScreenKind::kSystemDialog, "window of " + s.package);
}

// After the consent dialog: a home screen can be an app like any other and ask for consent.
bool home_screen(const Facts& f, Screen& s) {
  return listed(f.book.raw().launcher_packages, s.package) &&
         decide(s, ScreenKind::kLauncher, "home screen " + s.package);
}

// Login walls carry the same links and check box as a consent dialog; what tells them apart is what they ask
// for.
bool login_screen(const Facts& f, Screen& s) {
  bool button = find_in(s.elements, Role::kLogin) != nullptr;
  for (const Element& e : s.elements)  // "同意并登录" logs in where there is something to fill in
    button = button || (e.role == Role::kAgree && f.book.is(&Phrases::login, normalise(e.label)));
  if (!button || find_in(s.elements, Role::kRefuse)) return false;
  for (const Node& n : f.tree.nodes) {
    const bool field = contains(n.class_name, "EditText") || n.password;
    if (field && n.package == s.package)
      return decide(s, ScreenKind::kLogin, "a log-in button and an input field");
  }
  if (f.mentions.of(&Phrases::login_fields) || (f.policy && find_in(s.elements, Role::kLogin)))
    return decide(s, ScreenKind::kLogin, "a log-in button and log-in words");
  return false;
}

// A title that is the rules' name, a link of its own or a name in 《》, beside an agree button that takes
// taps.
bool offers_rules(const Facts& f, const Screen& s) {
  bool tappable = false, link = false;
  for (const Label& l : f.labels) link = link || f.book.is(&Phrases::policy_names, l.text);
  for (const Element& e : s.elements) {
    tappable = tappable || (e.role == Role::kAgree && (e.clickable || !e.enabled));
    link = link || (e.role == Role::kPolicyLink && (e.span < 0 || contains(e.label, "《")));
  }
  return tappable && link;
}

bool consent_screen(const Facts& f, Screen& s) {
  const bool agree = find_in(s.elements, Role::kAgree) != nullptr;
  const bool weak = find_in(s.elements, Role::kWeakAgree) != nullptr;
  const bool refuse = find_in(s.elements, Role::kRefuse) != nullptr;
  if (!agree && !weak) return false;
  const bool again = f.mentions.of(&Phrases::second_try);
  // "需要您同意开启位置权限才能…" presses for a permission, not for the rules.
  const bool of_permission = f.mentions.of(&Phrases::rationale) || f.mentions.of(&Phrases::begging) ||
                             !f.book.groups_in(f.text).empty();
  if (again && (agree || refuse) && (f.policy || (f.consent && !of_permission)))
    return decide(s, ScreenKind::kConsentAgain, "an agree button and words that press after a refusal");
  if (!f.policy) return false;
  // A "同意" in a chat or below an article that speaks of such rules is no button of a dialog.
  const bool asks = refuse || f.consent || find_in(s.elements, Role::kCheckBox) || offers_rules(f, s);
  if (agree && asks) return decide(s, ScreenKind::kConsent, "an agree button and the name of the rules");
  const bool link = find_in(s.elements, Role::kPolicyLink) != nullptr;
  if (link && (f.consent || refuse || find_in(s.elements, Role::kCheckBox)))
    return decide(s, ScreenKind::kConsent, "the rules are named, but only a weak button stands there");
  return false;
}

bool permission_talk(const Facts& f, Screen& s) {
  if (listed(f.book.raw().permission_packages, s.package)) return false;  // the system's words, not the app's
  const bool settings = find_in(s.elements, Role::kOpenSettings) != nullptr;
  const bool rationale = f.mentions.of(&Phrases::rationale);
  const bool begging = f.mentions.of(&Phrases::begging);
  const bool answers = settings || find_in(s.elements, Role::kAgree) ||
                       find_in(s.elements, Role::kWeakAgree) || find_in(s.elements, Role::kRefuse) ||
                       find_in(s.elements, Role::kAllow);
  if (!answers || (!rationale && !begging)) return false;
  s.permission_groups = f.book.groups_in(f.text);
  if (settings && !s.permission_groups.empty())
    return decide(s, ScreenKind::kBegging, "the app sends to the settings for a permission");
  if (begging && settings) return decide(s, ScreenKind::kBegging, "the app sends to the settings");
  if (!rationale) return false;
  return decide(s, ScreenKind::kRationale, "the app's own words on a permission, with buttons");
}

bool advert_screen(const Facts& f, Screen& s) {
  const Element* skip = find_in(s.elements, Role::kSkip);
  const bool advert = f.mentions.of(&Phrases::advert);
  if (skip) {
    const bool counts = without_countdown(normalise(skip->label)) != normalise(skip->label);
    if (advert || counts || f.labels.size() <= 4)
      return decide(s, ScreenKind::kAdvert, "a way to skip, and little else");
  }
  if (advert && find_in(s.elements, Role::kClose) && f.labels.size() <= 8)
    return decide(s, ScreenKind::kAdvert, "an advertisement that can be closed");
  return false;
}

bool policy_screen(const Facts& f, Screen& s) {
  if (!f.policy || find_in(s.elements, Role::kAgree)) return false;
  std::size_t longest = 0;
  for (const Label& l : f.labels) longest = std::max(longest, l.shown.size());
  bool titled = false;
  for (std::size_t i = 0; i < std::min<std::size_t>(f.labels.size(), 3); ++i) {
    titled = titled || (f.labels[i].text.size() <= 60 && f.book.in(&Phrases::policy_names, f.labels[i].text));
  }
  bool web = false;
  for (const Node& n : f.tree.nodes) web = web || contains(n.class_name, "WebView");
  if (titled && (longest > 600 || f.text.size() > 1500 || (web && f.labels.size() <= 4)))
    return decide(s, ScreenKind::kPolicy, "named after the rules, and mostly text");
  return false;
}

bool blind_screen(const Facts& f, Screen& s) {
  const auto spot = blind_spot(f.tree, s.package, f.labels);
  return spot && decide(s, ScreenKind::kBlind, spot->why);
}

}  // namespace

const Element* Screen::find(Role role) const { return find_in(elements, role); }

Screen read_screen(const Hierarchy& tree, const PhraseBook& phrases) {
  Screen screen;
  screen.package = front_package(tree, phrases);
  Facts facts{tree, phrases, read_labels(tree, screen.package), {}, {}, false, false};
  for (const Label& l : facts.labels) {
    if (facts.text.size() > kMaxScreenText) break;
    facts.text += l.text;
    facts.text += '\n';
    screen.text += l.shown;
    screen.text += '\n';
  }
  facts.mentions = phrases.mentions(facts.text);
  facts.policy = facts.mentions.of(&Phrases::policy_names);
  facts.consent = facts.mentions.of(&Phrases::consent_texts) || facts.mentions.of(&Phrases::read_and_agree);
  screen.elements =
      read_elements(tree, facts.labels, phrases, listed(phrases.raw().permission_packages, screen.package));
  const bool decided =
      permission_screen(facts, screen) || system_screen(facts, screen) || login_screen(facts, screen) ||
      consent_screen(facts, screen) || home_screen(facts, screen) || permission_talk(facts, screen) ||
      advert_screen(facts, screen) || policy_screen(facts, screen) || blind_screen(facts, screen);
  if (!decided) decide(screen, ScreenKind::kOrdinary, "nothing that the reader looks for");
  return screen;
}

std::string_view screen_kind_name(ScreenKind kind) {
  constexpr std::string_view kNames[] = {"consent",   "consent_again", "permission",     "permission_review",
                                         "rationale", "begging",       "login",          "advert",
                                         "policy",    "crash",         "not_responding", "system_dialog",
                                         "launcher",  "keyguard",      "blind",          "ordinary"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view role_name(Role role) {
  constexpr std::string_view kNames[] = {
      "agree",        "weak_agree",   "refuse",           "check_box",  "policy_link", "close",
      "skip",         "allow_always", "allow_foreground", "allow_once", "allow",       "deny",
      "deny_forever", "do_not_ask",   "open_settings",    "login",      "close_app",   "wait"};
  return kNames[static_cast<std::size_t>(role)];
}

}  // namespace storesweep::android
