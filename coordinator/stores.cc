#include "coordinator/stores.h"

#include <filesystem>

#include "common/artifact/folder_store.h"
#include "common/artifact/s3_store.h"
#include "common/base/file.h"
#include "common/base/text.h"
#include "coordinator/store/postgres_copy.h"
#include "coordinator/store/postgres_store.h"
#include "coordinator/store/sqlite_store.h"

namespace storesweep {

Result<std::unique_ptr<Store>> open_store(const CoordinatorConfig& config, Random& random) {
  if (config.store.sqlite.empty()) {
    TRY_ASSIGN(auto store, PostgresStore::open(config.store.postgres, random));
    // One that shares its evidence may stand by until the other has gone.
    if (Status s = config.blobs.shared ? ok_status() : store->claim(); !s.ok()) {
      return Status(s.kind(), s.message() +
                                  ". Stop it first, or let both share their evidence and this one stand by "
                                  "(blobs.shared, docs/postgres.md)");
    }
    return std::unique_ptr<Store>(std::move(store));
  }
  const std::string folder = std::filesystem::path(config.store.sqlite).parent_path().string();
  TRY(make_folders(folder.empty() ? "." : folder));
  TRY_ASSIGN(auto store, SqliteStore::open(config.store.sqlite, random));
  return std::unique_ptr<Store>(std::move(store));
}

Result<std::unique_ptr<BlobStore>> open_blobs(const CoordinatorConfig& config, const Clock& clock,
                                              Random& random) {
  using Sharing = FolderStore::Sharing;
  if (config.blobs.s3) {
    TRY_ASSIGN(auto bucket, S3Store::open(*config.blobs.s3, clock, random));
    return std::unique_ptr<BlobStore>(std::move(bucket));
  }
  TRY_ASSIGN(auto folder, FolderStore::open(config.blobs.folder,
                                            config.blobs.shared ? Sharing::kWithOthers : Sharing::kAlone));
  return std::unique_ptr<BlobStore>(std::move(folder));
}

Result<std::unique_ptr<BlobStore>> open_blobs_to_read(const CoordinatorConfig& config, const Clock& clock,
                                                      Random& random) {
  if (config.blobs.s3) {
    S3StoreOptions options = *config.blobs.s3;
    options.spool.clear();
    TRY_ASSIGN(auto bucket, S3Store::open(options, clock, random));
    return std::unique_ptr<BlobStore>(std::move(bucket));
  }
  TRY_ASSIGN(auto folder, FolderStore::open(config.blobs.folder, FolderStore::Sharing::kReadOnly));
  return std::unique_ptr<BlobStore>(std::move(folder));
}

std::string blobs_name(const CoordinatorConfig& config) {
  if (!config.blobs.s3) return config.blobs.folder;
  const S3Options& o = config.blobs.s3->bucket;
  return "s3: " + o.endpoint + "/" + o.bucket + (o.prefix.empty() ? "" : "/" + o.prefix);
}

std::string store_name(const CoordinatorConfig& config) {
  return config.store.sqlite.empty() ? "postgres: " + config.store.postgres.connection : config.store.sqlite;
}

Result<std::string> migrate_store(const CoordinatorConfig& config, Random& random) {
  // Where they have the newest form already, beside one that leads too.
  if (config.store.sqlite.empty()) {
    TRY(migrate_postgres(config.store.postgres, random).status());
  } else {
    TRY(open_store(config, random).status());
  }
  return store_name(config) + ": the tables have the newest form\n";
}

Result<std::string> copy_store(const std::string& from, const std::string& to, Random& random) {
  constexpr std::string_view kFrom = "sqlite:", kTo = "postgres:";
  if (!starts_with(from, kFrom)) return invalid("--from: wanted sqlite:FILE");
  if (!starts_with(to, kTo)) return invalid("--to: wanted postgres:CONNECTION (host=... dbname=...)");
  PostgresOptions options;
  options.connection = to.substr(kTo.size());
  if (Status s = check_postgres_connection(options.connection); !s.ok()) return s.within("--to");
  TRY_ASSIGN(const auto tables, copy_to_postgres(from.substr(kFrom.size()), options, random));
  std::string out;
  std::int64_t rows = 0, cleaned = 0;
  for (const CopiedTable& t : tables) {
    out += t.name + ": " + std::to_string(t.rows) + "\n";
    rows += t.rows;
    cleaned += t.cleaned;
  }
  out += std::to_string(rows) + " rows were copied, read back and found to be the same";
  if (cleaned > 0) out += "; in " + std::to_string(cleaned) + " texts bytes that are no UTF-8 became U+FFFD";
  return out + "\n";
}

}  // namespace storesweep
