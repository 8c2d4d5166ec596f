#include "coordinator/backup.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>

#include "common/artifact/folder_store.h"
#include "common/base/file.h"
#include "coordinator/store/sqlite_store.h"
#include "coordinator/stores.h"

namespace storesweep {
namespace {
namespace fs = std::filesystem;
constexpr std::size_t kFlushBlobs = 256;
constexpr std::size_t kMaxBlob = 256u << 20;
// More than a coordinator takes the lead between two backups: workers refuse what speaks under an epoch that
// is older than the newest they have seen.
constexpr std::uint64_t kEpochsAhead = 1'000;

Status only_sqlite(const CoordinatorConfig& config) {
  return config.store.sqlite.empty()
             ? unsupported("the store is PostgreSQL's: back it up by its own means (docs/operate.md)")
             : ok_status();
}

// Blobs that the store names, from one folder to another; the reader checks each against its name.
struct Transfer {
  BlobStore& from;
  BlobStore& to;
  const Deadline& deadline;
  bool without_missing = false;
  std::int64_t named = 0, copied = 0, copied_bytes = 0, missing = 0;
  std::vector<Digest> staged;

  Status all_of(SqliteStore& store) {
    TRY(store.each_named_blob([this](const Digest& sha256) { return one(sha256); }));
    return flush();
  }
  Status one(const Digest& sha256) {
    ++named;
    TRY_ASSIGN(const bool there, to.has(sha256, deadline));
    if (there) return ok_status();
    auto bytes = from.get(sha256, kMaxBlob, deadline);
    const ErrorKind kind = bytes.status().kind();
    if (without_missing && (kind == ErrorKind::kNotFound || kind == ErrorKind::kCorrupt))
      return ++missing, ok_status();
    TRY(bytes.status());
    TRY(to.stage(*bytes, deadline).status());
    ++copied;
    copied_bytes += static_cast<std::int64_t>(bytes->size());
    staged.push_back(sha256);
    return staged.size() < kFlushBlobs ? ok_status() : flush();
  }
  Status flush() {
    TRY(to.flush(staged, deadline));
    staged.clear();
    return ok_status();
  }
};

void remove_store(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm"}) ::unlink((path + suffix).c_str());
}
}  // namespace

Result<BackupReport> back_up(const CoordinatorConfig& config, const std::string& to, Random& random,
                             const Deadline& deadline) {
  TRY(only_sqlite(config));
  TRY(make_folders(to));
  const SystemClock clock;
  TRY_ASSIGN(const auto ours, open_blobs_to_read(config, clock, random));
  TRY_ASSIGN(const auto kept, FolderStore::open(to + "/blobs"));
  const std::string part = to + "/store.db.part";
  remove_store(part);
  TRY(copy_sqlite(config.store.sqlite, part));
  Transfer transfer{*ours, *kept, deadline};
  {
    TRY_ASSIGN(const auto copy, SqliteStore::open(part, random));
    TRY(copy->check());
    if (Status s = transfer.all_of(*copy); !s.ok()) return s.within("the blobs of " + part);
  }
  TRY(rename_durably(part, to + "/store.db"));
  remove_store(part);
  return BackupReport{transfer.named, transfer.copied, transfer.copied_bytes};
}

Result<RestoreReport> restore(const CoordinatorConfig& config, const std::string& from, bool without_missing,
                              Random& random, const Deadline& deadline) {
  TRY(only_sqlite(config));
  const std::string& store_file = config.store.sqlite;
  if (fs::exists(store_file)) return exists(store_file + ": there is a store already; move it away first");
  if (!fs::exists(from + "/store.db")) return not_found(from + "/store.db: no backup is there");
  using Sharing = FolderStore::Sharing;
  TRY_ASSIGN(const auto kept, FolderStore::open(from + "/blobs", Sharing::kReadOnly));
  const SystemClock clock;
  TRY_ASSIGN(const auto ours, open_blobs(config, clock, random));
  const fs::path folder = fs::path(store_file).parent_path();
  TRY(make_folders(folder.empty() ? "." : folder.string()));
  const std::string part = store_file + ".part";
  remove_store(part);
  TRY(copy_sqlite(from + "/store.db", part));
  Transfer transfer{*kept, *ours, deadline, without_missing};
  {
    TRY_ASSIGN(const auto store, SqliteStore::open(part, random));
    TRY(store->check());
    if (Status s = transfer.all_of(*store); !s.ok()) return s.within(from + "/blobs");
    TRY(store->raise_epoch(kEpochsAhead));
  }
  TRY(rename_durably(part, store_file));
  remove_store(part);
  return RestoreReport{transfer.named - transfer.missing, transfer.missing};
}

}  // namespace storesweep
