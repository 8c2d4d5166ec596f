#include "simdroid/print/processes.h"

#include <fmt/format.h>

#include <algorithm>

#include "simdroid/print/records.h"
#include "simdroid/print/sheet.h"
#include "simdroid/print/states.h"
#include "simdroid/print/text.h"

namespace storesweep::simdroid {
namespace {
constexpr int kFirstSharedGid = 40'000;
constexpr int kTopState = 2;

// Since 7 the kernel's score, on 4.4 from -16 to 15: from `score` or `old` on.
bool adj_from(const Templates& t, const ProcessRecord& p, int score, int old) {
  return !p.persistent && p.adj >= (t.has("oom.0") ? old : score);
}
bool cached(const Templates& t, const ProcessRecord& p) { return adj_from(t, p, 900, 9); }
bool in_background_group(const Templates& t, const ProcessRecord& p) { return adj_from(t, p, 500, 5); }

std::string ago(std::int64_t then_ms, Moment now) {
  return then_ms == now.elapsed_ms ? "0" : duration_text(then_ms - now.elapsed_ms);
}

// The word before the importance in the list by importance, as wide as there.
std::string list_adj(const Templates& t, int adj) {
  const std::string old = "oom." + std::to_string(adj);
  std::string text = t.has(old) ? t.line(old) : t.has("oom.9") ? t.line("oom.9") : adj_text(t, adj);
  constexpr std::size_t kWidth = 5;
  if (text.size() < kWidth) text.resize(kWidth, ' ');
  return text;
}

Holes process_holes(const Templates& t, const ProcessRecord& p, Moment now) {
  const bool top = p.foreground_activities && p.proc_state == kTopState;
  return {{"kind", p.persistent ? "PERS" : "APP"},
          {"uid", std::to_string(p.uid)},
          {"process", process_text(t, p.id, p.pid, p.name, p.uid)},
          {"gids", fmt::format("{}, {}, 9997", kFirstSharedGid + p.uid, kFirstSharedGid - 20'000 + p.uid)},
          {"code_path", p.code_path},
          {"data_dir", p.data_dir},
          {"packages", joined(p.packages, ", ")},
          {"density", "420"},
          {"pid", std::to_string(p.pid)},
          {"activity_ago", ago(p.last_activity_elapsed_ms, now)},
          {"pss_ago", ago(p.last_activity_elapsed_ms, now)},
          {"started_ago", ago(p.started_elapsed_ms, now)},
          {"next_pss", "+10m0s0ms"},
          {"adj_seq", "509"},
          {"pss", "24"},
          {"cached", yes_no(cached(t, p))},
          {"empty", yes_no(p.activities.empty() && p.services.empty())},
          {"adj", std::to_string(p.adj)},
          {"group", top                         ? "3"
                    : in_background_group(t, p) ? "0"
                                                : "2"},
          {"state", std::to_string(p.proc_state)},
          {"caps", top                     ? "LCMN"
                   : p.foreground_services ? "---N"
                                           : "----"},
          {"foreground_services", yes_no(p.foreground_services)},
          {"start_seq", std::to_string(p.start_seq)}};
}

void list(Sheet& sheet, const std::string& head, const std::string& line,
          const std::vector<std::string>& records) {
  if (records.empty()) return;
  sheet.add(head);
  for (const std::string& record : records) sheet.add(line, {{"record", record}});
}

void importance_list(Sheet& sheet, const Templates& t, const std::vector<ProcessRecord>& processes) {
  const std::string total = std::to_string(processes.size());
  sheet.add("processes.lru", {{"total", total}, {"others", "0"}});
  for (std::size_t i = 0; i < processes.size(); ++i) {
    const ProcessRecord& p = processes[i];
    const bool top = p.foreground_activities && p.proc_state == kTopState;
    sheet.add("processes.lru_line", {{"kind", p.persistent ? "PERS" : "Proc"},
                                     {"index", fmt::format("{:2}", processes.size() - 1 - i)},
                                     {"adj_text", list_adj(t, p.adj)},
                                     {"group_letter", top                         ? "T"
                                                      : in_background_group(t, p) ? "B"
                                                                                  : "F"},
                                     {"act_letter", p.foreground_activities ? "A"
                                                    : p.foreground_services ? "S"
                                                                            : " "},
                                     {"state_text", proc_state_text(t, p.proc_state)},
                                     {"caps", top                     ? "LCMN"
                                              : p.foreground_services ? "---N"
                                                                      : "----"},
                                     {"pid", std::to_string(p.pid)},
                                     {"name", p.name},
                                     {"uid", uid_text(p.uid)},
                                     {"reason", p.adj_reason}});
    if (!p.adj_target.empty()) sheet.add("processes.lru_target", {{"target", p.adj_target}});
  }
}

Holes service_holes(const Templates& t, const ServiceRecord& s, Moment now) {
  return {{"id", s.id},
          {"component", s.component},
          {"intent", intent_text(s.intent)},
          {"package", s.component.substr(0, s.component.find('/'))},
          {"process_name", s.process},
          {"base_dir", s.base_dir},
          {"data_dir", s.data_dir},
          {"process", s.pid == 0 ? "null" : process_text(t, s.process_id, s.pid, s.process, s.uid)},
          {"foreground_id", std::to_string(s.foreground_id)},
          {"channel", s.channel.empty() ? "null" : s.channel},
          {"created", ago(s.created_elapsed_ms, now)},
          {"activity", ago(s.last_activity_elapsed_ms, now)},
          {"restart", ago(s.restart_elapsed_ms, now)},
          {"next", ago(s.restart_elapsed_ms, now)},
          {"delay", "+1s0ms"},
          {"from_foreground", yes_no(s.created_from_foreground)},
          {"requested", yes_no(s.start_requested)},
          {"stop_if_killed", yes_no(s.stop_if_killed)},
          {"call_start", yes_no(s.call_start)},
          {"start_id", std::to_string(s.last_start_id)},
          {"restarts", std::to_string(s.restart_count)}};
}

void broadcast_receivers(Sheet& sheet, const BroadcastHistory& b) {
  for (std::size_t i = 0; i < b.receivers.size(); ++i) {
    const BroadcastReceiverLine& r = b.receivers[i];
    const auto slash = r.component.find('/');
    const std::string package = r.component.substr(0, slash);
    std::string name = slash == std::string::npos ? "" : r.component.substr(slash + 1);
    if (!name.empty() && name[0] == '.') name.insert(0, package);
    const Holes holes{{"delivery", r.delivery},
                      {"index", std::to_string(i)},
                      {"filter", identity_text(b.id + r.process + "filter")},
                      {"id", identity_text(r.process + std::to_string(r.pid))},
                      {"remote", identity_text(r.process + "remote")},
                      {"pid", std::to_string(r.pid)},
                      {"process", r.process},
                      {"uid", std::to_string(r.uid)},
                      {"class", name},
                      {"package", package}};
    sheet.add(r.component.empty() ? "broadcasts.registered" : "broadcasts.manifest", holes);
  }
}

void broadcast_queue(Sheet& sheet, const std::vector<BroadcastHistory>& history, bool foreground,
                     Moment now) {
  const std::string queue = foreground ? "foreground" : "background";
  sheet.add("broadcasts.history", {{"queue", queue}});
  int index = 0;
  for (const BroadcastHistory& b : history) {
    if (b.foreground != foreground) continue;
    const std::int64_t took = b.finished_wall_ms - b.dispatched_wall_ms;
    const Holes holes{{"queue", queue},
                      {"index", std::to_string(index++)},
                      {"id", b.id},
                      {"action", b.intent.action},
                      {"intent", intent_text(b.intent)},
                      {"caller", b.caller_package.empty() ? "android" : b.caller_package},
                      {"caller_process", "null"},
                      {"pid", b.caller_pid == 0 ? "-1" : std::to_string(b.caller_pid)},
                      {"uid", std::to_string(b.caller_uid)},
                      {"time", date_text("%Y-%m-%d %H:%M:%S", b.dispatched_wall_ms)},
                      {"dispatched", duration_text(b.dispatched_wall_ms - now.wall_ms)},
                      {"finished", duration_text(b.finished_wall_ms - now.wall_ms)},
                      {"took", duration_text(took)},
                      {"count", std::to_string(b.receivers.size())}};
    sheet.add("broadcasts.record", holes);
    sheet.add("broadcasts.caller", holes);
    broadcast_receivers(sheet, b);
  }
}
}  // namespace

std::string print_processes(const Templates& t, const std::vector<ProcessRecord>& processes, Moment now) {
  Sheet sheet(t);
  sheet.add("processes.head");
  for (const ProcessRecord& p : processes) {
    const Holes holes = process_holes(t, p, now);
    for (const char* block : {"kind", "record", "dirs", "times", "state"})
      sheet.add(std::string("processes.") + block, holes);
    if (!p.activities.empty()) sheet.add("processes.activities_line", holes);
    if (p.foreground_services) sheet.add("processes.foreground", holes);
    if (p.started_services) sheet.add("processes.started", holes);
    sheet.add("processes.start_seq", holes);
    std::vector<std::string> activities;
    for (const std::string& record : p.activities) activities.push_back("ActivityRecord" + record);
    list(sheet, "processes.activities", "processes.activity", activities);
    list(sheet, "processes.services", "processes.service", p.services);
    list(sheet, "processes.receivers", "processes.receiver", p.receivers);
  }
  importance_list(sheet, t, processes);
  return sheet.take();
}

std::string print_services(const Templates& t, const std::vector<ServiceRecord>& services, Moment now) {
  Sheet sheet(t);
  if (services.empty()) {
    sheet.add("services.none");
    return "ACTIVITY MANAGER SERVICES (dumpsys activity services)\n" + sheet.take();
  }
  sheet.add("services.head");
  for (const ServiceRecord& s : services) {
    const Holes holes = service_holes(t, s, now);
    sheet.add("services.record", holes);
    sheet.add("services.dirs", holes);
    sheet.add("services.app", holes);
    if (s.foreground) sheet.add("services.foreground", holes);
    sheet.add("services.times", holes);
    if (s.start_requested || s.call_start) sheet.add("services.started", holes);
    if (s.restart_count > 0) sheet.add("services.crash", holes);
    sheet.add("services.blank");
  }
  return sheet.take();
}

std::string print_broadcasts(const Templates& t, const std::vector<BroadcastHistory>& history, Moment now) {
  Sheet sheet(t);
  sheet.add("broadcasts.head");
  broadcast_queue(sheet, history, true, now);
  broadcast_queue(sheet, history, false, now);
  return sheet.take();
}

std::string print_ps(const Templates& t, const std::vector<PsLine>& processes) {
  Sheet sheet(t);
  sheet.add("ps.head");
  for (const PsLine& p : processes) {
    sheet.add("ps.line", {{"user", fmt::format("{:<12}", p.user)},
                          {"pid", fmt::format("{:>5}", p.pid)},
                          {"ppid", fmt::format("{:>5}", p.parent_pid)},
                          {"vsz", fmt::format("{:>7}", p.virtual_kib)},
                          {"rss", fmt::format("{:>6}", p.resident_kib)},
                          {"wchan", fmt::format("{:<16}", p.wait_channel)},
                          {"addr", fmt::format("{:>4}", 0)},
                          {"state", std::string(1, p.state)},
                          {"name", fmt::format("{:<27}", p.name)}});
    sheet.add("ps.old_line", {{"user", fmt::format("{:<9}", p.user).substr(0, 9)},
                              {"pid", fmt::format("{:<5}", p.pid)},
                              {"ppid", fmt::format("{:<5}", p.parent_pid)},
                              {"vsz", fmt::format("{:<6}", p.virtual_kib)},
                              {"rss", fmt::format("{:<6}", p.resident_kib)},
                              {"wchan", "ffffffff"},
                              {"pc", "00000000"},
                              {"state", std::string(1, p.state)},
                              {"name", p.name}});
  }
  return sheet.take();
}

}  // namespace storesweep::simdroid
