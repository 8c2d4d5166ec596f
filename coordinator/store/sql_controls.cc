// Controls, what they did to devices and what they made void: written and read.
#include <algorithm>

#include "coordinator/store/codec.h"
#include "coordinator/store/sql_read.h"
#include "coordinator/store/sql_rows.h"
#include "coordinator/store/sql_writer.h"

#define CONTROL_COLUMNS \
  "epoch, n, job, sweep, probe, granted_ms, ended_ms, how, why, device, worker, run, rules, voided"

namespace storesweep {
namespace {
constexpr std::int64_t kJudgementsAPage = 1'000;

WriteOutcome refused(std::string message) { return {WriteState::kRefused, 0, std::move(message)}; }

ControlRecord control_of(const Query& q) {
  ControlRecord c;
  c.token = {static_cast<std::uint64_t>(q.integer(0)), static_cast<std::uint64_t>(q.integer(1))};
  c.job = JobId{q.integer(2)};
  c.sweep = SweepId{q.integer(3)};
  c.probe = q.text(4);
  c.granted_ms = q.integer(5);
  c.ended_ms = q.integer(6);
  c.end = static_cast<ControlEnd>(q.integer(7));
  c.why = q.text(8);
  c.device = q.text(9);
  c.worker = q.text(10);
  c.run = RunId{q.integer(11)};
  c.rules = codec::outcomes(q.view(12));
  c.voided = q.integer(13) != 0;
  return c;
}

DeviceAct act_of(const Query& q) {
  return {q.text(0), static_cast<DeviceActKind>(q.integer(1)), RunId{q.integer(2)}, q.text(3), q.integer(4)};
}

bool rests_on(Db& db, const std::vector<RunId>& runs, const std::string& device, RunId since) {
  return std::any_of(runs.begin(), runs.end(), [&](RunId id) {
    if (id <= since) return false;
    Query q(db, "SELECT device FROM run WHERE id = ?");
    q << id.value;
    return q.next() && codec::device(q.view(0)).identity == device;
  });
}

// The judgement after which everything was committed that rests on a later run than this one.
std::int64_t judged_by_then(Db& db, RunId run) {
  if (!run) return 0;
  Query q(db,
          "SELECT max(judged) FROM (SELECT judged FROM control WHERE run <> 0 AND run = ?1 UNION ALL "
          "SELECT judged FROM device_act WHERE kind = 1 AND run = ?1) AS known");
  q << run.value;
  return q.next() ? q.integer(0) : 0;
}
}  // namespace

WriteOutcome SqlWriter::apply(const PutControl& w) {
  const ControlRecord& c = w.control;
  Query q(
      db_,
      "INSERT INTO control VALUES (?, ?, ?, ?, ?, ?, 0, 0, '', '', '', 0, ?, 0, 0) ON CONFLICT DO NOTHING");
  (q << signed_of(c.token.epoch) << signed_of(c.token.n) << c.job.value << c.sweep.value << c.probe
     << c.granted_ms)
      .blob({})
      .run();
  return {db_.changed() == 1 ? WriteState::kDone : WriteState::kAlready, 0, {}};
}

WriteOutcome SqlWriter::apply(const Box<EndControl>& boxed) {
  const EndControl& w = *boxed;
  const ControlRecord& c = w.control;
  {
    Query q(db_, "SELECT how FROM control WHERE epoch = ? AND n = ?");
    q << signed_of(c.token.epoch) << signed_of(c.token.n);
    if (!q.next()) return refused("no such control");
    if (q.integer(0) != 0) return {WriteState::kAlready, 0, {}};
  }
  if (w.run && rows_.has_run(w.run->id)) return refused("the run's id is taken");
  if (w.run) rows_.add_run(*w.run);
  if (w.run && w.close_with) close_journal(*w.run, c.job, c.ended_ms, *w.close_with);
  {
    Query q(db_,
            "UPDATE control SET ended_ms = ?, how = ?, why = ?, device = ?, worker = ?, run = ?, rules = ?, "
            "judged = (SELECT coalesce(max(id), 0) FROM judged) WHERE epoch = ? AND n = ?");
    q << c.ended_ms << std::int64_t{static_cast<int>(c.end)} << c.why << c.device << c.worker << c.run.value;
    (q.blob(codec::outcomes(c.rules)) << signed_of(c.token.epoch) << signed_of(c.token.n)).run();
  }
  if (w.act) insert(*w.act);
  return {};
}

void SqlWriter::insert(const DeviceAct& a) {
  Query q(db_,
          "INSERT INTO device_act (device, kind, run, why, at_ms, judged) VALUES (?, ?, ?, ?, ?, "
          "(SELECT coalesce(max(id), 0) FROM judged))");
  (q << a.device << std::int64_t{static_cast<int>(a.kind)} << a.run.value << a.why << a.at_ms).run();
}

WriteOutcome SqlWriter::apply(const ActOnDevice& w) {
  insert(w.act);
  return {};
}

WriteOutcome SqlWriter::apply(const Box<VoidRules>& boxed) {
  const VoidRules& w = *boxed;
  if (!ended(w.judged.job)) return refused("the job has not ended");
  if (w.judged.made_from && rows_.judgement(w.judged.job) != *w.judged.made_from)
    return {WriteState::kStale, 0, {}};
  if (rows_.has_extra(w.order.job)) return refused("the order's id is taken");
  insert(w.judged, true);
  rows_.add_extra(w.order);
  insert(w.voiding);
  return {};
}

void SqlWriter::insert(const Voiding& v) {
  Query q(db_,
          "INSERT INTO voiding (job, sweep, control, device, rules, runs, judgement, retest, at_ms) VALUES "
          "(?, ?, ?, ?, ?, ?, ?, ?, ?)");
  q << v.job.value << v.sweep.value << v.control.value << v.device;
  q.blob(codec::voided(v.rules)).blob(codec::runs(v.runs));
  (q << v.judgement << v.retest.value << v.at_ms).run();
}

WriteOutcome SqlWriter::apply(const EndVoiding& w) {
  Query q(db_, "UPDATE control SET voided = 1 WHERE epoch = ? AND n = ?");
  (q << signed_of(w.control.epoch) << signed_of(w.control.n)).run();
  return db_.changed() == 1 ? WriteOutcome{} : refused("no such control");
}

namespace rows {

void load_controls(Db& db, Loaded& l) {
  for (const LoadedSweep& s : l.sweeps) {
    Query q(db,
            "SELECT " CONTROL_COLUMNS
            " FROM control c WHERE sweep = ? AND NOT EXISTS (SELECT 1 FROM job_end e WHERE e.job = c.job) "
            "ORDER BY epoch, n");
    q << s.sweep.id.value;
    while (q.next()) l.controls.push_back(control_of(q));
  }
  {
    Query q(db, "SELECT " CONTROL_COLUMNS " FROM control WHERE how = 2 ORDER BY run");
    while (q.next()) l.bad_controls.push_back(control_of(q));
  }
  Query q(db,
          "SELECT device, kind, run, why, at_ms FROM device_act WHERE kind = 0 AND id IN (SELECT max(id) "
          "FROM device_act GROUP BY device) ORDER BY device");
  while (q.next()) l.quarantined.push_back(act_of(q));
}

std::vector<Voiding> voidings(Db& db, JobId job) {
  std::vector<Voiding> out;
  Query q(
      db,
      "SELECT id, sweep, control, device, rules, runs, judgement, retest, at_ms FROM voiding WHERE job = ? "
      "ORDER BY id");
  q << job.value;
  while (q.next()) {
    Voiding v;
    v.id = q.integer(0);
    v.job = job;
    v.sweep = SweepId{q.integer(1)};
    v.control = RunId{q.integer(2)};
    v.device = q.text(3);
    v.rules = codec::voided(q.view(4));
    v.runs = codec::runs(q.view(5));
    v.judgement = q.integer(6);
    v.retest = JobId{q.integer(7)};
    v.at_ms = q.integer(8);
    out.push_back(std::move(v));
  }
  return out;
}

}  // namespace rows

Result<DeviceTrail> SqlStore::trail_of(const std::string& device) {
  return read<DeviceTrail>([&](Db& db) -> Result<DeviceTrail> {
    DeviceTrail trail;
    Query controls(db, "SELECT " CONTROL_COLUMNS
                       " FROM control WHERE device = ? AND run <> 0 ORDER BY run DESC LIMIT ?");
    controls << device << static_cast<std::int64_t>(kMaxTrail);
    while (controls.next()) trail.controls.push_back(control_of(controls));
    Query acts(db, "SELECT device, kind, run, why, at_ms FROM device_act WHERE device = ? ORDER BY id");
    acts << device;
    while (acts.next()) trail.acts.push_back(act_of(acts));
    return trail;
  });
}

Result<RestingJobs> SqlStore::resting_on(const std::string& device, RunId since, std::int64_t from) {
  return read<RestingJobs>([&](Db& db) -> Result<RestingJobs> {
    RestingJobs out;
    std::int64_t last = std::max(from, judged_by_then(db, since)), rows = 0;
    Query q(db, "SELECT id, job, runs FROM judged WHERE id > ? ORDER BY id LIMIT ?");
    q << last << kJudgementsAPage;
    for (; q.next(); ++rows) {
      last = q.integer(0);
      const JobId job{q.integer(1)};
      if (rests_on(db, codec::runs(q.view(2)), device, since) && rows::judgement(db, job) == last)
        out.jobs.push_back(job);
    }
    if (rows == kJudgementsAPage) out.next = last;
    return out;
  });
}

Result<Page<ControlRecord>> SqlStore::controls(const PageRequest& page) {
  return read<Page<ControlRecord>>([&](Db& db) -> Result<Page<ControlRecord>> {
    const auto before = parse_cursor(page.cursor);
    if (!before) return invalid("the cursor is not one of ours");
    const std::size_t rows = std::min(page.rows, kMaxPageRows);
    Query q(db, "SELECT " CONTROL_COLUMNS
                " FROM control WHERE run <> 0 AND (?1 = 0 OR run < ?1) ORDER BY run DESC LIMIT ?2");
    q << *before << static_cast<std::int64_t>(rows + 1);
    Page<ControlRecord> out;
    while (q.next()) out.rows.push_back(control_of(q));
    if (out.rows.size() > rows) {
      out.rows.pop_back();
      out.next = out.rows.empty() ? "" : std::to_string(out.rows.back().run.value);
    }
    return out;
  });
}

}  // namespace storesweep
