// Which evidence goes, and what is held.
#include <algorithm>

#include "coordinator/store/codec.h"
#include "coordinator/store/sql_read.h"
#include "coordinator/store/sql_store.h"

#define HOLD_COLUMNS "a.id, a.job, a.held, a.officer, a.reason, a.at_ms"
#define LAST_OF_ITS_JOB "NOT EXISTS (SELECT 1 FROM hold_act b WHERE b.job = a.job AND b.id > a.id)"

namespace storesweep {
namespace {
constexpr std::int64_t kJudgementsAtOnce = 2'000;  // the leader's commits wait for one page, not for all

HoldAct act_of(const Query& q) {
  return {q.integer(0), JobId{q.integer(1)}, q.integer(2) != 0, q.text(3), q.text(4), q.integer(5)};
}

bool accuses(std::string_view tallies) {
  const std::vector<Tally> list = codec::tallies(tallies);
  return std::any_of(list.begin(), list.end(), [](const Tally& t) {
    return t.level == Level::kViolation || t.level == Level::kSuspected;
  });
}

void add_runs(std::vector<std::int64_t>& to, std::string_view runs) {
  for (RunId run : codec::runs(runs)) to.push_back(run.value);
}

// Whether all judgements have been looked at now.
bool note_some_accusing(Db& db) {
  std::int64_t last = 0, rows = 0;
  {
    Query q(db, "SELECT coalesce(max(judged), 0) FROM accusing_noted");
    last = q.made();
  }
  std::vector<std::int64_t> runs;
  {
    Query q(db, "SELECT id, tallies, runs FROM judged WHERE id > ? ORDER BY id LIMIT ?");
    q << last << kJudgementsAtOnce;
    for (; q.next(); ++rows) {
      last = q.integer(0);
      if (accuses(q.view(1))) add_runs(runs, q.view(2));
    }
  }
  for (std::int64_t run : runs)
    (Query(db, "INSERT INTO accusing_run (run) VALUES (?) ON CONFLICT DO NOTHING") << run).run();
  if (rows == 0) return true;
  Query(db, "DELETE FROM accusing_noted").run();
  (Query(db, "INSERT INTO accusing_noted (judged) VALUES (?)") << last).run();
  return rows < kJudgementsAtOnce;
}

std::vector<std::int64_t> held_jobs(Db& db) {
  std::vector<std::int64_t> out;
  Query q(db, "SELECT a.job FROM hold_act a WHERE a.held = 1 AND " LAST_OF_ITS_JOB);
  while (q.next()) out.push_back(q.integer(0));
  return out;
}

// Those that its end, its judgements, and its confirmations and retests rest on.
std::vector<std::int64_t> runs_of_result(Db& db, std::int64_t job) {
  std::vector<std::int64_t> out;
  {
    Query q(
        db,
        "SELECT run, reused FROM job_end WHERE job = ?1 OR job IN (SELECT job FROM extra WHERE parent = ?1)");
    q << job;
    while (q.next()) {
      for (int column : {0, 1}) {
        if (q.integer(column) != 0) out.push_back(q.integer(column));
      }
    }
  }
  Query q(db, "SELECT runs FROM judged WHERE job = ?");
  q << job;
  while (q.next()) add_runs(out, q.view(0));
  return out;
}

// Anew each time: a held result may have got retests since.
void mark_held_runs(Db& db) {
  Query(db, "DELETE FROM held_run").run();
  for (std::int64_t job : held_jobs(db)) {
    for (std::int64_t run : runs_of_result(db, job))
      (Query(db, "INSERT INTO held_run (run) VALUES (?) ON CONFLICT DO NOTHING") << run).run();
  }
}

std::vector<Digest> expire_runs(Db& db, const Retention& keep) {
  std::vector<Digest> out;
  {
    Query q(db,
            "UPDATE run SET expired = 1 WHERE expired = 0 AND at_ms < ?1 AND EXISTS (SELECT 1 FROM sweep s "
            "WHERE s.id = run.sweep AND s.state IN (?2, ?3)) AND (at_ms < ?4 OR NOT (EXISTS (SELECT 1 FROM "
            "accusing_run a WHERE a.run = run.id) OR EXISTS (SELECT 1 FROM extra e WHERE e.job = run.job AND "
            "e.finding <> ''))) AND NOT EXISTS (SELECT 1 FROM held_run h WHERE h.run = run.id) RETURNING "
            "blobs");
    q << keep.before_ms << std::int64_t{static_cast<int>(SweepState::kCancelled)}
      << std::int64_t{static_cast<int>(SweepState::kDone)}
      << std::min(keep.before_ms, keep.accusing_before_ms);
    while (q.next()) {
      for (const BlobRef& b : codec::blobs(q.view(0))) out.push_back(b.sha256);
    }
  }
  Query(db,
        "DELETE FROM run_blob WHERE EXISTS (SELECT 1 FROM run r WHERE r.id = run_blob.run AND r.expired = 1)")
      .run();
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

bool has_evidence(Db& db, std::int64_t job) {
  const std::vector<std::int64_t> runs = runs_of_result(db, job);
  return std::any_of(runs.begin(), runs.end(), [&](std::int64_t run) {
    Query q(db, "SELECT 1 FROM run WHERE id = ? AND expired = 0");
    q << run;
    return q.next();
  });
}

Status may_hold(Db& db, const HoldAct& act) {
  const std::string result = "result " + std::to_string(act.job.value);
  bool held = false;
  {
    Query q(db, "SELECT held FROM hold_act WHERE job = ? ORDER BY id DESC LIMIT 1");
    q << act.job.value;
    held = q.made() != 0;
  }
  if (held == act.held) return exists(result + (held ? " is held already" : " is not held"));
  if (!act.held) return ok_status();
  if (held_jobs(db).size() >= kMaxHolds) return exhausted("10000 holds stand: release what no case needs");
  if (!has_evidence(db, act.job.value)) return not_found(result + " is none, or has no evidence (any more)");
  return ok_status();
}
}  // namespace

Result<std::vector<Digest>> SqlStore::expire_evidence(std::uint64_t epoch, const Retention& keep) {
  for (bool all = false; !all;) {
    std::lock_guard lock(writing_);
    TRY(start_write(epoch));
    all = note_some_accusing(*writer_);
    TRY(writer_->end());
  }
  std::lock_guard lock(writing_);
  TRY(start_write(epoch));
  mark_held_runs(*writer_);
  std::vector<Digest> out = unnamed_of(*writer_, expire_runs(*writer_, keep));
  TRY(writer_->end());
  return out;
}

Result<HoldAct> SqlStore::put_hold(std::uint64_t epoch, const HoldAct& act) {
  std::lock_guard lock(writing_);
  TRY(start_write(epoch));
  Db& db = *writer_;
  if (Status s = may_hold(db, act); !s.ok()) {
    db.rollback();
    return s;
  }
  HoldAct out = act;
  {
    Query q(db,
            "INSERT INTO hold_act (job, held, officer, reason, at_ms) VALUES (?, ?, ?, ?, ?) RETURNING id");
    q << act.job.value << std::int64_t{act.held} << act.officer << act.reason << act.at_ms;
    out.id = q.made();
  }
  TRY(db.end());
  return out;
}

Result<Page<HoldAct>> SqlStore::holds(const PageRequest& page) {
  return read<Page<HoldAct>>([&](Db& db) -> Result<Page<HoldAct>> {
    const auto after = parse_cursor(page.cursor);
    if (!after) return invalid("the cursor is not one of ours");
    const std::size_t rows = std::min(page.rows, kMaxPageRows);
    Query q(db, "SELECT " HOLD_COLUMNS " FROM hold_act a WHERE a.id > ? AND a.held = 1 AND " LAST_OF_ITS_JOB
                " ORDER BY a.id LIMIT ?");
    q << *after << static_cast<std::int64_t>(rows + 1);
    Page<HoldAct> out;
    while (q.next()) out.rows.push_back(act_of(q));
    if (out.rows.size() > rows) {
      out.rows.pop_back();
      out.next = out.rows.empty() ? "" : std::to_string(out.rows.back().id);
    }
    return out;
  });
}

}  // namespace storesweep
