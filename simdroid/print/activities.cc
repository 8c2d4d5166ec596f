#include "simdroid/print/activities.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/text.h"
#include "simdroid/print/records.h"
#include "simdroid/print/sheet.h"
#include "simdroid/print/text.h"

namespace storesweep::simdroid {
namespace {
constexpr int kFirstStrictUriApi = 30;

// Uri.toSafeString: what would tell on someone is left out; since 11 of every scheme.
std::string safe_uri(const std::string& uri, int api) {
  const auto colon = uri.find(':');
  if (colon == std::string::npos) return uri;
  const std::string scheme = uri.substr(0, colon);
  std::string rest = uri.substr(colon + 1);
  for (const char* personal : {"tel", "sip", "sms", "smsto", "mailto", "nfc"}) {
    if (scheme != personal) continue;
    for (char& c : rest) c = c == '-' || c == '@' || c == '.' ? c : 'x';
    return scheme + ":" + rest;
  }
  const bool web = scheme == "http" || scheme == "https" || scheme == "ftp" || scheme == "rtsp";
  if (!web && api < kFirstStrictUriApi) return uri;
  if (!starts_with(rest, "//")) return scheme + ":" + (starts_with(rest, "/") ? "/..." : "");
  const auto slash = rest.find('/', 2);
  return scheme + ":" + rest.substr(0, slash) + (slash == std::string::npos && web ? "" : "/...");
}

std::string component_in_full(const std::string& component) {
  const auto slash = component.find('/');
  if (slash == std::string::npos || component.compare(slash + 1, 1, ".") != 0) return component;
  return component.substr(0, slash + 1) + component.substr(0, slash) + component.substr(slash + 1);
}

const ActivityRecord* resumed_of(const TaskRecord& task) {
  for (const ActivityRecord& a : task.activities) {
    if (a.state == "RESUMED") return &a;
  }
  return nullptr;
}

Holes task_holes(const Templates& t, const TaskRecord& task, Moment now) {
  const ActivityRecord* root = task.activities.empty() ? nullptr : &task.activities.back();
  std::vector<std::string> activities;
  for (auto a = task.activities.rbegin(); a != task.activities.rend(); ++a)
    activities.push_back(activity_record_text(t, *a, task.id));
  const std::string affinity =
      t.has("record.affinity")
          ? t.line("record.affinity", {{"task_uid", std::to_string(task.uid)}, {"affinity", task.affinity}})
          : task.affinity;
  return {{"task", std::to_string(task.id)},
          {"stack", std::to_string(task.stack)},
          {"task_record", task_record_text(t, task)},
          {"uid", uid_text(task.uid)},
          {"calling_uid", uid_text(task.calling_uid)},
          {"calling_package", "null"},
          {"affinity", affinity},
          {"intent", intent_text(task.intent)},
          {"root_component", task.intent.component},
          {"count", std::to_string(task.activities.size())},
          {"activity_type", task.type == "home"      ? "2"
                            : task.type == "recents" ? "3"
                                                     : "1"},
          {"type", task.type},
          {"activities", joined(activities, ", ")},
          {"process",
           root == nullptr ? "" : process_text(t, root->process_id, root->pid, root->process, root->uid)},
          {"last_active", std::to_string(task.last_active_elapsed_ms)},
          {"inactive", std::to_string((now.elapsed_ms - task.last_active_elapsed_ms) / 1000)}};
}

void task_body(Sheet& sheet, const std::string& prefix, const TaskRecord& task, const Holes& holes) {
  sheet.add(prefix + "task", holes);
  if (!task.affinity.empty()) sheet.add(prefix + "task_affinity", holes);
  sheet.add(prefix + "task_intent", holes);
  if (!task.activities.empty() && task.activities.back().pid != 0) sheet.add(prefix + "task_process", holes);
  sheet.add(prefix + "task_tail", holes);
}

void history(Sheet& sheet, const Templates& t, const TaskRecord& task, const ActivityState& state,
             Holes holes, Moment now) {
  for (std::size_t i = 0; i < task.activities.size(); ++i) {
    const ActivityRecord& a = task.activities[i];
    const bool stopped = a.state == "STOPPED" || a.state == "STOPPING";
    const Holes own{{"index", std::to_string(task.activities.size() - 1 - i)},
                    {"record", activity_record_text(t, a, task.id)},
                    {"package", a.component.substr(0, a.component.find('/'))},
                    {"process_name", a.process},
                    {"process", process_text(t, a.process_id, a.pid, a.process, a.uid)},
                    {"launched_uid", std::to_string(a.launched_from_uid)},
                    {"launched_package", a.launched_from_package.empty() ? "null" : a.launched_from_package},
                    {"intent", intent_text(a.intent)},
                    {"front_of_task", yes_no(i + 1 == task.activities.size())},
                    {"component", a.component},
                    {"base_dir", a.base_dir},
                    {"data_dir", a.data_dir},
                    {"launched", duration_text(a.launched_elapsed_ms - now.elapsed_ms)},
                    {"have_state", yes_no(stopped)},
                    {"icicle", stopped ? "Bundle[mParcelledData.dataSize=620]" : "null"},
                    {"state", a.state},
                    {"stopped", yes_no(stopped)},
                    {"finishing", yes_no(a.finishing)},
                    {"visible", yes_no(a.visible)},
                    {"sleeping", yes_no(state.sleeping)}};
    for (const auto& [name, value] : own) holes[name] = value;
    sheet.add("activities.hist", holes);
    if (a.pid != 0) sheet.add("activities.hist_app", holes);
    sheet.add("activities.hist_body", holes);
    sheet.add("activities.hist_state", holes);
  }
}

void running(Sheet& sheet, const Templates& t, const TaskRecord& task) {
  if (!sheet.has("activities.running")) return;
  sheet.add("activities.running");
  sheet.add("activities.running_task", {{"task_record", task_record_text(t, task)}});
  for (std::size_t i = 0; i < task.activities.size(); ++i) {
    sheet.add("activities.running_line", {{"index", std::to_string(task.activities.size() - 1 - i)},
                                          {"record", activity_record_text(t, task.activities[i], task.id)}});
  }
}
}  // namespace

std::string intent_text(const IntentText& intent, int api) {
  std::string out;
  auto add = [&out](const std::string& word) { out += (out.empty() ? "" : " ") + word; };
  if (!intent.action.empty()) add("act=" + intent.action);
  if (!intent.categories.empty()) add("cat=[" + joined(intent.categories, ",") + "]");
  if (!intent.data.empty()) add("dat=" + safe_uri(intent.data, api));
  if (intent.flags != 0) add(fmt::format("flg={:#x}", intent.flags));
  if (!intent.package.empty()) add("pkg=" + intent.package);
  if (!intent.component.empty()) add("cmp=" + intent.component);
  if (intent.has_extras) add("(has extras)");
  return out;
}

std::string task_record_text(const Templates& t, const TaskRecord& task) {
  const bool by_intent = task.affinity.empty() && t.has("record.task_home");
  const bool visible = std::any_of(task.activities.begin(), task.activities.end(),
                                   [](const ActivityRecord& a) { return a.visible; });
  return t.line(by_intent ? "record.task_home" : "record.task",
                {{"id", task.id_hex},
                 {"task", std::to_string(task.id)},
                 {"affinity", task.affinity},
                 {"task_uid", std::to_string(task.uid)},
                 {"root_component", task.intent.component},
                 {"stack", std::to_string(task.stack)},
                 {"type", task.type},
                 {"visible", yes_no(visible)},
                 {"count", std::to_string(task.activities.size())}});
}

std::string activity_record_text(const Templates& t, const ActivityRecord& activity, int task) {
  return t.line("record.activity",
                {{"id", activity.id}, {"component", activity.component}, {"task", std::to_string(task)}});
}

std::string process_text(const Templates& t, const std::string& id, int pid, const std::string& name,
                         int uid) {
  return t.line("record.process",
                {{"id", id}, {"pid", std::to_string(pid)}, {"process", name}, {"uid", uid_text(uid)}});
}

std::string print_activities(const Templates& t, const ActivityState& state, Moment now) {
  Sheet sheet(t);
  sheet.add("activities.head");
  std::string resumed;
  for (const TaskRecord& task : state.tasks) {
    Holes holes = task_holes(t, task, now);
    holes["sleeping"] = yes_no(state.sleeping);
    sheet.add("activities.stack", holes);
    sheet.add("activities.task_head", holes);
    const ActivityRecord* top = resumed_of(task);
    const std::string record = top == nullptr ? "" : activity_record_text(t, *top, task.id);
    if (resumed.empty()) resumed = record;
    if (top != nullptr) sheet.add("activities.task_top", {{"record", record}});
    if (sheet.has("activities.task")) task_body(sheet, "activities.", task, holes);
    history(sheet, t, task, state, holes, now);
    running(sheet, t, task);
    if (top != nullptr) sheet.add("activities.resumed", {{"record", record}});
    sheet.add("activities.blank");
  }
  if (!resumed.empty()) sheet.add("activities.tail_resumed", {{"record", resumed}});
  if (!state.tasks.empty()) {
    const TaskRecord& front = state.tasks.front();
    const std::string top =
        front.activities.empty() ? "null" : activity_record_text(t, front.activities[0], front.id);
    const std::string stack =
        t.has("record.stack")
            ? t.line("record.stack", {{"id", identity_text("stack" + std::to_string(front.stack))},
                                      {"stack", std::to_string(front.stack)},
                                      {"type", front.type}})
            : "";
    sheet.add("activities.tail_focus",
              {{"record", top}, {"stack_record", stack}, {"task_record", task_record_text(t, front)}});
  }
  return sheet.take();
}

std::string print_recents(const Templates& t, const ActivityState& state,
                          const std::vector<TaskRecord>& recent, Moment now) {
  Sheet sheet(t);
  if (sheet.has("recents.none")) return t.fill("recents.none");
  sheet.add("recents.head",
            {{"uid", std::to_string(state.recents_uid)}, {"component", state.recents_component}});
  for (std::size_t i = 0; i < recent.size(); ++i) {
    Holes holes = task_holes(t, recent[i], now);
    holes["index"] = std::to_string(i);
    sheet.add("recents.task_head", holes);
    task_body(sheet, "recents.", recent[i], holes);
  }
  return sheet.take();
}

std::string print_stack_list(const Templates& t, const ActivityState& state) {
  Sheet sheet(t);
  for (const TaskRecord& task : state.tasks) {
    const bool visible = !task.activities.empty() && task.activities[0].visible;
    const std::string top = task.activities.empty() ? "" : component_in_full(task.activities[0].component);
    const Holes holes{{"stack", std::to_string(sheet.has("activities.stack") ? task.stack : task.id)},
                      {"width", std::to_string(state.width_px)},
                      {"height", std::to_string(state.height_px)},
                      {"density", std::to_string(state.density_dpi)},
                      {"type", task.type},
                      {"task", std::to_string(task.id)},
                      {"component", component_in_full(task.intent.component)},
                      {"visible", yes_no(visible)},
                      {"top", top}};
    sheet.add("am.stack", holes);
    sheet.add("am.stack_task", holes);
    sheet.add("am.stack_end");
  }
  return sheet.take();
}

}  // namespace storesweep::simdroid
