// Plain text, and what is common of Markdown: lines, lines that go on, tables of | and of tabs.
#include <algorithm>
#include <optional>

#include "common/base/text.h"
#include "common/policy/document.h"

namespace storesweep::policy {
namespace {

// A shorter line was not broken for its length.
constexpr std::size_t kWrappedLatin = 50, kWrappedChinese = 90;
constexpr std::size_t kLabelBytes = 48;

std::vector<std::string_view> cells_of(std::string_view line) {
  const char separator = line.find('\t') != std::string_view::npos ? '\t' : '|';
  if (separator == '|') {
    if (starts_with(line, "|")) line.remove_prefix(1);
    if (ends_with(line, "|")) line.remove_suffix(1);
  }
  std::vector<std::string_view> cells = split(line, separator);
  for (std::string_view& c : cells) c = trim(c);
  if (cells.size() > kMaxCells) cells.resize(kMaxCells);
  return cells;
}

bool is_row(std::string_view line) {
  const auto bars = std::count(line.begin(), line.end(), '|');
  return bars >= 2 || (bars == 1 && !starts_with(line, "|") && !ends_with(line, "|")) ||
         line.find('\t') != std::string_view::npos;
}
bool is_rule(std::string_view line) {  // |---|:--|
  return line.find('-') != std::string_view::npos &&
         line.find_first_not_of("|-: \t+=") == std::string_view::npos;
}

// Whether the line below goes on with what this one says.
bool goes_on(std::string_view line, std::string_view next) {
  const bool chinese = !line.empty() && (line.back() & 0x80) != 0;
  if (line.size() < (chinese ? kWrappedChinese : kWrappedLatin) || next.empty() || is_row(next)) return false;
  const std::string_view label = next.substr(0, kLabelBytes);
  if (label.find("：") != std::string_view::npos || label.find(": ") != std::string_view::npos) return false;
  for (std::string_view end : {"。", "；", "！", "？", "：", ".", ";", "!", "?", ":"}) {
    if (ends_with(line, end)) return false;
  }
  return line_shape(next).mark_bytes == 0;
}

class PlainReader {
 public:
  explicit PlainReader(DocumentWriter& out) : out_(out) {}

  void line(std::string_view raw) {
    const std::string_view line = trim(raw);
    if (is_row(line)) return row(line);
    ++table_;
    if (!goes_on(paragraph_last_, line)) flush();
    if (line.empty()) return flush();
    if (!paragraph_.empty()) paragraph_ += static_cast<unsigned char>(line.front()) < 0x80 ? " " : "";
    paragraph_ += line;
    paragraph_last_ = line;
  }
  void flush() {
    out_.block(paragraph_);
    paragraph_.clear();
    paragraph_last_ = {};
  }

 private:
  void row(std::string_view line) {
    flush();
    if (is_rule(line)) return;
    std::vector<Span> cells;
    for (std::string_view c : cells_of(line)) cells.push_back(out_.cell(c));
    out_.row(std::move(cells), table_);
  }

  DocumentWriter& out_;
  std::string paragraph_;
  std::string_view paragraph_last_;
  std::uint32_t table_ = 0;
};

}  // namespace

void read_plain(std::string_view text, DocumentWriter& out) {
  PlainReader reader(out);
  while (!text.empty() && !out.full()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    reader.line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  reader.flush();
}

}  // namespace storesweep::policy
