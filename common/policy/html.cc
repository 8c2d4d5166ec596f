// HTML as it comes. No tree is built: a tag ends what was before it, that is all. Every byte is looked at a
// bounded number of times, whatever is missing.
#include <algorithm>
#include <cctype>

#include "common/base/text.h"
#include "common/policy/document.h"

namespace storesweep::policy {
namespace {

constexpr std::size_t kMaxTagBytes = 65'536;
constexpr std::size_t kMaxNameBytes = 16;
constexpr std::size_t kMaxRowSpan = 500;

struct Tag {
  std::string name;  // lower case; "/p" of an end
  std::string_view attributes;
};

std::string lower(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool one_of(std::string_view name, std::initializer_list<std::string_view> list) {
  return std::ranges::find(list, name) != list.end();
}

void append_code_point(std::string& out, std::uint32_t c) {
  if (c < 0x20 || c == 0xA0 || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000)) {
    out.push_back(' ');
  } else if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else {
    const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    constexpr std::uint32_t kLead[] = {0, 0xC0, 0xE0, 0xF0};
    out.push_back(static_cast<char>(kLead[more] | c >> (6 * more)));
    for (int i = more - 1; i >= 0; --i) out.push_back(static_cast<char>(0x80 | (c >> (6 * i) & 0x3F)));
  }
}

struct Entity {
  std::string_view name, is;
};
constexpr Entity kEntities[] = {
    {"nbsp", " "},   {"amp", "&"},   {"lt", "<"},    {"gt", ">"},    {"quot", "\""},  {"apos", "'"},
    {"middot", "·"}, {"bull", "•"},  {"mdash", "—"}, {"ndash", "–"}, {"ldquo", "“"},  {"rdquo", "”"},
    {"lsquo", "‘"},  {"rsquo", "’"}, {"ensp", " "},  {"emsp", " "},  {"thinsp", " "}, {"hellip", "…"},
    {"copy", "©"},   {"times", "×"}, {"rarr", "→"},  {"raquo", "»"}, {"laquo", "«"},  {"reg", "®"}};

// What stands at an &; how many bytes of it were read, at least one.
std::size_t entity(std::string_view s, std::string& out) {
  const std::size_t end = s.substr(0, 12).find(';');
  const std::string_view name = s.substr(1, end == std::string_view::npos ? 0 : end - 1);
  if (name.size() > 1 && name[0] == '#') {
    const bool hex = name[1] == 'x' || name[1] == 'X';
    if (auto code = parse_int<std::uint32_t>(name.substr(hex ? 2 : 1), hex ? 16 : 10)) {
      append_code_point(out, *code);
      return end + 1;
    }
  }
  const auto known = std::ranges::find(kEntities, name, &Entity::name);
  if (known == std::end(kEntities)) {
    out.push_back('&');
    return 1;
  }
  out += known->is;
  return end + 1;
}

std::size_t span_attribute(std::string_view attributes, std::string_view name, std::size_t most) {
  const std::string text = lower(attributes.substr(0, 512));
  std::size_t at = text.find(name);
  if (at == std::string::npos) return 1;
  at = text.find_first_of("0123456789", at);
  if (at == std::string::npos) return 1;
  const std::size_t end = std::min(text.find_first_not_of("0123456789", at), text.size());
  return std::clamp(parse_int<std::size_t>(std::string_view(text).substr(at, end - at)).value_or(1),
                    std::size_t{1}, most);
}

class HtmlReader {
 public:
  HtmlReader(std::string_view text, DocumentWriter& out) : text_(text), out_(out) {}

  void read() {
    while (at_ < text_.size() && !out_.full()) {
      const char c = text_[at_];
      if (c == '<' && markup()) continue;
      if (c == '&') {
        at_ += entity(text_.substr(at_), content_);
      } else {
        content_.push_back(c == '\n' || c == '\r' || c == '\t' ? ' ' : c);
        ++at_;
      }
    }
    end_row();
    flush();
  }

 private:
  // Reads a tag or comment; false: this < is text.
  bool markup() {
    if (starts_with(text_.substr(at_), "<!--")) return skip_past("-->");
    if (end_of_tag_ < at_) end_of_tag_ = std::min(text_.find('>', at_), text_.size());
    if (end_of_tag_ == text_.size() || end_of_tag_ - at_ > kMaxTagBytes) return false;
    const std::string_view inner = text_.substr(at_ + 1, end_of_tag_ - at_ - 1);
    const bool named = !inner.empty() && (std::isalpha(static_cast<unsigned char>(inner[0])) != 0 ||
                                          inner[0] == '/' || inner[0] == '!' || inner[0] == '?');
    if (!named) return false;
    const std::size_t name_end = std::min(inner.find_first_of(" \t\r\n/", 1), inner.size());
    at_ = end_of_tag_ + 1;
    if (name_end <= kMaxNameBytes) tag({lower(inner.substr(0, name_end)), inner.substr(name_end)});
    return true;
  }

  bool skip_past(std::string_view end) {
    const std::size_t at = text_.find(end, at_);
    at_ = at == std::string_view::npos ? text_.size() : at + end.size();
    return true;
  }

  // Past </script ...>, in any case.
  void skip_element(const std::string& name) {
    const std::string end = "</" + name;
    for (at_ = std::min(text_.find('<', at_), text_.size()); at_ < text_.size();
         at_ = std::min(text_.find('<', at_ + 1), text_.size())) {
      if (lower(text_.substr(at_, end.size())) == end) return;
    }
  }

  void tag(const Tag& t) {
    if (one_of(t.name, {"script", "style", "noscript", "template", "svg", "select", "iframe"}))
      return skip_element(t.name);
    if (one_of(t.name, {"td", "th"})) return start_cell(t);
    if (one_of(t.name, {"/td", "/th"})) return end_cell();
    if (one_of(t.name, {"tr", "/tr", "table", "/table"})) return table_tag(t.name);
    const bool title = t.name == "title";
    const bool heading =
        title || (t.name.size() == 2 && t.name[0] == 'h' && t.name[1] >= '1' && t.name[1] <= '6');
    const bool heading_end =
        t.name.size() == 3 && t.name[0] == '/' && t.name[1] == 'h' && t.name[2] >= '1' && t.name[2] <= '6';
    const bool breaks =
        heading || heading_end ||
        one_of(t.name,
               {"/title",     "p",           "/p",     "br",      "br/",    "div",     "/div",     "li",
                "/li",        "ul",          "/ul",    "ol",      "/ol",    "section", "/section", "article",
                "/article",   "dt",          "dd",     "/dt",     "/dd",    "hr",      "body",     "/body",
                "blockquote", "/blockquote", "header", "/header", "footer", "/footer", "main",     "/main",
                "caption",    "/caption",    "pre",    "/pre",    "nav",    "/nav"});
    if (!breaks) return;
    if (in_cell_) {
      content_.push_back(' ');
      return;
    }
    flush();
    kind_ = heading                            ? BlockKind::kHeading
            : t.name == "li" || t.name == "dd" ? BlockKind::kItem
                                               : BlockKind::kText;
    level_ = title ? 1 : heading ? t.name[1] - '0' : 0;
  }

  // White space as one blank each.
  std::string content() {
    std::string out;
    for (std::string_view word : words(content_)) {
      if (!out.empty()) out.push_back(' ');
      out += word;
    }
    content_.clear();
    return out;
  }
  void flush() {
    out_.block(content(), kind_, level_);
    kind_ = BlockKind::kText;
    level_ = 0;
  }

  void table_tag(const std::string& name) {
    end_row();
    if (name != "table" && name != "/table") return;
    flush();
    ++table_;
    below_.clear();
  }
  void start_cell(const Tag& t) {
    if (in_cell_) {
      end_cell();
    } else {
      flush();
    }
    in_cell_ = true;
    rows_ = span_attribute(t.attributes, "rowspan", kMaxRowSpan);
    columns_ = span_attribute(t.attributes, "colspan", kMaxCells);
  }
  void end_cell() {
    if (!in_cell_) return;
    in_cell_ = false;
    take_from_above();
    const Span span = out_.cell(content());
    for (std::size_t i = 0; i < columns_ && row_.size() < kMaxCells; ++i) {
      below_.resize(std::max(below_.size(), row_.size() + 1));
      below_[row_.size()] = {span, rows_ - 1};
      row_.push_back(span);
    }
  }
  // Cells of rows above that reach down to here.
  void take_from_above() {
    while (row_.size() < below_.size() && below_[row_.size()].rows > 0) {
      --below_[row_.size()].rows;
      row_.push_back(below_[row_.size()].span);
    }
  }
  void end_row() {
    end_cell();
    if (row_.empty()) return;
    take_from_above();
    out_.row(std::move(row_), table_);
    row_.clear();
  }

  struct Below {
    Span span;
    std::size_t rows = 0;
  };
  std::string_view text_;
  DocumentWriter& out_;
  std::size_t at_ = 0, end_of_tag_ = 0;
  std::string content_;
  BlockKind kind_ = BlockKind::kText;
  int level_ = 0;
  bool in_cell_ = false;
  std::size_t rows_ = 1, columns_ = 1;
  std::uint32_t table_ = 0;
  std::vector<Span> row_;
  std::vector<Below> below_;
};

}  // namespace

void read_html(std::string_view text, DocumentWriter& out) { HtmlReader(text, out).read(); }

}  // namespace storesweep::policy
