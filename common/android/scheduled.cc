#include "common/android/scheduled.h"

#include "common/base/text.h"

namespace storesweep::android {
namespace {

// "ELAPSED_WAKEUP #2: Alarm{2d26c8a type 2 when 10930085 com.x}"; since 12 "... type 2 origWhen 1 whenElapsed
// 2 com.x}"
bool alarm_head(std::string_view body, PendingAlarm& alarm) {
  const std::size_t hash = body.find(" #");
  const std::string_view inside = between(body, "Alarm{", "}");
  if (hash == std::string_view::npos || inside.empty()) return false;
  alarm.clock = std::string(body.substr(0, hash));
  const std::size_t last = inside.rfind(' ');
  if (last == std::string_view::npos) return false;
  alarm.package = std::string(inside.substr(last + 1));
  return true;
}

// AlarmManagerService names two alarms once more, with their lines: the one that ends Doze (while idling) and
// the next that may interrupt it (whenever an alarm clock is set).
bool restates_alarm(std::string_view body) {
  return starts_with(body, "Next wake from idle: ") || starts_with(body, "Idling until: ");
}

// "JOB #1000/800: bb1ec8d android/com.android.server.pm.BackgroundDexOptService"; since 14 a namespace may
// stand in place of the "#": "JOB androidx.work.systemjobscheduler:u0a80/12: ..." (JobStatus.printUniqueId).
bool job_head(std::string_view body, ScheduledJob& job) {
  if (!take(body, "JOB ")) return false;
  const std::size_t colon = body.find(": ");
  if (colon == std::string_view::npos) return false;
  std::string_view head = body.substr(0, colon);
  const std::size_t slash = head.rfind('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view who = head.substr(0, slash);
  const std::size_t mark = who.find_last_of("#:");
  const auto uid = parse_uid(mark == std::string_view::npos ? who : who.substr(mark + 1));
  const auto number = parse_int<std::int64_t>(head.substr(slash + 1));
  if (!uid || !number) return false;
  job.uid = *uid;
  job.id = *number;
  std::string_view rest = body.substr(colon + 2);
  take_word(rest);
  job.component = std::string(take_word(rest));
  return true;
}

}  // namespace

Parsed<PendingAlarm> parse_alarms(std::string_view text) {
  Parsed<PendingAlarm> out;
  LineReader lines(text, out);
  Line line;
  bool open = false;
  while (lines.next(line)) {
    std::string_view body = line.body;
    if (restates_alarm(body)) {
      open = false;
    } else if (contains(body, ": Alarm{")) {
      PendingAlarm alarm;
      open = alarm_head(body, alarm);
      if (open)
        out.add(std::move(alarm));
      else
        out.unknown(line, true);
    } else if (open && take(body, "tag=")) {
      out.records.back().tag = std::string(body);
    } else if (open && contains(body, "repeatInterval=")) {
      const std::string_view value = value_of(body, "repeatInterval=");
      const auto plain = parse_int<std::int64_t>(value);  // milliseconds up to 11, "+30m0s0ms" after
      out.records.back().repeat_ms = plain ? plain : parse_duration_ms(value);
    } else if (is_device_error(body)) {
      out.unknown(line, true);
    }
  }
  return out;
}

Parsed<ScheduledJob> parse_jobs(std::string_view text) {
  Parsed<ScheduledJob> out;
  LineReader lines(text, out);
  Line line;
  bool open = false;
  std::size_t job_indent = 0;
  while (lines.next(line)) {
    std::string_view body = line.body;
    if (starts_with(body, "JOB ")) {
      job_indent = line.indent;
      ScheduledJob job;
      open = job_head(body, job);
      if (open)
        out.add(std::move(job));
      else
        out.unknown(line, true);
      continue;
    }
    if (line.indent <= job_indent) open = false;
    if (is_device_error(body)) out.unknown(line, true);
    if (!open) continue;
    ScheduledJob& job = out.records.back();
    if (starts_with(body, "Source: "))
      job.source_package = std::string(value_of(body, "pkg="));
    else if (starts_with(body, "PERIODIC: "))
      job.interval_ms = parse_duration_ms(value_of(body, "interval="));
    else if (starts_with(body, "PERSISTED"))
      job.persisted = true;
  }
  return out;
}

Parsed<ShownNotification> parse_notifications(std::string_view text) {
  Parsed<ShownNotification> out;
  LineReader lines(text, out);
  Line line;
  bool open = false;
  while (lines.next(line)) {
    const std::string_view body = line.body;
    if (starts_with(body, "NotificationRecord(")) {
      ShownNotification n;
      n.package = std::string(value_of(body, "pkg="));
      n.importance = parse_int<int>(value_of(body, "importance=")).value_or(-1);
      n.user = parse_int<int>(between(body, "UserHandle{", "}")).value_or(-1);
      open = !n.package.empty();
      if (open)
        out.add(std::move(n));
      else
        out.unknown(line, true);
    } else if (open && starts_with(body, "uid=")) {
      out.records.back().uid = parse_uid(value_of(body, "uid=")).value_or(-1);
    } else if (open && starts_with(body, "key=")) {
      out.records.back().key = std::string(body.substr(4));
    } else if (is_device_error(body)) {
      out.unknown(line, true);
    }
  }
  return out;
}

}  // namespace storesweep::android
