#include "common/rules/workdays.h"

#include <cstdio>

#include "common/base/text.h"
#include "common/config/config.h"

namespace storesweep {
namespace {
using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::weekday;
using std::chrono::year_month_day;

constexpr std::size_t kMaxDaysOff = 60;  // in one entry
constexpr std::int64_t kBeijingMs = 8LL * 3600 * 1000;

int year_of(sys_days day) { return static_cast<int>(year_month_day(day).year()); }
bool weekend(sys_days day) {
  const weekday w(day);
  return w == std::chrono::Saturday || w == std::chrono::Sunday;
}

// "2026-05-01..2026-05-05", or one day.
std::optional<std::pair<sys_days, sys_days>> range_of(std::string_view text) {
  const std::size_t dots = text.find("..");
  const auto first = date_of(text.substr(0, dots));
  const auto last = dots == std::string_view::npos ? first : date_of(text.substr(dots + 2));
  if (!first || !last || *last < *first || *last - *first > days(kMaxDaysOff)) return std::nullopt;
  return std::pair(*first, *last);
}

void read_off(ConfigMap& map, int year, std::set<sys_days>& off) {
  for (const std::string& text : map.strings("off")) {
    const auto range = range_of(text);
    if (!range || year_of(range->first) != year || year_of(range->second) != year) {
      map.error("off", "'" + text + "' is no day of " + std::to_string(year) +
                           " and no range of them: 2026-05-01..2026-05-05");
      continue;
    }
    for (sys_days day = range->first; day <= range->second; day += days(1)) off.insert(day);
  }
}

void read_worked(ConfigMap& map, int year, const std::set<sys_days>& off, std::set<sys_days>& worked) {
  for (const std::string& text : map.strings("worked")) {
    const auto day = date_of(text);
    const bool fits = day && year_of(*day) == year && weekend(*day) && !off.contains(*day);
    if (!fits)
      map.error("worked", "'" + text + "' is no weekend day of " + std::to_string(year) + " that is not off");
    if (fits) worked.insert(*day);
  }
}
}  // namespace

std::optional<sys_days> date_of(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = parse_int<int>(text.substr(0, 4));
  const auto month = parse_int<unsigned>(text.substr(5, 2)), day = parse_int<unsigned>(text.substr(8, 2));
  if (!year || *year < 0 || !month || !day) return std::nullopt;
  const year_month_day date{std::chrono::year(*year), std::chrono::month(*month), std::chrono::day(*day)};
  return date.ok() ? std::optional(sys_days(date)) : std::nullopt;
}

std::string date_text(sys_days day) {
  const year_month_day date(day);
  char text[16];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text;
}

sys_days beijing_date(std::int64_t wall_ms) {
  return std::chrono::floor<days>(
      std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(wall_ms + kBeijingMs)));
}

Result<Workdays> Workdays::load(const std::string& folder) {
  TRY_ASSIGN(auto document, ConfigDocument::from_file(folder + "/workdays.yaml"));
  Workdays out;
  ConfigMap root = document.root();
  for (auto& [key, map] : root.named_maps("years")) {
    const auto year = parse_int<int>(key);
    if (!year || *year < 2000 || *year > 2200) {
      root.error("years", "'" + key + "' is no year");
      continue;
    }
    out.sources_[*year] = map.required_string("source");
    read_off(map, *year, out.off_);
    read_worked(map, *year, out.off_, out.worked_);
  }
  if (out.sources_.empty()) root.error("years", "wanted a year at least");
  TRY(document.finish());
  return out;
}

Result<bool> Workdays::working(sys_days day) const {
  const int year = year_of(day);
  if (!sources_.contains(year)) {
    return unsupported(
        "the working days of " + std::to_string(year) +
        " are not known: add the year to rules/workdays.yaml with the State Council's notice as its source");
  }
  if (worked_.contains(day)) return true;
  return !weekend(day) && !off_.contains(day);
}

Result<sys_days> Workdays::due(sys_days notice, int count) const {
  if (count < 1 || count > kMaxWorkingDays) return invalid("wanted 1 to 250 working days");
  sys_days day = notice;
  while (count > 0) {
    day += days(1);
    TRY_ASSIGN(const bool counts, working(day));
    if (counts) --count;
  }
  return day;
}

std::string Workdays::source(int year) const {
  const auto at = sources_.find(year);
  return at == sources_.end() ? "" : at->second;
}

}  // namespace storesweep
