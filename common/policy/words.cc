#include "common/policy/words.h"

#include <algorithm>
#include <cctype>

#include "common/android/phrases.h"
#include "common/base/text.h"

namespace storesweep::policy {
namespace {

constexpr std::string_view kComma = "、";
constexpr std::size_t kPairs = 65'536;

bool latin(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 && (c & 0x80) == 0; }

std::size_t pair_at(std::string_view s, std::size_t at) {
  return static_cast<std::size_t>(static_cast<unsigned char>(s[at])) << 8 |
         static_cast<unsigned char>(s[at + 1]);
}

// A Latin word is not part of a longer one.
bool whole(std::string_view text, std::size_t begin, std::size_t end) {
  const bool cut_before = begin > 0 && latin(text[begin]) && latin(text[begin - 1]);
  const bool cut_behind = end < text.size() && latin(text[end - 1]) && latin(text[end]);
  return !cut_before && !cut_behind;
}

void append_word(std::string& out, std::string_view raw) {
  const std::string word = android::normalise(raw);
  if (word.empty()) return;
  if (!out.empty() && latin(out.back()) && latin(word.front())) out.push_back(' ');
  out += word;
}

}  // namespace

std::string normal(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  while (!raw.empty()) {
    const std::size_t mark = std::min(raw.find(kComma), raw.size());
    for (std::string_view part : lines(raw.substr(0, mark))) {
      for (std::string_view word : words(part)) append_word(out, word);
    }
    if (mark == raw.size()) break;
    out.push_back(kListMark);
    raw.remove_prefix(mark + kComma.size());
  }
  return out;
}

WordIndex::WordIndex(std::vector<Entry> entries) : entries_(std::move(entries)) {
  std::erase_if(entries_, [](const Entry& e) { return e.word.size() < 2; });
  std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    const std::size_t x = pair_at(a.word, 0), y = pair_at(b.word, 0);
    return x != y ? x < y : a.word.size() > b.word.size();
  });
  first_.assign(kPairs + 1, 0);
  for (const Entry& e : entries_) ++first_[pair_at(e.word, 0) + 1];
  for (std::size_t i = 1; i <= kPairs; ++i) first_[i] += first_[i - 1];
}

const WordIndex::Entry* WordIndex::longest_at(std::string_view text, std::size_t at) const {
  const std::size_t pair = pair_at(text, at);
  for (std::size_t i = first_[pair]; i < first_[pair + 1]; ++i) {
    const std::string& word = entries_[i].word;
    if (text.compare(at, word.size(), word) == 0 && whole(text, at, at + word.size())) return &entries_[i];
  }
  return nullptr;
}

std::vector<Hit> WordIndex::find(std::string_view text) const {
  std::vector<Hit> out;
  if (first_.empty()) return out;
  for (std::size_t at = 0; at + 2 <= text.size(); ++at) {
    const Entry* e = longest_at(text, at);
    if (!e) continue;
    const Hit hit{e->tag, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at + e->word.size())};
    if (!out.empty() && hit.end <= out.back().end) continue;  // within the one before
    out.push_back(hit);
  }
  return out;
}

const WordIndex::Entry* WordIndex::longest(std::string_view text) const {
  const Entry* best = nullptr;
  if (first_.empty()) return best;
  for (std::size_t at = 0; at + 2 <= text.size(); ++at) {
    const Entry* e = longest_at(text, at);
    if (e && (!best || e->word.size() > best->word.size())) best = e;
  }
  return best;
}

}  // namespace storesweep::policy
