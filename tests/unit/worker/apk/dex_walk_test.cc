#include "worker/apk/dex_walk.h"

#include <gtest/gtest.h>

#include "common/base/random.h"

namespace storesweep::apk {
namespace {

struct Found {
  std::vector<std::uint32_t> noted;
  std::uint64_t calls = 0;
  bool operator==(const Found&) const = default;
};

Found walked(const Bytes& code, const DexMarks& marks) {
  Found out;
  DexWalk walk;
  walk.begin(code);
  while (walk.run(marks)) out.noted.insert(out.noted.end(), walk.noted().begin(), walk.noted().end());
  out.calls = walk.calls();
  return out;
}

// By the tables alone. The last unit is not looked at: what has no index behind it names nothing.
Found by_tables(const Bytes& code, const std::vector<std::pair<DexIndex, std::uint16_t>>& marked) {
  Found out;
  const DexUnits units(code);
  for (std::size_t i = 0; i + 1 < units.size(); i = dex_next(units, i)) {
    const DexIndex kind = kDexOps[units[i] & 0xff].index;
    out.calls += kind == DexIndex::kMethod || kind == DexIndex::kCallSite;
    bool matters = kind == DexIndex::kOther;
    for (const auto& [of, index] : marked) matters |= of == kind && index == units[i + 1];
    if (matters) out.noted.push_back(static_cast<std::uint32_t>(i));
  }
  return out;
}

TEST(DexWalk, FindsWhatTheTablesSayInAnyBytes) {
  SeededRandom random(1);
  const std::vector<std::pair<DexIndex, std::uint16_t>> marked = {{DexIndex::kMethod, 0},
                                                                  {DexIndex::kMethod, 3},
                                                                  {DexIndex::kString, 5},
                                                                  {DexIndex::kField, 7},
                                                                  {DexIndex::kCallSite, 1}};
  DexMarks marks;
  for (const auto& [kind, index] : marked) marks.set(kind, index);
  marks.set(DexIndex::kString, 65'536);  // no 16 bits name it
  std::size_t noted = 0;
  for (std::size_t units = 0; units < 5'000; units += units < 40 ? 1 : 333) {
    for (int i = 0; i < 50; ++i) {
      Bytes code(units * 2 + random.below(2));
      random.fill(code);
      for (std::size_t at = 2; at + 1 < code.size(); at += 4) {  // small indices, and few payloads
        code[at] = static_cast<std::uint8_t>(random.below(10));
        code[at + 1] = 0;
      }
      const Found wanted = by_tables(code, marked);
      ASSERT_EQ(walked(code, marks), wanted) << units;
      noted += wanted.noted.size();
    }
  }
  EXPECT_GT(noted, 10'000U);
}

TEST(DexWalk, EndsAtAPayloadThatReachesBeyondTheCode) {
  const Bytes code = {0x00, 0x03, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x6e, 0x00, 0x00, 0x00, 0x00, 0x00};
  EXPECT_EQ(walked(code, DexMarks()), Found());
  EXPECT_EQ(walked({}, DexMarks()), Found());
  EXPECT_EQ(walked({0x6e, 0x00}, DexMarks()), Found());
}

}  // namespace
}  // namespace storesweep::apk
