// Dalvik instructions, as far as a reader of calls and constants needs them ("Dalvik bytecode", "Dalvik
// executable instruction formats"): how long each is, what its index means, what it writes. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "common/base/bytes.h"

namespace storesweep::apk {

// What the unit behind an opcode is an index of.
enum class DexIndex : std::uint8_t { kNone, kMethod, kField, kString, kCallSite, kOther };
// Where an instruction says which register it writes.
enum class DexTarget : std::uint8_t { kNone, kNibble, kByte, kUnit };

struct DexOp {
  std::uint8_t units = 1;
  DexIndex index = DexIndex::kNone;
  DexTarget target = DexTarget::kNone;
  bool wide = false;  // writes the next register too
};

namespace dex_op {
inline constexpr std::uint8_t kNop = 0x00, kMoveFirst = 0x01, kMoveLast = 0x09, kMoveResultObject = 0x0c,
                              kReturnFirst = 0x0e, kReturnLast = 0x11, kConstString = 0x1a,
                              kConstStringJumbo = 0x1b, kConstClass = 0x1c, kCheckCast = 0x1f,
                              kNewInstance = 0x22, kThrow = 0x27, kGoto = 0x28, kGoto16 = 0x29,
                              kGoto32 = 0x2a, kPackedSwitch = 0x2b, kSparseSwitch = 0x2c, kIfFirst = 0x32,
                              kIfLast = 0x3d, kGetObject = 0x54, kStaticGetObject = 0x62, kInvokeFirst = 0x6e,
                              kInvokeLast = 0x72, kRangeFirst = 0x74, kRangeLast = 0x78, kPolymorphic = 0xfa,
                              kPolymorphicRange = 0xfb, kCustom = 0xfc, kCustomRange = 0xfd,
                              kConstMethodHandle = 0xfe;
}

constexpr std::array<DexOp, 256> make_dex_ops() {
  std::array<DexOp, 256> ops{};
  auto set = [&](int first, int last, int units, DexTarget target, DexIndex index = DexIndex::kNone) {
    for (int i = first; i <= last; ++i)
      ops[static_cast<std::size_t>(i)] = {static_cast<std::uint8_t>(units), index, target, false};
  };
  using enum DexTarget;
  for (int move : {0x01, 0x04, 0x07}) {
    set(move, move, 1, kNibble);
    set(move + 1, move + 1, 2, DexTarget::kByte);
    set(move + 2, move + 2, 3, kUnit);
  }
  set(0x0a, 0x0d, 1, DexTarget::kByte);  // move-result*, move-exception
  set(0x12, 0x12, 1, kNibble);           // const*
  set(0x13, 0x19, 2, DexTarget::kByte);
  set(0x14, 0x14, 3, DexTarget::kByte);
  set(0x17, 0x17, 3, DexTarget::kByte);
  set(0x18, 0x18, 5, DexTarget::kByte);
  set(0x1a, 0x1a, 2, DexTarget::kByte, DexIndex::kString);
  set(0x1b, 0x1b, 3, DexTarget::kByte, DexIndex::kOther);  // 32 bits
  set(0x1c, 0x1c, 2, DexTarget::kByte);
  set(0x1f, 0x1f, 2, DexTarget::kByte);  // check-cast
  set(0x20, 0x20, 2, kNibble);           // instance-of
  set(0x21, 0x21, 1, kNibble);           // array-length
  set(0x22, 0x22, 2, DexTarget::kByte);  // new-instance
  set(0x23, 0x23, 2, kNibble);           // new-array
  set(0x24, 0x26, 3, kNone);             // filled-new-array*, fill-array-data
  set(0x29, 0x29, 2, kNone);             // goto/16
  set(0x2a, 0x2c, 3, kNone);             // goto/32, switches
  set(0x2d, 0x31, 2, DexTarget::kByte);  // cmp*
  set(0x32, 0x3d, 2, kNone);             // if-*
  set(0x44, 0x4a, 2, DexTarget::kByte);  // aget*
  set(0x4b, 0x51, 2, kNone);             // aput*
  set(0x52, 0x58, 2, kNibble, DexIndex::kField);
  set(0x59, 0x5f, 2, kNone, DexIndex::kField);
  set(0x60, 0x66, 2, DexTarget::kByte, DexIndex::kField);
  set(0x67, 0x6d, 2, kNone, DexIndex::kField);
  set(0x6e, 0x72, 3, kNone, DexIndex::kMethod);
  set(0x74, 0x78, 3, kNone, DexIndex::kMethod);
  set(0x7b, 0x8f, 1, kNibble);           // one operand
  set(0x90, 0xaf, 2, DexTarget::kByte);  // three registers
  set(0xb0, 0xcf, 1, kNibble);           // in place
  set(0xd0, 0xd7, 2, kNibble);           // with a 16-bit number
  set(0xd8, 0xe2, 2, DexTarget::kByte);  // with an 8-bit number
  set(0xfa, 0xfb, 4, kNone, DexIndex::kMethod);
  set(0xfc, 0xfd, 3, kNone, DexIndex::kCallSite);
  set(0xfe, 0xfe, 2, DexTarget::kByte, DexIndex::kOther);  // const-method-handle
  set(0xff, 0xff, 2, DexTarget::kByte);                    // const-method-type
  auto wide = [&](int first, int last) {
    for (int i = first; i <= last; ++i) ops[static_cast<std::size_t>(i)].wide = true;
  };
  wide(0x04, 0x06);
  wide(0x0b, 0x0b);
  wide(0x16, 0x19);
  wide(0x45, 0x45);
  wide(0x53, 0x53);
  wide(0x61, 0x61);
  for (int op : {0x7d, 0x7e, 0x80, 0x81, 0x83, 0x86, 0x88, 0x89, 0x8b}) wide(op, op);
  wide(0x9b, 0xa5);
  wide(0xab, 0xaf);
  wide(0xbb, 0xc5);
  wide(0xcb, 0xcf);
  return ops;
}
inline constexpr std::array<DexOp, 256> kDexOps = make_dex_ops();

// 16-bit units of code, which need not be aligned.
class DexUnits {
 public:
  explicit DexUnits(ByteView bytes) : data_(bytes.data()), size_(bytes.size() / 2) {}
  std::size_t size() const { return size_; }
  std::uint16_t operator[](std::size_t i) const {  // i < size()
    std::uint16_t v;
    std::memcpy(&v, data_ + i * 2, 2);
    return v;
  }
  std::uint16_t at(std::size_t i) const { return i < size_ ? (*this)[i] : std::uint16_t{0}; }
  std::int32_t word_at(std::size_t i) const {
    return static_cast<std::int32_t>(std::uint32_t{at(i)} | std::uint32_t{at(i + 1)} << 16);
  }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

// How many units the table takes that begins at i as a nop with this high byte: of a switch or an array's
// data.
inline std::size_t dex_payload_units(const DexUnits& units, std::size_t i) {
  switch (units[i] >> 8) {
    case 1:
      return 4 + std::size_t{units.at(i + 1)} * 2;
    case 2:
      return 2 + std::size_t{units.at(i + 1)} * 4;
    case 3: {
      const std::uint64_t count = static_cast<std::uint32_t>(units.word_at(i + 2));
      return static_cast<std::size_t>(4 + (count * units.at(i + 1) + 1) / 2);
    }
    default:
      return 1;
  }
}

// From one instruction to the next.
inline std::size_t dex_next(const DexUnits& units, std::size_t i) {
  const std::uint16_t unit = units[i];
  if ((unit & 0xff) == dex_op::kNop && unit != 0) return i + dex_payload_units(units, i);
  return i + kDexOps[unit & 0xff].units;
}

inline bool dex_invokes_method(std::uint8_t op) { return kDexOps[op].index == DexIndex::kMethod; }

}  // namespace storesweep::apk
