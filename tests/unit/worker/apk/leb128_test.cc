#include "worker/apk/leb128.h"

#include <gtest/gtest.h>

namespace storesweep::apk {
namespace {

struct Number {
  std::string bytes;
  std::uint32_t value;
  std::int32_t sign;
};
// The format's own examples, and what the runtime makes of a fifth byte with more bits than there are.
const Number kNumbers[] = {{std::string(1, '\0'), 0, 0},
                           {"\x01", 1, 1},
                           {"\x7f", 127, -1},
                           {"\x80\x7f", 16256, -128},
                           {"\xff\xff\xff\xff\x0f", 0xffff'ffff, -1},
                           {"\xff\xff\xff\xff\xff", 0xffff'ffff, -1},
                           {"\x80\x80\x80\x80\x78", 0x8000'0000, INT32_MIN}};

TEST(Leb128, IsReadAsTheRuntimeReadsIt) {
  for (const std::string behind :
       {"Z", "Zand more", "Z\xff\xff\xff\xff\xff\xff\xff"}) {  // near the end, and not
    for (const Number& n : kNumbers) {
      const std::string file = n.bytes + behind;
      ByteReader plain(as_bytes(file)), with_sign(as_bytes(file));
      EXPECT_EQ(uleb128(plain), n.value);
      EXPECT_EQ(sleb128(with_sign), n.sign);
      EXPECT_EQ(plain.u8(), 'Z') << "no byte more than the number's";
      EXPECT_EQ(with_sign.u8(), 'Z');
    }
  }
}

TEST(Leb128, ThatEndsWithTheBytesIsBrokenForEver) {
  for (const std::string& cut : {std::string(), std::string("\x80"), std::string("\xff\xff\xff\xff")}) {
    ByteReader r(as_bytes(cut));
    EXPECT_EQ(uleb128(r), 0u);
    EXPECT_FALSE(r.ok());
    EXPECT_EQ(sleb128(r), 0);
    std::size_t at = 0;
    bool ok = true;
    EXPECT_EQ(uleb128(as_bytes(cut), at, ok), 0u);
    EXPECT_FALSE(ok);
    EXPECT_LE(at, cut.size());
  }
}

}  // namespace
}  // namespace storesweep::apk
