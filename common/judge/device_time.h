// What a device stamped by its wall clock, in the run's own time: milliseconds from its start, by the
// device's uptime, which nobody sets. A run may set the wall clock on purpose (P10), and its journal says
// when and by how much. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "common/evidence/journal.h"
#include "common/judge/moment.h"

namespace storesweep {

struct ClockSet : Moment {  // from then on the wall clock is so far ahead of the run's own time
  std::int64_t ahead_ms = 0;
};

// Milliseconds from the start of the run of "07-24 08:00:00.123" (local time of the device, no year) or of
// "2020-07-24 08:00:00.123", as if nobody had set the clock; nothing for other text.
std::optional<std::int64_t> device_time_ms(std::string_view text, const JournalHeader& header);
// The settings of the clock in a run, by time.
std::vector<ClockSet> clock_sets_of(const Journal& journal);
// The same as device_time_ms in the run's own time: of the stretches between two settings the one in which it
// falls.
std::optional<std::int64_t> run_time_ms(std::string_view text, const JournalHeader& header,
                                        std::span<const ClockSet> sets);

}  // namespace storesweep
