// The calendar of working days in mainland China (rules/workdays.yaml) and what falls due by it. Only years
// whose State Council notice stands in the file are known. Loaded once, then a plain value that any thread
// may read.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "common/base/status.h"

namespace storesweep {

// Circular 164 gives an app five working days from the notice to rectify.
inline constexpr int kRectifyWorkingDays = 5;
inline constexpr int kMaxWorkingDays = 250;

// "2026-02-14"; nothing for other text and for days that do not exist.
std::optional<std::chrono::sys_days> date_of(std::string_view text);
std::string date_text(std::chrono::sys_days day);
// The date in Beijing (UTC+8) at that moment.
std::chrono::sys_days beijing_date(std::int64_t wall_ms);

class Workdays {
 public:
  // Reads folder/workdays.yaml. kInvalid with every error, each with file:line:column.
  static Result<Workdays> load(const std::string& folder);

  // kUnsupported for a year that is not known.
  Result<bool> working(std::chrono::sys_days day) const;
  // The `days`-th working day after the notice; the day of the notice is not counted.
  Result<std::chrono::sys_days> due(std::chrono::sys_days notice, int days = kRectifyWorkingDays) const;
  // Where the calendar of the year stands; empty: the year is not known.
  std::string source(int year) const;

 private:
  std::map<int, std::string> sources_;
  std::set<std::chrono::sys_days> off_, worked_;
};

}  // namespace storesweep
