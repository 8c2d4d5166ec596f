// The file of the workers that may connect (common/transport/keys.h has its form), read again when it has
// changed: whoever no longer stands there is heard no more. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "common/transport/keys.h"

namespace storesweep {

class WorkersFile {
 public:
  explicit WorkersFile(std::string path) : path_(std::move(path)) {}
  Result<AuthorisedWorkers> read();
  // What stands there now; nothing where it is the file that was read last. A file that cannot be read, or
  // has bad lines, is told once, and what was read before stays good.
  std::optional<Result<AuthorisedWorkers>> read_if_changed();

 private:
  using Stamp = std::tuple<std::uint64_t, std::int64_t, std::int64_t>;  // inode, size, ns of its last change
  Stamp stamp() const;

  const std::string path_;
  Stamp read_{};
};

}  // namespace storesweep
