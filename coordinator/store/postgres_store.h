// The store of a cluster: PostgreSQL by libpq. Commits are durable before they return, whatever the server's
// default is, and cost few round trips. A lost connection is had again; a commit whose answer was lost with
// it is looked for in the database and made again if it was not written. Several coordinators may open the
// same database: one of them claims it, and the epoch decides who writes, whoever still believes to lead.
// Safe for concurrent use.
#pragma once

#include <memory>
#include <string>

#include "common/base/random.h"
#include "coordinator/store/postgres_connection.h"
#include "coordinator/store/sql_store.h"

namespace storesweep {

struct PostgresFolds;

class PostgresStore final : public SqlStore {
 public:
  // Makes or migrates the tables; several may do so at once, none while another leads on older ones. random
  // makes the secret of a new store.
  // kCorrupt: a database with tables of somebody else's; kUnsupported: written by a newer version.
  static Result<std::unique_ptr<PostgresStore>> open(const PostgresOptions& options, Random& random);
  ~PostgresStore() override;

  // Makes this store the only one that may lead, for as long as its session lasts. Waits up to patience_ms
  // for another's to end. kExists: another leads; the message says which.
  Status claim();
  // kUnsupported: this server may lose what it has acknowledged, and nobody has allowed that. kExists:
  // another leads. It need not have claimed before.
  Result<Lead> take_lead(std::uint64_t incarnation) override;
  CommitResult commit(std::uint64_t epoch, std::span<const Write> writes) override;

  // The number of the connection that writes: whose marks in `committed` are its own.
  std::int64_t session() const { return session_; }

 private:
  PostgresStore(const PostgresOptions& options, std::int64_t session);
  Result<std::unique_ptr<Db>> open_reader() override;
  std::unique_ptr<CommitRows> commit_rows(Db& db) override;
  std::unique_ptr<ImportRows> rows_of_import(Db& db) override;
  std::vector<Digest> unnamed_of(Db& db, std::span<const Digest> blobs) override;
  Status check_durable();

  // Under writing_:
  bool again(const Deadline& until);
  Result<Lead> take_lead_claimed(std::uint64_t incarnation, const Deadline& until);
  void forget_marks_of_others(std::uint64_t epoch);

  const PostgresOptions options_;
  const std::int64_t session_;
  std::unique_ptr<PostgresFolds> folds_;
};

// Brings the database to the newest form. value: its version.
Result<std::int64_t> migrate_postgres(const PostgresOptions& options, Random& random);

}  // namespace storesweep
