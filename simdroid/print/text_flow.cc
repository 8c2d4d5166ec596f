#include "simdroid/print/text_flow.h"

#include <algorithm>

namespace storesweep::simdroid {
namespace {
constexpr char32_t kBroken = 0xFFFD;
int character_width(char32_t c, int size_px) { return wide_character(c) ? size_px : size_px * 11 / 20; }
// Never at the beginning of a line.
bool sticks_to_the_left(char32_t c) {
  static constexpr std::u32string_view kMarks = U"，。！？：；、）》」』”’】,.!?:;)";
  return kMarks.find(c) != std::u32string_view::npos;
}
}  // namespace

char32_t next_character(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0x80) return lead;
  const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : -1;
  if (more < 0 || at + static_cast<std::size_t>(more) > text.size()) return kBroken;
  char32_t c = lead & (0x3FU >> more);
  for (int i = 0; i < more; ++i) {
    const auto next = static_cast<unsigned char>(text[at]);
    if ((next & 0xC0U) != 0x80) return kBroken;
    c = (c << 6U) | (next & 0x3FU);
    ++at;
  }
  return c;
}

bool wide_character(char32_t c) {
  return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
         c == 0x201C || c == 0x201D || c == 0x2026 || c >= 0x1F300;
}

int text_width(std::string_view text, int size_px) {
  int width = 0;
  for (std::size_t at = 0; at < text.size();) width += character_width(next_character(text, at), size_px);
  return width;
}

std::vector<std::string> wrap_text(std::string_view text, int size_px, int width_px) {
  std::vector<std::string> lines(1);
  int width = 0;
  std::size_t break_at = std::string::npos;  // in the current line: behind the last place to break
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t c = next_character(text, at);
    if (c == '\n') {
      lines.emplace_back();
      width = 0;
      break_at = std::string::npos;
      continue;
    }
    const int w = character_width(c, size_px);
    if (width + w > width_px && !lines.back().empty() && c != ' ' && !sticks_to_the_left(c)) {
      std::string rest;
      if (!wide_character(c) && break_at != std::string::npos && break_at < lines.back().size()) {
        rest = lines.back().substr(break_at);
        lines.back().resize(break_at);
      }
      width = text_width(rest, size_px);
      lines.push_back(std::move(rest));
      break_at = std::string::npos;
    }
    lines.back().append(text.substr(begin, at - begin));
    width += w;
    if (c == ' ' || wide_character(c)) break_at = lines.back().size();
  }
  return lines;
}

}  // namespace storesweep::simdroid
