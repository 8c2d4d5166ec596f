// The walk over the instructions of dex methods: how many calls there are, and where an index stands that
// matters. Nearly all the time that code takes is spent here, so what matters is only noted down, without a
// branch. Private to the scanner.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "common/base/bytes.h"
#include "worker/apk/dex_code.h"

namespace storesweep::apk {

// Which indices of each kind matter. Every other operation with an index matters always.
class DexMarks {
 public:
  static constexpr std::size_t kIndices = 65'536;  // what 16 bits can name
  DexMarks() : words_(kKinds * kWords) {
    std::fill_n(words_.begin() + static_cast<std::ptrdiff_t>(first(DexIndex::kOther)), kWords, ~0u);
  }
  void set(DexIndex kind, std::uint32_t index) {
    if (index < kIndices) words_[first(kind) + index / 32] |= 1u << (index % 32);
  }

 private:
  friend class DexWalk;
  static constexpr std::size_t kKinds = 6, kWords = kIndices / 32;
  static constexpr std::size_t first(DexIndex kind) { return static_cast<std::size_t>(kind) * kWords; }
  std::vector<std::uint32_t> words_;  // a bit each, so that they stay near
};

class DexWalk {
 public:
  void begin(ByteView instructions) {
    code_ = instructions.data();
    bytes_ = instructions.size() / 2 * 2;
    at_ = noted_count_ = 0;
    calls_ = 0;
  }
  // Goes on, so far that what is noted has room. False: it was at the end.
  bool run(const DexMarks& marks);
  // Where the instructions begin, in units, that name what matters: of this run.
  std::span<const std::uint32_t> noted() const { return std::span(noted_).first(noted_count_); }
  std::uint64_t calls() const { return calls_; }

 private:
  struct Op {
    std::uint32_t first = 0;  // where its marks begin
    std::uint16_t mask = 0;   // of its index
    std::uint8_t bytes = 2, call = 0;
  };
  static constexpr std::array<Op, 256> make_ops() {
    std::array<Op, 256> ops{};
    for (std::size_t i = 0; i < ops.size(); ++i) {
      const DexIndex kind = kDexOps[i].index;
      ops[i].first = static_cast<std::uint32_t>(DexMarks::first(kind));
      ops[i].mask = kind == DexIndex::kNone ? 0 : 0xffff;
      ops[i].bytes = static_cast<std::uint8_t>(kDexOps[i].units * 2);
      ops[i].call = kind == DexIndex::kMethod || kind == DexIndex::kCallSite;
    }
    return ops;
  }
  static const std::array<Op, 256> kOps;
  static constexpr std::size_t kRunUnits = 1'024;

  const std::uint8_t* code_ = nullptr;
  std::size_t bytes_ = 0, at_ = 0, noted_count_ = 0;
  std::uint64_t calls_ = 0;
  std::array<std::uint32_t, kRunUnits> noted_;
};
constexpr std::array<DexWalk::Op, 256> DexWalk::kOps = DexWalk::make_ops();

inline bool DexWalk::run(const DexMarks& marks) {
  const std::size_t begin = at_, end = std::min(bytes_, at_ + kRunUnits * 2);
  std::size_t at = begin, noted = 0;  // in registers
  std::uint64_t calls = 0;
  while (at + 2 < end) {  // a unit is behind the opcode: what is a single unit names nothing
    const std::uint8_t opcode = code_[at];
    if (opcode == dex_op::kNop && code_[at + 1] != 0) [[unlikely]] {
      at += 2 * dex_payload_units(DexUnits({code_, bytes_}), at / 2);
      continue;
    }
    const Op& op = kOps[opcode];
    std::uint16_t index;
    std::memcpy(&index, code_ + at + 2, sizeof index);
    index &= op.mask;
    noted_[noted] = static_cast<std::uint32_t>(at / 2);
    noted += marks.words_[op.first + index / 32] >> (index % 32) & 1;
    calls += op.call;
    at += op.bytes;
  }
  at_ = at;
  noted_count_ = noted;
  calls_ += calls;
  return at != begin;
}

}  // namespace storesweep::apk
