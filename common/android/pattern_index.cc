#include "common/android/pattern_index.h"

#include <algorithm>

namespace storesweep::android {
namespace {
// The first piece with text; a pattern of open ends alone has none.
const std::string* first_piece(const Pattern& pattern) {
  const auto piece = std::find_if(pattern.begin(), pattern.end(), [](const auto& p) { return !p.empty(); });
  return piece == pattern.end() ? nullptr : &*piece;
}
}  // namespace

void PatternIndex::add(std::size_t list, const std::vector<Pattern>& patterns) {
  for (const Pattern& pattern : patterns) {
    const std::string* first = first_piece(pattern);
    if (first) (first->size() < kKey ? short_ : entries_).push_back({list, &pattern});
  }
}

void PatternIndex::finish() {
  const auto slot_of = [](const Entry& e) { return slot(first_piece(*e.pattern)->data()); };
  std::stable_sort(entries_.begin(), entries_.end(),
                   [&](const Entry& a, const Entry& b) { return slot_of(a) < slot_of(b); });
  for (const Entry& e : entries_) ++starts_[slot_of(e) + 1];
  for (std::size_t s = 0; s < kSlots; ++s) starts_[s + 1] += starts_[s];
}

std::optional<Span> PatternIndex::match(const Pattern& pattern, std::string_view text, std::size_t at) {
  std::optional<Span> span;
  for (const std::string& piece : pattern) {
    if (piece.empty()) continue;
    if (!span && text.compare(at, piece.size(), piece) != 0) return std::nullopt;
    const std::size_t found = span ? text.find(piece, span->end) : at;
    if (found == std::string_view::npos) return std::nullopt;
    span = Span{span ? span->begin : at, found + piece.size()};
  }
  return span;
}

}  // namespace storesweep::android
