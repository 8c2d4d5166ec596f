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

// What came out, and one line for people where the text does not look like that kind at all (an empty text,
// another command's output): then nothing in `json` may be taken for "nothing there".
struct Description {
  std::string json;
  std::string warning;
};

inline constexpr std::string_view kAnyKind = "auto";

// {"kind", "lines", "unknown_count", "relevant_unknown", "unknown_lines": [{"line", "relevant", "text"}],
// "cut", "device_error", "records": [...]}; docs/cli.md has the records of each kind. Of a bugreport,
// `dumpsys` or `pm dump` only the sections of that kind are read. kAnyKind guesses: "guessed" is true, and of
// a text with several sections "parts" holds one such object for each kind. kInvalid names the kinds when
// `kind` is none of them, and says what to do with an archive; bytes that are not UTF-8 come out as U+FFFD.
Result<Description> describe_text(std::string_view kind, std::string_view text);

// {"kind", "package", "why", "elements": [{"role", "label", "bounds": [l,t,r,b], ...}], "permission_groups",
// ...}; an error when the text is no window hierarchy.
Result<std::string> screen_to_json(std::string_view text, const Phrases& phrases);

}  // namespace storesweep::android
