#include "coordinator/store/commit_rows.h"

#include "common/base/bytes.h"
#include "coordinator/store/sql_rows.h"

namespace storesweep {
namespace {
template <class Enum>
std::int64_t number(Enum e) {
  return static_cast<std::int64_t>(e);
}
}  // namespace

bool CommitRows::exists(const char* sql, std::int64_t id) {
  Query q(db_, sql);
  q << id;
  return q.next();
}

// ---- looked up

std::optional<JobEnding> CommitRows::ending(JobId job) {
  Query q(db_, "SELECT how, epoch, n FROM job_end WHERE job = ?");
  q << job.value;
  if (!q.next()) return std::nullopt;
  return JobEnding{static_cast<EndKind>(q.integer(0)),
                   {static_cast<std::uint64_t>(q.integer(1)), static_cast<std::uint64_t>(q.integer(2))}};
}

std::optional<JobOrigin> CommitRows::origin(JobId job) {
  Query q(db_,
          "SELECT j.sweep, l.package, l.tenant, s.campaign FROM job j JOIN listing l ON l.id = j.listing "
          "JOIN sweep s ON s.id = j.sweep WHERE j.id = ?");
  q << job.value;
  if (!q.next()) return std::nullopt;
  return JobOrigin{SweepId{q.integer(0)}, q.text(1), TenantId{q.integer(2)}, CampaignId{q.integer(3)}};
}

std::optional<ExtraJob> CommitRows::extra(JobId job) { return rows::extra(db_, job); }
bool CommitRows::has_extra(JobId job) { return exists("SELECT 1 FROM extra WHERE job = ?", job.value); }
bool CommitRows::has_run(RunId run) { return exists("SELECT 1 FROM run WHERE id = ?", run.value); }
bool CommitRows::simulated(RunId run) {
  return exists("SELECT 1 FROM run WHERE id = ? AND simulated = 1", run.value);
}
std::int64_t CommitRows::judgement(JobId job) { return rows::judgement(db_, job); }
std::optional<Judged> CommitRows::last_judged(JobId job) { return rows::last_judged(db_, job); }
Closing CommitRows::closing_head() { return rows::closing_head(db_); }

std::int64_t CommitRows::plain_verdict(const std::string& verdict) {
  Query q(db_, "SELECT id FROM plain_verdict WHERE verdict = ?");
  return q.blob(verdict).made();
}

// ---- appended

bool CommitRows::add_token(const EndToken& w, std::int64_t token, bool sought) {
  {
    Query q(db_, "INSERT INTO token_end VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
    q << token << w.job.value << w.sweep.value << number(w.kind) << number(w.reason);
    q.still(w.detail).blob(w.file_set != Digest{} ? as_text(w.file_set) : std::string_view());
    (q.still(w.device).still(w.worker) << w.at_ms << std::int64_t{sought}).run();
  }
  return db_.changed() == 1;
}

bool CommitRows::add_end(const JobEndRow& e) {
  {
    Query q(db_, "INSERT INTO job_end VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING");
    q << e.job.value << e.sweep.value << number(e.end.how);
    (q.still(e.reason) << signed_of(e.end.token.epoch) << signed_of(e.end.token.n) << e.run.value
                       << e.reused.value << e.at_ms << e.plain)
        .run();
  }
  return db_.changed() == 1;
}

void CommitRows::add_run(const RunRecord& r) {
  add_run_row(r);
  for (const BlobRef& b : r.blobs) {
    Query q(db_, "INSERT INTO run_blob VALUES (?, ?) ON CONFLICT DO NOTHING");
    (q.blob(codec::digest(b.sha256)) << r.id.value).run();
  }
}

void CommitRows::add_run_row(const RunRecord& r) {
  Query q(db_, "INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)");
  q << r.id.value << signed_of(r.token.epoch) << signed_of(r.token.n) << r.job.value << r.sweep.value
    << r.base_run.value;
  q.blob(codec::digest(r.file_set)).blob(codec::device(r.device));
  q << std::int64_t{r.device.kind.simulated()} << r.worker << number(r.depth) << std::int64_t{r.partial}
    << std::int64_t{r.transient} << r.pack_version;
  (q.blob(codec::blobs(r.blobs)).blob(codec::figures(r.figures)) << r.at_ms).blob(codec::sdks(r.sdks)).run();
}

void CommitRows::add_judged(const Judged& j, const std::string& tallies) {
  Query q(db_,
          "INSERT INTO judged (job, sweep, verdict, groups, tallies, runs, why, at_ms) VALUES (?, ?, ?, ?, "
          "?, ?, ?, ?)");
  q << j.job.value << j.sweep.value;
  q.blob(j.verdict).blob(codec::groups(j.groups)).blob(tallies).blob(codec::runs(j.runs));
  (q << j.why << j.at_ms).run();
}

void CommitRows::add_extra(const ExtraJob& e) {
  Query q(db_, "INSERT INTO extra VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)");
  q << e.job.value << number(e.kind) << e.parent.value << e.sweep.value << number(e.origin);
  q.blob(codec::texts(e.rules)) << number(e.depth) << e.base_run.value << e.not_on_device;
  if (e.on_kind) {
    q << e.on_kind->device_class << std::int64_t{e.on_kind->api};
  } else {
    q.null() << std::int64_t{0};
  }
  (q.blob(codec::digest(e.file_set)) << e.idempotency_key << e.finding << e.apk_url).run();
}

void CommitRows::add_closing(const Closing& c) {
  Query q(db_, "INSERT INTO closing VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  q << c.number;
  q.blob(codec::digest(c.journal));
  q << signed_of(c.token.epoch) << signed_of(c.token.n) << c.job.value << c.at_ms;
  q.blob(codec::digest(c.before)).blob(as_text(c.key)).blob(as_text(c.signature)).run();
}

std::int64_t CommitRows::add_plain_verdict(const std::string& verdict, const std::string& tallies) {
  Query q(db_, "INSERT INTO plain_verdict (verdict, tallies) VALUES (?, ?) RETURNING id");
  return q.blob(verdict).blob(tallies).made();
}

void CommitRows::add_jobs(SweepId sweep, std::int64_t first, std::span<const std::int64_t> listings) {
  for (std::int64_t listing : listings) {
    Query q(db_, "INSERT INTO job VALUES (?, ?, ?)");
    (q << first++ << sweep.value << listing).run();
  }
}

// ---- put

bool CommitRows::put_mark(const PutMark& w) {
  {
    Query q(
        db_,
        "UPDATE shard SET mark = CASE WHEN mark < ?1 THEN ?1 ELSE mark END WHERE sweep = ?2 AND shard = ?3");
    (q << w.mark << w.sweep.value << std::int64_t{w.shard}).run();
  }
  return db_.changed() == 1;
}

std::int64_t CommitRows::note(const NoteReport& w) {
  Query q(db_,
          "INSERT INTO note VALUES (?, ?, ?, 1) ON CONFLICT (epoch, n) DO UPDATE SET times = note.times + 1 "
          "RETURNING times");
  q << signed_of(w.token.epoch) << signed_of(w.token.n) << w.job.value;
  return q.made();
}

void CommitRows::put_known(const PutKnown& w) {
  Query q(db_,
          "INSERT INTO known VALUES (?, ?, ?, ?, ?) ON CONFLICT (job) DO UPDATE SET file_set = "
          "excluded.file_set, needs = excluded.needs, by_epoch = excluded.by_epoch, by_n = excluded.by_n");
  (q << w.job.value).blob(codec::digest(w.file_set)).blob(codec::needs(w.needs));
  (q << signed_of(w.by.epoch) << signed_of(w.by.n)).run();
}

void CommitRows::forget_known(JobId job) {
  Query q(db_, "DELETE FROM known WHERE job = ?");
  (q << job.value).run();
}

void CommitRows::end_extra(JobId job) {
  Query q(db_, "UPDATE extra SET ended = 1 WHERE job = ?");
  (q << job.value).run();
}

void CommitRows::put_app_time(const std::string& package, const RunRecord& r) {
  Query q(db_,
          "INSERT INTO app_time VALUES (?, ?, ?) ON CONFLICT (package) DO UPDATE SET run = excluded.run, "
          "device_ms = excluded.device_ms WHERE excluded.run > app_time.run");
  (q << package << r.id.value << r.figures.device_ms).run();
}

void CommitRows::cover(const JobOrigin& of, std::int64_t at_ms) {
  Query q(
      db_,
      "INSERT INTO campaign_app VALUES (?, ?, ?, ?) ON CONFLICT (campaign, tenant, package) DO UPDATE SET "
      "first_ms = excluded.first_ms WHERE excluded.first_ms < campaign_app.first_ms");
  (q << of.campaign.value << of.tenant.value << of.package << at_ms).run();
}

void CommitRows::set_simulated(SweepId sweep) {
  Query q(db_, "UPDATE sweep SET simulated = 1 WHERE id = ? AND simulated = 0");
  (q << sweep.value).run();
}

// ---- counted

void CommitRows::count_ends(SweepId sweep, EndKind how, std::int64_t n) {
  Query q(db_,
          "INSERT INTO sweep_end VALUES (?, ?, ?) ON CONFLICT (sweep, how) DO UPDATE SET n = sweep_end.n + "
          "excluded.n");
  (q << sweep.value << number(how) << n).run();
}

void CommitRows::count_tallies(SweepId sweep, int grouping, const std::string& name,
                               const codec::Counts& change) {
  codec::Counts counts;
  {
    Query q(db_, "SELECT counts FROM counter WHERE sweep = ? AND grouping = ? AND name = ?");
    q << sweep.value << std::int64_t{grouping} << name;
    if (q.next()) counts = codec::counts(q.view(0));
  }
  codec::add(counts, change);
  Query q(
      db_,
      "INSERT INTO counter VALUES (?, ?, ?, ?) ON CONFLICT (sweep, grouping, name) DO UPDATE SET counts = "
      "excluded.counts");
  (q << sweep.value << std::int64_t{grouping} << name).blob(codec::counts(counts)).run();
}

void CommitRows::count_figures(SweepId sweep, const DeviceKind& kind, std::int64_t runs,
                               const RunFigures& sum) {
  RunFigures whole = sum;
  {
    Query q(db_, "SELECT runs, sums FROM figure WHERE sweep = ? AND device_class = ? AND api = ?");
    q << sweep.value << kind.device_class << std::int64_t{kind.api};
    if (q.next()) {
      runs += q.integer(0);
      codec::add(whole, codec::figures(q.view(1)));
    }
  }
  Query q(db_,
          "INSERT INTO figure VALUES (?, ?, ?, ?, ?) ON CONFLICT (sweep, device_class, api) DO UPDATE SET "
          "runs = excluded.runs, sums = excluded.sums");
  (q << sweep.value << kind.device_class << std::int64_t{kind.api} << runs).blob(codec::figures(whole)).run();
}

}  // namespace storesweep
