// The string pool chunk of binary XML and resource tables, read as the platform reads it (AOSP
// libs/androidfw, ResourceTypes.cpp, ResStringPool): UTF-8 (modified or not) or UTF-16, each string with its
// terminator, styles left aside; decoded on demand and cut at the caller's bound, for many indices may point
// into one long string. Hostile input. The bytes must outlive the pool. Values; safe for concurrent use.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/status.h"

namespace storesweep::apk {

class StringPool {
 public:
  StringPool() = default;  // empty
  // chunk: the whole of it, header included. kCorrupt where the platform would not take it either.
  static Result<StringPool> open(ByteView chunk);
  // A pool of strings that were read from elsewhere (protobuf, text): valid UTF-8, owned.
  static StringPool of(std::vector<std::string> strings);

  std::uint32_t size() const { return count_; }
  // String i as valid UTF-8 of at most max_bytes (and the rest of a character); nothing where there is none:
  // an index too high, a length that leaves the pool, no terminator.
  std::optional<std::string> at(std::uint32_t i, std::size_t max_bytes) const;

 private:
  std::optional<std::string> utf8_at(std::size_t offset, std::size_t max_bytes) const;
  std::optional<std::string> utf16_at(std::size_t offset, std::size_t max_bytes) const;

  ByteView offsets_, strings_;
  std::uint32_t count_ = 0;
  bool utf8_ = false;
  std::shared_ptr<const std::vector<std::string>> own_;
};

}  // namespace storesweep::apk
