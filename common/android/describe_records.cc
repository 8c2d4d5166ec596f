#include "common/android/describe_records.h"

#include "common/base/text.h"

namespace storesweep::android {
namespace {

// Puts only what is known: no empty texts, no -1.
class Fields {
 public:
  Fields& text(const char* name, const std::string& value) {
    if (!value.empty()) json_[name] = value;
    return *this;
  }
  Fields& number(const char* name, std::int64_t value) {
    if (value >= 0) json_[name] = value;
    return *this;
  }
  Fields& maybe(const char* name, const std::optional<std::int64_t>& value) {
    if (value) json_[name] = *value;
    return *this;
  }
  Fields& flag(const char* name, bool value) {
    json_[name] = value;
    return *this;
  }
  Fields& when(const char* name, bool value) { return value ? flag(name, true) : *this; }
  Fields& list(const char* name, const std::vector<std::string>& value) {
    if (!value.empty()) json_[name] = value;
    return *this;
  }
  Fields& json(const char* name, Json value) {
    json_[name] = std::move(value);
    return *this;
  }
  operator Json() { return std::move(json_); }

 private:
  Json json_ = Json::object();
};

Json use_json(const OpUse& u) {
  return Fields()
      .text("use", u.rejected ? "reject" : "access")
      .when("running", u.running)
      .text("attribution", u.attribution)
      .text("state", u.state)
      .text("flags", u.flags)
      .text("time", u.time)
      .maybe("ago_ms", u.ago_ms)
      .maybe("duration_ms", u.duration_ms)
      .text("proxy_package", u.proxy_package)
      .number("proxy_uid", u.proxy_uid);
}

Json permission_json(const PermissionState& p) {
  return Fields()
      .text("name", p.name)
      .number("user", p.user)
      .flag("granted", p.granted)
      .list("flags", p.flags);
}

Json user_json(const UserState& u) {
  return Fields()
      .number("user", u.user)
      .flag("installed", u.installed)
      .when("hidden", u.hidden)
      .when("suspended", u.suspended)
      .flag("stopped", u.stopped)
      .flag("not_launched", u.not_launched)
      .maybe("enabled", parse_int<std::int64_t>(u.enabled))
      .text("first_install_time", u.first_install_time);
}

}  // namespace

Json grammar_json(const Grammar& g) {
  Json unknown = Json::array();
  for (const UnknownLine& line : g.unknown_lines)
    unknown.push_back({{"line", line.number}, {"relevant", line.relevant}, {"text", line.text}});
  return Fields()
      .number("lines", static_cast<std::int64_t>(g.line_count))
      .number("unknown_count", static_cast<std::int64_t>(g.unknown_count))
      .number("relevant_unknown", static_cast<std::int64_t>(g.relevant_unknown))
      .json("unknown_lines", std::move(unknown))
      .when("cut", g.cut)
      .text("device_error", g.device_error);
}

Json to_json(const std::string& record) { return record; }

Json to_json(const AppOp& r) {
  Json uses = Json::array();
  for (const OpUse& use : r.uses) uses.push_back(use_json(use));
  return Fields()
      .number("uid", r.uid)
      .text("package", r.package)
      .text("op", r.op)
      .text("mode", r.mode)
      .text("switch_op", r.switch_op)
      .json("uses", std::move(uses));
}

Json to_json(const EventRecord& r) {
  return Fields()
      .text("kind", std::string(event_kind_name(r.kind)))
      .text("time", r.time)
      .text("tag", r.tag)
      .number("log_pid", r.log_pid)
      .number("log_uid", r.log_uid)
      .number("user", r.user)
      .number("pid", r.pid)
      .number("uid", r.uid)
      .text("process", r.process)
      .text("type", r.type)
      .text("component", r.component)
      .text("reason", r.reason)
      .text("detail", r.detail)
      .when("permission_screen", is_permission_screen(r.component));
}

Json to_json(const SystemRecord& r) {
  return Fields()
      .text("kind", std::string(system_kind_name(r.kind)))
      .text("time", r.time)
      .number("log_pid", r.log_pid)
      .number("log_uid", r.log_uid)
      .number("user", r.user)
      .number("caller_uid", r.caller_uid)
      .number("caller_pid", r.caller_pid)
      .text("caller_package", r.caller_package)
      .number("pid", r.pid)
      .number("uid", r.uid)
      .text("process", r.process)
      .text("component", r.component)
      .text("action", r.action)
      .text("data", r.data)
      .text("type", r.type)
      .text("reason", r.reason)
      .text("message", r.message)
      .text("thread", r.thread)
      .list("frames", r.frames)
      .text("owner", crash_owner(r))
      .when("system_process", r.system_process);
}

Json to_json(const PackageState& r) {
  Json permissions = Json::array(), users = Json::array();
  for (const PermissionState& p : r.permissions) permissions.push_back(permission_json(p));
  for (const UserState& u : r.users) users.push_back(user_json(u));
  return Fields()
      .text("name", r.name)
      .when("hidden_system", r.hidden_system)
      .when("is_shared_user", r.is_shared_user)
      .number("uid", r.uid)
      .number("version_code", r.version_code)
      .text("version_name", r.version_name)
      .number("min_sdk", r.min_sdk)
      .number("target_sdk", r.target_sdk)
      .text("code_path", r.code_path)
      .text("installer", r.installer)
      .text("first_install_time", r.first_install_time)
      .text("last_update_time", r.last_update_time)
      .text("shared_user", r.shared_user)
      .list("flags", r.flags)
      .list("requested", r.requested)
      .json("permissions", std::move(permissions))
      .json("users", std::move(users));
}

Json to_json(const ListedPackage& r) {
  return Fields()
      .text("name", r.name)
      .text("path", r.path)
      .text("installer", r.installer)
      .number("uid", r.uid)
      .number("version_code", r.version_code);
}

Json to_json(const Feature& r) { return Fields().text("name", r.name).text("version", r.version); }
Json to_json(const Property& r) { return Fields().text("name", r.name).json("value", r.value); }

Json to_json(const RunningProcess& r) {
  return Fields()
      .number("pid", r.pid)
      .number("uid", r.uid)
      .text("process", r.process)
      .list("packages", r.packages)
      .text("importance", r.importance)
      .text("state", r.state)
      .text("reason", r.reason);
}

Json to_json(const PsRow& r) {
  return Fields()
      .text("user", r.user)
      .number("uid", r.uid)
      .number("pid", r.pid)
      .number("parent", r.parent)
      .text("state", r.state)
      .text("name", r.name);
}

Json to_json(const ActivityOnTop& r) {
  return Fields()
      .text("kind", r.kind == ActivityOnTop::Kind::kResumed ? "resumed" : "focused")
      .number("user", r.user)
      .text("component", r.component)
      .number("task", r.task);
}

Json to_json(const RecentTask& r) {
  return Fields()
      .number("id", r.id)
      .number("user", r.user)
      .number("uid", r.uid)
      .text("package", r.package)
      .text("component", r.component);
}

Json to_json(const RunningService& r) {
  return Fields()
      .number("user", r.user)
      .text("component", r.component)
      .text("package", r.package)
      .text("process", r.process)
      .number("pid", r.pid)
      .number("uid", r.uid)
      .flag("foreground", r.foreground)
      .flag("start_requested", r.start_requested)
      .maybe("created_ago_ms", r.created_ago_ms);
}

Json to_json(const Broadcast& r) {
  Json receivers = Json::array();
  for (const Broadcast::Receiver& x : r.receivers)
    receivers.push_back(
        Fields().text("component", x.component).text("package", x.package).number("pid", x.pid));
  return Fields()
      .text("action", r.action)
      .json("user", r.user)  // -1: all of them
      .text("caller_package", r.caller_package)
      .number("caller_uid", r.caller_uid)
      .text("time", r.time)
      .json("receivers", std::move(receivers));
}

Json to_json(const NetworkBucket& r) {
  return Fields()
      .text("section", r.section)
      .text("type", r.type)
      .text("network", r.network)
      .number("uid", r.uid)
      .text("set", r.set)
      .text("tag", r.tag)
      .number("start_ms", r.start_s * 1000)
      .number("received_bytes", r.received_bytes)
      .number("received_packets", r.received_packets)
      .number("sent_bytes", r.sent_bytes)
      .number("sent_packets", r.sent_packets);
}

Json to_json(const UsageEvent& r) {
  return Fields()
      .number("user", r.user)
      .text("time", r.time)
      .text("type", r.type)
      .text("package", r.package)
      .text("class_name", r.class_name)
      .number("launches", r.launches)
      .number("total_ms", r.total_ms);
}

Json to_json(const LocationRequest& r) {
  return Fields()
      .text("provider", r.provider)
      .text("package", r.package)
      .number("uid", r.uid)
      .flag("foreground", r.foreground)
      .flag("active", r.active)
      .text("request", r.request);
}

Json to_json(const ShownNotification& r) {
  return Fields()
      .text("package", r.package)
      .number("uid", r.uid)
      .number("user", r.user)
      .text("key", r.key)
      .number("importance", r.importance);
}

Json to_json(const PendingAlarm& r) {
  return Fields()
      .text("clock", r.clock)
      .text("package", r.package)
      .text("tag", r.tag)
      .maybe("repeat_ms", r.repeat_ms);
}

Json to_json(const ScheduledJob& r) {
  return Fields()
      .number("uid", r.uid)
      .number("id", r.id)
      .text("component", r.component)
      .text("source_package", r.source_package)
      .maybe("interval_ms", r.interval_ms)
      .when("persisted", r.persisted);
}

Json to_json(const ProcessExit& r) {
  return Fields()
      .text("package", r.package)
      .number("uid", r.uid)
      .text("time", r.time)
      .number("pid", r.pid)
      .number("real_uid", r.real_uid)
      .number("package_uid", r.package_uid)
      .number("defining_uid", r.defining_uid)
      .number("user", r.user)
      .text("process", r.process)
      .number("reason", r.reason)
      .text("reason_name", r.reason_name)
      .number("subreason", r.subreason)
      .text("subreason_name", r.subreason_name)
      .number("status", r.status)
      .number("importance", r.importance)
      .text("pss", r.pss)
      .text("rss", r.rss)
      .text("description", r.description)
      .text("state", r.state)
      .text("trace", r.trace);
}

Json to_json(const SensorUse& r) {
  constexpr const char* kKinds[] = {"active", "direct", "backup", "began", "ceased"};
  return Fields()
      .text("kind", kKinds[static_cast<std::size_t>(r.kind)])
      .text("time", r.time)
      .number("handle", r.handle)
      .text("sensor", r.sensor)
      .text("listener", r.listener)
      .number("pid", r.pid)
      .number("uid", r.uid)
      .number("sampling_us", r.sampling_us)
      .number("batching_us", r.batching_us)
      .text("result", r.result)
      .when("no_access", !r.access);
}

Json to_json(const WakeLock& r) {
  return Fields().text("level", r.level).text("tag", r.tag).number("uid", r.uid).number("pid", r.pid);
}

Json to_json(const InstallResult& r) {
  return Fields().flag("ok", r.ok).text("code", r.code).text("reason", r.reason);
}

Json to_json(const StartResult& r) {
  return Fields()
      .flag("ok", r.ok)
      .text("component", r.component)
      .number("total_ms", r.total_ms)
      .when("brought_to_front", r.brought_to_front)
      .text("error", r.error);
}

Json to_json(const MonkeyRun& r) {
  return Fields()
      .number("seed", r.seed)
      .number("count", r.count)
      .number("injected", r.injected)
      .flag("finished", r.finished)
      .flag("crashed", r.crashed)
      .flag("not_responding", r.not_responding)
      .text("victim", r.victim)
      .list("packages", r.packages)
      .list("components", r.components)
      .number("rejected", static_cast<std::int64_t>(r.rejected));
}

Json to_json(const MonkeyEvent& r) { return Fields().text("kind", r.kind).text("text", r.text); }

}  // namespace storesweep::android
