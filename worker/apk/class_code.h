// Instructions of Java class files (JVMS chapter 6), as far as a reader of calls and constants needs them:
// how long each is, what it takes from the stack and puts there. Pure.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "common/base/bytes.h"

namespace storesweep::apk {

namespace jvm {
inline constexpr std::uint8_t kLdc = 18, kLdcW = 19, kLoad = 21, kAload = 25, kLoadFirst = 26, kAload0 = 42,
                              kStore = 54, kAstore = 58, kStoreFirst = 59, kAstore0 = 75, kArrayLoad = 46,
                              kArrayStore = 79, kPop = 87, kDup = 89, kDupX1 = 90, kDupX2 = 91, kDup2 = 92,
                              kDup2X1 = 93, kDup2X2 = 94, kSwap = 95, kIfFirst = 153, kGoto = 167, kJsr = 168,
                              kRet = 169, kTableSwitch = 170, kLookupSwitch = 171, kReturnFirst = 172,
                              kReturnLast = 177, kGetStatic = 178, kPutStatic = 179, kGetField = 180,
                              kPutField = 181, kInvokeVirtual = 182, kInvokeStatic = 184,
                              kInvokeInterface = 185, kInvokeDynamic = 186, kNew = 187, kThrow = 191,
                              kCheckCast = 192, kWide = 196, kMultiNewArray = 197, kIfNull = 198,
                              kIfNonNull = 199, kGotoW = 200, kJsrW = 201;
}

struct JvmOp {
  std::uint8_t bytes = 0;             // 0: it varies, or there is no such instruction
  std::uint8_t pops = 0, pushes = 0;  // places of the stack; a long or a double takes two
};

constexpr std::array<JvmOp, 256> make_jvm_ops() {
  std::array<JvmOp, 256> ops{};
  auto set = [&](int first, int last, int bytes, int pops, int pushes) {
    for (int i = first; i <= last; ++i)
      ops[static_cast<std::size_t>(i)] = {static_cast<std::uint8_t>(bytes), static_cast<std::uint8_t>(pops),
                                          static_cast<std::uint8_t>(pushes)};
  };
  // The types come in the order int, long, float, double, reference.
  auto by_type = [&](int first, int bytes, int pops, int pushes, int pop_wide, int push_wide, int types) {
    for (int t = 0; t < types; ++t) {
      const bool wide = t == 1 || t == 3;
      set(first + t, first + t, bytes, wide ? pop_wide : pops, wide ? push_wide : pushes);
    }
  };
  set(0, 0, 1, 0, 0);
  set(1, 15, 1, 0, 1);  // constants
  set(9, 10, 1, 0, 2);
  set(14, 15, 1, 0, 2);
  set(16, 16, 2, 0, 1);
  set(17, 17, 3, 0, 1);
  set(18, 18, 2, 0, 1);
  set(19, 19, 3, 0, 1);
  set(20, 20, 3, 0, 2);
  by_type(21, 2, 0, 1, 0, 2, 5);  // loads
  for (int t = 0; t < 5; ++t) set(26 + 4 * t, 29 + 4 * t, 1, 0, t == 1 || t == 3 ? 2 : 1);
  by_type(46, 1, 2, 1, 2, 2, 5);
  set(51, 53, 1, 2, 1);
  by_type(54, 2, 1, 0, 2, 0, 5);  // stores
  for (int t = 0; t < 5; ++t) set(59 + 4 * t, 62 + 4 * t, 1, t == 1 || t == 3 ? 2 : 1, 0);
  by_type(79, 1, 3, 0, 4, 0, 5);
  set(84, 86, 1, 3, 0);
  set(87, 87, 1, 1, 0);
  set(88, 88, 1, 2, 0);
  set(89, 89, 1, 1, 2);  // dup and its kin: followed by themselves
  set(90, 90, 1, 2, 3);
  set(91, 91, 1, 3, 4);
  set(92, 92, 1, 2, 4);
  set(93, 93, 1, 3, 5);
  set(94, 94, 1, 4, 6);
  set(95, 95, 1, 2, 2);
  for (int op = 96; op <= 112; op += 4) by_type(op, 1, 2, 1, 4, 2, 4);  // arithmetic
  by_type(116, 1, 1, 1, 2, 2, 4);
  for (int op = 120; op <= 124; op += 2) by_type(op, 1, 2, 1, 3, 2, 2);  // shifts
  for (int op = 126; op <= 130; op += 2) by_type(op, 1, 2, 1, 4, 2, 2);
  set(132, 132, 3, 0, 0);  // iinc
  set(133, 147, 1, 1, 1);  // conversions
  for (int op : {133, 135, 140, 141}) set(op, op, 1, 1, 2);
  for (int op : {136, 137, 142, 144}) set(op, op, 1, 2, 1);
  for (int op : {138, 143}) set(op, op, 1, 2, 2);
  set(148, 148, 1, 4, 1);  // comparisons
  set(149, 150, 1, 2, 1);
  set(151, 152, 1, 4, 1);
  set(153, 158, 3, 1, 0);  // jumps
  set(159, 166, 3, 2, 0);
  set(167, 167, 3, 0, 0);
  set(168, 168, 3, 0, 1);
  set(169, 169, 2, 0, 0);
  set(172, 177, 1, 0, 0);  // returns
  set(178, 184, 3, 0, 0);  // fields and calls: by their descriptor
  set(185, 186, 5, 0, 0);
  set(187, 187, 3, 0, 1);
  set(188, 188, 2, 1, 1);
  set(189, 189, 3, 1, 1);
  set(190, 190, 1, 1, 1);
  set(191, 191, 1, 1, 0);
  set(192, 193, 3, 1, 1);
  set(194, 195, 1, 1, 0);
  set(197, 197, 4, 0, 1);  // takes as many as its last byte says
  set(198, 199, 3, 1, 0);
  set(200, 200, 5, 0, 0);
  set(201, 201, 5, 0, 1);
  return ops;
}
inline constexpr std::array<JvmOp, 256> kJvmOps = make_jvm_ops();

// Code, big-endian; what is not there reads as 0.
class JvmCode {
 public:
  explicit JvmCode(ByteView bytes) : bytes_(bytes) {}
  std::size_t size() const { return bytes_.size(); }
  std::uint8_t u8(std::size_t i) const { return i < bytes_.size() ? bytes_[i] : std::uint8_t{0}; }
  std::uint16_t u16(std::size_t i) const { return static_cast<std::uint16_t>(u8(i) << 8 | u8(i + 1)); }
  std::int32_t s32(std::size_t i) const {
    return static_cast<std::int32_t>(std::uint32_t{u16(i)} << 16 | u16(i + 2));
  }
  // Where the next instruction begins; size() where the code breaks off.
  std::size_t next(std::size_t i) const {
    const std::uint8_t op = u8(i);
    std::uint64_t bytes = kJvmOps[op].bytes;
    const std::size_t operands = (i + 4) / 4 * 4;  // of a switch: aligned within the code
    if (op == jvm::kTableSwitch) {
      const std::int64_t cases = std::int64_t{s32(operands + 8)} - s32(operands + 4) + 1;
      bytes = operands - i + 12 + 4 * static_cast<std::uint64_t>(std::max<std::int64_t>(cases, 0));
    } else if (op == jvm::kLookupSwitch) {
      const std::int64_t pairs = s32(operands + 4);
      bytes = operands - i + 8 + 8 * static_cast<std::uint64_t>(std::max<std::int64_t>(pairs, 0));
    } else if (op == jvm::kWide) {
      bytes = u8(i + 1) == 132 ? 6 : 4;
    }
    return bytes == 0 || bytes > size() - i ? size() : i + static_cast<std::size_t>(bytes);
  }
  // Calls f(target) for every place that a switch at i goes to.
  template <class F>
  void each_case(std::size_t i, F&& f) const {
    const auto here = static_cast<std::int64_t>(i);
    const std::size_t operands = (i + 4) / 4 * 4, end = next(i);
    f(here + s32(operands));
    const bool table = u8(i) == jvm::kTableSwitch;
    for (std::size_t at = operands + 12; at + 4 <= end; at += table ? 4 : 8) f(here + s32(at));
  }

 private:
  ByteView bytes_;
};

}  // namespace storesweep::apk
