// How wide text is and where its lines break: the same for the layout and for the painter. Letters count half
// a line's height, Chinese characters a whole one, as in Debian's CJK fonts. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace storesweep::simdroid {

// The next character of valid or broken UTF-8 at `at`, which moves behind it; U+FFFD for a broken byte.
char32_t next_character(std::string_view text, std::size_t& at);
bool wide_character(char32_t c);
int text_width(std::string_view text, int size_px);
// Lines no wider than width_px; breaks at blanks, between Chinese characters, and inside a word that is too
// long.
std::vector<std::string> wrap_text(std::string_view text, int size_px, int width_px);
inline int line_height(int size_px) { return size_px * 6 / 5; }

}  // namespace storesweep::simdroid
