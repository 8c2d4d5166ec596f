// The file that is being fetched: its bytes go to disk and through the hash at once. Errors are ours, never
// the address's: kExhausted (disk full) or kUnavailable. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/file.h"
#include "common/base/hash.h"
#include "common/base/status.h"

namespace storesweep::net {

class Part {
 public:
  // Creates or empties `destination`.part; it is removed with this object unless it was kept.
  static Result<Part> create(const std::string& destination);
  Part(Part&&) noexcept = default;
  ~Part();

  std::uint64_t bytes() const { return bytes_; }
  Status add(std::string_view piece);
  Status start_over();
  // SHA-256 of all that was added; the hash then starts anew.
  Digest finish() { return hash_.finish(); }
  // Renames it to its destination.
  Status keep();

 private:
  Part() = default;
  std::string destination_;
  Fd fd_;
  Sha256 hash_;
  std::uint64_t bytes_ = 0;
};

}  // namespace storesweep::net
