// What people said of findings, and what retests answered, written and read.
#include "coordinator/store/sql_read.h"
#include "coordinator/store/sql_rows.h"
#include "coordinator/store/sql_writer.h"

namespace storesweep {
namespace {
#define ACT_COLUMNS                                                                                 \
  "id, job, sweep, finding, kind, officer, reason, level, notice_date, due_date, retest, apk_url, " \
  "outcome, verdict, journal_sha256, judgement, at_ms"

FindingAct act_of(const Query& q) {
  FindingAct a;
  a.id = q.integer(0);
  a.job = JobId{q.integer(1)};
  a.sweep = SweepId{q.integer(2)};
  a.finding = q.text(3);
  a.kind = static_cast<ActKind>(q.integer(4));
  a.officer = q.text(5);
  a.reason = q.text(6);
  if (!q.is_null(7)) a.level = static_cast<Level>(q.integer(7));
  a.notice_date = q.text(8);
  a.due_date = q.text(9);
  a.retest = JobId{q.integer(10)};
  a.apk_url = q.text(11);
  a.outcome = static_cast<RetestOutcome>(q.integer(12));
  a.verdict = q.bytes(13);
  a.journal_sha256 = q.text(14);
  a.judgement = q.integer(15);
  a.at_ms = q.integer(16);
  return a;
}
}  // namespace

std::int64_t SqlWriter::insert(const FindingAct& a) {
  Query q(
      db_,
      "INSERT INTO finding_act (job, sweep, finding, kind, officer, reason, level, notice_date, due_date, "
      "retest, apk_url, outcome, verdict, journal_sha256, judgement, at_ms) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id");
  q << a.job.value << a.sweep.value << a.finding << std::int64_t{static_cast<int>(a.kind)} << a.officer
    << a.reason;
  if (a.level) {
    q << std::int64_t{static_cast<int>(*a.level)};
  } else {
    q.null();
  }
  q << a.notice_date << a.due_date << a.retest.value << a.apk_url
    << std::int64_t{static_cast<int>(a.outcome)};
  return (q.blob(a.verdict) << a.journal_sha256 << a.judgement << a.at_ms).made();
}

WriteOutcome SqlWriter::apply(const ActOnFinding& w) {
  if (auto id = made_before("finding", w.idempotency_key)) return {WriteState::kAlready, *id, {}};
  if (!ended(w.act.job)) return {WriteState::kRefused, 0, "the finding's job has not ended"};
  const std::int64_t id = insert(w.act);
  remember("finding", w.idempotency_key, id);
  return {WriteState::kDone, id, {}};
}

Result<std::vector<FindingAct>> SqlStore::finding_acts(const FindingActQuery& query) {
  return read<std::vector<FindingAct>>([&](Db& db) -> Result<std::vector<FindingAct>> {
    std::vector<FindingAct> out;
    Query q(db, query.job ? "SELECT " ACT_COLUMNS
                            " FROM finding_act WHERE job = ?1 AND (?2 = 0 OR sweep = ?2) ORDER BY id LIMIT ?3"
                : query.sweep ? "SELECT " ACT_COLUMNS
                                " FROM finding_act WHERE ?1 = 0 AND sweep = ?2 ORDER BY id LIMIT ?3"
                              : "SELECT " ACT_COLUMNS " FROM finding_act WHERE ?1 = ?2 ORDER BY id LIMIT ?3");
    q << query.job.value << query.sweep.value << static_cast<std::int64_t>(kMaxFindingActs + 1);
    while (q.next()) out.push_back(act_of(q));
    // The last word counts: to leave out the newest would announce what was withdrawn.
    if (out.size() > kMaxFindingActs) return exhausted("more was said of findings than one read gives");
    return out;
  });
}

Result<Listing> SqlStore::current_listing(const Listing& key) {
  return read<Listing>([&](Db& db) -> Result<Listing> {
    Query q(db, "SELECT " STORESWEEP_LISTING_COLUMNS
                " FROM current c JOIN listing l ON l.id = c.listing WHERE c.store = ? AND c.package = ? AND "
                "c.tenant = ? AND c.place = ?");
    q << key.store << key.package << key.tenant.value << std::int64_t{static_cast<int>(key.place)};
    if (!q.next()) return not_found("no catalogue lists " + key.package + " of " + key.store);
    return rows::listing(q, 0);
  });
}

}  // namespace storesweep
