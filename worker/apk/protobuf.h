// The wire format of protocol buffers, as much as bundles need (protobuf.dev, encoding): fields one after the
// other, bounded by the bytes. Hostile input: a broken field ends the reading with ok() false. The bytes must
// outlive the reader and what it hands out. Values; one thread.
#pragma once

#include <string_view>

#include "common/base/bytes.h"

namespace storesweep::apk {

struct ProtoField {
  std::uint32_t number = 0;
  std::uint64_t value = 0;  // varint, fixed32, fixed64
  ByteView bytes;           // length-delimited: message, string
  std::string_view text() const { return as_text(bytes); }
  std::uint32_t u32() const { return static_cast<std::uint32_t>(value); }
};

class ProtoReader {
 public:
  explicit ProtoReader(ByteView bytes) : r_(bytes) {}

  // The next field, or false at the end and where the bytes are broken. Groups are refused.
  bool next(ProtoField& field) {
    if (!ok_ || r_.left() == 0) return false;
    std::uint64_t key = varint();
    field = {static_cast<std::uint32_t>(key >> 3), 0, {}};
    switch (key & 7) {
      case 0:
        field.value = varint();
        break;
      case 1:
        field.value = r_.u64();
        break;
      case 2:
        field.bytes = r_.take(static_cast<std::size_t>(varint()));
        break;
      case 5:
        field.value = r_.u32();
        break;
      default:
        ok_ = false;
    }
    ok_ = ok_ && r_.ok() && field.number != 0;
    return ok_;
  }
  bool ok() const { return ok_; }

 private:
  std::uint64_t varint() {
    std::uint64_t v = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      std::uint8_t b = r_.u8();
      if (shift < 64) v |= std::uint64_t{b & 0x7fu} << shift;
      if ((b & 0x80) == 0) return v;
    }
    ok_ = false;
    return 0;
  }

  ByteReader r_;
  bool ok_ = true;
};

}  // namespace storesweep::apk
