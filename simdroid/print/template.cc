#include "simdroid/print/template.h"

#include "common/base/text.h"

namespace storesweep::simdroid {
namespace {
bool match_from(const std::vector<std::pair<std::string, std::string>>& pieces, std::size_t piece,
                std::string_view text, Holes& values, int& budget) {
  if (--budget < 0) return false;
  const auto& [literal, hole] = pieces[piece];
  if (!starts_with(text, literal)) return false;
  text.remove_prefix(literal.size());
  if (hole.empty()) return text.empty();
  const std::string& next = pieces[piece + 1].first;
  for (std::size_t n = 0; n <= text.size(); ++n) {
    if (!starts_with(text.substr(n), next)) continue;
    const std::string value(text.substr(0, n));
    auto [it, fresh] = values.emplace(hole, value);
    if (!fresh && it->second != value) continue;
    if (match_from(pieces, piece + 1, text.substr(n), values, budget)) return true;
    if (fresh) values.erase(it);
  }
  return false;
}
constexpr int kMatchBudget = 200'000;
}  // namespace

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
  std::vector<std::pair<std::string, std::string>> pieces;
  for (const Piece& piece : pieces_) pieces.emplace_back(piece.literal, piece.hole);
  Holes values;
  int budget = kMatchBudget;
  if (!match_from(pieces, 0, text, values, budget)) return std::nullopt;
  return values;
}

Status Templates::add_file(const std::string& name, std::string_view text) {
  if (!starts_with(text, "# "))
    return invalid(name + ": line 1: a template file begins with \"# \" and its source");
  std::string block;
  std::string body;
  int number = 0;
  auto finish = [&]() -> Status {
    if (block.empty()) return ok_status();
    auto parsed = TextTemplate::parse(body);
    if (!parsed.ok()) return invalid(name + ": block " + block + ": " + parsed.status().message());
    blocks_.insert_or_assign(block, std::move(parsed).value());
    return ok_status();
  };
  for (std::string_view line : lines(text)) {
    ++number;
    if (starts_with(line, "== ")) {
      TRY(finish());
      block = std::string(trim(line.substr(3)));
      body.clear();
    } else if (!block.empty()) {
      body.append(line).append("\n");
    } else if (!starts_with(line, "#") && !trim(line).empty()) {
      return invalid(name + ": line " + std::to_string(number) + ": text before the first \"== block\"");
    }
  }
  return finish();
}

std::string Templates::fill(std::string_view name, const Holes& values) const {
  auto it = blocks_.find(name);
  if (it == blocks_.end()) return "<" + std::string(name) + ">\n";
  std::string text = it->second.fill(values);
  if (!altered_.empty() && altered_ == name) {
    for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 4))
      text.insert(at, " ?#@");
  }
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
