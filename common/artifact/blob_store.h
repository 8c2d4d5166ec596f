// Blobs by their content: a blob is named by its SHA-256, so the same content twice is one, and what is read
// is checked against its name. A folder by default (folder_store.h), or a bucket of a server of objects
// (s3_store.h). Implementations are safe for concurrent use and outlive the calls. Every call blocks until
// its deadline at most.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/cancel.h"
#include "common/base/hash.h"
#include "common/base/status.h"

namespace storesweep {

inline constexpr std::uint64_t kMaxBlobBytes = std::uint64_t{4} << 30;

struct BlobInfo {
  Digest sha256{};
  std::uint64_t bytes = 0;
  std::int64_t touched_ms = 0;  // wall clock: when it was last put
};

// Where a blob is to go that somebody wants to put.
struct BlobPlace {
  enum class Kind : std::uint8_t {
    kHere,       // stage() takes it
    kThere,      // it is there already: nobody need send it
    kElsewhere,  // to `url`, by PUT, with the header x-amz-content-sha256 and not a byte more or less
  };
  Kind kind = Kind::kHere;
  std::string url;  // holds a signature: not for logs
};

// Errors: kExhausted: the disk (or the quota) is full, nothing of the blob stays; kNotFound; kCorrupt: what
// is there is not what its name says; kUnavailable: try later.
class BlobStore {
 public:
  virtual ~BlobStore() = default;

  // Takes a blob in: it can be read at once and is durable after a flush() of it.
  virtual Result<Digest> stage(std::string_view bytes, const Deadline& deadline) = 0;
  // Ok when all of these are durable; whatever else was staged, by whomever, goes with them, so that many
  // blobs cost little more than one. kNotFound: one of them is not there. After any other error what was
  // staged is gone and must be put again.
  virtual Status flush(std::span<const Digest> blobs, const Deadline& deadline) = 0;

  // Durable when it returns.
  Result<Digest> put(std::string_view bytes, const Deadline& deadline);
  Result<std::vector<Digest>> put_many(std::span<const std::string_view> blobs, const Deadline& deadline);

  // For one blob of these bytes alone, and valid_ms from now at most; flush() then says whether it came.
  virtual Result<BlobPlace> place(const Digest&, std::uint64_t /*bytes*/, std::int64_t /*valid_ms*/,
                                  const Deadline&) {
    return BlobPlace{};
  }

  // A server that may be away; look() then says whether it takes blobs now, or what is wrong.
  virtual bool is_far() const { return false; }
  virtual Status look(const Deadline&) { return ok_status(); }

  // The whole blob, checked; kExhausted when it is larger than max_bytes.
  virtual Result<std::string> get(const Digest& sha256, std::size_t max_bytes, const Deadline& deadline) = 0;
  // The blob in pieces, checked: only an ok at the end says that the pieces were right. false from on_piece
  // ends it (kCancelled).
  virtual Status read(const Digest& sha256, const std::function<bool(std::string_view)>& on_piece,
                      const Deadline& deadline) = 0;
  // Whether it is there, and how large.
  virtual Result<bool> has(const Digest& sha256, const Deadline& deadline) = 0;
  virtual Result<std::uint64_t> size(const Digest& sha256, const Deadline& deadline) = 0;

  // Removes it, unless it was put at or after `put_before_ms` (wall clock): what somebody stores again
  // meanwhile stays. Ok when it is gone or stays; a blob that is not there is gone.
  virtual Status remove(const Digest& sha256, std::int64_t put_before_ms, const Deadline& deadline) = 0;
  // As remove() of each; a store far away takes many at a time.
  virtual Status remove_many(std::span<const Digest> blobs, std::int64_t put_before_ms,
                             const Deadline& deadline);
  // Every durable blob, in no order; false from on_blob ends it.
  virtual Status list(const std::function<bool(const BlobInfo&)>& on_blob, const Deadline& deadline) = 0;
};

}  // namespace storesweep
