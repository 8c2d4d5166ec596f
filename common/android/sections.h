// Which command's output a text is, and which part of it: a stranger hands in a whole bugreport, `dumpsys` of
// all services, `pm dump P` or a file whose name says nothing. Titles from AOSP's dumpstate.cpp ("------
// EVENT LOG (logcat ...) ------"), dumpsys.cpp ("DUMP OF SERVICE x:") and ActivityManagerService ("ACTIVITY
// MANAGER
// ... (dumpsys activity x)"), 4.4 to 16. Pure: text in, values out. The kinds are those of describe.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace storesweep::android {

// The text with every line emptied that stands under the title of another kind, so that line numbers stay. A
// text without titles is returned as it is; where titles stand but none of this kind, what comes before the
// first title is kept.
std::string part_of_kind(std::string_view text, std::string_view kind);

// The kinds whose own lines the text holds, the likeliest first; empty: none that is known. Looks at the
// titles of the whole text and at the lines of its first kMaxGuessBytes.
inline constexpr std::size_t kMaxGuessBytes = 4u << 20;
std::vector<std::string_view> kinds_in(std::string_view text);

// Whether that text has titles of several dumps, so that more than one parser has something to read.
bool has_titles(std::string_view text);

}  // namespace storesweep::android
