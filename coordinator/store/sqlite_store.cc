// Opening, leading, loading, committing.
#include "coordinator/store/sqlite_store.h"

#include <algorithm>

#include "common/base/hash.h"
#include "coordinator/store/migrations.h"
#include "coordinator/store/sqlite_codec.h"
#include "coordinator/store/sqlite_db.h"
#include "coordinator/store/sqlite_read.h"
#include "coordinator/store/sqlite_rows.h"
#include "coordinator/store/sqlite_writer.h"

namespace storesweep {
namespace {
constexpr std::int64_t kApplicationId = 0x73746f72;  // "stor"

std::int64_t pragma(Db& db, const char* sql) {
  Query q(db, sql);
  return q.next() ? q.integer(0) : 0;
}

std::uint64_t epoch_in(Db& db) {
  Query q(db, "SELECT epoch FROM lead");
  return q.next() ? static_cast<std::uint64_t>(q.integer(0)) : 0;
}

std::vector<LoadedSweep> open_sweeps(Db& db) {
  std::vector<SweepId> ids;
  {
    Query q(db, "SELECT id FROM sweep WHERE state NOT IN (?, ?) ORDER BY id");
    q << std::int64_t{static_cast<int>(SweepState::kCancelled)}
      << std::int64_t{static_cast<int>(SweepState::kDone)};
    while (q.next()) ids.push_back(SweepId{q.integer(0)});
  }
  std::vector<LoadedSweep> out;
  for (SweepId id : ids) {
    LoadedSweep loaded;
    loaded.sweep = rows::sweep(db, id).value_or(SweepRecord{});
    loaded.ended_by = rows::ended_by(db, id);
    Query q(db, "SELECT job FROM job_end WHERE " STORESWEEP_JOB_OF_SWEEP("job", "?1") " ORDER BY job");
    q << id.value;
    while (q.next()) loaded.ended.push_back(JobId{q.integer(0)});
    out.push_back(std::move(loaded));
  }
  return out;
}

void add_token(std::map<JobId, JobTokens>& tokens, const Query& q) {
  JobTokens& t = tokens[JobId{q.integer(0)}];
  t.job = JobId{q.integer(0)};
  auto kind = static_cast<std::size_t>(q.integer(1));
  if (kind < t.by_kind.size()) ++t.by_kind[kind];
  t.last = std::max(t.last, codec::token(q.integer(2)));
}

// Tokens of jobs that have not ended, of open sweeps and of open confirmations and retests.
void load_tokens(Db& db, Loaded& loaded) {
  std::map<JobId, JobTokens> tokens;
  for (const LoadedSweep& s : loaded.sweeps) {
    Query q(db,
            "SELECT t.job, t.kind, t.token FROM token_end t WHERE t.sought = 1 AND " STORESWEEP_JOB_OF_SWEEP(
                "t.job", "?1") " AND NOT EXISTS (SELECT 1 FROM job_end e WHERE e.job = t.job)");
    q << s.sweep.id.value;
    while (q.next()) add_token(tokens, q);
    Query sets(db, "SELECT file_set, count(*) FROM token_end WHERE sought = 1 AND " STORESWEEP_JOB_OF_SWEEP(
                       "job", "?1") " AND kind = ?2 AND file_set <> x'' GROUP BY file_set");
    sets << s.sweep.id.value << std::int64_t{static_cast<int>(FailureKind::kApp)};
    while (sets.next()) {
      loaded.file_sets.push_back(
          {s.sweep.id, codec::digest(sets.view(0)), static_cast<std::int32_t>(sets.integer(1))});
    }
  }
  for (const ExtraJob& e : loaded.extras) {
    Query q(db, "SELECT job, kind, token FROM token_end WHERE sought = 1 AND job = ?");
    q << e.job.value;
    while (q.next()) add_token(tokens, q);
  }
  for (const auto& [job, t] : tokens) loaded.tokens.push_back(t);
}

Loaded loaded_from(Db& db) {
  Loaded l;
  l.sweeps = open_sweeps(db);
  l.extras = rows::open_extras(db);
  load_tokens(db, l);
  rows::load_controls(db, l);
  {
    Query q(db,
            "SELECT job, file_set, needs, by_epoch, by_n FROM known k WHERE NOT EXISTS (SELECT 1 FROM "
            "job_end e WHERE e.job "
            "= k.job) "
            "ORDER BY job");
    while (q.next())
      l.known.push_back(
          {JobId{q.integer(0)}, codec::digest(q.view(1)), codec::needs(q.view(2)),
           TokenKey{static_cast<std::uint64_t>(q.integer(3)), static_cast<std::uint64_t>(q.integer(4))}});
  }
  {
    Query q(db, "SELECT worker FROM draining ORDER BY worker");
    while (q.next()) l.draining.push_back(q.text(0));
  }
  l.next_run = RunId{pragma(db, "SELECT coalesce(max(id), 0) + 1 FROM run")};
  l.next_extra = JobId{std::max(kFirstExtraJob, pragma(db, "SELECT coalesce(max(job), 0) + 1 FROM extra"))};
  return l;
}
}  // namespace

SqliteStore::SqliteStore(std::string path) : path_(std::move(path)), writer_(std::make_unique<Db>()) {}
SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path, Random& random) {
  std::unique_ptr<SqliteStore> store(new SqliteStore(path));
  TRY(store->writer_->open(path, Db::Mode::kWriter));
  TRY(store->migrate(random));
  return store;
}

// Each migration is one transaction, the secret of a new store another within the first.
Status SqliteStore::migrate(Random& random) {
  Db& db = *writer_;
  const auto migrations = sqlite_migrations();
  const auto newest = static_cast<std::int64_t>(migrations.size());
  for (;;) {
    TRY(db.begin());
    std::int64_t version = pragma(db, "PRAGMA user_version");
    std::int64_t application = pragma(db, "PRAGMA application_id");
    std::int64_t tables = pragma(db, "SELECT count(*) FROM sqlite_schema");
    bool foreign = application != kApplicationId && (version != 0 || tables != 0);
    if (!db.error().ok() || foreign || version >= newest) {
      TRY(db.end());
      if (foreign) return corrupt(path_ + ": a SQLite file, but no store of storesweep");
      if (version <= newest) return ok_status();
      return unsupported(path_ + ": its schema has version " + std::to_string(version) +
                         ", this program knows " + std::to_string(newest) + ": use a newer program");
    }
    Status s = db.run_script(migrations[static_cast<std::size_t>(version)]);
    if (s.ok() && version == 0) {
      Bytes secret(32);
      random.fill(secret);
      Query q(db, "INSERT INTO lead VALUES (1, 0, 0, ?)");
      q.blob(as_text(secret)).run();
    }
    if (s.ok()) {
      s = db.run_script("PRAGMA application_id = " + std::to_string(kApplicationId) +
                        "; PRAGMA user_version = " + std::to_string(version + 1));
    }
    if (!s.ok()) {
      db.rollback();
      return s.within(path_ + ": migration " + std::to_string(version + 1));
    }
    TRY(db.end());
  }
}

Status SqliteStore::check() {
  auto found = read<std::string>([](Db& db) -> Result<std::string> {
    Query q(db, "PRAGMA integrity_check(10)");
    std::string all;
    while (q.next()) all += q.text(0) + "; ";
    return all;
  });
  TRY_ASSIGN(std::string problems, std::move(found));
  return problems == "ok; " ? ok_status() : corrupt(path_ + ": " + problems);
}

Result<Lead> SqliteStore::take_lead(std::uint64_t incarnation) {
  std::lock_guard lock(writing_);
  Db& db = *writer_;
  TRY(db.begin());
  {
    Query q(db, "UPDATE lead SET epoch = epoch + 1, incarnation = ?");
    (q << static_cast<std::int64_t>(incarnation)).run();
  }
  Lead lead;
  lead.incarnation = incarnation;
  {
    Query q(db, "SELECT epoch, secret FROM lead");
    if (q.next()) {
      lead.epoch = static_cast<std::uint64_t>(q.integer(0));
      ByteView secret = as_bytes(q.view(1));
      lead.secret.assign(secret.begin(), secret.end());
    }
  }
  TRY(db.end());
  return lead;
}

Result<std::uint64_t> SqliteStore::epoch() {
  return read<std::uint64_t>([](Db& db) -> Result<std::uint64_t> { return epoch_in(db); });
}

Result<Loaded> SqliteStore::load() {
  return read<Loaded>([](Db& db) -> Result<Loaded> { return loaded_from(db); });
}

CommitResult SqliteStore::commit(std::uint64_t epoch, std::span<const Write> writes) {
  std::lock_guard lock(writing_);
  Db& db = *writer_;
  if (Status s = db.begin(); !s.ok()) return {CommitState::kUnknown, {}, s.text()};
  std::uint64_t current = epoch_in(db);
  if (db.error().ok() && current != epoch) {
    db.rollback();
    return {CommitState::kNotLeader, {}, "another leads"};
  }
  CommitResult result{CommitState::kCommitted, {}, {}};
  SqliteWriter writer(db);
  result.outcomes.reserve(writes.size());
  for (const Write& w : writes) {
    result.outcomes.push_back(std::visit([&](const auto& one) { return writer.apply(one); }, w));
  }
  writer.finish();
  if (Status s = db.end(); !s.ok()) return {CommitState::kUnknown, {}, s.text()};
  return result;
}

Status SqliteStore::start_write(std::uint64_t epoch) {
  TRY(writer_->begin());
  std::uint64_t current = epoch_in(*writer_);
  if (writer_->error().ok() && current == epoch) return ok_status();
  Status s = writer_->error().ok() ? permission("another coordinator leads now") : writer_->error();
  writer_->rollback();
  return s;
}

Result<std::vector<Digest>> SqliteStore::expire_evidence(std::uint64_t epoch, std::int64_t before_ms) {
  std::lock_guard lock(writing_);
  TRY(start_write(epoch));
  Db& db = *writer_;
  std::vector<std::int64_t> runs;
  std::vector<Digest> candidates, out;
  {
    Query q(db,
            "SELECT r.id, r.blobs FROM run r JOIN sweep s ON s.id = r.sweep WHERE r.expired = 0 AND r.at_ms "
            "< ? AND "
            "s.state IN (?, ?)");
    q << before_ms << std::int64_t{static_cast<int>(SweepState::kCancelled)}
      << std::int64_t{static_cast<int>(SweepState::kDone)};
    while (q.next()) {
      runs.push_back(q.integer(0));
      for (const BlobRef& b : codec::blobs(q.view(1))) candidates.push_back(b.sha256);
    }
  }
  for (std::int64_t run : runs) {
    Query q(db, "UPDATE run SET expired = 1 WHERE id = ?");
    (q << run).run();
  }
  std::sort(candidates.begin(), candidates.end());
  candidates.erase(std::unique(candidates.begin(), candidates.end()), candidates.end());
  for (const Digest& d : candidates) {
    {
      Query q(db, "DELETE FROM run_blob WHERE sha256 = ? AND run IN (SELECT id FROM run WHERE expired = 1)");
      q.blob(codec::digest(d)).run();
    }
    Query q(db, "SELECT 1 FROM run_blob WHERE sha256 = ?");
    if (!q.blob(codec::digest(d)).next()) out.push_back(d);
  }
  TRY(db.end());
  return out;
}

Result<std::vector<Digest>> SqliteStore::unnamed(std::span<const Digest> blobs) {
  return read<std::vector<Digest>>([&](Db& db) -> Result<std::vector<Digest>> {
    std::vector<Digest> out;
    for (const Digest& d : blobs) {
      Query q(db, "SELECT 1 FROM run_blob WHERE sha256 = ?");
      if (!q.blob(codec::digest(d)).next()) out.push_back(d);
    }
    return out;
  });
}

// ---- single rows that the leader reads as it goes

Result<std::vector<JobPayload>> SqliteStore::jobs(std::span<const JobId> ids) {
  return read<std::vector<JobPayload>>([&](Db& db) -> Result<std::vector<JobPayload>> {
    std::vector<JobPayload> out;
    for (std::size_t at = 0; at < ids.size();) {  // ids that follow each other are read in one go
      std::size_t last = at;
      while (last + 1 < ids.size() && ids[last + 1].value == ids[last].value + 1) ++last;
      Query q(
          db,
          "SELECT j.id, j.sweep, " STORESWEEP_LISTING_COLUMNS
          " FROM job j CROSS JOIN listing l ON l.id = j.listing WHERE j.id BETWEEN ? AND ? ORDER BY j.id");
      q << ids[at].value << ids[last].value;
      while (q.next()) out.push_back({JobId{q.integer(0)}, SweepId{q.integer(1)}, rows::listing(q, 2)});
      at = last + 1;
    }
    return out;
  });
}

Result<std::vector<RunRecord>> SqliteStore::runs_of(const Digest& file_set) {
  return read<std::vector<RunRecord>>([&](Db& db) -> Result<std::vector<RunRecord>> {
    Query q(
        db,
        "SELECT " STORESWEEP_RUN_COLUMNS
        " FROM run r WHERE r.file_set = ? AND r.partial = 0 AND r.expired = 0 ORDER BY r.id DESC LIMIT 16");
    q.blob(codec::digest(file_set));
    std::vector<RunRecord> out;
    while (q.next()) out.push_back(rows::run(q, 0));
    return out;
  });
}

Result<std::vector<RunRecord>> SqliteStore::runs_confirming(RunId base) {
  return read<std::vector<RunRecord>>([&](Db& db) -> Result<std::vector<RunRecord>> {
    Query q(
        db,
        "SELECT " STORESWEEP_RUN_COLUMNS
        " FROM run r WHERE r.base_run = ? AND r.base_run <> 0 AND r.expired = 0 ORDER BY r.id DESC LIMIT 16");
    q << base.value;
    std::vector<RunRecord> out;
    while (q.next()) out.push_back(rows::run(q, 0));
    return out;
  });
}

Result<RunRecord> SqliteStore::run(RunId id) {
  return read<RunRecord>([&](Db& db) -> Result<RunRecord> {
    auto run = rows::run(db, id);
    if (!run) return not_found("no run " + std::to_string(id.value));
    return *run;
  });
}

Result<ExtraJob> SqliteStore::extra(JobId job) {
  return read<ExtraJob>([&](Db& db) -> Result<ExtraJob> {
    auto extra = rows::extra(db, job);
    if (!extra) return not_found("no confirmation or retest " + std::to_string(job.value));
    return *extra;
  });
}

}  // namespace storesweep
