// A journal written by hand for a test: phases, actions, screens and log lines at device times. No threads.
#pragma once

#include <cstdlib>
#include <string>
#include <utility>

#include "common/evidence/names.h"
#include "common/judge/judge.h"

namespace storesweep {

inline constexpr std::string_view kTestPackage = "com.example.app";

class RunScript {
 public:
  RunScript() {
    j_.header.package = kTestPackage;
    j_.header.worker = "w";
    j_.header.device = "DEVICE1";
    j_.header.device_kind = {"phone", 28};
    j_.header.device_start_ms = 1'595'548'800'000;  // 2020-07-24T00:00:00Z
    j_.header.started_wall_ms = 1'780'000'000'000;
    j_.sealed = j_.complete = j_.signature_valid = true;
  }
  RunScript& device(std::string identity) {
    j_.header.device = std::move(identity);
    return *this;
  }
  RunScript& api(int level) {
    j_.header.device_kind.api = level;
    return *this;
  }
  RunScript& begin(Phase p, std::int64_t at_s) { return marker(p, at_s, record_name::kBegin); }
  RunScript& end(Phase p, std::int64_t at_s) { return marker(p, at_s, record_name::kEnd); }
  // What comes next was done, or looked at, somewhere within so many seconds.
  RunScript& within(std::int64_t seconds) {
    took_ms_ = seconds * 1000;
    return *this;
  }
  // The answer to the next action was lost.
  RunScript& unsure() {
    took_ms_ = -1;
    return *this;
  }
  RunScript& act(std::string_view name, std::int64_t at_s, const std::string& target = "") {
    Record r = record(at_s, RecordKind::kAction, name);
    r.data = target.empty() ? "" : "{\"target\":\"" + target + "\"}";
    r.took_ms = std::exchange(took_ms_, 0);
    return add(std::move(r));
  }
  RunScript& raw(std::string_view name, std::int64_t at_s, std::string data) {
    Record r = record(at_s, RecordKind::kRaw, name);
    r.data = std::move(data);
    r.took_ms = std::exchange(took_ms_, 0);
    return add(std::move(r));
  }
  RunScript& fail(std::string_view name, std::int64_t at_s, std::string reason) {
    Record r = record(at_s, RecordKind::kFailed, name);
    r.reason = std::move(reason);
    return add(std::move(r));
  }
  RunScript& document(std::string_view name, std::string text) {
    Record r = record(0, RecordKind::kDocument, name);
    r.data = std::move(text);
    return add(std::move(r));
  }
  RunScript& attest(std::string_view name, std::string text) {
    Record r = record(0, RecordKind::kAttest, name);
    r.data = std::move(text);
    return add(std::move(r));
  }
  RunScript& decoys(const std::string& lacking = "") {
    return attest(record_name::kDecoys,
                  "{\"installed\":[\"com.example.news\",\"com.tencent.mm\"],\"lacking\":[" + lacking +
                      "],\"why\":\"\"}");
  }
  RunScript& lose(std::string_view name) {
    Record r = record(0, RecordKind::kLost, name);
    r.count = 3;
    return add(std::move(r));
  }
  // "07-24 00:01:05.000" of a second of the run.
  static std::string time(std::int64_t s) {
    char out[32];
    std::snprintf(out, sizeof out, "07-%02d %02d:%02d:%02d.000", static_cast<int>(24 + s / 86'400),
                  static_cast<int>(s / 3600 % 24), static_cast<int>(s / 60 % 60), static_cast<int>(s % 60));
    return out;
  }
  // The device's clock is set so many hours ahead: what its logs say from then on is stamped by it.
  RunScript& clock_set(std::int64_t at_s, std::int64_t hours) {
    ahead_s_ = hours * 3'600;
    Record r = record(at_s, RecordKind::kAction, record_name::kClockShift);
    r.data = "{\"ms\":" + std::to_string(ahead_s_ * 1000) + ",\"target\":\"" + std::to_string(hours) + "\"}";
    return add(std::move(r));
  }
  RunScript& event(std::int64_t at_s, const std::string& tag, const std::string& fields) {
    return raw(record_name::kEvents, at_s,
               time(at_s + ahead_s_) + "  1000  1500  1520 I " + tag + ": [" + fields + "]\n");
  }
  RunScript& log(std::int64_t at_s, const std::string& tag, const std::string& text) {
    return raw(record_name::kLog, at_s,
               time(at_s + ahead_s_) + "  1000  1500  1520 I " + tag + ": " + text + "\n");
  }
  // The app's own process says that it ends.
  RunScript& own_exit(std::int64_t at_s, int pid = 4000) {
    return raw(record_name::kLog, at_s,
               time(at_s) + " 10101  " + std::to_string(pid) + "  " + std::to_string(pid) +
                   " I System  : System.exit called, status: 0\n");
  }
  RunScript& died(std::int64_t at_s) { return event(at_s, "am_proc_died", "0,4000,com.example.app,100,0"); }
  // The system's history of exits, dumped at the end: "3 (LOW_MEMORY)".
  RunScript& exit_info(std::int64_t at_s, std::int64_t died_s, const std::string& reason, int pid = 4000) {
    return raw(record_name::kExits, at_s,
               "ACTIVITY MANAGER PROCESS EXIT INFO (dumpsys activity exit-info)\n  package: com.example.app\n"
               "    Historical Process Exit for uid=10101\n        ApplicationExitInfo #0:\n"
               "          timestamp=2020-" +
                   time(died_s) + " pid=" + std::to_string(pid) +
                   " realUid=10101 packageUid=10101 definingUid=10101 user=0\n          "
                   "process=com.example.app reason=" +
                   reason +
                   " subreason=0 (UNKNOWN) status=0\n          importance=100 pss=0.00 rss=0.00 "
                   "description=null state=empty trace=null\n");
  }
  // The system's dialog goes: its answer was taken.
  RunScript& dialog_finished(std::int64_t at_s) {
    return event(at_s, "am_finish_activity",
                 "0,50001,12,com.android.permissioncontroller/.permission.ui.GrantPermissionsActivity,"
                 "app-request");
  }
  RunScript& permission_start(std::int64_t at_s, bool by_system = false) {
    std::string action = by_system ? "REQUEST_PERMISSIONS_FOR_OTHER" : "REQUEST_PERMISSIONS";
    return log(at_s, "ActivityTaskManager",
               "START u0 {act=android.content.pm.action." + action +
                   " pkg=com.android.permissioncontroller cmp=com.android.permissioncontroller/"
                   ".permission.ui.GrantPermissionsActivity (has extras)} from uid " +
                   (by_system ? "1000" : "10101"));
  }
  RunScript& permission_dialog(std::int64_t at_s, const std::string& what = "拍摄照片和录制视频") {
    return screen(at_s, "com.android.permissioncontroller",
                  node("com.android.permissioncontroller", "要允许“示例”" + what + "吗？", false, 400) +
                      node("com.android.permissioncontroller", "允许", true, 900) +
                      node("com.android.permissioncontroller", "拒绝", true, 1100));
  }
  static std::string node(std::string_view package, const std::string& text, bool clickable, int top,
                          const std::string& more = "checkable=\"false\" checked=\"false\"",
                          const std::string& kind = "android.widget.Button") {
    return "<node index=\"0\" text=\"" + text + "\" resource-id=\"\" class=\"" + kind + "\" package=\"" +
           std::string(package) + "\" content-desc=\"\" " + more + " clickable=\"" +
           (clickable ? "true" : "false") +
           "\" enabled=\"true\" focusable=\"true\" focused=\"false\" scrollable=\"false\" "
           "long-clickable=\"false\" "
           "password=\"false\" selected=\"false\" bounds=\"[100," +
           std::to_string(top) + "][980," + std::to_string(top + 120) + "]\" />";
  }
  RunScript& screen(std::int64_t at_s, std::string_view package, const std::string& nodes) {
    return raw(
        record_name::kHierarchy, at_s,
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"0\"><node index=\"0\" "
        "text=\"\" resource-id=\"\" class=\"android.widget.FrameLayout\" package=\"" +
            std::string(package) +
            "\" content-desc=\"\" checkable=\"false\" checked=\"false\" clickable=\"false\" enabled=\"true\" "
            "focusable=\"false\" focused=\"false\" scrollable=\"false\" long-clickable=\"false\" "
            "password=\"false\" selected=\"false\" bounds=\"[0,0][1080,1920]\">" +
            nodes + "</node></hierarchy>");
  }
  RunScript& page(std::int64_t at_s, const std::string& title = "首页") {
    return screen(at_s, kTestPackage, node(kTestPackage, title, false, 200) + button("扫一扫", 400));
  }
  RunScript& home(std::int64_t at_s) {
    return screen(at_s, "com.android.launcher3", node("com.android.launcher3", "电话", true, 900));
  }
  RunScript& begging(std::int64_t at_s) {
    return screen(
        at_s, kTestPackage,
        node(kTestPackage, "需要获取您的相机权限，用于扫码。未开启相机权限将无法使用。", false, 400) +
            button("取消", 900) + button("去设置", 1100));
  }
  RunScript& consent(std::int64_t at_s, const std::string& buttons) {
    return screen(
        at_s, kTestPackage,
        node(kTestPackage, "个人信息保护指引", false, 200) +
            node(kTestPackage, "请您充分阅读并理解《用户协议》和《隐私政策》，同意后开始使用我们的服务。",
                 false, 400) +
            buttons);
  }
  static std::string button(const std::string& text, int top) { return node(kTestPackage, text, true, top); }
  static std::string box(bool checked) {
    return node(kTestPackage, "我已阅读并同意《用户协议》和《隐私政策》", true, 700,
                std::string("checkable=\"true\" checked=\"") + (checked ? "true" : "false") + "\"",
                "android.widget.CheckBox");
  }
  RunScript& package(std::int64_t at_s = 1) {
    return raw(
        record_name::kPackage, at_s,
        "Packages:\n  Package [com.example.app] (abcdef0):\n    userId=10101\n    versionCode=1 minSdk=19 "
        "targetSdk=30\n");
  }
  // The package's dump with what the first user decided: "android.permission.CAMERA: granted=false, flags=[
  // USER_SET ]" each.
  RunScript& permissions(std::int64_t at_s, int version, const std::vector<std::string>& held,
                         const std::vector<std::string>& more_requested = {}) {
    std::string text =
        "Packages:\n  Package [com.example.app] (abcdef0):\n    userId=10101\n    versionCode=" +
        std::to_string(version) + " minSdk=19 targetSdk=30\n    requested permissions:\n";
    for (const std::string& one : held) text += "      " + one.substr(0, one.find(':')) + "\n";
    for (const std::string& one : more_requested) text += "      " + one + "\n";
    text +=
        "    User 0: ceDataInode=1 installed=true hidden=false suspended=false stopped=false "
        "notLaunched=false enabled=0 instant=false virtual=false\n      runtime permissions:\n";
    for (const std::string& one : held) text += "        " + one + "\n";
    return raw(record_name::kPackage, at_s, text);
  }
  // The untouched first launch with its dialog, 70 s long.
  RunScript& first_launch(const std::string& buttons) {
    package()
        .begin(Phase::kP1, 2)
        .act(record_name::kLaunch, 2)
        .event(3, "am_proc_start", start_fields("activity"));
    log(3, "ActivityManager",
        "Start proc 4000:com.example.app/u0a101 for activity com.example.app/.MainActivity");
    return consent(5, buttons).end(Phase::kP1, 72);
  }
  static std::string start_fields(const std::string& type, int pid = 4000,
                                  const std::string& component = "com.example.app/.MainActivity") {
    return "0," + std::to_string(pid) + ",10101,com.example.app," + type + "," + component;
  }
  const Journal& journal() const { return j_; }

 private:
  RunScript& marker(Phase p, std::int64_t at_s, std::string_view name) {
    phase_ = p;
    return add(record(at_s, RecordKind::kMarker, name));
  }
  Record record(std::int64_t at_s, RecordKind kind, std::string_view name) const {
    Record r;
    r.device_ms = r.host_ms = at_s * 1000;
    r.phase = phase_;
    r.kind = kind;
    r.name = name;
    return r;
  }
  RunScript& add(Record r) {
    r.sequence = j_.records.size() + 1;
    j_.records.push_back(std::move(r));
    return *this;
  }

  Journal j_;
  Phase phase_ = Phase::kP0;
  std::int64_t took_ms_ = 0, ahead_s_ = 0;
};

inline const RulePack& test_pack() {
  static const RulePack kPack = *load_rule_pack(std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules");
  return kPack;
}

}  // namespace storesweep
