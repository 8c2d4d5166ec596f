// Leading and committing on PostgreSQL.
#include "coordinator/store/postgres_store.h"

#include "coordinator/store/codec.h"
#include "coordinator/store/postgres_batch.h"
#include "coordinator/store/postgres_db.h"
#include "coordinator/store/postgres_imports.h"
#include "coordinator/store/postgres_rows.h"
#include "coordinator/store/sql_read.h"

namespace storesweep {
namespace {
constexpr std::int64_t kPauseMs = 20;     // before what was lost is made again
constexpr std::int64_t kClaimMs = 2'000;  // for a session to end whose coordinator has ended
constexpr std::int64_t kLeaderIdleMs = 10'000;

PostgresDb& postgres_of(Db& db) { return static_cast<PostgresDb&>(db); }  // this store has no other

// The one that leads says something every few seconds (Store::commit of nothing): one that was stopped, or
// hangs, loses its session, and with it the claim.
PostgresOptions for_a_leader(PostgresOptions options) {
  options.idle_session_ms = kLeaderIdleMs;
  return options;
}
}  // namespace

PostgresStore::PostgresStore(const PostgresOptions& options, std::int64_t session)
    : SqlStore(std::make_unique<PostgresDb>(for_a_leader(options), PostgresDb::Mode::kWriter, session)),
      options_(options),
      session_(session),
      folds_(std::make_unique<PostgresFolds>()) {}
PostgresStore::~PostgresStore() = default;

Result<std::unique_ptr<PostgresStore>> PostgresStore::open(const PostgresOptions& options, Random& random) {
  TRY(migrate_postgres(options, random).status());
  const auto session = static_cast<std::int64_t>(SystemRandom().next_u64() >> 1);  // no seed gives it twice
  return std::unique_ptr<PostgresStore>(new PostgresStore(options, session));
}

Result<std::unique_ptr<Db>> PostgresStore::open_reader() {
  auto db = std::make_unique<PostgresDb>(options_, PostgresDb::Mode::kReader, 0);
  TRY(db->open());
  return std::unique_ptr<Db>(std::move(db));
}

std::unique_ptr<CommitRows> PostgresStore::commit_rows(Db& db) {
  return std::make_unique<PostgresRows>(postgres_of(db), *folds_);
}

std::unique_ptr<ImportRows> PostgresStore::rows_of_import(Db& db) {
  return std::make_unique<PostgresImports>(postgres_of(db));
}

// A commit that was certainly not written is made again, by the same epoch or not at all.
CommitResult PostgresStore::commit(std::uint64_t epoch, std::span<const Write> writes) {
  std::lock_guard lock(writing_);
  const Deadline until = Deadline::in_ms(options_.patience_ms, options_.cancel);
  for (;;) {
    CommitResult result = commit_now(epoch, writes);
    if (result.state != CommitState::kUnknown || !again(until)) return result;
  }
}

// Whether what has failed was not written, and there is time to make it again.
bool PostgresStore::again(const Deadline& until) { return writer_->lost() && sleep_ms(kPauseMs, until).ok(); }

Status PostgresStore::claim() {
  std::lock_guard lock(writing_);
  return postgres_of(*writer_).claim(Deadline::in_ms(options_.patience_ms, options_.cancel));
}

Result<Lead> PostgresStore::take_lead(std::uint64_t incarnation) {
  TRY(check_durable());
  std::lock_guard lock(writing_);
  const Deadline until = Deadline::in_ms(options_.patience_ms, options_.cancel);
  for (;;) {
    Result<Lead> lead = take_lead_claimed(incarnation, until);
    if (lead.ok()) forget_marks_of_others(lead->epoch);
    if (lead.ok() || !again(until)) return lead;
  }
}

// In the session that has the claim: one that took its place without may not.
Result<Lead> PostgresStore::take_lead_claimed(std::uint64_t incarnation, const Deadline& until) {
  PostgresDb& db = postgres_of(*writer_);
  TRY(db.claim(until.at_most_ms(kClaimMs)));
  db.only_with_claim(true);
  Result<Lead> lead = take_lead_now(incarnation);
  db.only_with_claim(false);
  return lead;
}

// A session commits durably by its own setting (postgres_connection.cc); the rest is the server's affair.
Status PostgresStore::check_durable() {
  if (options_.may_forget) return ok_status();
  using Found = std::pair<std::string, std::string>;
  auto found = read<Found>([](Db& db) -> Result<Found> {
    Query q(db, "SELECT current_setting('fsync'), current_setting('synchronous_standby_names')");
    return q.next() ? Found(q.text(0), q.text(1)) : Found();
  });
  TRY_ASSIGN(const Found settings, std::move(found));
  const std::string what_to_do = "; set store.may_forget if that shall be so (docs/postgres.md)";
  if (settings.first == "off")
    return unsupported("PostgreSQL runs with fsync = off: a crash may lose what was acknowledged" +
                       what_to_do);
  if (several_hosts(options_.connection) && settings.second.empty()) {
    return unsupported(
        "PostgreSQL has several hosts and no synchronous_standby_names: a failover may lose what was "
        "acknowledged" +
        what_to_do);
  }
  return ok_status();
}

// Who wrote under an earlier epoch learns of that one before it asks for its marks. A failure costs some
// rows.
void PostgresStore::forget_marks_of_others(std::uint64_t epoch) {
  Db& db = *writer_;
  if (!db.begin().ok()) return;
  if (db.lock_epoch() != epoch) return db.rollback();
  (Query(db, "DELETE FROM committed WHERE session <> ?") << session_).run();
  (void)db.end();
}

std::vector<Digest> PostgresStore::unnamed_of(Db& db, std::span<const Digest> blobs) {
  constexpr std::size_t kAtOnce = 10'000;
  std::vector<Digest> out;
  for (std::size_t at = 0; at < blobs.size(); at += kAtOnce) {
    postgres::Column digests(postgres::Column::Of::kBytes);
    for (const Digest& d : blobs.subspan(at, std::min(kAtOnce, blobs.size() - at)))
      digests.add(postgres::bytes(codec::digest(d)));
    PostgresStatement* s = postgres_of(db).statement(
        "SELECT d.sha256 FROM unnest($1) AS d(sha256) WHERE NOT EXISTS (SELECT 1 FROM run_blob b WHERE "
        "b.sha256 = "
        "d.sha256)");
    s->bind_array(1, digests.array());
    for (Query q(s); q.next();) out.push_back(codec::digest(q.view(0)));
  }
  return out;
}

}  // namespace storesweep
