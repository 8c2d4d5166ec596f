// What a parser or the screen reader makes of a stranger's text, as JSON for people and bug reports
// (`storesweep parse KIND FILE`, `storesweep screen FILE`).
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/android/phrases.h"
#include "common/base/status.h"

namespace storesweep::android {

struct ParserKind {
  std::string_view name;  // "appops"
  std::string_view help;  // one line: which command's output it reads
};
// All parsers, in a fixed order.
const std::vector<ParserKind>& parser_kinds();

// {"kind", "lines", "records": [...], "unknown_count", "relevant_unknown", "unknown_lines": [{"line",
// "relevant", "text"}], "cut", "device_error"}. kInvalid names the kinds when `kind` is none of them; bytes
// that are not UTF-8 come out as U+FFFD.
Result<std::string> parse_to_json(std::string_view kind, std::string_view text);

// {"kind", "package", "why", "elements": [{"role", "label", "bounds": [l,t,r,b], ...}], "permission_groups",
// ...}; an error when the text is no window hierarchy.
Result<std::string> screen_to_json(std::string_view text, const Phrases& phrases);

}  // namespace storesweep::android
