// For the time until simdroid/print has them all: the plainest stand-ins for its printers, weak, so that each goes away
// when the real one comes. To be deleted with its folder.
#include "simdroid/print/package.h"
#include "simdroid/print/appops.h"
#include "simdroid/print/tools.h"
#include "simdroid/print/device_state.h"
#include "simdroid/print/processes.h"
#include "simdroid/print/scheduled.h"
#include <fmt/format.h>
#define W __attribute__((weak))
namespace storesweep::simdroid {
W std::string print_package(const Templates&, const PackageRecord& p, Moment) {
  std::string o = "Packages:\n  Package [" + p.name + "]\n";
  for (auto& x : p.runtime_permissions) { o += "      " + x.name + ": granted=" + (x.granted ? "true" : "false") + " flags="; for (auto& f : x.flags) o += f + " "; o += "\n"; }
  return o + fmt::format("    stopped={} notLaunched={}\n", p.stopped, p.not_launched); }
W std::string print_unknown_package(const Templates&, const std::string& n) { return "Unable to find package: " + n + "\n"; }
W std::string print_packages(const Templates&, const std::vector<PackageRecord>&, Moment) { return ""; }
W std::string print_package_list(const Templates&, const std::vector<PackageLine>& v, const PackageListing&) { std::string o; for (auto& l : v) o += "package:" + l.name + "\n"; return o; }
W std::string print_package_paths(const Templates&, const std::vector<std::string>& v) { std::string o; for (auto& l : v) o += "package:" + l + "\n"; return o; }
W std::string print_features(const Templates&, const std::vector<std::string>& v) { std::string o; for (auto& l : v) o += "feature:" + l + "\n"; return o; }
W std::string print_install_success(const Templates&, const std::string&) { return "Success\n"; }
W std::string print_install_failure(const Templates&, const std::string&, const std::string& c, const std::string& r) { return "Failure [" + c + (r.empty() ? "" : ": " + r) + "]\n"; }
W std::string print_install_created(const Templates&, int s) { return fmt::format("Success: created install session [{}]\n", s); }
W std::string print_install_written(const Templates&, std::uint64_t b) { return fmt::format("Success: streamed {} bytes\n", b); }
W std::string print_uninstall(const Templates&, bool d, const std::string& c) { return d ? "Success\n" : "Failure [" + c + "]\n"; }
W std::string print_clear(const Templates&, bool d) { return d ? "Success\n" : "Failed\n"; }
W std::string print_grant_error(const Templates&, std::string_view w, const std::string&, const std::string&) { return std::string(w) + "\n"; }
W Answer print_start(const Templates&, const StartAnswer& a, int) { return {"Starting: Intent { " + intent_text(a.intent, 28) + " }\n" + (a.wait ? "Status: ok\nActivity: " + a.component + "\n" : std::string()) + fmt::format("kind {}\n", static_cast<int>(a.kind)), "", 0}; }
W std::string print_broadcast_sent(const Templates&, const IntentText& i, int) { return "Broadcasting: Intent { " + intent_text(i, 28) + " }\nBroadcast completed: result=0\n"; }
W Answer print_service_started(const Templates&, const IntentText&, const std::string& e, int) { return {"Starting service\n", e, 0}; }
W Answer print_monkey(const Templates&, const MonkeyAnswer& a) { return {a.found ? "Events injected: 1\n" : "** No activities found to run, monkey aborted.\n", "", a.found ? 0 : 252}; }
W std::string print_uiautomator_dumped(const Templates&, const std::string& p) { return "UI hierchary dumped to: " + p + "\n"; }
W std::string print_uiautomator_not_idle(const Templates&) { return "ERROR: could not get idle state.\n"; }
W std::string print_uiautomator_no_root(const Templates&) { return "ERROR: null root node returned by UiTestAutomationBridge.\n"; }
W std::string print_wm_size(const Templates&, int w, int h) { return fmt::format("Physical size: {}x{}\n", w, h); }
W std::string print_wm_density(const Templates&, int d) { return fmt::format("Physical density: {}\n", d); }
W std::string print_appops(const Templates&, const std::vector<UidOps>& v, Moment) { std::string o; for (auto& u : v) { o += fmt::format("Uid {}: state={}\n", u.uid, static_cast<int>(u.state)); for (auto& m : u.modes) o += "  " + m.op + ": mode=" + m.mode + "\n"; for (auto& p : u.packages) for (auto& x : p.ops) { o += "  " + p.package + " " + x.op + " (" + x.mode + ")"; for (auto& z : x.uses) o += fmt::format(" [{} access={} reject={}]", static_cast<int>(z.state), z.access_wall_ms, z.reject_wall_ms); o += "\n"; } } return o; }
W std::string print_appops_get(const Templates& t, const UidOps& u, const PackageOps&, Moment m) { return print_appops(t, {u}, m); }
W std::string print_appops_none(const Templates&, const std::string&) { return "No operations.\n"; }
W std::string intent_text(const IntentText& i, int) { std::string o; auto add = [&](std::string s) { o += (o.empty() ? "" : " ") + s; }; if (!i.action.empty()) add("act=" + i.action); if (!i.categories.empty()) { std::string c; for (auto& x : i.categories) c += (c.empty() ? "" : ",") + x; add("cat=[" + c + "]"); } if (!i.data.empty()) add("dat=" + i.data); if (i.flags) add(fmt::format("flg=0x{:x}", i.flags)); if (!i.package.empty()) add("pkg=" + i.package); if (!i.component.empty()) add("cmp=" + i.component); if (i.has_extras) add("(has extras)"); return o; }
W std::string print_activities(const Templates&, const ActivityState& s, Moment) { std::string o; for (auto& t : s.tasks) { o += fmt::format("Task {} {}\n", t.id, t.affinity); for (auto& a : t.activities) o += "  " + a.component + " " + a.state + "\n"; } return o + "focus " + s.focused_title + "\n"; }
W std::string print_recents(const Templates&, const ActivityState&, const std::vector<TaskRecord>&, Moment) { return ""; }
W std::string print_stack_list(const Templates&, const ActivityState& s) { std::string o; for (auto& t : s.tasks) o += fmt::format("Stack id={} taskId={}: {}\n", t.stack, t.id, t.affinity); return o; }
W std::string print_processes(const Templates&, const std::vector<ProcessRecord>& v, Moment) { std::string o; for (auto& p : v) o += fmt::format("Proc {}:{} adj={} state={} {}\n", p.pid, p.name, p.adj, p.proc_state, p.adj_reason); return o; }
W std::string print_services(const Templates&, const std::vector<ServiceRecord>& v, Moment) { std::string o; for (auto& p : v) o += fmt::format("Service {} pid={}\n", p.component, p.pid); return o; }
W std::string print_broadcasts(const Templates&, const std::vector<BroadcastHistory>& v, Moment) { std::string o; for (auto& p : v) o += fmt::format("Broadcast {} {}\n", p.intent.action, p.receivers.size()); return o; }
W std::string print_ps(const Templates&, const std::vector<PsLine>& v) { std::string o; for (auto& p : v) o += fmt::format("{} {} {}\n", p.user, p.pid, p.name); return o; }
W std::string print_power(const Templates&, const PowerLine& p, Moment) { return "mWakefulness=" + p.wakefulness + "\n"; }
W std::string print_battery(const Templates&, const BatteryLine&) { return "battery\n"; }
W std::string print_windows(const Templates&, const ActivityState& s, const std::vector<WindowLine>&) { return "mCurrentFocus=" + s.focused_title + "\n"; }
W std::string print_displays(const Templates&, const ActivityState&, const std::vector<WindowLine>&) { return ""; }
W std::string print_alarms(const Templates&, const std::vector<AlarmLine>& v, Moment) { std::string o; for (auto& p : v) o += p.package + " " + p.tag + "\n"; return o; }
W std::string print_jobs(const Templates&, const std::vector<JobLine>& v, Moment) { std::string o; for (auto& p : v) o += p.component + "\n"; return o; }
W std::string print_notifications(const Templates&, const std::vector<NotificationLine>& v, const std::vector<NotificationChannels>&, Moment) { std::string o; for (auto& p : v) o += p.package + " " + p.channel + "\n"; return o; }
W std::string print_usage(const Templates&, const std::vector<UsageLine>& v, Moment) { std::string o; for (auto& p : v) o += p.type + " " + p.package + "\n"; return o; }
}
