// Blobs in a folder: ab/cdef... by the hex of their SHA-256, and incoming/ for what is staged. A blob gets
// its name only after its bytes are on the disk, so a name never lies after a crash; what incoming/ held then
// is gone. flush() syncs the file system as a whole (syncfs), twice: on one disk that takes hundreds of small
// blobs a second where an fsync for each takes tens. One process owns a folder, or several share it (a lock
// in it says which). Safe for concurrent use.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/artifact/blob_store.h"
#include "common/base/file.h"

namespace storesweep {

class FolderStore final : public BlobStore {
 public:
  // kReadOnly: whoever else keeps blobs there; what would change something is refused (kPermission).
  enum class Sharing : std::uint8_t { kAlone, kWithOthers, kReadOnly };
  // Makes the folder where it is missing. kExists: another process keeps its blobs there, and it or we do not
  // share.
  static Result<std::unique_ptr<FolderStore>> open(const std::string& folder,
                                                   Sharing sharing = Sharing::kAlone);

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

  FolderStore(std::string folder, Sharing sharing) : folder_(std::move(folder)), sharing_(sharing) {}
  Status take();
  Status may_write() const;
  Status take_incoming();

  std::string path_of(const Digest& sha256) const;
  std::string staged_path(const Digest& sha256) const;
  bool touch(const Digest& sha256, std::size_t bytes) const;
  Result<Fd> open_blob(const Digest& sha256) const;
  Status sync() const;
  Status flush_staged();
  Status name_all(const Staged& blobs, std::vector<Digest>& named) const;
  Result<bool> name_one(const Digest& sha256, std::uint64_t bytes) const;
  void forget(const Staged& blobs, const std::vector<Digest>& named);

  const std::string folder_;
  const Sharing sharing_;
  Fd root_;                   // of the folder itself: syncfs
  Fd lock_, incoming_lock_;   // files: NFS knows no lock of a folder
  std::string incoming_;      // what is staged; where others share the folder, one of our own below it
  std::mutex flushing_;       // taken before mutex_
  mutable std::mutex mutex_;  // names: what is staged, and renames, touches and removals
  Staged staged_;             // complete in incoming/, not durable yet
};

}  // namespace storesweep
