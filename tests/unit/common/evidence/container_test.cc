#include "common/evidence/container.h"

#include <gtest/gtest.h>

namespace storesweep {
namespace {

const Members kSome = {{"a/b.txt", "hello"}, {"empty", ""}, {"z.bin", std::string("\0\xff", 2)}};

TEST(Container, RoundTrip) {
  const auto file = pack_members(kSome);
  ASSERT_TRUE(file.ok()) << file.status().text();
  const auto back = unpack_members_untrusted(as_bytes(*file));
  ASSERT_TRUE(back.ok()) << back.status().text();
  EXPECT_EQ(*back, kSome);
}

TEST(Container, NoByteOfItIsFree) {
  const std::string file = *pack_members(kSome);
  for (std::size_t i = 0; i < file.size(); ++i) {
    for (const int flip : {1, 0x20, 0x80, 0xff}) {
      std::string changed = file;
      changed[i] = static_cast<char>(changed[i] ^ flip);
      const auto read = unpack_members_untrusted(as_bytes(changed));
      EXPECT_EQ(read.status().kind(), ErrorKind::kCorrupt) << "byte " << i << " ^ " << flip;
    }
  }
  for (std::size_t n = 0; n < file.size(); ++n)
    EXPECT_FALSE(unpack_members_untrusted(as_bytes(std::string_view(file).substr(0, n))).ok()) << n;
  EXPECT_FALSE(unpack_members_untrusted(as_bytes(file + "x")).ok());
}

TEST(Container, SaysWhichMemberWasChanged) {
  std::string file = *pack_members(kSome);
  file[file.find("hello")] = 'j';
  EXPECT_NE(unpack_members_untrusted(as_bytes(file)).status().message().find("a/b.txt"), std::string::npos);
}

TEST(Container, RefusesNamesThatLeaveTheirFolder) {
  for (const char* name : {"", "/etc/x", "../x", "a/../b", ".hidden", "a//b", "a/", "a b", "中"}) {
    EXPECT_FALSE(pack_members({{name, "x"}}).ok()) << name;
  }
}

}  // namespace
}  // namespace storesweep
