// Layers come off; bombs and broken streams are said, never passed over.
#include "common/traffic/unwrap.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "common/traffic/inflate.h"
#include "common/traffic/multipart.h"
#include "tests/unit/common/traffic/wrap.h"

namespace storesweep::traffic {
namespace {
struct Seen {
  std::vector<std::string> pieces;  // "gzip>base64: content"
  std::vector<std::string> unread;  // "ratio gzip"
  std::size_t bytes = 0;
  bool has(const std::string& piece) const { return std::count(pieces.begin(), pieces.end(), piece) > 0; }
};

std::string path_of(const Layers& layers) {
  std::string out;
  for (const Layer& l : layers) out += (out.empty() ? "" : ">") + std::string(wrapping_name(l.wrapping));
  return out;
}
Seen unwrapped(std::string_view body, const UnwrapLimits& limits = {}) {
  Seen seen;
  const auto unread = unwrap_untrusted(as_bytes(body), limits, [&](const Piece& p) {
    seen.pieces.push_back(path_of(p.layers) + ": " + std::string(as_text(p.bytes)));
    if (!p.layers.empty()) seen.bytes += p.bytes.size();
  });
  for (const Unread& u : unread)
    seen.unread.push_back(std::string(not_looked_name(u.why)) + " " + path_of(u.layers));
  return seen;
}
const std::string kText = "nothing to see here, but long enough for a guess";

TEST(Unwrap, PlainTextIsOnePiece) {
  const Seen seen = unwrapped(kText);
  EXPECT_EQ(seen.pieces, std::vector<std::string>{": " + kText});
  EXPECT_TRUE(seen.unread.empty());
  EXPECT_TRUE(unwrapped("").unread.empty());
}

TEST(Unwrap, EachPackingComesOff) {
  EXPECT_TRUE(unwrapped(gzipped(kText)).has("gzip: " + kText));
  EXPECT_TRUE(unwrapped(deflated(kText, 15)).has("zlib: " + kText));
  EXPECT_TRUE(unwrapped(deflated(kText, -15)).has("deflate: " + kText));
  EXPECT_TRUE(unwrapped(brotli_of(kText)).has("brotli: " + kText));
  EXPECT_TRUE(unwrapped(zstd_of(kText)).has("zstd: " + kText));
  for (const std::string& whole : {gzipped(kText), deflated(kText, 15), zstd_of(kText), brotli_of(kText)}) {
    EXPECT_TRUE(unwrapped(whole).unread.empty());
  }
}

TEST(Unwrap, TwoStreamsOneBehindTheOtherBothComeOff) {
  const Seen seen = unwrapped(gzipped("one") + "--" + gzipped("two") + zstd_of("three"));
  EXPECT_TRUE(seen.has("gzip: one") && seen.has("gzip: two") && seen.has("zstd: three"));
}

TEST(Unwrap, AStreamThatIsCutShowsWhatItHasAndSaysSo) {
  std::string text;
  for (int i = 0; i < 5'000; ++i) text += std::to_string(i * 7919);
  for (const auto& [name, packed] :
       {std::pair("gzip", gzipped(text)), {"zstd", zstd_of(text)}, {"zlib", deflated(text, 15)}}) {
    const Seen seen = unwrapped(packed.substr(0, packed.size() / 2));
    EXPECT_EQ(seen.unread, std::vector<std::string>{std::string("broken ") + name});
    const bool some =
        std::any_of(seen.pieces.begin(), seen.pieces.end(),
                    [n = std::string(name)](const auto& p) { return p.starts_with(n + ": 0791915838"); });
    EXPECT_TRUE(some || name == std::string("zstd")) << "a block of zstd comes whole or not at all";
  }
  EXPECT_EQ(unwrapped("\x1f\x8b\x08 no gzip at all").unread, std::vector<std::string>{"broken gzip"});
  EXPECT_TRUE(unwrapped("by chance \x1f\x8b\x08 amid other bytes").unread.empty());
  EXPECT_TRUE(unwrapped("h\x1d is how some texts begin, and zlib streams").unread.empty());
}

TEST(Unwrap, ABombEndsAtTheRatioAndIsToldAsOne) {
  const std::string zeros(64u << 20, '\0');
  for (const auto& [name, packed] : {std::pair("gzip", gzipped(zeros)),
                                     {"zstd", zstd_of(zeros)},
                                     {"brotli", brotli_of(zeros)},
                                     {"deflate", deflated(zeros, -15)},
                                     {"zlib", deflated(zeros, 15)}}) {
    const Seen seen = unwrapped(packed);
    EXPECT_TRUE(std::count(seen.unread.begin(), seen.unread.end(), std::string("ratio ") + name)) << name;
    EXPECT_LT(seen.bytes, zeros.size() / 2) << name;
    EXPECT_GE(seen.bytes, UnwrapLimits().free_bytes) << name;  // what came before is looked at
  }
}

TEST(Unwrap, DepthBytesAndPiecesAreBoundedAndTold) {
  std::string nested = kText;
  for (int i = 0; i < 12; ++i) nested = gzipped(nested);
  EXPECT_EQ(unwrapped(nested).unread,
            std::vector<std::string>{"depth gzip>gzip>gzip>gzip>gzip>gzip>gzip>gzip>gzip"});

  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * 7919) + " ";
  UnwrapLimits small;
  small.bytes = 10'000;
  const Seen cut = unwrapped(gzipped(text), small);
  EXPECT_EQ(cut.unread, std::vector<std::string>{"bytes gzip"});
  EXPECT_EQ(cut.bytes, 10'000u);

  UnwrapLimits few;
  few.pieces = 3;
  std::string many;
  for (int i = 0; i < 10; ++i) many += gzipped(std::to_string(i));
  const Seen some = unwrapped(many, few);
  EXPECT_EQ(some.pieces.size(), 4u);
  EXPECT_TRUE(std::count(some.unread.begin(), some.unread.end(), "pieces gzip"));
  EXPECT_LE(some.unread.size(), few.pieces);
}

// Each mark costs a start of its decoder, whatever follows it.
TEST(Unwrap, MarksWithoutStreamsAreTriedABoundedNumberOfTimes) {
  for (const auto& [name, mark] :
       {std::pair("zstd", std::string("\x28\xb5\x2f\xfd")), {"gzip", std::string("\x1f\x8b\x08\xff")}}) {
    std::string body = "x";
    for (int i = 0; i < 1'000'000; ++i) body += mark;
    const Seen seen = unwrapped(body);
    EXPECT_EQ(seen.unread, std::vector<std::string>{std::string("pieces ") + name});
  }
}

TEST(Unwrap, EscapesInEscapesStopByThemselves) {
  std::string text = "end";
  for (int i = 0; i < 3; ++i) text = percent_of(text, true);
  const Seen seen = unwrapped(text);
  EXPECT_TRUE(seen.has("percent>percent>percent: end"));
  EXPECT_TRUE(seen.unread.empty());
}

TEST(Multipart, PartsAreThoseOfTheFirstLinesBoundary) {
  const std::string body = multipart("imei", "86");
  const auto parts = parse_multipart(body);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[0].name, "first");
  EXPECT_EQ(parts[0].content, "1");
  EXPECT_EQ(parts[1].name, "imei");
  EXPECT_EQ(parts[1].content, "86");
  const auto cut = parse_multipart(std::string_view(body).substr(0, body.size() - 12));
  ASSERT_EQ(cut.size(), 2u);
  EXPECT_TRUE(parse_multipart("no parts").empty());
  EXPECT_TRUE(parse_multipart("--\r\n").empty());
  EXPECT_TRUE(parse_multipart("--a\r\n").size() <= 1);
  std::string many = "--b";
  for (std::size_t i = 0; i < kMaxParts + 50; ++i) many += "\r\n\r\nx\r\n--b";
  EXPECT_LE(parse_multipart(many).size(), kMaxParts);
}

TEST(Inflate, SaysHowMuchItTook) {
  const std::string packed = gzipped(kText);
  const Unpacked out = unpack_untrusted(Packing::kGzip, as_bytes(packed + "tail"), 1000);
  EXPECT_EQ(out.used, packed.size());
  EXPECT_EQ(out.end, PackedEnd::kWhole);
  EXPECT_EQ(unpack_untrusted(Packing::kGzip, as_bytes(packed), 10).bytes, kText.substr(0, 10));
  EXPECT_EQ(unpack_untrusted(Packing::kGzip, as_bytes(packed), 10).end, PackedEnd::kMore);
  EXPECT_EQ(unpack_untrusted(Packing::kZstd, as_bytes(packed), 10).end, PackedEnd::kBroken);
}
}  // namespace
}  // namespace storesweep::traffic
