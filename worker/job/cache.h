// APKs that were fetched, by content, in a folder bounded in bytes:
//   lock             one process at a time
//   objects/SHA256   a file; used last when its mtime says
//   addresses/SHA256(address)   which object came from there, and the validator that the server gave it
//   versions/SHA256(package)    which versions of it were fetched (old_versions.h)
//   incoming/        what is being fetched; worth nothing after a death
// The least recently used goes first, never what somebody holds. What is handed out was hashed just then, so
// a damaged object is noticed, dropped and fetched again. Losing any of it costs a fetch and nothing else.
// Safe for concurrent use; outlives what it handed out.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "common/base/file.h"
#include "common/base/hash.h"

namespace storesweep::job {

// Held as long as this lives; the bytes are mapped from the file.
struct CachedFile {
  Digest sha256{};
  std::shared_ptr<const MappedFile> file;
  ByteView bytes() const { return file->bytes(); }
};

struct AddressNote {
  Digest sha256{};
  std::string validator;  // net::FetchResult::validator
};

class Cache {
 public:
  // kExists: another process holds it.
  static Result<std::unique_ptr<Cache>> open(const std::string& folder, std::uint64_t max_bytes);

  // Nothing when it is not there, or no more what it was.
  std::optional<CachedFile> find(const Digest& sha256);
  // A path where a file may be fetched to, for take() or to be removed.
  std::string incoming();
  // Moves the file into the cache, making room for it. kExhausted: it does not fit beside what is held.
  Result<CachedFile> take(const std::string& path, const Digest& sha256, std::uint64_t bytes);

  std::optional<AddressNote> noted(const std::string& address) const;
  void note(const std::string& address, const AddressNote& note);

  // What is remembered of a package, one text; whoever has more to say reads it and writes it anew.
  std::string versions_of(const std::string& package) const;
  void remember_versions(const std::string& package, const std::string& text);

  std::uint64_t bytes() const;
  std::uint64_t max_bytes() const { return max_bytes_; }

 private:
  struct Object {
    std::uint64_t bytes = 0;
    std::uint64_t used = 0;  // counts up
    std::weak_ptr<const MappedFile> held;
  };

  Cache(std::string folder, std::uint64_t max_bytes) : folder_(std::move(folder)), max_bytes_(max_bytes) {}
  Status load();
  Status make_room(std::uint64_t bytes);  // under mutex_
  void drop(std::map<Digest, Object>::iterator at);
  std::string object_path(const Digest& sha256) const;
  std::string note_path(const std::string& address) const;
  std::string versions_path(const std::string& package) const;

  const std::string folder_;
  const std::uint64_t max_bytes_;
  Fd lock_;
  mutable std::mutex mutex_;
  std::map<Digest, Object> objects_;
  std::uint64_t bytes_ = 0;
  std::uint64_t used_ = 0;
  std::uint64_t incoming_ = 0;
};

}  // namespace storesweep::job
