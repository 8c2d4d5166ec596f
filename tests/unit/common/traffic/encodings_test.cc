#include "common/traffic/encodings.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include "common/base/random.h"
#include "common/traffic/wrapped_text.h"

namespace storesweep::traffic {
namespace {
std::string random_bytes(Random& random, std::size_t n) {
  std::string out(n, '\0');
  for (char& c : out) c = static_cast<char>(random.next_u64());
  return out;
}

TEST(Encodings, KnownAnswers) {
  EXPECT_EQ(hex_of(hash_of(Hash::kMd5, "abc")), "900150983cd24fb0d6963f7d28e17f72");           // RFC 1321
  EXPECT_EQ(hex_of(hash_of(Hash::kSha1, "abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");  // RFC 3174
  EXPECT_EQ(hex_of(hash_of(Hash::kSha256, "abc")).substr(0, 16), "ba7816bf8f01cfea");          // FIPS 180
  EXPECT_EQ(base64_of("foob", false), "Zm9vYg");                                               // RFC 4648
  EXPECT_EQ(base64_of("\xfb\xff", true), "-_8");
  EXPECT_EQ(percent_of("a b中", false), "a%20b%E4%B8%AD");
  EXPECT_EQ(percent_of("a-", true), "%61%2D");
  EXPECT_EQ(json_escaped("a中😀"), "a\\u4e2d\\ud83d\\ude00");
  EXPECT_EQ(utf16_of("中", true), "\x4e\x2d");
  EXPECT_EQ(utf16_of("A", false), std::string("A\0", 2));
  EXPECT_EQ(json_escaped("\xff"), "");
  EXPECT_EQ(utf16_of("\xff", true), "");
}

TEST(Encodings, Base64IsOpenSslsForEveryLength) {
  SeededRandom random(1);
  for (std::size_t n = 0; n < 200; ++n) {
    const std::string bytes = random_bytes(random, n);
    std::string theirs((n + 2) / 3 * 4 + 1, '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(theirs.data()),
                    reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(n));
    theirs = theirs.substr(0, theirs.find_first_of(std::string("=\0", 2)));
    EXPECT_EQ(base64_of(bytes, false), theirs);
    EXPECT_EQ(decode_base64(theirs), bytes);
    EXPECT_EQ(decode_base64(base64_of(bytes, true)), bytes);
  }
}

// Whatever stands around a value, its own characters are in the base64 of the whole.
TEST(Encodings, TheInsideOfBase64IsInEveryWhole) {
  SeededRandom random(2);
  for (int i = 0; i < 2000; ++i) {
    const std::string before = random_bytes(random, random.below(9)),
                      behind = random_bytes(random, random.below(5));
    const std::string value = random_bytes(random, 6 + random.below(40));
    for (bool for_urls : {false, true}) {
      const std::string inside = base64_inside(value, before.size(), for_urls);
      EXPECT_NE(base64_of(before + value + behind, for_urls).find(inside), std::string::npos);
      EXPECT_GE(inside.size() * 6 + 10, value.size() * 8);  // and loses at most ten bits at its ends
    }
  }
}

TEST(Encodings, WhatIsEscapedIsReadBack) {
  SeededRandom random(3);
  for (int i = 0; i < 500; ++i) {
    const std::string bytes = random_bytes(random, 1 + random.below(50));
    EXPECT_EQ(decode_percent(percent_of(bytes, true)), bytes);
  }
  EXPECT_EQ(decode_json_escapes(json_escaped("取件码 😀")), "取件码 😀");
  EXPECT_EQ(decode_json_escapes("a\\\"b\\/c\\n"), "a\"b/c\n");
  EXPECT_EQ(decode_json_escapes("\\ud83d\\u0041"),
            "\xed\xa0\xbd"
            "A");
  EXPECT_EQ(decode_json_escapes("no escape"), std::nullopt);
  EXPECT_EQ(decode_json_escapes("C:\\x\\u12"), std::nullopt);
  EXPECT_EQ(decode_percent("100% of %zz"), std::nullopt);
  EXPECT_EQ(decode_percent("100% of %41"), "100% of A");
}

TEST(Encodings, Base64RunsAreFoundWhole) {
  const std::string run(kLeastBase64Run, 'A');
  for (std::size_t shift = 0; shift < 70; ++shift) {
    const std::string text = std::string(shift, ' ') + run + "==." + run.substr(1) + "." + run + run;
    const auto runs = base64_runs(text, 10);
    ASSERT_EQ(runs.size(), 2u);
    EXPECT_EQ(runs[0].offset, shift);
    EXPECT_EQ(runs[0].text, run);
    EXPECT_EQ(runs[1].text, run + run);
  }
  EXPECT_EQ(base64_runs(run + "." + run + "." + run, 2).size(), 2u);
}
}  // namespace
}  // namespace storesweep::traffic
