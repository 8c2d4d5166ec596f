#include "coordinator/schedule/timetable.h"

#include <date/tz.h>

#include <algorithm>

#include "common/base/text.h"

namespace storesweep {
namespace {
using std::chrono::milliseconds, std::chrono::minutes;
using SysMs = date::sys_time<milliseconds>;
constexpr int kDaysLookedAt = 8;  // each day of the week, on either side

date::local_days day_of(const date::time_zone& zone, std::int64_t wall_ms) {
  return date::floor<date::days>(zone.to_local(SysMs(milliseconds(wall_ms))));
}

std::int64_t moment_of(const date::time_zone& zone, date::local_days day, int minute) {
  const auto local = date::local_time<milliseconds>(day.time_since_epoch()) + minutes(minute);
  return zone.to_sys(local, date::choose::earliest).time_since_epoch().count();
}

std::string text_of(date::local_days day) { return date::format("%F", day); }

bool on(const DailySweep& sweep, date::local_days day) {
  return sweep.days.empty() || sweep.days.contains(static_cast<int>(date::weekday(day).c_encoding()));
}

// The first occurrence that is wanted, from that day on by steps of +1 or -1.
template <class Wanted>
std::optional<Occurrence> search(const Timetable& table, const DailySweep& sweep, std::int64_t now_ms,
                                 int first, int step, const Wanted& wanted) {
  const date::time_zone& zone = *date::locate_zone(table.zone);
  const date::local_days today = day_of(zone, now_ms);
  for (int i = 0; i <= kDaysLookedAt; ++i) {
    const date::local_days day = today + date::days(first + i * step);
    if (!on(sweep, day)) continue;
    const std::int64_t at_ms = moment_of(zone, day, sweep.at_minute);
    if (wanted(at_ms)) return Occurrence{at_ms, text_of(day)};
  }
  return std::nullopt;
}
}  // namespace

Status check_zone(const std::string& zone) {
  try {
    date::locate_zone(zone);
    return ok_status();
  } catch (const std::exception&) {  // the library's own way to say it
    return invalid("`" + zone + "`: no such time zone here (Asia/Shanghai is one; they come with tzdata)");
  }
}

std::optional<int> minute_of(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.size() != colon + 3) return std::nullopt;
  const auto hour = parse_int<int>(text.substr(0, colon)), minute = parse_int<int>(text.substr(colon + 1));
  if (!hour || !minute || *hour < 0 || *hour > 23 || *minute < 0 || *minute > 59) return std::nullopt;
  return *hour * 60 + *minute;
}

std::string time_text(int minute) {
  const auto two = [](int n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return two(minute / 60) + ":" + two(minute % 60);
}

bool inside(const QuietHours& quiet, int minute) {
  if (quiet.from_minute <= quiet.until_minute)
    return minute >= quiet.from_minute && minute < quiet.until_minute;
  return minute >= quiet.from_minute || minute < quiet.until_minute;
}

std::optional<Occurrence> last_of(const Timetable& table, const DailySweep& sweep, std::int64_t now_ms) {
  return search(table, sweep, now_ms, 1, -1, [&](std::int64_t at_ms) { return at_ms <= now_ms; });
}

std::optional<Occurrence> next_of(const Timetable& table, const DailySweep& sweep, std::int64_t now_ms) {
  return search(table, sweep, now_ms, -1, 1, [&](std::int64_t at_ms) { return at_ms > now_ms; });
}

std::string name_on(const DailySweep& sweep, const std::string& date) { return sweep.name + " " + date; }

QuietNow quiet_at(const Timetable& table, std::int64_t now_ms) {
  if (!table.quiet) return {};
  const DailySweep begins{
      .name = {}, .at_minute = table.quiet->from_minute, .days = {}, .imports = {}, .sweep = {}};
  const DailySweep ends{
      .name = {}, .at_minute = table.quiet->until_minute, .days = {}, .imports = {}, .sweep = {}};
  const auto began = last_of(table, begins, now_ms), ended = last_of(table, ends, now_ms);
  return {began->at_ms > ended->at_ms, began->at_ms};
}

std::vector<std::pair<SweepId, SweepAction>> changes_for(const Timetable& table, const QuietNow& now,
                                                         std::span<const SweepStatus> sweeps) {
  const auto ours = [&](const SweepStatus& s) {
    return std::ranges::any_of(table.sweeps, [&](const DailySweep& daily) {
      return starts_with(s.name, daily.name + " ") &&
             s.name.size() == daily.name.size() + 1 + sizeof "2026-11-30" - 1;
    });
  };
  std::vector<std::pair<SweepId, SweepAction>> out;
  for (const SweepStatus& s : sweeps) {
    if (!ours(s)) continue;
    if (now.quiet && s.state == SweepState::kRunning) out.emplace_back(s.id, SweepAction::kPause);
    if (!now.quiet && s.state == SweepState::kPaused && s.created_ms < now.since_ms)
      out.emplace_back(s.id, SweepAction::kResume);
  }
  return out;
}

}  // namespace storesweep
