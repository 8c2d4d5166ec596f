#include "common/android/picture_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>

#include "common/base/text.h"

namespace storesweep::android {
namespace {

constexpr std::size_t kColumns = 12;
constexpr int kWordLevel = 5;
constexpr std::size_t kMaxWordBytes = 1'000;
constexpr std::size_t kMaxHeadBytes = 4'000;
constexpr std::string_view kHeading = "level\tpage_num\t";

// The first `kColumns` of a row, the last with whatever it holds.
std::optional<std::array<std::string_view, kColumns>> columns(std::string_view row) {
  std::array<std::string_view, kColumns> out;
  for (std::size_t i = 0; i + 1 < kColumns; ++i) {
    const std::size_t tab = row.find('\t');
    if (tab == std::string_view::npos) return std::nullopt;
    out[i] = row.substr(0, tab);
    row.remove_prefix(tab + 1);
  }
  out[kColumns - 1] = row;
  return out;
}

std::optional<double> decimal(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

std::optional<Bounds> place(std::string_view left, std::string_view top, std::string_view width,
                            std::string_view height) {
  std::array<int, 4> n{};
  const std::array<std::string_view, 4> texts = {left, top, width, height};
  for (std::size_t i = 0; i < n.size(); ++i) {
    const auto number = parse_int<int>(texts[i]);
    if (!number || *number < 0 || *number > kMaxPicturePx) return std::nullopt;
    n[i] = *number;
  }
  return Bounds{n[0], n[1], n[0] + n[2], n[1] + n[3]};
}

// ---- letters

char32_t code_at(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t more = lead < 0xC0 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  char32_t code = more == 0 ? lead : lead & (0x3Fu >> more);
  for (std::size_t i = 1; i <= more && at + i < text.size(); ++i)
    code = (code << 6u) | (static_cast<unsigned char>(text[at + i]) & 0x3Fu);
  return code;
}

// Written without blanks around it: characters, their punctuation and what they share with other scripts.
bool is_chinese(char32_t c) {
  return (c >= 0x2E80 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE4F) ||
         (c >= 0xFF00 && c <= 0xFFEF) || (c >= 0x2014 && c <= 0x201D) || c == 0x2026 || c >= 0x20000;
}

bool begins_chinese(std::string_view text) { return !text.empty() && is_chinese(code_at(text, 0)); }
bool ends_chinese(std::string_view text) {
  std::size_t at = text.size();
  while (at > 0 && (static_cast<unsigned char>(text[--at]) & 0xC0u) == 0x80u) {
  }
  return !text.empty() && is_chinese(code_at(text, at));
}

void append(std::string& text, std::string_view more) {
  const bool joined = text.empty() || ends_chinese(text) || begins_chinese(more);
  if (!joined) text += ' ';
  text += more;
}

// Something that a person reads, and not a stroke of a drawing.
bool says_something(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return true;
    if (c >= 0xC0) {
      const char32_t code = code_at(text, i);
      if ((code >= 0x3400 && code <= 0x9FFF) || (code >= 0xC0 && code < 0x2000) || code == 0xD7) return true;
    }
  }
  return false;
}

// ---- lines and labels

Bounds around(const Bounds& a, const Bounds& b) {
  return {std::min(a.left, b.left), std::min(a.top, b.top), std::max(a.right, b.right),
          std::max(a.bottom, b.bottom)};
}

int middle(std::vector<int> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// What circles, squares and boxes to tick are read as.
bool is_shape(std::string_view word) {
  for (std::string_view shape : {"O", "o", "0", "〇", "口", "□", "oO", "Oo", "oo", "OO", "C)", "()"}) {
    if (word == shape) return true;
  }
  return false;
}

struct Piece : PictureLabel {
  int height = 1;  // of its letters
  int pass = 0;
  double sum = 0;  // of the confidences, by bytes
  std::size_t bytes = 0;
};

// The head of 允 is often read a second time, as a 人 of its own.
bool is_head(const PictureWord& w, const PictureWord& next) {
  return w.text == "人" && starts_with(next.text, "允");
}

// Without such strokes, and shapes that stand alone or before the text.
std::vector<const PictureWord*> without_shapes(const std::vector<const PictureWord*>& words, int height) {
  std::vector<const PictureWord*> out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const PictureWord* w = words[i];
    const PictureWord* next = i + 1 < words.size() ? words[i + 1] : nullptr;
    const int covered = next ? std::min(w->bounds.right, next->bounds.right) - next->bounds.left : 0;
    const bool covered_over = w->bounds.width() * 2 < height && covered * 10 >= w->bounds.width() * 7;
    const bool stroke = next && (covered_over || is_head(*w, *next));
    const bool alone_left = i == 0 || w->bounds.left - words[i - 1]->bounds.right > height;
    const bool alone_right = !next || next->bounds.left - w->bounds.right > height / 4;
    if (!stroke && !(is_shape(w->text) && alone_left && alone_right)) out.push_back(w);
  }
  return out;
}

// As high as most of its words are: one of them is often given the whole line's height, or a neighbour's.
Piece piece_of(std::span<const PictureWord* const> words) {
  Piece out;
  std::vector<int> tops, bottoms;
  for (const PictureWord* w : words) {
    out.bounds = out.text.empty() ? w->bounds : around(out.bounds, w->bounds);
    append(out.text, w->text);
    out.sum += w->confidence * static_cast<double>(w->text.size());
    out.bytes += w->text.size();
    tops.push_back(w->bounds.top);
    bottoms.push_back(w->bounds.bottom);
  }
  out.pass = words.front()->pass;
  out.bounds.top = middle(std::move(tops));
  out.bounds.bottom = std::max(out.bounds.top + 1, middle(std::move(bottoms)));
  out.height = out.bounds.height();
  return out;
}

// The words of one line, cut where there is a gap that no writing leaves.
void cut_line(std::vector<const PictureWord*> words, std::vector<Piece>& out) {
  std::stable_sort(words.begin(), words.end(), [](const PictureWord* a, const PictureWord* b) {
    return a->bounds.left < b->bounds.left;
  });
  std::vector<int> heights;
  for (const PictureWord* w : words) heights.push_back(w->bounds.height());
  const int most = *std::max_element(heights.begin(), heights.end());
  const int height = std::max(1, middle(std::move(heights)));
  words = without_shapes(words, height);
  // Most Latin letters are lower than their line.
  const int gap_px = std::max(height * 6 / 5, std::min(most, height * 3 / 2));
  std::size_t begin = 0;
  int right = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > begin && words[i]->bounds.left - right > gap_px) {
      out.push_back(piece_of(std::span(words).subspan(begin, i - begin)));
      begin = i;
    }
    right = i == begin ? words[i]->bounds.right : std::max(right, words[i]->bounds.right);
  }
  if (begin < words.size()) out.push_back(piece_of(std::span(words).subspan(begin)));
}

std::vector<Piece> pieces_of(const std::vector<PictureWord>& words) {
  std::vector<Piece> out;
  for (std::size_t i = 0; i < words.size();) {
    std::vector<const PictureWord*> line;
    const PictureWord& first = words[i];
    for (; i < words.size() && words[i].pass == first.pass && words[i].block == first.block &&
           words[i].paragraph == first.paragraph && words[i].line == first.line;
         ++i) {
      if (words[i].confidence >= kLeastWordConfidence) line.push_back(&words[i]);
    }
    if (!line.empty()) cut_line(std::move(line), out);
  }
  return out;
}

double mean(const Piece& p) { return p.bytes == 0 ? 0 : p.sum / static_cast<double>(p.bytes); }

bool meet(const Bounds& a, const Bounds& b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

// Without what an earlier pass has something of, and what a later one is not sure of.
std::vector<Piece> once(std::vector<Piece> pieces) {
  std::vector<Piece> out;
  for (Piece& p : pieces) {
    const bool known = std::any_of(
        out.begin(), out.end(), [&](const Piece& o) { return o.pass < p.pass && meet(o.bounds, p.bounds); });
    if (mean(p) < (p.pass > 0 ? kLeastLaterConfidence : kLeastLabelConfidence) || known) continue;
    if (says_something(p.text)) out.push_back(std::move(p));
  }
  return out;
}

// Whether a text goes on in the line below: as high, beginning where it begins, close under it, and the upper
// one full, so that the next word would not have fitted. Buttons below one another stand further apart.
bool goes_on(const Piece& upper, const Bounds& last_line, const Piece& lower) {
  const int h = std::max(upper.height, lower.height);
  const int gap = lower.bounds.top - last_line.bottom;
  const bool as_high = std::abs(upper.height - lower.height) * 4 <= h;
  const bool begins_there = std::abs(lower.bounds.left - upper.bounds.left) <= h;
  const bool close = gap >= -h / 2 && gap <= h * 9 / 10;
  const bool full = last_line.right + 2 * h >= std::max(upper.bounds.right, lower.bounds.right);
  return as_high && begins_there && close && full && last_line.width() >= 6 * h;
}

std::vector<Piece> paragraphs(std::vector<Piece> lines) {
  std::vector<Piece> out;
  std::vector<Bounds> last;  // the last line of each
  for (Piece& line : lines) {
    std::size_t above = out.size();
    for (std::size_t i = out.size(); i-- > 0 && out.size() - i <= 8;) {
      if (goes_on(out[i], last[i], line)) {
        above = i;
        break;
      }
    }
    const Bounds own = line.bounds;
    if (above == out.size()) {
      out.push_back(std::move(line));
      last.push_back(own);
      continue;
    }
    Piece& whole = out[above];
    append(whole.text, line.text);
    whole.bounds = around(whole.bounds, own);
    whole.sum += line.sum;
    whole.bytes += line.bytes;
    ++whole.lines;
    last[above] = own;
  }
  return out;
}

}  // namespace

Parsed<PictureWord> parse_tesseract_tsv(std::string_view tsv) {
  Parsed<PictureWord> out;
  if (tsv.size() > kMaxPictureTextBytes) {
    tsv = tsv.substr(0, kMaxPictureTextBytes);
    out.cut = true;
  }
  Line at;
  int pass = 0;
  for (std::string_view row : lines(tsv)) {
    ++out.line_count;
    ++at.number;
    at.text = at.body = row;
    if (row.empty()) continue;
    if (starts_with(row, kHeading)) {
      pass += out.records.empty() ? 0 : 1;
      continue;
    }
    const auto column = columns(row);
    const auto level = column ? parse_int<int>((*column)[0]) : std::nullopt;
    if (level && *level >= 1 && *level < kWordLevel) continue;
    const auto bounds = column ? place((*column)[6], (*column)[7], (*column)[8], (*column)[9]) : std::nullopt;
    const auto confidence = column ? decimal((*column)[10]) : std::nullopt;
    PictureWord word;
    std::array<std::optional<int>, 3> where;
    for (std::size_t i = 0; column && i < where.size(); ++i) where[i] = parse_int<int>((*column)[i + 2]);
    if (level != kWordLevel || !bounds || !confidence || !where[0] || !where[1] || !where[2]) {
      out.unknown(at, true);
      continue;
    }
    const std::string_view text = trim((*column)[11]);
    if (text.empty() || *confidence < 0 || bounds->empty()) continue;  // a place where nothing was read
    if (out.records.size() >= kMaxPictureWords) {
      out.cut = true;
      break;
    }
    word.text = clean_utf8(text.substr(0, kMaxWordBytes));
    word.bounds = *bounds;
    word.confidence = std::min(*confidence, 100.0);
    word.pass = pass;
    word.block = *where[0];
    word.paragraph = *where[1];
    word.line = *where[2];
    out.records.push_back(std::move(word));
  }
  return out;
}

std::vector<PictureLabel> labels_of(const std::vector<PictureWord>& words) {
  std::vector<PictureLabel> out;
  for (Piece& piece : paragraphs(once(pieces_of(words)))) {
    piece.confidence = mean(piece);
    if (out.size() >= kMaxPictureLabels) break;
    out.push_back(std::move(static_cast<PictureLabel&>(piece)));
  }
  return out;
}

std::string picture_record(const PictureReading& r) {
  nlohmann::json head = {{"tool", clean_utf8(r.tool)},
                         {"languages", clean_utf8(r.languages)},
                         {"package", clean_utf8(r.package)},
                         {"screenshot", to_hex(r.screenshot)}};
  if (r.hierarchy) head["hierarchy"] = to_hex(*r.hierarchy);
  return head.dump() + "\n" + r.tsv;
}

Result<PictureReading> parse_picture_record(std::string_view data) {
  const std::size_t end = data.find('\n');
  if (end > kMaxHeadBytes)  // or there is none
    return corrupt("a reading of a picture begins with a line of JSON");
  const auto head = nlohmann::json::parse(data.substr(0, end), nullptr, false);
  const auto text = [&](const char* name) -> std::string {
    const auto it = head.find(name);
    return it != head.end() && it->is_string() ? it->get<std::string>() : std::string();
  };
  if (!head.is_object()) return corrupt("a reading of a picture begins with a line of JSON");
  PictureReading out;
  out.tool = text("tool");
  out.languages = text("languages");
  out.package = text("package");
  const auto screenshot = digest_from_hex(text("screenshot"));
  if (out.tool.empty() || out.package.empty() || !screenshot)
    return corrupt("a reading of a picture names tool, package and screenshot");
  out.screenshot = *screenshot;
  if (head.contains("hierarchy")) {
    out.hierarchy = digest_from_hex(text("hierarchy"));
    if (!out.hierarchy) return corrupt("a reading of a picture: `hierarchy` is no SHA-256");
  }
  out.tsv = std::string(data.substr(end + 1));
  return out;
}

std::string tesseract_version(std::string_view text) {
  for (std::string_view line : lines(text)) {
    if (starts_with(line, "tesseract ")) return clean_utf8(trim(line).substr(0, 60));
  }
  return {};
}

bool tesseract_knows(std::string_view list, std::string_view language) {
  for (std::string_view line : lines(list)) {
    if (trim(line) == language) return true;
  }
  return false;
}

}  // namespace storesweep::android
