// Files, each bounded and written so that a crash leaves the old or the new content, never half.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/status.h"

namespace storesweep {

// Closes its descriptor. Moves, never copies.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() { reset(); }
  Fd(Fd&& o) noexcept : fd_(std::exchange(o.fd_, -1)) {}
  Fd& operator=(Fd&& o) noexcept {
    if (this != &o) {
      reset();
      fd_ = std::exchange(o.fd_, -1);
    }
    return *this;
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset();

 private:
  int fd_ = -1;
};

// An errno as a Status that names the path: kNotFound, kPermission, kExists, kExhausted (the disk or the
// quota is full), else kUnavailable.
Status errno_status(const std::string& path, int error);
// Writes all of it to fd; path is for the message.
Status write_all(int fd, std::string_view content, const std::string& path);
// The whole file; kExhausted when it is larger than max_bytes.
Result<std::string> read_file(const std::string& path, std::size_t max_bytes);
// Writes a temporary file beside it, fsyncs, renames, fsyncs the folder.
Status write_file_durably(const std::string& path, std::string_view content, unsigned mode = 0644);
// A file that takes the place of another, or a name of its own: synced, renamed, the folder synced.
Status rename_durably(const std::string& from, const std::string& to);
Status make_folders(const std::string& path);
// Bytes free for us on the file system of path.
Result<std::uint64_t> disk_free_bytes(const std::string& path);

// A file mapped read-only. It is the caller's business that nobody shortens it meanwhile (SIGBUS): map only
// files that are ours, such as those of the cache.
class MappedFile {
 public:
  static Result<MappedFile> open(const std::string& path);
  MappedFile(MappedFile&& o) noexcept
      : data_(std::exchange(o.data_, nullptr)), size_(std::exchange(o.size_, 0)) {}
  MappedFile& operator=(MappedFile&& o) noexcept;
  ~MappedFile();
  ByteView bytes() const { return {data_, size_}; }

 private:
  MappedFile(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace storesweep
