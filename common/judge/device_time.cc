#include "common/judge/device_time.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "common/evidence/names.h"

namespace storesweep {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;

// Days since 1970-01-01 of a proleptic Gregorian date (Howard Hinnant's algorithm, public domain).
std::int64_t days_from_civil(std::int64_t y, int m, int d) {
  y -= m <= 2;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const auto yoe = static_cast<unsigned>(y - era * 400);
  const unsigned doy = static_cast<unsigned>((153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1);
  const unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + static_cast<std::int64_t>(doe) - 719468;
}

int year_of(std::int64_t epoch_ms) {
  int y = 1970 + static_cast<int>(epoch_ms / kDayMs / 366);
  while (days_from_civil(y + 1, 1, 1) * kDayMs <= epoch_ms) ++y;
  return y;
}

// Digits of a fixed place, -1 when they are none.
int number(std::string_view s, std::size_t at, std::size_t n) {
  if (at + n > s.size()) return -1;
  return parse_int<int>(s.substr(at, n)).value_or(-1);
}

}  // namespace

std::optional<std::int64_t> device_time_ms(std::string_view text, const JournalHeader& header) {
  const std::int64_t zone_ms = std::int64_t{header.device_zone_minutes} * 60'000;
  const std::int64_t start_local_ms = header.device_start_ms + zone_ms;
  int year = year_of(start_local_ms);
  bool named = text.size() >= 5 && text[4] == '-';
  if (named) {
    year = number(text, 0, 4);
    text.remove_prefix(5);
  }
  const int month = number(text, 0, 2), day = number(text, 3, 2);
  const int hour = number(text, 6, 2), minute = number(text, 9, 2), second = number(text, 12, 2);
  const int milli = text.size() > 15 ? number(text, 15, 3) : 0;
  if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31 || hour < 0 ||
      minute < 0 || second < 0 || milli < 0) {
    return std::nullopt;
  }
  const std::int64_t of_day = ((hour * 60LL + minute) * 60 + second) * 1000 + milli;
  std::int64_t ms = days_from_civil(year, month, day) * kDayMs + of_day - start_local_ms;
  // A log line names no year: a run over New Year's Eve goes on in January.
  if (!named && ms < -200 * kDayMs)
    ms = days_from_civil(year + 1, month, day) * kDayMs + of_day - start_local_ms;
  return ms;
}

std::vector<ClockSet> clock_sets_of(const Journal& journal) {
  std::vector<ClockSet> out;
  for (const Record& r : journal.records) {
    if (r.kind != RecordKind::kAction || r.name != record_name::kClockShift) continue;
    const auto json = nlohmann::json::parse(r.data, nullptr, false);
    if (!json.is_object() || !json.contains("ms") || !json["ms"].is_number_integer()) continue;
    ClockSet& set = out.emplace_back();
    static_cast<Moment&>(set) = moment_of(r);
    set.ahead_ms = json["ms"].get<std::int64_t>();
  }
  std::ranges::stable_sort(out, {}, &ClockSet::device_ms);
  return out;
}

std::optional<std::int64_t> run_time_ms(std::string_view text, const JournalHeader& header,
                                        std::span<const ClockSet> sets) {
  constexpr std::int64_t kSlackMs = 10 * 60'000;  // settings lie hours apart
  const auto ms = device_time_ms(text, header);
  if (!ms || sets.empty()) return ms;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    const ClockSet& set = sets[i];
    const std::int64_t own_ms = *ms - set.ahead_ms;
    const bool last = i + 1 == sets.size();
    const std::int64_t end_ms = last ? INT64_MAX : sets[i + 1].until_ms + kSlackMs;
    const bool far = std::abs(set.ahead_ms) > 2 * kSlackMs;
    if (far && own_ms >= set.device_ms - kSlackMs && own_ms <= end_ms) return own_ms;
  }
  const ClockSet& last = sets.back();  // put back, but for some seconds
  return *ms >= last.device_ms ? *ms - last.ahead_ms : *ms;
}

}  // namespace storesweep
