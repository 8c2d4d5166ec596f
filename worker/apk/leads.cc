#include "worker/apk/leads.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "common/base/text.h"
#include "common/rules/permission_groups.h"

namespace storesweep {
namespace {
constexpr LeadKind kKinds[] = {
    {"self-start-receiver", "R6.1", "a receiver of a broadcast that the system sends without the user"},
    {"boot-permission", "R6.1", "asks to be told when the device has started"},
    {"keep-alive-service", "R6.1",
     "a service that others may start, in a process of its own or named for staying alive"},
    {"one-pixel-activity", "R6.1",
     "an activity hidden from recents, in a task of its own or named for a pixel"},
    {"account-sync", "R6.1", "account synchronisation, which can wake the app"},
    {"alarm-or-job", "R6.1", "alarms or jobs, which can wake the app"},
    {"permission-without-call-site", "R5.5", "a permission that no code of the package was seen to need"},
    {"shake-listener", "R7.13", "listens to a motion sensor"},
    {"silent-install", "R7.7", "installs packages, or may"},
    {"download", "R7.2", "downloads packages, or may"},
    {"hidden-icon", "R7.10", "switches components on or off, or shows no name or icon in the launcher"},
    {"dynamic-code", "R1.4", "loads code at run time, which these facts do not cover"},
};

// System broadcasts that start an app whose user did nothing (rules.md, task 6); a * stands for any rest.
constexpr std::string_view kSelfStart[] = {
    "android.intent.action.BOOT_COMPLETED",
    "android.intent.action.LOCKED_BOOT_COMPLETED",
    "android.intent.action.QUICKBOOT_POWERON",
    "com.htc.intent.action.QUICKBOOT_POWERON",
    "android.intent.action.REBOOT",
    "android.intent.action.USER_PRESENT",
    "android.intent.action.USER_UNLOCKED",
    "android.intent.action.SCREEN_ON",
    "android.intent.action.SCREEN_OFF",
    "android.intent.action.ACTION_POWER_CONNECTED",
    "android.intent.action.ACTION_POWER_DISCONNECTED",
    "android.intent.action.BATTERY_CHANGED",
    "android.intent.action.PACKAGE_ADDED",
    "android.intent.action.PACKAGE_REMOVED",
    "android.intent.action.PACKAGE_REPLACED",
    "android.intent.action.PACKAGE_INSTALL",
    "android.intent.action.MEDIA_MOUNTED",
    "android.intent.action.MEDIA_UNMOUNTED",
    "android.intent.action.TIME_SET",
    "android.intent.action.TIME_TICK",
    "android.intent.action.DATE_CHANGED",
    "android.intent.action.PHONE_STATE",
    "android.intent.action.NEW_OUTGOING_CALL",
    "android.net.conn.CONNECTIVITY_CHANGE",
    "android.net.wifi.STATE_CHANGE",
    "android.net.wifi.WIFI_STATE_CHANGED",
    "android.bluetooth.adapter.action.STATE_CHANGED",
    "android.provider.Telephony.SMS_RECEIVED",
};
constexpr std::string_view kAliveWords[] = {"keepalive",     "keep_alive", "keeplive", "daemon", "guard",
                                            "assistservice", "watchdog",   "wakeup",   "pullup"};
constexpr std::string_view kPixelWords[] = {"onepixel",      "onepx",     "1pixel",
                                            "pixelactivity", "keepalive", "keeplive"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}
bool holds(const auto& list, std::string_view one) {
  return std::ranges::find(list, one) != std::ranges::end(list);
}
bool names_any(std::string_view class_name, const auto& words) {
  std::string name = lower(class_name.substr(class_name.rfind('.') + 1));
  return std::ranges::any_of(words, [&](std::string_view w) { return name.find(w) != std::string::npos; });
}

class Finder {
 public:
  explicit Finder(const ApkFacts& facts) : f_(facts) {}

  std::vector<Lead> run() {
    for (const Component& c : f_.components) component(c);
    permissions();
    calls();
    launcher();
    auto order = [](const Lead& l) { return lead_kind(l.kind) - kKinds; };
    std::ranges::stable_sort(out_, {}, order);
    return std::move(out_);
  }

 private:
  void add(std::string_view kind, std::string subject, std::string detail, std::string owner = "") {
    if (out_.size() < kMaxLeads)
      out_.push_back({std::string(kind), std::move(subject), std::move(detail), std::move(owner)});
  }

  void component(const Component& c) {
    if (!c.enabled) return;
    if (c.kind == ComponentKind::kReceiver) receiver(c);
    if (c.kind == ComponentKind::kService) service(c);
    if (c.kind == ComponentKind::kActivity) activity(c);
  }

  void receiver(const Component& c) {
    std::vector<std::string> actions;
    for (const IntentFilter& filter : c.filters) {
      for (const std::string& action : filter.actions) {
        if (holds(kSelfStart, action) && !holds(actions, action)) actions.push_back(action);
      }
    }
    if (!actions.empty()) add("self-start-receiver", c.name, fmt::format("{}", fmt::join(actions, ", ")));
  }

  void service(const Component& c) {
    for (const IntentFilter& filter : c.filters) {
      for (const std::string& action : filter.actions) {
        if (action == "android.content.SyncAdapter" || action == "android.accounts.AccountAuthenticator") {
          add("account-sync", c.name, action);
        }
      }
    }
    if (c.permission == "android.permission.BIND_JOB_SERVICE") add("alarm-or-job", c.name, c.permission);
    if (!c.reachable || !c.permission.empty()) return;
    if (names_any(c.name, kAliveWords)) {
      add("keep-alive-service", c.name, "by its name");
    } else if (!c.process.empty()) {
      add("keep-alive-service", c.name, "process " + c.process);
    }
  }

  void activity(const Component& c) {
    if (names_any(c.name, kPixelWords)) {
      add("one-pixel-activity", c.name, "by its name");
    } else if (c.exclude_from_recents && c.task_affinity && *c.task_affinity != f_.package && !c.reachable) {
      add("one-pixel-activity", c.name, "out of recents, task '" + *c.task_affinity + "'");
    }
  }

  void permissions() {
    for (const UsesPermission& p : f_.permissions) {
      if (p.name == "android.permission.RECEIVE_BOOT_COMPLETED") add("boot-permission", p.name, "");
      if (p.name == "android.permission.INSTALL_PACKAGES" ||
          p.name == "android.permission.REQUEST_INSTALL_PACKAGES") {
        add("silent-install", p.name, "permission");
      }
      if (p.name == "android.permission.DOWNLOAD_WITHOUT_NOTIFICATION") add("download", p.name, "permission");
      if (without_call_site(p.name)) add("permission-without-call-site", p.name, "");
    }
  }

  // Only where all code was looked at, and a source is known that needs the permission.
  bool without_call_site(const std::string& permission) const {
    const CodeSummary& code = f_.code;
    return code.looked_at && code.gaps.empty() && dangerous_permission(permission) &&
           holds(code.permissions_known, permission) && !holds(code.permissions_used, permission);
  }

  // One lead for each owner and behaviour: the first place, and how many there are.
  void calls() {
    static constexpr std::pair<std::string_view, std::string_view> kMarks[] = {
        {"account_sync", "account-sync"},     {"alarm", "alarm-or-job"},
        {"silent_install", "silent-install"}, {"download", "download"},
        {"hidden_icon", "hidden-icon"},       {"dynamic_code", "dynamic-code"},
        {"sensors", "shake-listener"}};
    struct Seen {
      const CallFact* first = nullptr;
      std::size_t places = 0;
    };
    std::map<std::pair<std::string, std::string>, Seen> seen;
    for (const CallFact& call : f_.code.calls_of_sources) {
      for (const auto& [source, kind] : kMarks) {
        if (call.source != source) continue;
        if (source == "sensors" && call.target.find("registerListener") == std::string::npos) continue;
        Seen& s = seen[{std::string(kind), call.owner}];
        if (!s.first) s.first = &call;
        ++s.places;
      }
    }
    for (const auto& [key, s] : seen) {
      add(key.first, s.first->caller_class + "." + s.first->caller_method,
          fmt::format("{}, {} place{}", s.first->target, s.places, s.places == 1 ? "" : "s"), key.second);
    }
  }

  void launcher() {
    if (f_.launch_activity.empty()) return;
    if (trim(f_.label).empty()) add("hidden-icon", f_.launch_activity, "no label");
    if (f_.icon.empty()) add("hidden-icon", f_.launch_activity, "no icon");
  }

  const ApkFacts& f_;
  std::vector<Lead> out_;
};
}  // namespace

std::span<const LeadKind> lead_kinds() { return kKinds; }

const LeadKind* lead_kind(std::string_view id) {
  auto at = std::ranges::find(kKinds, id, &LeadKind::id);
  return at == std::end(kKinds) ? nullptr : at;
}

std::vector<Lead> find_leads(const ApkFacts& facts) { return Finder(facts).run(); }

}  // namespace storesweep
