// Trace ids as W3C Trace Context writes them: 16 bytes in lower-case hex, not all zero, which tell the lines
// of several programs that belong together. Pure but for the randomness that is handed in.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/random.h"

namespace storesweep {

inline constexpr std::size_t kTraceIdChars = 32;

// Of the header `traceparent`; nothing where it is none that the standard lets through.
std::optional<std::string> parse_traceparent(std::string_view header);
std::string new_trace_id(Random& random);
// The header that hands a trace on, with a new span id; not sampled, for no spans are kept.
std::string traceparent(std::string_view trace_id, Random& random);

}  // namespace storesweep
