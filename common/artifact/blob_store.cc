#include "common/artifact/blob_store.h"

namespace storesweep {

Result<Digest> BlobStore::put(std::string_view bytes, const Deadline& deadline) {
  TRY_ASSIGN(Digest sha256, stage(bytes, deadline));
  TRY(flush({&sha256, 1}, deadline));
  return sha256;
}

Result<std::vector<Digest>> BlobStore::put_many(std::span<const std::string_view> blobs,
                                                const Deadline& deadline) {
  std::vector<Digest> out;
  out.reserve(blobs.size());
  for (std::string_view bytes : blobs) {
    TRY_ASSIGN(Digest sha256, stage(bytes, deadline));
    out.push_back(sha256);
  }
  TRY(flush(out, deadline));
  return out;
}

Status BlobStore::remove_many(std::span<const Digest> blobs, std::int64_t put_before_ms,
                              const Deadline& deadline) {
  for (const Digest& sha256 : blobs) TRY(remove(sha256, put_before_ms, deadline));
  return ok_status();
}

}  // namespace storesweep
