// The coordinator's own timetable: sweeps that begin at a time of the day where the laboratory is, and hours
// of the day in which they rest, because people want the devices. Values and pure functions; time zones are
// the system's (tzdata), so that a day on which the clock is set has its true length. Safe for concurrent
// use.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/service/api.h"

namespace storesweep {

struct DailySweep {
  std::string name;
  int at_minute = 0;                   // of the day
  std::set<int> days;                  // 0: Sunday; empty: every day
  std::vector<ImportRequest> imports;  // catalogues that are imported before it begins
  SweepRequest sweep;                  // without name and key, which the day gives
};
struct QuietHours {  // begin and end as minutes of the day; may span midnight
  int from_minute = 0, until_minute = 0;
};
struct Timetable {
  std::string zone;          // "Asia/Shanghai"
  std::int64_t late_ms = 0;  // so late a sweep still begins when nobody led at its time
  std::vector<DailySweep> sweeps;
  std::optional<QuietHours> quiet;
};

// kInvalid: the system knows no such zone.
Status check_zone(const std::string& zone);
// "22:00" as minutes of the day; nothing: it is no time of the day.
std::optional<int> minute_of(std::string_view text);
std::string time_text(int minute);  // the other way
// Within [from, until) of the day.
bool inside(const QuietHours& quiet, int minute);

struct Occurrence {
  std::int64_t at_ms = 0;  // wall clock
  std::string date;        // of that day there: what the sweep of that day is called by
};
// The last time that a sweep was to begin, and the next. A time that a day has not begins when the clock is
// set, one that it has twice begins once.
std::optional<Occurrence> last_of(const Timetable& table, const DailySweep& sweep, std::int64_t now_ms);
std::optional<Occurrence> next_of(const Timetable& table, const DailySweep& sweep, std::int64_t now_ms);
// "nightly 2026-11-30"
std::string name_on(const DailySweep& sweep, const std::string& date);

struct QuietNow {
  bool quiet = false;
  std::int64_t since_ms = 0;  // when the quiet hours that are, or the last ones, began; wall clock
};
QuietNow quiet_at(const Timetable& table, std::int64_t now_ms);

// What quiet hours that began or ended ask for, of sweeps that the timetable began (they bear its names).
// What began after the last quiet hours, and rests, was laid to rest by somebody.
std::vector<std::pair<SweepId, SweepAction>> changes_for(const Timetable& table, const QuietNow& now,
                                                         std::span<const SweepStatus> sweeps);

}  // namespace storesweep
