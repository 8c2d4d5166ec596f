#include "common/policy/document.h"

#include <algorithm>
#include <cctype>

#include "common/base/text.h"

namespace storesweep::policy {
namespace {

constexpr std::size_t kProbeBytes = 16'384;   // where markup shows
constexpr std::size_t kMaxHeadingBytes = 90;  // thirty Chinese characters
constexpr std::size_t kMaxWeakBytes = 60;
constexpr std::size_t kInvalidShare = 50;  // more broken bytes than one in so many: no text

bool is_html(std::string_view text) {
  std::string head(text.substr(0, kProbeBytes));
  for (char& c : head) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::ranges::any_of(
      std::initializer_list<const char*>{"<html", "<body", "<!doctype", "<p>", "<p ", "<div", "<table", "<br",
                                         "<h1", "<h2", "<ul", "<li"},
      [&](const char* tag) { return head.find(tag) != std::string::npos; });
}

std::size_t any_prefix(std::string_view s, std::initializer_list<std::string_view> list) {
  for (std::string_view p : list) {
    if (starts_with(s, p)) return p.size();
  }
  return 0;
}

std::size_t chinese_digits(std::string_view s) {
  std::size_t n = 0;
  while (std::size_t d =
             any_prefix(s.substr(n), {"一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "百"}))
    n += d;
  return n;
}
std::size_t digits(std::string_view s) {
  std::size_t n = 0;
  while (n < s.size() && n < 4 && std::isdigit(static_cast<unsigned char>(s[n])) != 0) ++n;
  return n;
}

// 一、 第一条 （一）
LineShape chinese_mark(std::string_view s) {
  const std::size_t open = any_prefix(s, {"（", "("}), ordinal = any_prefix(s, {"第"});
  const std::size_t number = chinese_digits(s.substr(open + ordinal));
  const std::string_view rest = s.substr(std::min(s.size(), open + ordinal + number));
  if (number == 0) return {};
  if (open > 0) {
    const std::size_t close = any_prefix(rest, {"）", ")"});
    return close ? LineShape{BlockKind::kHeading, 4, open + number + close} : LineShape{};
  }
  const std::size_t close =
      ordinal ? any_prefix(rest, {"章", "部分", "条", "节"}) : any_prefix(rest, {"、", "．", ".", "，"});
  return close ? LineShape{BlockKind::kHeading, 3, ordinal + number + close} : LineShape{};
}

// 1. 1、 1.2 are headings if they are short; 1) (1) (a) are items.
LineShape number_mark(std::string_view s) {
  std::size_t at = any_prefix(s, {"（", "("});
  const bool open = at > 0;
  std::size_t n = digits(s.substr(at));
  const bool letter = n == 0 && at < s.size() && std::isalpha(static_cast<unsigned char>(s[at])) != 0;
  if (letter)
    n = std::max<std::size_t>(1, std::min<std::size_t>(s.substr(at, 5).find_first_not_of("ivx"), 5) % 5);
  if (n == 0) return {};
  at += n;
  if (std::size_t close = any_prefix(s.substr(at), {"）", ")"})) return {BlockKind::kItem, 0, at + close};
  if (open || letter) return {};
  int level = 5;
  while (at + 1 < s.size() && s[at] == '.' && digits(s.substr(at + 1)) > 0) {
    at += 1 + digits(s.substr(at + 1));
    ++level;
  }
  if (std::size_t close = any_prefix(s.substr(at), {"、", "．", ". ", ".", "　"}))
    return {BlockKind::kHeading, std::min(level, 7), at + close};
  if (level == 5 && at + 1 < s.size() && s[at] == ' ' && (s[at + 1] & 0x80) != 0)
    return {BlockKind::kHeading, level, at + 1};
  return level > 5 && at < s.size() && s[at] == ' '
             ? LineShape{BlockKind::kHeading, std::min(level, 7), at + 1}
             : LineShape{};
}

LineShape bullet_mark(std::string_view s) {
  const std::size_t bullet = any_prefix(s, {"- ", "* ", "+ ", "•", "·", "●", "■", "◆", "○", "▪", "‣", "– ",
                                            "— ", "①",  "②",  "③", "④", "⑤", "⑥", "⑦", "⑧", "⑨", "⑩"});
  return bullet ? LineShape{BlockKind::kItem, 0, bullet} : LineShape{};
}

LineShape hash_mark(std::string_view s) {
  std::size_t n = 0;
  while (n < s.size() && s[n] == '#') ++n;
  return n > 0 && n <= 6 && n < s.size() && s[n] == ' '
             ? LineShape{BlockKind::kHeading, static_cast<int>(n), n + 1}
             : LineShape{};
}

bool ends_sentence(std::string_view s) {
  for (std::string_view end : {"。", "；", "！", "？", "：", "，", "、", ".", ";", "!", "?", ":", ","}) {
    if (ends_with(s, end)) return true;
  }
  return false;
}
bool holds_sentence(std::string_view s) {
  for (std::string_view mark : {"。", "；", "：", "，", ": "}) {
    if (s.find(mark) != std::string_view::npos) return true;
  }
  return ends_sentence(s);
}

}  // namespace

LineShape line_shape(std::string_view line) {
  LineShape shape = hash_mark(line);
  if (shape.mark_bytes == 0) shape = bullet_mark(line);
  if (shape.mark_bytes == 0) shape = chinese_mark(line);
  if (shape.mark_bytes == 0) shape = number_mark(line);
  std::string_view rest = trim(line.substr(shape.mark_bytes));
  for (std::string_view mark : {"？", "?"}) {  // of a title that asks
    if (ends_with(rest, mark)) rest.remove_suffix(mark.size());
  }
  if (shape.kind == BlockKind::kHeading &&
      (rest.size() > kMaxHeadingBytes || holds_sentence(rest) || rest.empty()))
    return {BlockKind::kItem, 0, shape.mark_bytes};
  if (shape.mark_bytes == 0 && !rest.empty() && rest.size() <= kMaxWeakBytes && !holds_sentence(rest))
    return {BlockKind::kHeading, kWeakHeading, 0};
  return shape;
}

Span DocumentWriter::append(std::string_view content) {
  Span span{static_cast<std::uint32_t>(out_.text.size()), 0};
  out_.text += content;
  span.end = static_cast<std::uint32_t>(out_.text.size());
  return span;
}

void DocumentWriter::block(std::string_view content, BlockKind kind, int level) {
  content = trim(content);
  if (content.empty() || full()) return;
  const LineShape shape = line_shape(content);
  if (kind == BlockKind::kText) {
    kind = shape.kind;
    level = shape.level;
  }
  Span span = append(content);
  out_.text += '\n';
  span.begin += static_cast<std::uint32_t>(std::min(shape.mark_bytes, content.size()));
  out_.blocks.push_back({kind, level, 0, span, {}});
}

Span DocumentWriter::cell(std::string_view content) {
  const Span span = append(trim(content));
  out_.text += '\t';
  return span;
}

void DocumentWriter::row(std::vector<Span> cells, std::uint32_t table) {
  if (cells.empty() || full()) return;
  out_.text += '\n';
  Span whole = cells.front();
  for (const Span& c : cells) whole = {std::min(whole.begin, c.begin), std::max(whole.end, c.end)};
  out_.blocks.push_back({BlockKind::kRow, 0, table, whole, std::move(cells)});
}

Result<Document> read_document_untrusted(std::string_view bytes) {
  if (bytes.size() > kMaxDocumentBytes) return exhausted("a policy of more than 8 MiB");
  if (starts_with(bytes, "\xEF\xBB\xBF")) bytes.remove_prefix(3);
  std::string text = clean_utf8(bytes);
  if (text.size() > bytes.size() + 2 * (bytes.size() / kInvalidShare))
    return invalid("a policy that is no UTF-8 text");
  std::ranges::replace(text, '\0', ' ');
  DocumentWriter out;
  if (is_html(text)) {
    read_html(text, out);
  } else {
    read_plain(text, out);
  }
  if (out.full()) return exhausted("a policy of more than 200000 paragraphs");
  return out.take();
}

}  // namespace storesweep::policy
