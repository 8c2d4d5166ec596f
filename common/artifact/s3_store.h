// Blobs in a bucket: PREFIX/ab/HEX by the hex of their SHA-256. What is staged lies in a bounded spool on
// this machine until a flush has brought it up, or goes to the bucket directly, by an address that is good
// for one blob, and never passes us; a flush then proves that it is there. Any number of processes share a
// bucket.
//
// Nobody removes what somebody is about to name: a flush believes a blob only for kFreshMs after it was put
// (older ones it says are not there, and they come again), remove() spares what was put lately or what a
// flush of this process has just proven. Safe for concurrent use.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "common/artifact/blob_store.h"
#include "common/artifact/s3_bucket.h"
#include "common/artifact/s3_spool.h"

namespace storesweep {

struct S3StoreOptions {
  S3Options bucket;
  std::string spool;  // folder; empty: opened to be read, what would change something is refused
  std::uint64_t spool_bytes = std::uint64_t{1} << 30;
  int parallel = 8;  // requests at once of one call that is about many blobs
};

class S3Store final : public BlobStore {
 public:
  static constexpr std::int64_t kFreshMs = 30 * 60'000;

  // Asks the server nothing yet. kExists: another process has the spool. clock and random outlive it.
  static Result<std::unique_ptr<S3Store>> open(const S3StoreOptions& options, const Clock& clock,
                                               Random& random);

  Result<Digest> stage(std::string_view bytes, const Deadline& deadline) override;
  Status flush(std::span<const Digest> blobs, const Deadline& deadline) override;
  Result<BlobPlace> place(const Digest& sha256, std::uint64_t bytes, std::int64_t valid_ms,
                          const Deadline& deadline) override;
  bool is_far() const override { return true; }
  // Puts, and removes, something small.
  Status look(const Deadline& deadline) override;
  Result<std::string> get(const Digest& sha256, std::size_t max_bytes, const Deadline& deadline) override;
  Status read(const Digest& sha256, const std::function<bool(std::string_view)>& on_piece,
              const Deadline& deadline) override;
  Result<bool> has(const Digest& sha256, const Deadline& deadline) override;
  Result<std::uint64_t> size(const Digest& sha256, const Deadline& deadline) override;
  Status remove(const Digest& sha256, std::int64_t put_before_ms, const Deadline& deadline) override;
  Status remove_many(std::span<const Digest> blobs, std::int64_t put_before_ms,
                     const Deadline& deadline) override;
  Status list(const std::function<bool(const BlobInfo&)>& on_blob, const Deadline& deadline) override;

 private:
  S3Store(S3StoreOptions options, const Clock& clock, Random& random)
      : options_(std::move(options)), clock_(clock), bucket_(options_.bucket, clock, random) {}
  Status may_write() const;
  std::string key_of(const Digest& sha256) const;
  Status bring_up(std::span<const Digest> staged, const Deadline& deadline);
  Status bring_up_one(const Digest& sha256, const Deadline& deadline);
  Status prove(const Digest& sha256, const Deadline& deadline);
  Result<bool> fresh(const Digest& sha256, const Deadline& deadline);
  Status proven(const Digest& sha256);
  bool may_remove(const Digest& sha256);
  Status in_parallel(std::size_t count, const std::function<Status(std::size_t)>& work) const;

  const S3StoreOptions options_;
  const Clock& clock_;
  S3Bucket bucket_;
  S3Spool spool_;

  std::mutex looking_;
  std::optional<bool> addresses_are_checked_;  // once the server has shown it

  std::mutex mutex_;
  std::map<Digest, std::int64_t> proven_;  // -> steady_ms: a flush has just said that they are there
  std::int64_t forgot_ms_ = 0;
  std::set<Digest> removing_;
};

}  // namespace storesweep
