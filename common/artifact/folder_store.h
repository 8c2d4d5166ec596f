// Blobs in a folder: ab/cdef... by the hex of their SHA-256, and incoming/ for what is staged. A blob gets
// its name only after its bytes are on the disk, so a name never lies after a crash; what incoming/ held then
// is gone. flush() syncs the file system as a whole (syncfs), twice: on one disk that takes hundreds of small
// blobs a second where an fsync for each takes tens. One process owns a folder (it holds a lock on it). Safe
// for concurrent use.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "common/artifact/blob_store.h"
#include "common/base/file.h"

namespace storesweep {

class FolderStore final : public BlobStore {
 public:
  // Makes the folder where it is missing. kExists: another process owns it.
  static Result<std::unique_ptr<FolderStore>> open(const std::string& folder);

  Result<Digest> stage(std::string_view bytes, const Deadline& deadline) override;
  Status flush(std::span<const Digest> blobs, const Deadline& deadline) override;
  Result<std::string> get(const Digest& sha256, std::size_t max_bytes, const Deadline& deadline) override;
  Status read(const Digest& sha256, const std::function<bool(std::string_view)>& on_piece,
              const Deadline& deadline) override;
  Result<bool> has(const Digest& sha256, const Deadline& deadline) override;
  Result<std::uint64_t> size(const Digest& sha256, const Deadline& deadline) override;
  Status remove(const Digest& sha256, std::int64_t put_before_ms, const Deadline& deadline) override;
  Status list(const std::function<bool(const BlobInfo&)>& on_blob, const Deadline& deadline) override;

 private:
  using Staged = std::map<Digest, std::uint64_t>;  // -> bytes

  FolderStore(std::string folder, Fd lock) : folder_(std::move(folder)), lock_(std::move(lock)) {}

  std::string path_of(const Digest& sha256) const;
  std::string staged_path(const Digest& sha256) const;
  bool touch(const Digest& sha256, std::size_t bytes) const;
  Result<Fd> open_blob(const Digest& sha256) const;
  Status sync() const;
  Status flush_staged();
  Status name_all(const Staged& blobs) const;
  void forget(const Staged& blobs);

  const std::string folder_;
  const Fd lock_;             // of the folder itself: flock and syncfs
  std::mutex flushing_;       // taken before mutex_
  mutable std::mutex mutex_;  // names: what is staged, and renames, touches and removals
  Staged staged_;             // complete in incoming/, not durable yet
};

}  // namespace storesweep
