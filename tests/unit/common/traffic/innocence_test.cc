// No hit in what holds no canary. ./dev bench canaries does the same over a GiB of each.
#include <gtest/gtest.h>

#include "common/traffic/search.h"
#include "tests/unit/common/traffic/innocent.h"
#include "tests/unit/common/traffic/plant.h"

namespace storesweep::traffic {
namespace {
constexpr std::size_t kBytes = 8 << 20;

class Innocence : public testing::TestWithParam<int> {};

TEST_P(Innocence, HoldsNoCanaryOfAnyRun) {
  InnocentBytes source(static_cast<Innocent>(GetParam()), 20261130);
  const std::string data = source.next(kBytes);
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const CanaryMatcher matcher(canaries_of(seed));
    const Hits found = matcher.find(as_bytes(data));
    EXPECT_FALSE(found.cut);
    for (const Hit& hit : found.hits) {
      ADD_FAILURE() << matcher.canaries()[hit.canary].name << " "
                    << matcher.forms(hit.canary)[hit.form].name() << ": "
                    << data.substr(hit.offset, hit.length);
    }
  }
}

// The same bytes with one canary among them: the test above can fail.
TEST_P(Innocence, OneCanaryAmongThemIsFound) {
  InnocentBytes source(static_cast<Innocent>(GetParam()), 5);
  const CanaryMatcher matcher(canaries_of(1));
  for (std::size_t c = 0; c < matcher.canaries().size(); ++c) {
    const std::string data = source.next(10'000) + " " +
                             planted(matcher.canaries()[c], matcher.forms(c), matcher.forms(c).front()).text +
                             " " + source.next(10'000);
    const Hits found = matcher.find(as_bytes(data));
    ASSERT_EQ(found.hits.size(), 1u) << matcher.canaries()[c].name;
    EXPECT_TRUE(is_it(matcher, found.hits[0], c, 0)) << matcher.canaries()[c].name;
  }
}

TEST_P(Innocence, UnwrappingFindsNoneEither) {
  InnocentBytes source(static_cast<Innocent>(GetParam()), 6);
  const std::string data = source.next(1 << 20);
  EXPECT_TRUE(find_canaries(CanaryMatcher(canaries_of(2)), as_bytes(data)).seen.empty());
}

INSTANTIATE_TEST_SUITE_P(Each, Innocence, testing::Range(0, 5), [](const auto& each) {
  return std::string(kInnocentNames[static_cast<std::size_t>(each.param)]);
});
}  // namespace
}  // namespace storesweep::traffic
