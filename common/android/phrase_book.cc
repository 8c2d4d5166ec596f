#include <algorithm>

#include "common/android/phrases.h"
#include "common/base/text.h"

namespace storesweep::android {
namespace {
constexpr std::string_view kGap = "…";

Pattern compiled(std::string_view phrase) {
  Pattern pieces;
  for (;;) {
    const std::size_t gap = phrase.find(kGap);
    pieces.push_back(normalise(phrase.substr(0, gap)));
    if (gap == std::string_view::npos) return pieces;
    phrase.remove_prefix(gap + kGap.size());
  }
}

std::vector<Pattern> compiled(const PhraseList& list) {
  std::vector<Pattern> out;
  for (const std::string& phrase : list) out.push_back(compiled(phrase));
  return out;
}

bool whole(const Pattern& pattern, std::string_view text) {
  if (!starts_with(text, pattern.front())) return false;
  std::size_t at = pattern.front().size();
  for (std::size_t i = 1; i + 1 < pattern.size(); ++i) {
    const std::size_t found = text.find(pattern[i], at);
    if (found == std::string_view::npos) return false;
    at = found + pattern[i].size();
  }
  return text.size() >= at + pattern.back().size() && ends_with(text, pattern.back());
}

std::size_t number_of(PhraseList Phrases::*list) {
  const auto& names = phrase_lists();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].list == list) return i;
  }
  return 0;
}
}  // namespace

PhraseBook::PhraseBook(const Phrases& phrases) : phrases_(phrases) {
  const auto& names = phrase_lists();
  for (std::size_t i = 0; i < names.size(); ++i) {
    for (Pattern& pattern : lists_.emplace_back(compiled(phrases.*names[i].list))) {
      if (pattern.size() > 1) continue;
      auto& of = labels_[pattern[0]];
      of.resize(names.size());
      of[i] = true;
    }
  }
  for (const auto& [group, list] : phrases.permission_groups) {
    group_names_.push_back(group);
    groups_.push_back(compiled(list));
  }
  for (std::size_t i = 0; i < lists_.size(); ++i) index_.add(i, lists_[i]);
  for (std::size_t i = 0; i < groups_.size(); ++i) group_index_.add(i, groups_[i]);
  index_.finish();
  group_index_.finish();
}

bool PhraseBook::is(PhraseList Phrases::*list, std::string_view normalised) const {
  if (normalised.empty()) return false;
  const std::size_t number = number_of(list);
  if (const auto of = labels_.find(std::string(normalised)); of != labels_.end() && of->second[number])
    return true;
  return std::any_of(lists_[number].begin(), lists_[number].end(),
                     [&](const Pattern& p) { return p.size() > 1 && whole(p, normalised); });
}

std::optional<Span> PhraseBook::find(PhraseList Phrases::*list, std::string_view normalised,
                                     std::size_t from) const {
  std::optional<Span> first;
  const std::size_t number = number_of(list);
  index_.scan(normalised, from, [&](const PatternIndex::Entry& e, const Span& span) {
    if (e.list == number) first = span;
    return first.has_value();
  });
  return first;
}

PhraseBook::Mentions PhraseBook::mentions(std::string_view normalised) const {
  Mentions out;
  out.lists_.resize(lists_.size());
  index_.scan(normalised, 0, [&](const PatternIndex::Entry& e, const Span&) {
    out.lists_[e.list] = true;
    return false;
  });
  return out;
}

bool PhraseBook::Mentions::of(PhraseList Phrases::*list) const { return lists_[number_of(list)]; }

std::vector<std::string> PhraseBook::groups_in(std::string_view normalised) const {
  std::vector<std::size_t> longest(groups_.size(), 0);
  group_index_.scan(normalised, 0, [&](const PatternIndex::Entry& e, const Span&) {
    std::size_t length = 0;
    for (const std::string& piece : *e.pattern) length += piece.size();
    longest[e.list] = std::max(longest[e.list], length);
    return false;
  });
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    if (longest[i] > 0) found.push_back(i);
  }
  std::stable_sort(found.begin(), found.end(),
                   [&](std::size_t a, std::size_t b) { return longest[a] > longest[b]; });
  std::vector<std::string> out;
  for (const std::size_t i : found) out.push_back(group_names_[i]);
  return out;
}

}  // namespace storesweep::android
