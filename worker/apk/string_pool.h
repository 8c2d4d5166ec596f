// The string pool chunk of binary XML and resource tables (AOSP libs/androidfw, ResourceTypes.h): UTF-8 or
// UTF-16, decoded on demand and cut at the caller's bound, for many indices may point into one long string.
// Hostile input. The bytes must outlive the pool. Values; safe for concurrent use.
#pragma once

#include <optional>
#include <string>

#include "common/base/bytes.h"
#include "common/base/status.h"

namespace storesweep::apk {

class StringPool {
 public:
  StringPool() = default;  // empty
  // chunk: the whole of it, header included.
  static Result<StringPool> open(ByteView chunk);

  std::uint32_t size() const { return count_; }
  // String i as valid UTF-8 of at most max_bytes (and the rest of a character); nothing where there is none.
  std::optional<std::string> at(std::uint32_t i, std::size_t max_bytes) const;

 private:
  ByteView chunk_;
  std::uint32_t count_ = 0, strings_at_ = 0;
  std::uint16_t offsets_at_ = 0;
  bool utf8_ = false;
};

}  // namespace storesweep::apk
