// Blobs on their way into a bucket: a folder on this machine, bounded. Nothing in it is promised to anybody:
// what a process that has ended left there is dropped by the next, and put again by who had it. One process
// owns it. Safe for concurrent use.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/file.h"
#include "common/base/hash.h"

namespace storesweep {

class S3Spool {
 public:
  // kExists: another process has the folder.
  Status open(const std::string& folder, std::uint64_t max_bytes);

  // kUnavailable: it is full; kExhausted: the disk is, or the blob alone is larger than the bound.
  Status add(const Digest& sha256, std::string_view bytes);
  Result<std::string> read(const Digest& sha256) const;  // kNotFound: it has gone up meanwhile
  void remove(const Digest& sha256);
  std::vector<Digest> all() const;
  bool more_than_half() const;

 private:
  std::string path_of(const Digest& sha256) const { return folder_ + "/" + to_hex(sha256); }
  Status reserve(const Digest& sha256, std::uint64_t bytes, bool& there);

  std::string folder_;
  std::uint64_t max_bytes_ = 0;
  Fd lock_;
  mutable std::mutex mutex_;
  std::map<Digest, std::uint64_t> blobs_;  // -> bytes
  std::uint64_t bytes_ = 0;                // of these and of those that are being written
};

}  // namespace storesweep
