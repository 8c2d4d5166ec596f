#include "simdroid/android/behaviour.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <set>

#include "common/base/text.h"
#include "simdroid/android/behaviour_json.h"

namespace storesweep::simdroid::android {
namespace {
constexpr std::size_t kMaxScreens = 64;
constexpr std::size_t kMaxAny = 64;
constexpr std::size_t kMaxCalls = 1024;
constexpr std::size_t kMaxPermissions = 16;
constexpr std::int64_t kMaxMs = 86'400'000;
constexpr std::int64_t kMaxHours = 1'000;
constexpr std::int64_t kMinBusyMs = 100;

const std::map<std::string, Do, std::less<>>& verbs() {
  static const std::map<std::string, Do, std::less<>> table{
      {"show", Do::kShow},
      {"dismiss", Do::kDismiss},
      {"back", Do::kBack},
      {"finish", Do::kFinish},
      {"to_background", Do::kToBackground},
      {"exit", Do::kExit},
      {"kill", Do::kKill},
      {"crash", Do::kCrash},
      {"toast", Do::kToast},
      {"busy", Do::kBusy},
      {"open_url", Do::kOpenUrl},
      {"open_settings", Do::kOpenSettings},
      {"start_activity", Do::kStartActivity},
      {"send_broadcast", Do::kSendBroadcast},
      {"log", Do::kLog},
      {"set", Do::kSet},
      {"count", Do::kCount},
      {"stamp", Do::kStamp},
      {"run", Do::kRun},
      {"request_permissions", Do::kRequestPermissions},
      {"read_clipboard", Do::kReadClipboard},
      {"query_usage_stats", Do::kQueryUsageStats},
      {"read_location", Do::kReadLocation},
      {"open_camera", Do::kOpenCamera},
      {"record_audio", Do::kRecordAudio},
      {"read_contacts", Do::kReadContacts},
      {"read_calendar", Do::kReadCalendar},
      {"read_call_log", Do::kReadCallLog},
      {"read_sms", Do::kReadSms},
      {"read_imei", Do::kReadImei},
      {"read_android_id", Do::kReadAndroidId},
      {"read_mac", Do::kReadMac},
      {"list_apps", Do::kListApps},
      {"send", Do::kSend},
      {"create_notification_channel", Do::kCreateChannel},
      {"post_notification", Do::kPostNotification},
      {"start_service", Do::kStartService},
      {"start_foreground_service", Do::kStartForegroundService},
      {"stop_service", Do::kStopService},
      {"register_receiver", Do::kRegisterReceiver},
      {"schedule_alarm", Do::kScheduleAlarm},
      {"cancel_alarm", Do::kCancelAlarm},
      {"schedule_job", Do::kScheduleJob}};
  return table;
}

class Reader {
 public:
  std::shared_ptr<const Behaviour> read(const Json& json, std::string_view package) {
    Object file(json, "");
    if (number_of(file.need("format"), "format", 0, kMaxMs) != 1) wrong("format", "not format 1");
    out_.package = package_of(file.need("package"), "package");
    if (out_.package != package) wrong("package", "is not the APK's package");
    read_lists(file);
    read_components(file);
    file.end();
    if (calls_ > kMaxCalls) wrong("", "more than 1024 calls");
    check_references();
    return std::make_shared<const Behaviour>(std::move(out_));
  }

 private:
  void read_lists(Object& file) {
    const std::pair<const char*, Calls*> lists[] = {{"start", &out_.start},
                                                    {"launch", &out_.launch},
                                                    {"resume", &out_.resume},
                                                    {"background", &out_.background}};
    for (const auto& [key, calls] : lists)
      if (const Json* json = file.take(key)) *calls = calls_of(*json, key);
    named(file, "alarms", out_.alarms,
          [this](const Json& j, const std::string& w) { return calls_of(j, w); });
    named(file, "jobs", out_.jobs, [this](const Json& j, const std::string& w) { return calls_of(j, w); });
    named(file, "lists", out_.lists, [this](const Json& j, const std::string& w) { return calls_of(j, w); });
  }

  void read_components(Object& file) {
    named(file, "screens", out_.screens,
          [this](const Json& j, const std::string& w) { return screen_of(j, w); });
    named(file, "receivers", out_.receivers,
          [this](const Json& j, const std::string& w) { return receiver_of(j, w); });
    named(file, "services", out_.services,
          [this](const Json& j, const std::string& w) { return service_of(j, w); });
    if (const Json* json = file.take("permission_result")) {
      Object answers(*json, "permission_result");
      if (json->size() > kMaxAny) wrong("permission_result", "too many");
      for (const auto& [permission, value] : json->items()) {
        answers.take(permission);
        out_.permission_result[permission_of(Json(permission), "permission_result")] =
            answer_of(value, answers.at(permission));
      }
    }
  }

  template <class Map, class One>
  void named(Object& file, const std::string& key, Map& map, One one) {
    const Json* json = file.take(key);
    if (!json) return;
    if (!json->is_object()) wrong(key, "expected an object");
    if (json->size() > (key == "screens" ? kMaxScreens : kMaxAny)) wrong(key, "too many");
    for (const auto& [name, value] : json->items())
      map[name_of(Json(name), key)] = one(value, key + "." + name);
  }

  Calls calls_of(const Json& json, const std::string& where) {
    Calls calls = list_of(json, where, 0, kMaxCalls,
                          [this](const Json& j, const std::string& w) { return call_of(j, w); });
    calls_ += calls.size();
    return calls;
  }

  Call call_of(const Json& json, const std::string& where) {
    Object object(json, where);
    const std::string verb = text_of(object.need("do"), where + ".do");
    auto it = verbs().find(verb);
    if (it == verbs().end()) wrong(where, "unknown call " + verb);
    Call call;
    call.what = it->second;
    arguments(call, object, where);
    const bool reads =
        starts_with(verb, "read_") || starts_with(verb, "list_") || starts_with(verb, "query_");
    if (const Json* by = reads ? object.take("by") : nullptr) call.by = package_of(*by, where + ".by");
    if (const Json* condition = object.take("if")) call.conditions = conditions_of(*condition, where + ".if");
    if (const Json* ms = object.take("after_ms"))
      call.after_ms = number_of(*ms, where + ".after_ms", 0, kMaxMs);
    if (const Json* ms = object.take("every_ms"))
      call.every_ms = number_of(*ms, where + ".every_ms", 1, kMaxMs);
    if (const Json* n = object.take("times")) {
      if (call.every_ms == 0) wrong(where, "times without every_ms");
      call.times = number_of(*n, where + ".times", 1, kMaxMs);
    }
    object.end();
    return call;
  }

  void arguments(Call& call, Object& object, const std::string& where) {
    auto name = [&](const char* key) { return name_of(object.need(key), where + "." + key); };
    auto text = [&](const char* key) { return text_of(object.need(key), where + "." + key); };
    auto ms = [&](const char* key) { return number_of(object.need(key), where + "." + key, 0, kMaxMs); };
    switch (call.what) {
      case Do::kShow:
        call.text = name("screen");
        break;
      case Do::kCrash:
      case Do::kToast:
      case Do::kLog:
        call.text = text("text");
        break;
      case Do::kBusy:
        call.in_ms = ms("for_ms");
        if (call.in_ms > 0 && call.in_ms < kMinBusyMs) wrong(where, "for_ms: 0 or at least 100");
        break;
      case Do::kOpenUrl:
        call.text = text("url");
        break;
      case Do::kOpenSettings:
        call.text = text("page");
        break;
      case Do::kSend:
        call.text = text("url");
        call.second = text("body");
        call.component = "system";
        if (const Json* json = object.take("trust")) call.component = text_of(*json, where + ".trust");
        if (call.component != "system" && call.component != "own" && call.component != "pinned")
          wrong(where, "trust: expected system, own or pinned");
        break;
      case Do::kStartActivity:
        start_activity(call, object, where);
        break;
      case Do::kSendBroadcast:
        call.text = text("action");
        if (const Json* json = object.take("package")) call.second = package_of(*json, where + ".package");
        break;
      case Do::kSet:
        call.text = name("pref");
        call.second = text("value");
        break;
      case Do::kCount:
      case Do::kStamp:
        call.text = name("pref");
        break;
      case Do::kRun:
        call.text = name("list");
        break;
      case Do::kRequestPermissions:
        call.permissions =
            list_of(object.need("permissions"), where + ".permissions", 1, kMaxPermissions, permission_of);
        break;
      case Do::kCreateChannel:
      case Do::kPostNotification:
        call.text = text("channel");
        call.second = text("text");
        break;
      case Do::kStartService:
      case Do::kStartForegroundService:
      case Do::kStopService:
        call.text = name("service");
        break;
      case Do::kRegisterReceiver:
        call.text = name("receiver");
        break;
      case Do::kCancelAlarm:
        call.text = name("alarm");
        break;
      case Do::kScheduleAlarm:
      case Do::kScheduleJob:
        wake_up(call, object, where);
        break;
      default:
        break;
    }
  }

  static void start_activity(Call& call, Object& object, const std::string& where) {
    if (const Json* json = object.take("package")) call.second = package_of(*json, where + ".package");
    if (const Json* json = object.take("component")) {
      call.component = text_of(*json, where + ".component");
      if (call.component.find('/') == std::string::npos) wrong(where, "component: expected package/class");
    }
    if (call.second.empty() == call.component.empty()) wrong(where, "expected one of package and component");
  }

  static void wake_up(Call& call, Object& object, const std::string& where) {
    const bool job = call.what == Do::kScheduleJob;
    const char* period = job ? "period_ms" : "repeat_ms";
    const char* flag = job ? "persisted" : "exact";
    const char* what = job ? "job" : "alarm";
    call.text = name_of(object.need(what), where + "." + what);
    const Json* in = object.take("in_ms");
    const Json* every = object.take(period);
    if (in) call.in_ms = number_of(*in, where + ".in_ms", 0, kMaxMs);
    if (every) call.repeat_ms = number_of(*every, where + "." + period, 1, kMaxMs);
    if (const Json* json = object.take(flag)) call.flag = flag_of(*json, where + "." + flag);
    if (!job && !in) wrong(where, "missing in_ms");
    if (job && (in != nullptr) == (every != nullptr)) wrong(where, "expected either period_ms or in_ms");
  }

  static Conditions conditions_of(const Json& json, const std::string& where) {
    Object object(json, where);
    Conditions c;
    auto values = [&](const char* key, std::map<std::string, std::string>& map) {
      const Json* given = object.take(key);
      if (!given) return;
      if (!given->is_object() || given->size() > kMaxAny) wrong(where + "." + key, "expected an object");
      for (const auto& [name, value] : given->items())
        map[name_of(Json(name), where + "." + key)] = text_of(value, where + "." + key);
    };
    auto list = [&](const char* key, std::vector<std::string>& out, auto one) {
      if (const Json* given = object.take(key)) out = list_of(*given, where + "." + key, 1, kMaxAny, one);
    };
    values("prefs", c.prefs);
    values("not_prefs", c.not_prefs);
    if (const Json* ages = object.take("older")) {
      if (!ages->is_object() || ages->size() > kMaxAny) wrong(where + ".older", "expected an object");
      for (const auto& [name, hours] : ages->items())
        c.older[name_of(Json(name), where + ".older")] = number_of(hours, where + ".older", 1, kMaxHours);
    }
    list("granted", c.granted, permission_of);
    list("not_granted", c.not_granted, permission_of);
    list("checked", c.checked, name_of);
    list("unchecked", c.unchecked, name_of);
    if (const Json* api = object.take("min_api"))
      c.min_api = static_cast<int>(number_of(*api, where, 1, 10'000));
    if (const Json* api = object.take("max_api"))
      c.max_api = static_cast<int>(number_of(*api, where, 1, 10'000));
    object.end();
    return c;
  }

  Screen screen_of(const Json& json, const std::string& where) {
    Object object(json, where);
    Screen screen;
    if (const Json* j = object.take("dialog")) screen.dialog = flag_of(*j, where + ".dialog");
    if (const Json* j = object.take("drawn")) screen.drawn = flag_of(*j, where + ".drawn");
    if (const Json* j = object.take("title")) screen.title = text_of(*j, where + ".title");
    if (const Json* j = object.take("back")) {
      screen.has_back = true;
      screen.back = calls_of(*j, where + ".back");
    }
    screen.views = list_of(object.need("views"), where + ".views", 0, kMaxAny,
                           [this](const Json& j, const std::string& w) { return view_of(j, w); });
    object.end();
    std::set<std::string> ids{"title"};
    for (const View& view : screen.views)
      if (!ids.insert(view.id).second) wrong(where, "id twice: " + view.id);
    return screen;
  }

  View view_of(const Json& json, const std::string& where) {
    static const std::map<std::string, View::Kind> kinds{
        {"text", View::Kind::kText},  {"button", View::Kind::kButton}, {"check", View::Kind::kCheck},
        {"link", View::Kind::kLink},  {"image", View::Kind::kImage},   {"web", View::Kind::kWeb},
        {"input", View::Kind::kInput}};
    Object object(json, where);
    View view;
    const std::string kind = text_of(object.need("kind"), where + ".kind");
    auto it = kinds.find(kind);
    if (it == kinds.end()) wrong(where, "unknown kind " + kind);
    view.kind = it->second;
    view.id = name_of(object.need("id"), where + ".id");
    view.text = text_of(object.need("text"), where + ".text");
    if (const Json* j = object.take("checked")) {
      if (view.kind != View::Kind::kCheck) wrong(where, "checked: only a check box has it");
      view.checked = flag_of(*j, where + ".checked");
    }
    if (const Json* j = object.take("row")) view.row = name_of(*j, where + ".row");
    if (const Json* j = object.take("tap")) {
      if (view.kind == View::Kind::kWeb) wrong(where, "tap: a web view has none");
      view.tappable = true;
      view.tap = calls_of(*j, where + ".tap");
    }
    object.end();
    return view;
  }

  Answer answer_of(const Json& json, const std::string& where) {
    Object object(json, where);
    Answer answer;
    if (const Json* j = object.take("granted")) answer.granted = calls_of(*j, where + ".granted");
    if (const Json* j = object.take("denied")) answer.denied = calls_of(*j, where + ".denied");
    object.end();
    return answer;
  }

  Receiver receiver_of(const Json& json, const std::string& where) {
    Object object(json, where);
    Receiver receiver;
    receiver.actions = list_of(object.need("actions"), where + ".actions", 1, kMaxAny, text_of);
    const std::string in = text_of(object.need("in"), where + ".in");
    if (in != "manifest" && in != "code") wrong(where + ".in", "manifest or code");
    receiver.in_manifest = in == "manifest";
    if (const Json* j = object.take("process")) receiver.process = process_of(*j, where + ".process");
    if (!receiver.in_manifest && !receiver.process.empty())
      wrong(where, "process: not for a receiver in code");
    receiver.calls = calls_of(object.need("calls"), where + ".calls");
    object.end();
    return receiver;
  }

  ServiceCode service_of(const Json& json, const std::string& where) {
    Object object(json, where);
    ServiceCode service;
    if (const Json* j = object.take("sticky")) service.sticky = flag_of(*j, where + ".sticky");
    if (const Json* j = object.take("foreground")) service.foreground = flag_of(*j, where + ".foreground");
    if (const Json* j = object.take("process")) service.process = process_of(*j, where + ".process");
    if (const Json* j = object.take("create")) service.create = calls_of(*j, where + ".create");
    if (const Json* j = object.take("start")) service.start = calls_of(*j, where + ".start");
    if (const Json* j = object.take("task_removed"))
      service.task_removed = calls_of(*j, where + ".task_removed");
    object.end();
    return service;
  }

  template <class Each>
  void each_list(Each each) const {
    for (const Calls* calls : {&out_.start, &out_.launch, &out_.resume, &out_.background}) each(*calls);
    for (const auto& [name, screen] : out_.screens) {
      each(screen.back);
      for (const View& view : screen.views) each(view.tap);
    }
    for (const auto& [name, answer] : out_.permission_result) {
      each(answer.granted);
      each(answer.denied);
    }
    for (const auto& [name, receiver] : out_.receivers) each(receiver.calls);
    for (const auto& [name, service] : out_.services) {
      for (const Calls* calls : {&service.create, &service.start, &service.task_removed}) each(*calls);
    }
    for (const auto* map : {&out_.alarms, &out_.jobs, &out_.lists})
      for (const auto& [name, calls] : *map) each(calls);
  }

  void check_references() const {
    each_list([this](const Calls& calls) {
      for (const Call& call : calls) check_reference(call);
    });
    std::set<std::string> clear;
    for (const auto& [name, calls] : out_.lists) {
      std::set<std::string> open;
      check_circle(name, open, clear);
    }
  }

  void check_reference(const Call& call) const {
    auto known = [&](const auto& map, const char* what) {
      if (!map.contains(call.text)) wrong("", std::string("no ") + what + " named " + call.text);
    };
    if (call.what == Do::kShow) known(out_.screens, "screen");
    if (call.what == Do::kRun) known(out_.lists, "list");
    if (call.what == Do::kRegisterReceiver) {
      known(out_.receivers, "receiver");
      if (out_.receivers.at(call.text).in_manifest)
        wrong("", "register_receiver: in the manifest: " + call.text);
    }
    if (call.what == Do::kStartService || call.what == Do::kStartForegroundService ||
        call.what == Do::kStopService)
      known(out_.services, "service");
    if (call.what == Do::kScheduleAlarm || call.what == Do::kCancelAlarm) known(out_.alarms, "alarm");
    if (call.what == Do::kScheduleJob) known(out_.jobs, "job");
  }

  // A list that runs itself, here and now, would never end.
  void check_circle(const std::string& name, std::set<std::string>& open,
                    std::set<std::string>& clear) const {
    if (clear.contains(name)) return;
    if (!open.insert(name).second) wrong("lists." + name, "runs itself in a circle");
    for (const Call& call : out_.lists.at(name))
      if (call.what == Do::kRun) check_circle(call.text, open, clear);
    open.erase(name);
    clear.insert(name);
  }

  Behaviour out_;
  std::size_t calls_ = 0;
};

}  // namespace

Result<std::shared_ptr<const Behaviour>> read_behaviour(std::string_view json, std::string_view package) {
  if (json.size() > kMaxBehaviourBytes) return exhausted("larger than 256 KiB");
  if (!valid_utf8(json)) return invalid("not UTF-8");
  try {
    return Reader().read(parse_strict(json), package);
  } catch (const Wrong& problem) {
    return invalid(problem.text);
  } catch (const Json::exception&) {
    return invalid("not JSON");
  }
}

std::string class_stem(std::string_view name) {
  std::string out;
  for (std::string_view part : split(name, '_')) {
    if (part.empty()) continue;
    const bool lower = part[0] >= 'a' && part[0] <= 'z';
    out += lower ? static_cast<char>(part[0] - 'a' + 'A') : part[0];
    out += part.substr(1);
  }
  return out;
}

}  // namespace storesweep::simdroid::android
