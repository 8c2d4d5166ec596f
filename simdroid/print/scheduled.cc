#include "simdroid/print/scheduled.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "simdroid/print/sheet.h"
#include "simdroid/print/text.h"

namespace storesweep::simdroid {
namespace {
constexpr const char* kAlarmTypes[] = {"RTC_WAKEUP", "RTC", "ELAPSED_WAKEUP", "ELAPSED"};
constexpr const char* kSeconds = "%Y-%m-%d %H:%M:%S";

std::string until(std::int64_t then_ms, std::int64_t now_ms) { return duration_text(then_ms - now_ms); }

Holes alarm_holes(const Templates& t, const AlarmLine& a, std::size_t index, Moment now) {
  const int type = std::clamp(a.type, 0, 3);
  const bool by_clock = type < 2;
  const std::int64_t most = a.when_elapsed_ms + a.window_ms;
  const std::int64_t when_wall = now.wall_ms + a.when_elapsed_ms - now.elapsed_ms;
  const std::string tag = t.line(type % 2 == 0 ? "alarm.wakeup_tag" : "alarm.plain_tag", {{"tag", a.tag}});
  const std::string flags = fmt::format("{:x}", a.flags);
  return {
      {"id", a.id},
      {"id2", identity_text(a.id + "pending")},
      {"id3", identity_text(a.id + "record")},
      {"index", std::to_string(index)},
      {"start", std::to_string(a.when_elapsed_ms)},
      {"end", std::to_string(most)},
      {"flags", flags},
      {"flags_text", t.has("alarm.flags")
                         ? t.line(a.flags != 0 ? "alarm.flags" : "alarm.no_flags", {{"flags", flags}})
                         : ""},
      {"type", std::to_string(type)},
      {"type_name", kAlarmTypes[type]},
      {"when", std::to_string(by_clock ? when_wall : a.when_elapsed_ms)},
      {"when_elapsed", std::to_string(a.when_elapsed_ms)},
      {"date_in", by_clock ? date_text_ms(kSeconds, when_wall) : until(a.when_elapsed_ms, now.elapsed_ms)},
      {"package", a.package},
      {"tag", tag},
      {"in", until(a.when_elapsed_ms, now.elapsed_ms)},
      {"in_most", until(most, now.elapsed_ms)},
      {"in_set", by_clock ? date_text(kSeconds, when_wall) : until(a.when_elapsed_ms, now.elapsed_ms)},
      {"window", a.window_ms == 0 ? "0" : duration_text(a.window_ms)},
      {"window_ms", a.window_ms == 0 ? "0" : "-1"},
      {"repeat", std::to_string(a.repeat_ms)},
      {"operation", a.operation}};
}

Holes job_holes(const JobLine& j, Moment now) {
  return {{"uid", uid_text(j.uid)},
          {"job", std::to_string(j.job)},
          {"id", j.id},
          {"component", j.component},
          {"package", j.package},
          {"period", duration_text(j.period_ms)},
          {"latency", duration_text(j.latency_ms)},
          {"bucket", j.bucket},
          {"enqueued", until(j.enqueued_elapsed_ms, now.elapsed_ms)},
          {"earliest", j.earliest_elapsed_ms == 0 ? "none" : until(j.earliest_elapsed_ms, now.elapsed_ms)},
          {"latest", j.latest_elapsed_ms == 0 ? "none" : until(j.latest_elapsed_ms, now.elapsed_ms)},
          {"ready", yes_no(j.ready)},
          {"idle", yes_no(!j.running)}};
}

Holes notification_holes(const NotificationLine& n) {
  const std::string tag = n.tag.empty() ? "null" : n.tag;
  return {{"record", n.record_id},
          {"package", n.package},
          {"number", std::to_string(n.id)},
          {"tag", tag},
          {"importance", std::to_string(n.importance)},
          {"key", fmt::format("0|{}|{}|{}|{}", n.package, n.id, tag, n.uid)},
          {"channel", n.channel.empty() ? "null" : n.channel},
          {"priority", "0"},
          {"flags", fmt::format("{:x}", n.flags)},
          {"color", "00000000"},
          {"visibility", "vis=PRIVATE"},
          {"uid", std::to_string(n.uid)},
          {"posted", std::to_string(n.posted_wall_ms)},
          {"ranked", std::to_string(n.posted_wall_ms)}};
}

// 4.4 keeps counts by day, no events.
void usage_by_day(Sheet& sheet, const std::vector<UsageLine>& events, Moment now) {
  sheet.add("usage.day", {{"day", date_text("%Y%m%d", now.wall_ms)}});
  std::map<std::string, std::map<std::string, int>> starts;
  for (const UsageLine& e : events) {
    if (e.type == "MOVE_TO_FOREGROUND" || e.type == "ACTIVITY_RESUMED") ++starts[e.package][e.class_name];
  }
  for (const auto& [package, classes] : starts) {
    int count = 0;
    for (const auto& [name, n] : classes) count += n;
    sheet.add("usage.package", {{"package", package}, {"count", std::to_string(count)}, {"total", "1000"}});
    for (const auto& [name, n] : classes)
      sheet.add("usage.class", {{"class", name}, {"count", std::to_string(n)}, {"slow", std::to_string(n)}});
  }
}

std::string american(std::int64_t wall_ms) { return date_text("%-m/%-d/%Y, %-I:%M %p", wall_ms); }
}  // namespace

std::string print_alarms(const Templates& t, const std::vector<AlarmLine>& alarms, Moment now) {
  Sheet sheet(t);
  sheet.add("alarm.head");
  sheet.add("alarm.now", {{"wall", std::to_string(now.wall_ms)},
                          {"date", sheet.has("alarm.batch") && !sheet.has("job.head")
                                       ? date_text(kSeconds, now.wall_ms)
                                       : date_text_ms(kSeconds, now.wall_ms)},
                          {"elapsed", std::to_string(now.elapsed_ms)}});
  sheet.add("alarm.pending", {{"count", std::to_string(alarms.size())}});
  for (std::size_t i = 0; i < alarms.size(); ++i) {
    const Holes holes = alarm_holes(t, alarms[i], i, now);
    sheet.add("alarm.batch", holes);
    sheet.add("alarm.line", holes);
    sheet.add("alarm.operation", holes);
  }
  return sheet.take();
}

std::string print_jobs(const Templates& t, const std::vector<JobLine>& jobs, Moment now) {
  Sheet sheet(t);
  sheet.add("job.absent");
  sheet.add("job.head", {{"count", std::to_string(jobs.size())}});
  for (const JobLine& j : jobs) {
    const Holes holes = job_holes(j, now);
    sheet.add("job.line", holes);
    if (j.period_ms > 0) sheet.add("job.periodic", holes);
    if (j.persisted) sheet.add("job.persisted");
    sheet.add("job.requires");
    if (j.latency_ms > 0) sheet.add("job.latency", holes);
    sheet.add("job.backoff");
    if (j.earliest_elapsed_ms > 0) sheet.add("job.early");
    if (j.latest_elapsed_ms > 0) sheet.add("job.late");
    sheet.add("job.state", holes);
    sheet.add("job.times", holes);
  }
  return sheet.take();
}

std::string print_notifications(const Templates& t, const std::vector<NotificationLine>& notifications,
                                const std::vector<NotificationChannels>& /*packages*/, Moment /*now*/) {
  Sheet sheet(t);
  sheet.add("notification.state");
  if (!notifications.empty()) sheet.add("notification.head");
  for (const NotificationLine& n : notifications) {
    const Holes holes = notification_holes(n);
    sheet.add("notification.line", holes);
    sheet.add("notification.body", holes);
    sheet.add("notification.times", holes);
  }
  sheet.add("notification.tail");
  return sheet.take();
}

std::string print_usage(const Templates& t, const std::vector<UsageLine>& events, Moment now) {
  constexpr std::int64_t kDayMs = 86'400'000;
  Sheet sheet(t);
  if (sheet.has("usage.day")) {
    usage_by_day(sheet, events, now);
    return sheet.take();
  }
  sheet.add("usage.head");
  sheet.add("usage.range", {{"range", american(now.wall_ms - kDayMs) + " – " + american(now.wall_ms)}});
  for (const UsageLine& e : events) {
    sheet.add(e.class_name.empty() ? "usage.event_plain" : "usage.event",
              {{"time", date_text(kSeconds, e.wall_ms)},
               {"type", e.type},
               {"package", e.package},
               {"class", e.class_name}});
  }
  return sheet.take();
}

}  // namespace storesweep::simdroid
