#include "cli/screen_text.h"

#include <algorithm>
#include <array>

#include "common/base/text.h"

namespace storesweep::cli {
namespace {
struct Range {
  char32_t first, last;
};
// Unicode's East Asian Width W and F, in whole blocks.
constexpr std::array<Range, 12> kWide = {{{0x1100, 0x115F},
                                          {0x2E80, 0x303E},
                                          {0x3041, 0xA4CF},
                                          {0xA960, 0xA97F},
                                          {0xAC00, 0xD7A3},
                                          {0xF900, 0xFAFF},
                                          {0xFE30, 0xFE6F},
                                          {0xFF00, 0xFF60},
                                          {0xFFE0, 0xFFE6},
                                          {0x1F300, 0x1F64F},
                                          {0x1F900, 0x1F9FF},
                                          {0x20000, 0x3FFFD}}};
constexpr std::array<Range, 4> kNarrow = {
    {{0x0300, 0x036F}, {0x200B, 0x200D}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}}};
// Controls, and marks that turn the direction of what follows.
constexpr std::array<Range, 6> kUnsafe = {
    {{0x00, 0x1F}, {0x7F, 0x9F}, {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069}, {0xFEFF, 0xFEFF}}};

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(), [c](Range r) { return c >= r.first && c <= r.last; });
}

// The character at `at` of valid UTF-8, and how many bytes it has.
std::pair<char32_t, std::size_t> character(std::string_view s, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(s[at + i]));
  };
  const char32_t first = byte(0);
  if (first < 0x80) return {first, 1};
  if (first < 0xE0) return {(first & 0x1F) << 6 | (byte(1) & 0x3F), 2};
  if (first < 0xF0) return {(first & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F), 3};
  return {(first & 7) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F), 4};
}

std::size_t width_of(char32_t c) { return within(kNarrow, c) ? 0 : within(kWide, c) ? 2 : 1; }
}  // namespace

std::string safe_text(std::string_view text) {
  const std::string clean = clean_utf8(text);
  std::string out;
  for (std::size_t at = 0; at < clean.size();) {
    const auto [c, bytes] = character(clean, at);
    if (within(kUnsafe, c)) {
      out += c == '\n' || c == '\t' || c == '\r' ? " " : "?";
    } else {
      out.append(clean, at, bytes);
    }
    at += bytes;
  }
  return out;
}

std::size_t width(std::string_view text) {
  const std::string clean = clean_utf8(text);
  std::size_t columns = 0;
  for (std::size_t at = 0; at < clean.size();) {
    const auto [c, bytes] = character(clean, at);
    columns += width_of(c);
    at += bytes;
  }
  return columns;
}

std::string cut(std::string_view text, std::size_t columns) {
  if (width(text) <= columns) return std::string(text);
  const std::string clean = clean_utf8(text);
  std::string out;
  std::size_t used = 0;
  for (std::size_t at = 0; at < clean.size() && columns > 0;) {
    const auto [c, bytes] = character(clean, at);
    if (used + width_of(c) > columns - 1) break;
    used += width_of(c);
    out.append(clean, at, bytes);
    at += bytes;
  }
  return columns > 0 ? out + "…" : out;
}

std::string padded(std::string_view text, std::size_t columns, bool to_the_right) {
  const std::size_t used = width(text);
  const std::string blanks(used < columns ? columns - used : 0, ' ');
  return to_the_right ? blanks + std::string(text) : std::string(text) + blanks;
}

void Table::add(std::vector<std::string> row) {
  for (std::string& cell : row) cell = safe_text(cell);
  row.resize(rows_[0].size());
  rows_.push_back(std::move(row));
}
void Table::right(std::size_t column) { right_.push_back(column); }
void Table::at_most(std::size_t column, std::size_t columns) { bounds_.emplace_back(column, columns); }

std::string Table::text() const {
  std::vector<std::size_t> widths(rows_[0].size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  for (const auto& [column, most] : bounds_) widths[column] = std::min(widths[column], most);
  std::string all;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool to_right = std::find(right_.begin(), right_.end(), i) != right_.end();
      if (i > 0) line += "  ";
      line += padded(cut(row[i], widths[i]), widths[i], to_right);
    }
    all += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return all;
}

std::string bar(std::int64_t done, std::int64_t total, std::size_t columns) {
  const double share =
      total > 0 ? std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0) : 0;
  const auto full = static_cast<std::size_t>(share * static_cast<double>(columns));
  std::string all;
  for (std::size_t i = 0; i < columns; ++i) all += i < full ? "█" : "░";
  return all;
}

std::string with_commas(std::int64_t n) {
  std::string digits = std::to_string(n);
  const std::size_t sign = n < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > sign + 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string duration_text(std::int64_t ms) {
  const std::int64_t s = ms / 1000, min = s / 60, h = min / 60, d = h / 24;
  if (s < 90) return std::to_string(s) + " s";
  if (min < 90) return std::to_string(min) + " min";
  if (h < 48) return std::to_string(h) + " h " + std::to_string(min % 60) + " min";
  return std::to_string(d) + " d " + std::to_string(h % 24) + " h";
}

std::string percent_text(std::int64_t done, std::int64_t total) {
  if (total <= 0) return "0%";
  return std::to_string(done >= total ? 100 : std::min<std::int64_t>(99, done * 100 / total)) + "%";
}

std::string joined(const std::vector<std::string>& parts, const char* between) {
  std::string out;
  for (const std::string& part : parts) {
    if (!part.empty()) out += (out.empty() ? "" : between) + part;
  }
  return out;
}

}  // namespace storesweep::cli
