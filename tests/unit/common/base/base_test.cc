#include <gtest/gtest.h>

#include <unistd.h>

#include <csignal>
#include <thread>

#include "common/base/bytes.h"
#include "common/base/cancel.h"
#include "common/base/child.h"
#include "common/base/clock.h"
#include "common/base/hash.h"
#include "common/base/random.h"
#include "common/base/status.h"
#include "common/base/text.h"

namespace storesweep {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return invalid("odd");
  return n / 2;
}
Status quarter(int n, int& out) {
  TRY_ASSIGN(int h, half(n));
  TRY_ASSIGN(out, half(h));
  return ok_status();
}

TEST(Status, TryReturnsTheFirstError) {
  int out = 0;
  EXPECT_TRUE(quarter(8, out).ok());
  EXPECT_EQ(out, 2);
  EXPECT_EQ(quarter(6, out).within("quarter of 6").text(), "invalid: quarter of 6: odd");
}

TEST(ByteReader, NeverReadsPastItsEnd) {
  Bytes b = {1, 2, 3, 4, 5};
  ByteReader r(b);
  EXPECT_EQ(r.u32(), 0x04030201u);
  EXPECT_EQ(r.u16(), 0);
  EXPECT_FALSE(r.ok());
  EXPECT_EQ(r.u8(), 0);
}

TEST(Hash, KnownAnswers) {
  EXPECT_EQ(to_hex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-2
  // RFC 4231, case 2.
  EXPECT_EQ(to_hex(hmac_sha256(as_bytes("Jefe"), as_bytes("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  Sha256 h;
  h.add("a");
  h.add("bc");
  EXPECT_EQ(h.finish(), sha256("abc"));
  h.add("abc");
  EXPECT_EQ(h.finish(), sha256("abc"));
}

TEST(Hash, Ed25519OfRfc8032) {
  auto seed = *digest_from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
  SigningKey key = signing_key_from_seed(seed);
  EXPECT_EQ(to_hex(key.public_key), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  Signature s = sign_ed25519(key, {});
  EXPECT_EQ(to_hex(s).substr(0, 16), "e5564300c360ac72");
  EXPECT_TRUE(verify_ed25519(key.public_key, {}, s));
  s[0] ^= 1;
  EXPECT_FALSE(verify_ed25519(key.public_key, {}, s));
}

TEST(Text, CleansWhatIsNotUtf8) {
  EXPECT_TRUE(valid_utf8("隐私政策"));
  EXPECT_FALSE(valid_utf8("\xc0\x80"));
  EXPECT_FALSE(valid_utf8("\xed\xa0\x80"));  // a surrogate
  EXPECT_EQ(clean_utf8("a\xff"), "a\xEF\xBF\xBD");
}

TEST(Text, Lines) {
  auto l = lines("a\r\n\nb");
  ASSERT_EQ(l.size(), 3u);
  EXPECT_EQ(l[0], "a");
  EXPECT_EQ(l[1], "");
  EXPECT_EQ(l[2], "b");
  EXPECT_EQ(parse_int<int>("12x"), std::nullopt);
  EXPECT_EQ(parse_int<int>("-12"), -12);
}

TEST(Clock, FormatsRfc3339) { EXPECT_EQ(format_time(1595548800123), "2020-07-24T00:00:00.123Z"); }
TEST(Clock, ReadsBackTheTimesItFormatsAndNothingElse) {
  for (const std::int64_t ms : {std::int64_t{0}, std::int64_t{1595548800123}, std::int64_t{4102444799999}}) {
    EXPECT_EQ(parse_time(format_time(ms)), ms);
  }
  for (const char* text :
       {"", "2020-07-24", "2020-02-31T00:00:00.000Z", "2020-07-24T00:00:00.123Z ", "2020-07-24T00:00:00Z"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

TEST(Cancel, WakesASleeper) {
  Cancel cancel;
  std::thread other([&] { cancel.cancel(); });
  EXPECT_EQ(sleep_ms(60'000, Deadline::in_ms(120'000, &cancel)).kind(), ErrorKind::kCancelled);
  other.join();
  EXPECT_EQ(sleep_ms(10, Deadline::in_ms(1)).kind(), ErrorKind::kTimeout);
  EXPECT_TRUE(sleep_ms(1, Deadline::in_ms(60'000)).ok());
}

// A judge that inherited the coordinator's sockets kept them open after they were closed: a worker waited for
// ever.
TEST(Child, InheritsNoDescriptorOfALibraryThatDidNotMarkIts) {
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);  // without O_CLOEXEC
  const std::string path = "/proc/self/fd/" + std::to_string(fds[0]);
  const auto r = run_child({.command = {"sh", "-c", "test -e " + path}}, "", 100, Deadline::in_ms(30'000));
  close(fds[0]);
  close(fds[1]);
  ASSERT_TRUE(r.ok()) << r.status().message();
  EXPECT_EQ(r->exit_code, 1);
}

TEST(Child, RunsWithInputAndBounds) {
  auto r = run_child({.command = {"cat"}}, std::string(200'000, 'x'), 1'000'000, Deadline::in_ms(30'000));
  ASSERT_TRUE(r.ok()) << r.status().text();
  EXPECT_EQ(r->out.size(), 200'000u);
  auto big = run_child({.command = {"cat"}}, std::string(1000, 'x'), 100, Deadline::in_ms(30'000));
  EXPECT_EQ(big.status().kind(), ErrorKind::kExhausted);
  auto slow = run_child({.command = {"sleep", "60"}}, "", 100, Deadline::in_ms(50));
  EXPECT_EQ(slow.status().kind(), ErrorKind::kTimeout);
  auto dead = run_child({.command = {"sh", "-c", "kill -9 $$"}}, "", 100, Deadline::in_ms(30'000));
  ASSERT_TRUE(dead.ok());
  EXPECT_EQ(dead->exit_code, 128 + SIGKILL);
}

}  // namespace
}  // namespace storesweep
