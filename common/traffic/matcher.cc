#include "common/traffic/matcher.h"

#include <algorithm>
#include <tuple>

#include "common/traffic/field_name.h"

namespace storesweep::traffic {
namespace {
// Bytes behind a hit that must be seen before its edge is known.
constexpr std::size_t kBehind = 2;
constexpr std::size_t kOverlap = kMostFormBytes + kFieldDistance + kMaxFieldBytes + kBehind;
// From where a coordinate begins to where the other may begin.
constexpr std::size_t kReach = kMaxPairDistance + 32;
// The index gives hits in disorder, but never further than this.
constexpr std::size_t kOutOfOrder = 64 << 10;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Whether what stands beside text[at, end) lets it be a whole of its kind.
bool edge_holds(Edge edge, std::string_view text, std::size_t at, std::size_t end) {
  const char before = at > 0 ? text[at - 1] : ' ', behind = end < text.size() ? text[end] : ' ';
  switch (edge) {
    case Edge::kAny:
      return true;
    case Edge::kWord:
      return !is_alnum(before) && !is_alnum(behind);
    case Edge::kOpen:
      return !is_digit(before) && before != '.' && before != '-';
    case Edge::kNumber:
      break;
  }
  const bool goes_on = behind == '.' && end + 1 < text.size() && is_digit(text[end + 1]);
  return !is_digit(before) && before != '.' && before != '-' && !is_digit(behind) && !goes_on;
}

std::vector<std::vector<Form>> all_forms(const std::vector<Canary>& canaries) {
  std::vector<std::vector<Form>> all;
  for (const Canary& c : canaries) all.push_back(forms_of(c));
  return all;
}
}  // namespace

// Bytes to look at: a whole, or what a stream holds now.
struct CanaryMatcher::Window {
  std::string_view text;
  std::string_view field;
  std::uint64_t base = 0;  // offset of text in the whole
  std::uint64_t done = 0;  // what ends up to here was looked at before
  bool last = true;        // nothing follows
};

std::vector<Pattern> CanaryMatcher::patterns_of(const std::vector<std::vector<Form>>& forms) {
  std::vector<Pattern> patterns;
  for (const auto& of_one : forms) {
    for (const Form& form : of_one) patterns.push_back({form.bytes, form.any_case});
  }
  return patterns;
}

CanaryMatcher::CanaryMatcher(std::vector<Canary> canaries)
    : canaries_(std::move(canaries)), forms_(all_forms(canaries_)), index_(patterns_of(forms_)) {
  for (std::uint32_t c = 0; c < forms_.size(); ++c) {
    for (std::uint32_t f = 0; f < forms_[c].size(); ++f) uses_.push_back({c, f});
  }
}

bool CanaryMatcher::keyed(const Canary& canary, const Window& window, std::size_t at) const {
  const std::string_view name = field_before(window.text, at);
  if (!name.empty()) return names_one_of(name, canary.keys);
  return window.base + at == 0 && names_one_of(window.field, canary.keys);
}

void CanaryMatcher::look(const Window& w, Hits& found) const {
  index_.search(w.text, [&](std::size_t pattern, std::size_t at) {
    const Use use = uses_[pattern];
    const Form& form = forms_[use.canary][use.form];
    const std::size_t end = at + form.bytes.size();
    const bool seen = w.base + end <= w.done, later = !w.last && end + kBehind > w.text.size();
    if (seen || later || !edge_holds(form.edge, w.text, at, end)) return;
    const bool has_key = keyed(canaries_[use.canary], w, at);
    if (form.part == Part::kWhole && !form.strong() && !has_key) return;
    keep({use.canary, use.form, w.base + at, form.bytes.size(), has_key, form.bits}, found);
  });
}

// Numbers that look like half of a place are many in a file of coordinates: those that stayed alone make
// room.
void CanaryMatcher::keep(const Hit& hit, Hits& found) const {
  if (found.cut) return;
  if (found.hits.size() >= kMaxHits) {
    drop_lone_parts(hit.offset - std::min<std::uint64_t>(hit.offset, kOutOfOrder), found);
    found.cut = found.hits.size() > kMaxHits - kMaxHits / 10;
  }
  if (!found.cut) found.hits.push_back(hit);
}

void CanaryMatcher::drop_lone_parts(std::uint64_t before, Hits& found) const {
  std::vector<Hit>& all = found.hits;
  std::sort(all.begin(), all.end(), [](const Hit& a, const Hit& b) { return a.offset < b.offset; });
  std::vector<Hit> kept;
  const auto paired = [&](std::size_t i) {
    Hit pair;
    for (std::size_t j = i; j-- > 0 && all[j].offset + kReach >= all[i].offset;) {
      if (pair_of(all[j], all[i], pair)) return true;
    }
    for (std::size_t j = i + 1; j < all.size() && all[j].offset <= all[i].offset + kReach; ++j) {
      if (pair_of(all[i], all[j], pair)) return true;
    }
    return false;
  };
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!is_part(all[i]) || all[i].offset + kReach >= before || paired(i)) kept.push_back(all[i]);
  }
  all = std::move(kept);
}

// Of one place, written in the same way: the pair is worth what its lesser number is worth.
bool CanaryMatcher::pair_of(const Hit& a, const Hit& b, Hit& pair) const {
  const Form &first = forms_[a.canary][a.form], &second = forms_[b.canary][b.form];
  const bool same = a.canary == b.canary && first.spelling == second.spelling && first.part != second.part;
  if (!same || b.offset < a.offset + a.length || b.offset - a.offset - a.length > kMaxPairDistance)
    return false;
  pair = first.decimals <= second.decimals ? a : b;
  pair.offset = a.offset;
  pair.length = b.offset + b.length - a.offset;
  pair.keyed = a.keyed;
  return pair.keyed || pair.bits >= kStrongBits;
}

Hits CanaryMatcher::settled(Hits all) const {
  std::vector<Hit>& found = all.hits;
  std::sort(found.begin(), found.end(), [](const Hit& a, const Hit& b) {
    return std::tuple(a.offset, b.length, a.canary, a.form) <
           std::tuple(b.offset, a.length, b.canary, b.form);
  });
  Hits out{{}, all.cut};
  std::map<std::size_t, std::uint64_t> covered;  // of each canary: up to where a hit reaches
  const auto add = [&](const Hit& hit) {
    std::uint64_t& end = covered[hit.canary];
    if (hit.offset + hit.length <= end) return;
    end = hit.offset + hit.length;
    out.hits.push_back(hit);
  };
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!is_part(found[i])) {
      add(found[i]);
      continue;
    }
    Hit pair;
    for (std::size_t j = i + 1; j < found.size() && found[j].offset <= found[i].offset + kReach; ++j) {
      if (!pair_of(found[i], found[j], pair)) continue;
      add(pair);
      break;
    }
  }
  return out;
}

Hits CanaryMatcher::find(ByteView bytes, std::string_view field) const {
  Hits found;
  look({.text = as_text(bytes), .field = field}, found);
  return settled(std::move(found));
}

MatchStream::MatchStream(const CanaryMatcher& matcher, std::string field, std::size_t hold_bytes)
    : matcher_(matcher), field_(std::move(field)), hold_bytes_(std::max<std::size_t>(hold_bytes, kBehind)) {}

void MatchStream::feed(ByteView bytes) {
  while (!bytes.empty()) {
    const std::size_t n = std::min(bytes.size(), hold_bytes_);
    held_ += as_text(bytes.first(n));
    bytes = bytes.subspan(n);
    if (before_ + held_.size() - looked_ >= hold_bytes_) look(false);
  }
}

void MatchStream::look(bool last) {
  matcher_.look({held_, field_, before_, done_, last}, found_);
  looked_ = before_ + held_.size();
  if (!last) done_ = looked_ - kBehind;
  const std::size_t gone = held_.size() - std::min(held_.size(), kOverlap);
  held_.erase(0, gone);
  before_ += gone;
}

Hits MatchStream::finish() {
  look(true);
  return matcher_.settled(std::move(found_));
}

}  // namespace storesweep::traffic
