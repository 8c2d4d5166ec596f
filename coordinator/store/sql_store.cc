// Leading, loading, committing, single rows.
#include "coordinator/store/sql_store.h"

#include <algorithm>

#include "coordinator/store/codec.h"
#include "coordinator/store/db.h"
#include "coordinator/store/import_rows.h"
#include "coordinator/store/sql_read.h"
#include "coordinator/store/sql_rows.h"
#include "coordinator/store/sql_writer.h"

namespace storesweep {
namespace {
constexpr std::size_t kMostIdleReaders = 16;

std::int64_t number(Db& db, const char* sql) {
  Query q(db, sql);
  return q.next() ? q.integer(0) : 0;
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
                       "job", "?1") " AND kind = ?2 AND length(file_set) > 0 GROUP BY file_set");
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
  l.next_run = RunId{number(db, "SELECT coalesce(max(id), 0) + 1 FROM run")};
  l.next_extra = JobId{std::max(kFirstExtraJob, number(db, "SELECT coalesce(max(job), 0) + 1 FROM extra"))};
  return l;
}
}  // namespace

SqlStore::SqlStore(std::unique_ptr<Db> writer) : writer_(std::move(writer)) {}
SqlStore::~SqlStore() = default;

std::unique_ptr<CommitRows> SqlStore::commit_rows(Db& db) { return std::make_unique<CommitRows>(db); }
std::unique_ptr<ImportRows> SqlStore::rows_of_import(Db& db) { return std::make_unique<ImportRows>(db); }

Result<Lead> SqlStore::take_lead(std::uint64_t incarnation) {
  std::lock_guard lock(writing_);
  return take_lead_now(incarnation);
}

Result<Lead> SqlStore::take_lead_now(std::uint64_t incarnation) {
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

Result<std::uint64_t> SqlStore::epoch() {
  return read<std::uint64_t>([](Db& db) -> Result<std::uint64_t> { return db.lock_epoch(); });
}

Result<Loaded> SqlStore::load() {
  return read<Loaded>([](Db& db) -> Result<Loaded> { return loaded_from(db); });
}

CommitResult SqlStore::commit(std::uint64_t epoch, std::span<const Write> writes) {
  std::lock_guard lock(writing_);
  return commit_now(epoch, writes);
}

CommitResult SqlStore::commit_now(std::uint64_t epoch, std::span<const Write> writes) {
  Db& db = *writer_;
  if (Status s = db.begin(); !s.ok()) return {CommitState::kUnknown, {}, s.text()};
  const auto rows = commit_rows(db);
  rows->expect(writes);
  const std::uint64_t current = db.lock_epoch();
  if (db.error().ok() && current != epoch) {
    db.rollback();
    return {CommitState::kNotLeader, {}, "another leads"};
  }
  CommitResult result{CommitState::kCommitted, {}, {}};
  SqlWriter writer(db, *rows);
  result.outcomes.reserve(writes.size());
  for (const Write& w : writes) {
    result.outcomes.push_back(std::visit([&](const auto& one) { return writer.apply(one); }, w));
  }
  writer.finish();
  if (Status s = db.end(); !s.ok()) return {CommitState::kUnknown, {}, s.text()};
  return result;
}

Status SqlStore::start_write(std::uint64_t epoch) {
  for (bool again = false;; again = true) {
    TRY(writer_->begin());
    const std::uint64_t current = writer_->lock_epoch();
    if (writer_->error().ok() && current == epoch) return ok_status();
    Status s = writer_->error().ok() ? permission("another coordinator leads now") : writer_->error();
    writer_->rollback();
    if (again || !writer_->lost()) return s;  // it may have been gone for long: nobody has used it meanwhile
  }
}

Result<std::unique_ptr<Db>> SqlStore::reader() {
  {
    std::lock_guard lock(idle_mutex_);
    if (!idle_.empty()) {
      auto db = std::move(idle_.back());
      idle_.pop_back();
      return db;
    }
  }
  return open_reader();
}

void SqlStore::give_back(std::unique_ptr<Db> reader) {
  std::lock_guard lock(idle_mutex_);
  if (idle_.size() < kMostIdleReaders) idle_.push_back(std::move(reader));
}

void SqlStore::drop_readers() {
  std::lock_guard lock(idle_mutex_);
  idle_.clear();
}

// Of those that are in order and named once each.
std::vector<Digest> SqlStore::unnamed_of(Db& db, std::span<const Digest> blobs) {
  std::vector<Digest> out;
  for (const Digest& d : blobs) {
    Query q(db, "SELECT 1 FROM run_blob WHERE sha256 = ?");
    if (!q.blob(codec::digest(d)).next()) out.push_back(d);
  }
  return out;
}

Result<std::vector<Digest>> SqlStore::unnamed(std::span<const Digest> blobs) {
  return read<std::vector<Digest>>(
      [&](Db& db) -> Result<std::vector<Digest>> { return unnamed_of(db, blobs); });
}

// ---- single rows that the leader reads as it goes

Result<std::vector<JobPayload>> SqlStore::jobs(std::span<const JobId> ids) {
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

Result<std::vector<RunRecord>> SqlStore::runs_of(const Digest& file_set) {
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

Result<std::vector<RunRecord>> SqlStore::runs_confirming(RunId base) {
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

Result<RunRecord> SqlStore::run(RunId id) {
  return read<RunRecord>([&](Db& db) -> Result<RunRecord> {
    auto run = rows::run(db, id);
    if (!run) return not_found("no run " + std::to_string(id.value));
    return *run;
  });
}

Result<ExtraJob> SqlStore::extra(JobId job) {
  return read<ExtraJob>([&](Db& db) -> Result<ExtraJob> {
    auto extra = rows::extra(db, job);
    if (!extra) return not_found("no confirmation or retest " + std::to_string(job.value));
    return *extra;
  });
}

}  // namespace storesweep
