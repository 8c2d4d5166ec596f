#include "worker/apk/sha256_lanes.h"

#include <gtest/gtest.h>

#include <vector>

#include "common/base/random.h"
#include "worker/apk/content_digest.h"

namespace storesweep::apk {
namespace {

TEST(Sha256Lanes, AreWhatOneAfterTheOtherGives) {
  if (!has_sha256_lanes()) GTEST_SKIP() << "this processor has no AVX-512";
  SeededRandom random(1);
  for (const std::size_t head_bytes : {0, 1, 5, 63}) {
    for (std::size_t bytes = 64; bytes < 64 * 4;
         ++bytes) {  // every rest behind whole blocks, with its padding
      Bytes head(head_bytes), all(bytes * kSha256Lanes);
      random.fill(head);
      random.fill(all);
      std::array<const std::uint8_t*, kSha256Lanes> messages;
      for (std::size_t i = 0; i < kSha256Lanes; ++i) messages[i] = all.data() + i * bytes;
      const auto digests = sha256_lanes(head, messages, bytes);
      for (std::size_t i = 0; i < kSha256Lanes; ++i) {
        Sha256 one;
        one.add(head);
        one.add(ByteView(messages[i], bytes));
        ASSERT_EQ(digests[i], one.finish()) << head_bytes << " " << bytes << " " << i;
      }
    }
  }
}

// AOSP, "APK Signature Scheme v2", integrity-protected contents: chunk by chunk, none across two sections.
TEST(ContentDigests, OfManyChunksAreThoseOfTheScheme) {
  constexpr std::size_t kSizes[] = {(35u << 20) + 123, (16u << 20), 77};
  SeededRandom random(2);
  Bytes all(kSizes[0] + kSizes[1]), end(kSizes[2]);
  random.fill(all);
  random.fill(end);
  const ByteView members = ByteView(all).first(kSizes[0]), directory = ByteView(all).subspan(kSizes[0]);
  const auto mark = [](std::uint8_t kind, std::size_t n) {
    Bytes out = {kind};
    for (int i = 0; i < 4; ++i) out.push_back(static_cast<std::uint8_t>(n >> (8 * i)));
    return out;
  };
  std::vector<Digest> chunks;
  for (ByteView section : {members, directory, ByteView(end)}) {
    for (std::size_t at = 0; at < section.size(); at += 1u << 20) {
      const ByteView chunk = section.subspan(at, std::min<std::size_t>(section.size() - at, 1u << 20));
      Sha256 one;
      one.add(mark(0xa5, chunk.size()));
      one.add(chunk);
      chunks.push_back(one.finish());
    }
  }
  Sha256 top;
  top.add(mark(0x5a, chunks.size()));
  for (const Digest& d : chunks) top.add(d);
  const Digest wanted = top.finish();
  Budget budget;
  const auto found = ContentDigests({members, directory, end}).get(ContentDigestKind::kSha256, budget);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(*found, Bytes(wanted.begin(), wanted.end()));
  Budget small(40u << 20);
  EXPECT_EQ(ContentDigests({members, directory, end}).get(ContentDigestKind::kSha256, small).status().kind(),
            ErrorKind::kExhausted);
}

}  // namespace
}  // namespace storesweep::apk
