#include "simdroid/print/template.h"

#include "common/base/text.h"

namespace storesweep::simdroid {
namespace {
constexpr int kMatchBudget = 200'000;
}  // namespace

bool TextTemplate::match_from(std::size_t piece, std::string_view text, Holes& values, int& budget) const {
  if (--budget < 0) return false;
  const auto& [literal, hole] = pieces_[piece];
  if (!starts_with(text, literal)) return false;
  text.remove_prefix(literal.size());
  if (hole.empty()) return text.empty();
  const std::string& next = pieces_[piece + 1].literal;
  for (std::size_t n = 0; n <= text.size(); ++n) {
    if (!starts_with(text.substr(n), next)) continue;
    const std::string value(text.substr(0, n));
    auto [it, fresh] = values.emplace(hole, value);
    if (!fresh && it->second != value) continue;
    if (match_from(piece + 1, text.substr(n), values, budget)) return true;
    if (fresh) values.erase(it);
  }
  return false;
}

Result<TextTemplate> TextTemplate::parse(std::string_view text) {
  TextTemplate t;
  Piece piece;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '{') {
      piece.literal += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == '{') {
      piece.literal += '{';
      ++i;
    } else {
      const auto end = text.find('}', i);
      if (end == std::string_view::npos) return invalid("a hole without its closing brace");
      piece.hole = std::string(text.substr(i + 1, end - i - 1));
      if (piece.hole.empty()) return invalid("a hole without a name");
      t.pieces_.push_back(std::exchange(piece, {}));
      i = end;
    }
  }
  t.pieces_.push_back(piece);
  return t;
}

std::string TextTemplate::fill(const Holes& values) const {
  std::string out;
  for (const Piece& piece : pieces_) {
    out += piece.literal;
    if (auto it = values.find(piece.hole); it != values.end()) out += it->second;
  }
  return out;
}

std::optional<Holes> TextTemplate::match(std::string_view text) const {
  Holes values;
  int budget = kMatchBudget;
  if (!match_from(0, text, values, budget)) return std::nullopt;
  return values;
}

namespace {
constexpr std::string_view kSourceMark = " <- ";
struct Block {
  std::string name, source, body;
  int line = 0;
};
}  // namespace

Status Templates::add_file(const std::string& file, std::string_view text) {
  auto wrong = [&file](int line, const std::string& what) {
    return invalid(file + ": line " + std::to_string(line) + ": " + what);
  };
  if (!starts_with(text, "# ")) return wrong(1, "a template file begins with \"# \" and what it is");
  Block block;
  auto finish = [&]() -> Status {
    if (block.line == 0) return ok_status();
    auto parsed = TextTemplate::parse(block.body);
    if (!parsed.ok()) return wrong(block.line, "block " + block.name + ": " + parsed.status().message());
    parsed.value().set_source(block.source);
    blocks_.insert_or_assign(block.name, std::move(parsed).value());
    return ok_status();
  };
  int number = 0;
  for (std::string_view line : lines(text)) {
    ++number;
    if (starts_with(line, "== ")) {
      TRY(finish());
      line.remove_prefix(3);
      const auto mark = line.find(kSourceMark);
      if (mark != std::string_view::npos) block.source = trim(line.substr(mark + kSourceMark.size()));
      block.name = trim(line.substr(0, mark));
      block.body.clear();
      block.line = number;
      if (block.name.empty()) return wrong(number, "a block without a name");
      if (block.source.empty()) return wrong(number, "block " + block.name + " names no source");
    } else if (block.line > 0) {
      block.body.append(line).append("\n");
    } else if (!starts_with(line, "#") && !trim(line).empty()) {
      return wrong(number, "text before the first \"== block\"");
    }
  }
  return finish();
}

namespace {
// Junk in each line, before what its last sign opens and behind it all: readers that skip a line's end shall
// not know it either.
std::string in_unknown_grammar(const std::string& text) {
  constexpr std::string_view kJunk = " ?#@";
  std::string out, line;
  for (const char c : text) {
    if (c != '\n') {
      line += c;
      continue;
    }
    if (const auto at = line.find_last_of("[{(=:"); at != std::string::npos) line.insert(at, kJunk);
    out.append(line).append(kJunk) += '\n';
    line.clear();
  }
  return out + line;
}
}  // namespace

std::string Templates::fill(std::string_view name, const Holes& values) const {
  auto it = blocks_.find(name);
  if (it == blocks_.end()) return "<" + std::string(name) + ">\n";
  if (!filled_.contains(name)) filled_.emplace(name);
  std::string text = it->second.fill(values);
  return !altered_.empty() && altered_ == name ? in_unknown_grammar(text) : text;
}

std::string Templates::line(std::string_view name, const Holes& values) const {
  std::string text = fill(name, values);
  if (ends_with(text, "\n")) text.pop_back();
  return text;
}

const TextTemplate* Templates::find(std::string_view name) const {
  auto it = blocks_.find(name);
  return it == blocks_.end() ? nullptr : &it->second;
}

std::vector<std::string> Templates::names() const {
  std::vector<std::string> out;
  for (const auto& [name, block] : blocks_) out.push_back(name);
  return out;
}

}  // namespace storesweep::simdroid
