#include "common/traffic/pattern_index.h"

#include <gtest/gtest.h>

#include <set>

#include "common/base/random.h"
#include "common/traffic/encodings.h"

namespace storesweep::traffic {
namespace {
using Place = std::pair<std::size_t, std::size_t>;

std::multiset<Place> found_by(const PatternIndex& index, const std::string& data) {
  std::multiset<Place> places;
  index.search(data, [&](std::size_t pattern, std::size_t at) { places.emplace(pattern, at); });
  return places;
}

// By the plainest means.
std::multiset<Place> all_places(const std::vector<Pattern>& patterns, const std::string& data) {
  std::multiset<Place> places;
  for (std::size_t p = 0; p < patterns.size(); ++p) {
    const bool any_case = patterns[p].any_case;
    const std::string where = any_case ? lower_case(data) : data;
    const std::string what = any_case ? lower_case(patterns[p].bytes) : patterns[p].bytes;
    for (std::size_t at = where.find(what); at != std::string::npos; at = where.find(what, at + 1)) {
      places.emplace(p, at);
    }
  }
  return places;
}

std::string letters(Random& random, std::string_view alphabet, std::size_t n) {
  std::string out;
  while (out.size() < n) out += alphabet[random.below(alphabet.size())];
  return out;
}

TEST(PatternIndex, FindsWhatAPlainSearchFinds) {
  SeededRandom random(1);
  std::size_t hits = 0;
  for (int round = 0; round < 60; ++round) {
    const std::string_view alphabet = round % 3 == 0 ? "ab" : round % 3 == 1 ? "aAbB" : "aA@`\x7f\xe1\xc1";
    std::vector<Pattern> patterns;
    for (int i = 0; i < 30; ++i) {
      patterns.push_back(
          {letters(random, alphabet, kLeastPatternBytes + random.below(12)), random.chance(0.5)});
    }
    const std::string data = letters(random, alphabet, 1 + random.below(30'000));
    const auto expected = all_places(patterns, data);
    EXPECT_EQ(found_by(PatternIndex(patterns), data), expected);
    hits += expected.size();
  }
  EXPECT_GT(hits, 10'000u);
}

TEST(PatternIndex, FindsEveryLengthAtEveryPlace) {
  SeededRandom random(2);
  for (std::size_t length = kLeastPatternBytes; length < 40; ++length) {
    const Pattern pattern{letters(random, "0123456789", length), false};
    const PatternIndex index({pattern});
    for (std::size_t before = 0; before < 30; ++before) {
      for (std::size_t behind : {0, 1, 5, 20}) {
        const std::string data = std::string(before, '.') + pattern.bytes + std::string(behind, '.');
        EXPECT_EQ(found_by(index, data), (std::multiset<Place>{{0, before}}));
      }
    }
    // Across the pieces in which it searches.
    for (std::size_t before = 12 * 1024 - length; before <= 12 * 1024; ++before) {
      const std::string data = std::string(before, '.') + pattern.bytes + std::string(9, '.');
      EXPECT_EQ(found_by(index, data).size(), 1u) << length << " at " << before;
    }
  }
}

TEST(PatternIndex, EmptyDataAndNoPatternsAreNothing) {
  EXPECT_TRUE(found_by(PatternIndex({}), std::string(100, 'a')).empty());
  EXPECT_TRUE(found_by(PatternIndex({{"abcdef", true}}), "").empty());
  EXPECT_TRUE(found_by(PatternIndex({{"abcdef", true}}), "abcde").empty());
}
}  // namespace
}  // namespace storesweep::traffic
