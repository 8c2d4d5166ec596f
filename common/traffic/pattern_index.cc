#include "common/traffic/pattern_index.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace storesweep::traffic {
namespace {
static_assert(std::endian::native == std::endian::little, "a window is the upper bytes of a word");

// The data goes through both filters piece by piece, so that it comes from memory once.
constexpr std::size_t kPieceBytes = 12 << 10;
// Bits for each entry: one window in so many passes by chance.
constexpr std::size_t kBitsPerEntry = 32;
constexpr int kLeastBits = 10;

// ASCII letters to lower case; of other bytes some fall together, which costs a comparison and nothing else.
constexpr std::uint64_t kFold = 0x2020202020202020;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
}  // namespace

template <std::size_t kWidth, std::size_t kStep>
std::uint64_t WindowFilter<kWidth, kStep>::window_at(std::string_view data, std::size_t at) {
  constexpr std::uint64_t kMask = ~std::uint64_t{0} << 8 * (sizeof(std::uint64_t) - kWidth);
  std::uint64_t window = 0;
  // Eight bytes ending with the window, where there are as many: one load instead of several.
  if (at + kWidth >= sizeof window) [[likely]] {
    std::memcpy(&window, data.data() + at + kWidth - sizeof window, sizeof window);
  } else {
    std::memcpy(reinterpret_cast<char*>(&window) + sizeof window - kWidth, data.data() + at, kWidth);
  }
  return (window | kFold) & kMask;
}

template <std::size_t kWidth, std::size_t kStep>
void WindowFilter<kWidth, kStep>::add(std::uint32_t pattern, std::string_view bytes) {
  // The end of a value is where it differs from its neighbours: check digits, serial numbers, codes.
  const std::size_t start = bytes.size() - kLeastBytes;
  for (std::size_t i = 0; i < kStep; ++i) {
    entries_.push_back({window_at(bytes, start + i), pattern, static_cast<std::uint32_t>(start + i)});
  }
}

template <std::size_t kWidth, std::size_t kStep>
void WindowFilter<kWidth, kStep>::finish() {
  const int log2_bits =
      std::max(kLeastBits, static_cast<int>(std::bit_width(entries_.size() * kBitsPerEntry)));
  shift_ = 64 - log2_bits;
  bits_.assign((std::size_t{1} << log2_bits) / 64, 0);
  std::sort(entries_.begin(), entries_.end(), [this](const Entry& a, const Entry& b) {
    return std::pair(bit_of(a.window), a.window) < std::pair(bit_of(b.window), b.window);
  });
  // Buckets are words of the filter: few enough to stay in the cache, and an entry is found from its word's
  // first.
  first_.assign(bits_.size() + 1, 0);
  for (const Entry& e : entries_) {
    const std::size_t bit = bit_of(e.window);
    bits_[bit / 64] |= std::uint64_t{1} << bit % 64;
    ++first_[bit / 64 + 1];
  }
  for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
}

// Without a branch: whether a window passes cannot be foretold, and a wrong guess costs more than the
// look-up.
template <std::size_t kWidth, std::size_t kStep>
std::size_t WindowFilter<kWidth, kStep>::passed(std::string_view data, std::size_t from, std::size_t to,
                                                std::uint32_t* places) const {
  const std::uint64_t* const bits = bits_.data();
  const int shift = shift_;
  std::size_t n = 0;
  for (std::size_t at = from; at < to; at += kStep) {
    const std::size_t bit = window_at(data, at) * kMix >> shift;
    places[n] = static_cast<std::uint32_t>(at - from);
    n += bits[bit / 64] >> bit % 64 & 1;
  }
  return n;
}

template <std::size_t kWidth, std::size_t kStep>
template <class Hit>
void WindowFilter<kWidth, kStep>::search(std::string_view data, std::size_t from, std::size_t to,
                                         const Hit& hit) const {
  if (data.size() < kWidth) return;
  std::array<std::uint32_t, kPieceBytes / kStep + 1> places;
  const std::size_t n = passed(data, from, std::min(to, data.size() - kWidth + 1), places.data());
  for (std::size_t k = 0; k < n; ++k) {
    const std::size_t at = from + places[k];
    const std::uint64_t window = window_at(data, at);
    const std::size_t word = bit_of(window) / 64;
    for (std::uint32_t i = first_[word]; i < first_[word + 1]; ++i) {
      if (entries_[i].window == window) hit(entries_[i], at);
    }
  }
}

PatternIndex::PatternIndex(std::vector<Pattern> patterns) : patterns_(std::move(patterns)) {
  for (std::uint32_t i = 0; i < patterns_.size(); ++i) {
    const std::string& bytes = patterns_[i].bytes;
    if (bytes.size() >= Long::kLeastBytes) {
      long_.add(i, bytes);
    } else if (bytes.size() >= Short::kLeastBytes) {
      short_.add(i, bytes);
    }
  }
  long_.finish();
  short_.finish();
}

bool PatternIndex::stands_at(const Pattern& pattern, std::string_view data, std::size_t at) const {
  const std::string_view there = data.substr(at, pattern.bytes.size());
  if (!pattern.any_case) return there == pattern.bytes;
  return std::equal(there.begin(), there.end(), pattern.bytes.begin(), pattern.bytes.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

void PatternIndex::search(std::string_view data, const Hit& hit) const {
  const auto compare = [&](const auto& entry, std::size_t at) {
    if (at < entry.offset) return;
    const Pattern& pattern = patterns_[entry.pattern];
    if (stands_at(pattern, data, at - entry.offset)) hit(entry.pattern, at - entry.offset);
  };
  static_assert(kPieceBytes % 12 == 0, "steps go on from piece to piece");
  for (std::size_t from = 0; from < data.size(); from += kPieceBytes) {
    long_.search(data, from, from + kPieceBytes, compare);
    short_.search(data, from, from + kPieceBytes, compare);
  }
}

}  // namespace storesweep::traffic
