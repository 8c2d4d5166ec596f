#include "coordinator/store/sql_rows.h"

#include <algorithm>

#include "coordinator/store/codec.h"

namespace storesweep::rows {

Listing listing(const Query& q, int c) {
  Listing l;
  l.id = ListingId{q.integer(c++)};
  l.tenant = TenantId{q.integer(c++)};
  l.subject = static_cast<SubjectKind>(q.integer(c++));
  l.place = static_cast<PlaceKind>(q.integer(c++));
  l.store = q.text(c++);
  l.package = q.text(c++);
  l.version_name = q.text(c++);
  l.version_code = q.integer(c++);
  l.label = q.text(c++);
  l.developer = q.text(c++);
  l.credit_code = q.text(c++);
  l.filing_number = q.text(c++);
  l.region = q.text(c++);
  l.category = q.text(c++);
  l.category_source = q.text(c++);
  l.rank = q.integer(c++);
  l.downloads = q.integer(c++);
  l.release_date = q.text(c++);
  l.permissions = codec::permissions(q.view(c++));
  l.policy_url = q.text(c++);
  l.apk_url = q.text(c++);
  l.apk_sha256 = q.text(c++);
  l.apk_bytes = q.integer(c++);
  l.page = q.text(c++);
  return l;
}

RunRecord run(const Query& q, int c) {
  RunRecord r;
  r.id = RunId{q.integer(c++)};
  r.token.epoch = static_cast<std::uint64_t>(q.integer(c++));
  r.token.n = static_cast<std::uint64_t>(q.integer(c++));
  r.job = JobId{q.integer(c++)};
  r.sweep = SweepId{q.integer(c++)};
  r.base_run = RunId{q.integer(c++)};
  r.file_set = codec::digest(q.view(c++));
  r.device = codec::device(q.view(c++));
  r.worker = q.text(c++);
  r.depth = static_cast<Depth>(q.integer(c++));
  r.partial = q.integer(c++) != 0;
  r.transient = q.integer(c++) != 0;
  r.pack_version = q.text(c++);
  r.blobs = codec::blobs(q.view(c++));
  r.figures = codec::figures(q.view(c++));
  r.at_ms = q.integer(c++);
  r.sdks = codec::sdks(q.view(c++));
  r.rules = codec::texts(q.view(c++));
  return r;
}

std::optional<RunRecord> run(Db& db, RunId id) {
  Query q(db, "SELECT " STORESWEEP_RUN_COLUMNS " FROM run r WHERE r.id = ?");
  q << id.value;
  return q.next() ? std::optional(run(q, 0)) : std::nullopt;
}

ExtraJob extra(const Query& q) {
  ExtraJob e;
  e.job = JobId{q.integer(0)};
  e.kind = static_cast<JobKind>(q.integer(1));
  e.parent = JobId{q.integer(2)};
  e.sweep = SweepId{q.integer(3)};
  e.origin = static_cast<Origin>(q.integer(4));
  e.rules = codec::texts(q.view(5));
  e.depth = static_cast<Depth>(q.integer(6));
  e.base_run = RunId{q.integer(7)};
  e.not_on_device = q.text(8);
  if (!q.is_null(9)) e.on_kind = DeviceKind{q.text(9), static_cast<int>(q.integer(10))};
  e.file_set = codec::digest(q.view(11));
  e.idempotency_key = q.text(12);
  e.finding = q.text(13);
  e.apk_url = q.text(14);
  return e;
}

namespace {
std::vector<ShardRecord> shards(Db& db, SweepId id) {
  std::vector<ShardRecord> out;
  Query q(db, "SELECT first, count, mark, paused FROM shard WHERE sweep = ? ORDER BY shard");
  q << id.value;
  while (q.next()) out.push_back({JobId{q.integer(0)}, q.integer(1), q.integer(2), q.integer(3) != 0});
  return out;
}
}  // namespace

std::optional<ExtraJob> extra(Db& db, JobId job) {
  Query q(db, "SELECT " STORESWEEP_EXTRA_COLUMNS " FROM extra WHERE job = ?");
  q << job.value;
  return q.next() ? std::optional(extra(q)) : std::nullopt;
}

std::vector<ExtraJob> open_extras(Db& db) {
  std::vector<ExtraJob> out;
  Query q(db, "SELECT " STORESWEEP_EXTRA_COLUMNS " FROM extra WHERE ended = 0 ORDER BY job");
  while (q.next()) out.push_back(extra(q));
  return out;
}

std::optional<SweepRecord> sweep(Db& db, SweepId id) {
  SweepRecord s;
  {
    Query q(db,
            "SELECT name, selection_kind, selection_store, selection_top, selection_packages, depth, "
            "campaign, origin, "
            "state, created_ms, ended_ms, total FROM sweep WHERE id = ?");
    q << id.value;
    if (!q.next()) return std::nullopt;
    s.id = id;
    s.name = q.text(0);
    s.selection.kind = static_cast<Selection::Kind>(q.integer(1));
    s.selection.store = q.text(2);
    s.selection.top = q.integer(3);
    s.selection.packages = codec::texts(q.view(4));
    s.depth = static_cast<Depth>(q.integer(5));
    s.campaign = CampaignId{q.integer(6)};
    s.origin = static_cast<Origin>(q.integer(7));
    s.state = static_cast<SweepState>(q.integer(8));
    s.created_ms = q.integer(9);
    s.ended_ms = q.integer(10);
    s.total = q.integer(11);
  }
  s.shards = shards(db, id);
  return s;
}

std::map<std::string, std::int64_t> ended_by(Db& db, SweepId id) {
  std::map<std::string, std::int64_t> out;
  Query q(db, "SELECT how, CAST(sum(n) AS BIGINT) FROM sweep_end WHERE sweep = ? GROUP BY how");
  q << id.value;
  while (q.next()) out[std::string(name(static_cast<EndKind>(q.integer(0))))] = q.integer(1);
  return out;
}

std::int64_t judgement(Db& db, JobId job) {
  Query q(db, "SELECT coalesce(max(id), 0) FROM judged WHERE job = ?");
  q << job.value;
  return q.next() ? q.integer(0) : 0;
}

namespace {
// Nothing was run: the verdict that its end names.
std::optional<Judged> plainly_judged(Db& db, JobId job) {
  Query q(
      db,
      "SELECT e.sweep, p.verdict, p.tallies, e.at_ms, l.store, l.region, l.developer, l.category FROM "
      "job_end e "
      "JOIN plain_verdict p ON p.id = e.plain JOIN job j ON j.id = e.job JOIN listing l ON l.id = j.listing "
      "WHERE e.job = ?");
  q << job.value;
  if (!q.next()) return std::nullopt;
  Judged j;
  j.job = job;
  j.sweep = SweepId{q.integer(0)};
  j.verdict = q.bytes(1);
  j.tallies = codec::tallies(q.view(2));
  j.at_ms = q.integer(3);
  j.groups = {q.text(4), q.text(5), q.text(6), q.text(7)};
  j.why = "first";
  return j;
}
}  // namespace

Closing closing(const Query& q) {
  Closing c;
  c.number = q.integer(0);
  c.journal = codec::digest(q.view(1));
  c.token = {static_cast<std::uint64_t>(q.integer(2)), static_cast<std::uint64_t>(q.integer(3))};
  c.job = JobId{q.integer(4)};
  c.at_ms = q.integer(5);
  c.before = codec::digest(q.view(6));
  c.key = codec::digest(q.view(7));
  const std::string_view signature = q.view(8);
  if (signature.size() == c.signature.size())
    std::copy(signature.begin(), signature.end(), c.signature.begin());
  return c;
}

Closing closing_head(Db& db) {
  Query q(db, "SELECT " STORESWEEP_CLOSING_COLUMNS " FROM closing ORDER BY number DESC LIMIT 1");
  return q.next() ? closing(q) : Closing{};
}

std::optional<Judged> last_judged(Db& db, JobId job) {
  Query q(db,
          "SELECT sweep, verdict, groups, tallies, runs, why, at_ms FROM judged WHERE job = ? ORDER BY id "
          "DESC LIMIT 1");
  q << job.value;
  if (!q.next()) return plainly_judged(db, job);
  Judged j;
  j.job = job;
  j.sweep = SweepId{q.integer(0)};
  j.verdict = q.bytes(1);
  j.groups = codec::groups(q.view(2));
  j.tallies = codec::tallies(q.view(3));
  j.runs = codec::runs(q.view(4));
  j.why = q.text(5);
  j.at_ms = q.integer(6);
  return j;
}

}  // namespace storesweep::rows
