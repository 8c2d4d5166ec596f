// Finds thousands of byte strings in one pass, at a speed that depends neither on their number nor on the
// alphabet of the data. Every few bytes a window of the data is looked up in a bit filter; the windows of
// each pattern at as many neighbouring places as that step is wide are in it, so that one of them is met
// wherever the pattern begins. What the filter lets through is looked up exactly and then compared. Windows
// are taken without regard to case.
//
// Not Hyperscan: with one run's forms it is faster on random bytes and does 0.3 GiB/s on digits, where 0.5 is
// needed (./dev bench canaries): its first stage knows eight sets of pairs of bytes, which thousands of
// strings of digits and hexadecimal fill. It is for x86 alone, too.
//
// Immutable after it is made: safe for concurrent use.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace storesweep::traffic {

struct Pattern {
  std::string bytes;  // at least kLeastPatternBytes
  bool any_case = false;
};
inline constexpr std::size_t kLeastPatternBytes = 6;

// Windows of one width at one step, for patterns of at least width + step - 1 bytes.
template <std::size_t kWidth, std::size_t kStep>
class WindowFilter {
 public:
  static constexpr std::size_t kLeastBytes = kWidth + kStep - 1;

  struct Entry {
    std::uint64_t window = 0;
    std::uint32_t pattern = 0, offset = 0;
  };
  void add(std::uint32_t pattern, std::string_view bytes);
  void finish();  // once, after all are added
  // Calls hit(entry, at) for each window of the data that is an entry's.
  template <class Hit>
  void search(std::string_view data, std::size_t from, std::size_t to, const Hit& hit) const;

 private:
  std::size_t passed(std::string_view data, std::size_t from, std::size_t to, std::uint32_t* places) const;
  static std::uint64_t window_at(std::string_view data, std::size_t at);
  std::size_t bit_of(std::uint64_t window) const { return window * kMix >> shift_; }

  static constexpr std::uint64_t kMix = 0x9E3779B97F4A7C15;  // 2^64 / golden ratio (Fibonacci hashing)
  std::vector<Entry> entries_;                               // by their bit, then by window
  std::vector<std::uint64_t> bits_;
  std::vector<std::uint32_t> first_;  // of the entries of each bit's bucket
  int shift_ = 0;
};

class PatternIndex {
 public:
  explicit PatternIndex(std::vector<Pattern> patterns);

  // Every place of every pattern, in no order: hit(number of the pattern, offset).
  using Hit = std::function<void(std::size_t, std::size_t)>;
  void search(std::string_view data, const Hit& hit) const;
  const std::vector<Pattern>& patterns() const { return patterns_; }

 private:
  using Long = WindowFilter<8, 4>;
  using Short = WindowFilter<4, 3>;
  bool stands_at(const Pattern& pattern, std::string_view data, std::size_t at) const;

  std::vector<Pattern> patterns_;
  Long long_;
  Short short_;
};

}  // namespace storesweep::traffic
