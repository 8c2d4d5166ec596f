// Text for a terminal: widths of Chinese characters, tables, bars; and nothing that an app's name could do to
// the terminal. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace storesweep::cli {

// The text without what moves cursors, colours or turns the direction of writing; bad UTF-8 becomes U+FFFD.
std::string safe_text(std::string_view text);
// Columns on a terminal: East Asian wide characters take two, combining ones none.
std::size_t width(std::string_view text);
// Cut to that many columns, with "…" where something is missing; then filled up with blanks.
std::string cut(std::string_view text, std::size_t columns);
std::string padded(std::string_view text, std::size_t columns, bool to_the_right = false);

// Rows in columns as wide as their widest cell, two blanks between; the last column is not filled up.
class Table {
 public:
  explicit Table(std::vector<std::string> heads) : rows_{std::move(heads)} {}
  void add(std::vector<std::string> row);  // cells are made safe
  // Columns of numbers stand to the right; a column is never wider than its bound (0: none).
  void right(std::size_t column);
  void at_most(std::size_t column, std::size_t columns);
  std::string text() const;
  bool empty() const { return rows_.size() == 1; }

 private:
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> right_;
  std::vector<std::pair<std::size_t, std::size_t>> bounds_;
};

// The parts that are not empty, with something between them.
std::string joined(const std::vector<std::string>& parts, const char* between = ", ");
// "██████░░░░" of so many columns.
std::string bar(std::int64_t done, std::int64_t total, std::size_t columns);
std::string with_commas(std::int64_t n);                          // 1,234,567
std::string duration_text(std::int64_t ms);                       // "45 s", "12 min", "3 h 20 min", "2 d 4 h"
std::string percent_text(std::int64_t done, std::int64_t total);  // "24%"; never "100%" before the end

}  // namespace storesweep::cli
