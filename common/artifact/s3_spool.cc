#include "common/artifact/s3_spool.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "common/artifact/blob_store.h"
#include "common/artifact/folder_lock.h"

namespace storesweep {

Status S3Spool::open(const std::string& folder, std::uint64_t max_bytes) {
  folder_ = folder;
  max_bytes_ = max_bytes;
  TRY(make_folders(folder));
  TRY_ASSIGN(lock_, lock_of(folder, LOCK_EX));
  if (!lock_) return exists(folder + ": another process spools there; give each its own folder");
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().filename() != ".lock") ::unlink(entry.path().c_str());
  }
  return error ? unavailable(folder + ": " + error.message()) : ok_status();
}

Status S3Spool::reserve(const Digest& sha256, std::uint64_t bytes, bool& there) {
  std::lock_guard lock(mutex_);
  there = blobs_.count(sha256) != 0;
  if (there) return ok_status();
  if (bytes > max_bytes_)
    return exhausted("a blob of " + std::to_string(bytes) + " bytes is more than " + folder_ + " may hold");
  if (bytes > max_bytes_ - bytes_)
    return unavailable(folder_ + " is full of evidence that waits for the bucket: try again later");
  bytes_ += bytes;
  return ok_status();
}

// Written under a name of its own, so that two who add the same do not write into one file.
Status S3Spool::add(const Digest& sha256, std::string_view bytes) {
  bool there = false;
  TRY(reserve(sha256, bytes.size(), there));
  if (there) return ok_status();
  std::string path = folder_ + "/part-XXXXXX";
  Fd fd(mkostemp(path.data(), O_CLOEXEC));
  Status s = fd ? write_all(fd.get(), bytes, path) : errno_status(path, errno);
  std::lock_guard lock(mutex_);
  if (s.ok() && std::rename(path.c_str(), path_of(sha256).c_str()) != 0) s = errno_status(path, errno);
  if (!s.ok() || !blobs_.emplace(sha256, bytes.size()).second) bytes_ -= bytes.size();
  if (!s.ok()) ::unlink(path.c_str());
  return s;
}

Result<std::string> S3Spool::read(const Digest& sha256) const {
  {
    std::lock_guard lock(mutex_);
    if (blobs_.count(sha256) == 0) return not_found("no blob " + to_hex(sha256));
  }
  TRY_ASSIGN(std::string bytes, read_file(path_of(sha256), kMaxBlobBytes));
  if (storesweep::sha256(bytes) != sha256)
    return corrupt(path_of(sha256) + ": its bytes are not those of its name");
  return bytes;
}

void S3Spool::remove(const Digest& sha256) {
  std::lock_guard lock(mutex_);
  const auto at = blobs_.find(sha256);
  if (at == blobs_.end()) return;
  ::unlink(path_of(sha256).c_str());
  bytes_ -= at->second;
  blobs_.erase(at);
}

std::vector<Digest> S3Spool::all() const {
  std::lock_guard lock(mutex_);
  std::vector<Digest> out;
  for (const auto& [sha256, bytes] : blobs_) out.push_back(sha256);
  return out;
}

bool S3Spool::more_than_half() const {
  std::lock_guard lock(mutex_);
  return bytes_ > max_bytes_ / 2;
}

}  // namespace storesweep
