#include "common/artifact/s3_store.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace storesweep {
namespace {
constexpr std::int64_t kProvenMs = 15 * 60'000;  // longer than what lies between a flush and its commit
constexpr std::int64_t kForgetMs = 60'000;       // how often older ones are looked for
constexpr std::int64_t kLookAgainMs = 20;        // while another thread looks at the bucket
constexpr int kReadTries = 2;                    // of bytes that are not what they should be
}  // namespace

Result<std::unique_ptr<S3Store>> S3Store::open(const S3StoreOptions& options, const Clock& clock,
                                               Random& random) {
  std::unique_ptr<S3Store> store(new S3Store(options, clock, random));
  if (!options.spool.empty()) TRY(store->spool_.open(options.spool, options.spool_bytes));
  return store;
}

Status S3Store::may_write() const {
  return options_.spool.empty() ? permission(bucket_.shown("") + ": opened to be read") : ok_status();
}

std::string S3Store::key_of(const Digest& sha256) const {
  const std::string hex = to_hex(sha256);
  return bucket_.below_prefix(hex.substr(0, 2) + "/" + hex);
}

// The first error; after one nothing new is begun.
Status S3Store::in_parallel(std::size_t count, const std::function<Status(std::size_t)>& work) const {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  Status first;
  const auto run = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      Status s = work(i);
      if (s.ok()) continue;
      std::lock_guard lock(mutex);
      if (first.ok()) first = std::move(s);
      next = count;
    }
  };
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < std::min<std::size_t>(count, static_cast<std::size_t>(options_.parallel)); ++i)
    others.emplace_back(run);
  run();
  for (std::thread& other : others) other.join();
  return first;
}

Result<Digest> S3Store::stage(std::string_view bytes, const Deadline& deadline) {
  TRY(may_write());
  const Digest digest = storesweep::sha256(bytes);
  Status s = spool_.add(digest, bytes);
  if (s.kind() == ErrorKind::kUnavailable) {  // what nobody has asked for yet makes room
    TRY(bring_up(spool_.all(), deadline));
    s = spool_.add(digest, bytes);
  }
  TRY(s);
  return digest;
}

Status S3Store::bring_up_one(const Digest& sha256, const Deadline& deadline) {
  auto bytes = spool_.read(sha256);
  if (bytes.status().kind() == ErrorKind::kNotFound) return ok_status();  // another call has brought it up
  if (bytes.ok()) TRY(bucket_.put(key_of(sha256), *bytes, deadline));
  spool_.remove(sha256);  // what has become damaged here must come again
  return bytes.status();
}

Status S3Store::bring_up(std::span<const Digest> staged, const Deadline& deadline) {
  return in_parallel(staged.size(), [&](std::size_t i) { return bring_up_one(staged[i], deadline); });
}

Status S3Store::proven(const Digest& sha256) {
  std::lock_guard lock(mutex_);
  if (removing_.count(sha256)) return not_found("blob " + to_hex(sha256) + " is just being removed");
  const std::int64_t now_ms = clock_.steady_ms();
  if (now_ms - forgot_ms_ > kForgetMs) {
    std::erase_if(proven_, [&](const auto& p) { return now_ms - p.second > kProvenMs; });
    forgot_ms_ = now_ms;
  }
  proven_[sha256] = now_ms;
  return ok_status();
}

Result<bool> S3Store::fresh(const Digest& sha256, const Deadline& deadline) {
  auto object = bucket_.head(key_of(sha256), deadline);
  if (object.status().kind() == ErrorKind::kNotFound) return false;
  TRY(object.status());
  return clock_.wall_ms() - object->modified_ms < kFreshMs;
}

Status S3Store::prove(const Digest& sha256, const Deadline& deadline) {
  TRY_ASSIGN(const bool there, fresh(sha256, deadline));
  return there ? proven(sha256) : not_found("no blob " + to_hex(sha256) + ", or none that was put lately");
}

Status S3Store::flush(std::span<const Digest> blobs, const Deadline& deadline) {
  TRY(may_write());
  std::vector<Digest> wanted(blobs.begin(), blobs.end());
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  TRY(bring_up(wanted, deadline));
  TRY(in_parallel(wanted.size(), [&](std::size_t i) { return prove(wanted[i], deadline); }));
  // What was staged by others and is in no report yet: its turn comes, unless the spool runs full of it.
  if (spool_.more_than_half()) (void)bring_up(spool_.all(), deadline);
  return ok_status();
}

Status S3Store::look(const Deadline& deadline) {
  TRY(may_write());
  return bucket_.checks_addresses(deadline).status();
}

Result<BlobPlace> S3Store::place(const Digest& sha256, std::uint64_t bytes, std::int64_t valid_ms,
                                 const Deadline& deadline) {
  TRY(may_write());
  {
    std::unique_lock lock(looking_, std::defer_lock);
    while (!lock.try_lock()) {
      if (!sleep_ms(kLookAgainMs, deadline).ok())
        return unavailable("the bucket is just being looked at: try again");
    }
    if (!addresses_are_checked_) {
      TRY_ASSIGN(const bool checked, bucket_.checks_addresses(deadline));
      addresses_are_checked_ = checked;
    }
    if (!*addresses_are_checked_) return BlobPlace{};
  }
  TRY_ASSIGN(const bool there, fresh(sha256, deadline));
  if (there) return BlobPlace{BlobPlace::Kind::kThere, ""};
  return BlobPlace{BlobPlace::Kind::kElsewhere, bucket_.address(key_of(sha256), sha256, bytes, valid_ms)};
}

Status S3Store::read(const Digest& sha256, const std::function<bool(std::string_view)>& on_piece,
                     const Deadline& deadline) {
  if (const auto staged = spool_.read(sha256); staged.ok())
    return on_piece(*staged) ? ok_status() : cancelled("the reader had enough");
  Sha256 hash;
  const auto take = [&](std::string_view piece) {
    hash.add(piece);
    return on_piece(piece);
  };
  TRY(bucket_.get(key_of(sha256), take, deadline));
  if (hash.finish() == sha256) return ok_status();
  return corrupt(bucket_.shown(key_of(sha256)) + ": its bytes are not those of its name");
}

Result<std::string> S3Store::get(const Digest& sha256, std::size_t max_bytes, const Deadline& deadline) {
  Status s;
  for (int i = 0; i < kReadTries; ++i) {
    std::string out;
    bool too_large = false;
    s = read(
        sha256,
        [&](std::string_view piece) {
          too_large = out.size() + piece.size() > max_bytes;
          if (!too_large) out += piece;
          return !too_large;
        },
        deadline);
    if (too_large)
      return exhausted("blob " + to_hex(sha256) + " is larger than " + std::to_string(max_bytes) + " bytes");
    if (s.ok()) return out;
    if (s.kind() != ErrorKind::kCorrupt) break;  // bytes that changed on their way may come right again
  }
  return s;
}

Result<bool> S3Store::has(const Digest& sha256, const Deadline& deadline) {
  const auto bytes = size(sha256, deadline);
  if (bytes.status().kind() == ErrorKind::kNotFound) return false;
  TRY(bytes.status());
  return true;
}

Result<std::uint64_t> S3Store::size(const Digest& sha256, const Deadline& deadline) {
  if (const auto staged = spool_.read(sha256); staged.ok()) return std::uint64_t{staged->size()};
  TRY_ASSIGN(const S3Object object, bucket_.head(key_of(sha256), deadline));
  return object.bytes;
}

bool S3Store::may_remove(const Digest& sha256) {
  std::lock_guard lock(mutex_);
  const auto at = proven_.find(sha256);
  if (at != proven_.end() && clock_.steady_ms() - at->second <= kProvenMs) return false;
  return removing_.insert(sha256).second;
}

Status S3Store::remove(const Digest& sha256, std::int64_t put_before_ms, const Deadline& deadline) {
  TRY(may_write());
  if (!may_remove(sha256)) return ok_status();
  const std::string key = key_of(sha256);
  const auto object = bucket_.head(key, deadline);
  Status s = object.status();
  if (s.ok() && object->modified_ms < put_before_ms) s = bucket_.remove(key, deadline);
  std::lock_guard lock(mutex_);
  removing_.erase(sha256);
  return s.kind() == ErrorKind::kNotFound ? ok_status() : s;
}

Status S3Store::remove_many(std::span<const Digest> blobs, std::int64_t put_before_ms,
                            const Deadline& deadline) {
  return in_parallel(blobs.size(), [&](std::size_t i) { return remove(blobs[i], put_before_ms, deadline); });
}

Status S3Store::list(const std::function<bool(const BlobInfo&)>& on_blob, const Deadline& deadline) {
  return bucket_.list(
      [&](const S3Object& object) {
        const auto digest = digest_from_hex(std::string_view(object.key).substr(object.key.rfind('/') + 1));
        // What else lies in the bucket is none of ours.
        if (!digest || object.key != key_of(*digest)) return true;
        return on_blob({*digest, object.bytes, object.modified_ms});
      },
      deadline);
}

}  // namespace storesweep
