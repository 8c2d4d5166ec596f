// Reads for people: sweeps, campaigns, results, summaries.
#include <algorithm>

#include "coordinator/store/codec.h"
#include "coordinator/store/db.h"
#include "coordinator/store/sdk_counts.h"
#include "coordinator/store/sql_read.h"
#include "coordinator/store/sql_rows.h"
#include "coordinator/store/sql_store.h"

namespace storesweep {
namespace {
// Rows looked at for one page of results by rule or level; a page may then be short, and its `next` goes on.
constexpr std::int64_t kMaxScannedRows = 50'000;

Status bad_cursor() { return invalid("the cursor is not one of ours: leave it out to begin anew"); }

SweepCounts counts_of(Db& db, SweepRecord record) {
  SweepCounts c;
  c.ended = rows::ended_by(db, record.id);
  {
    Query q(db, "SELECT count(*) FROM extra WHERE sweep = ? AND kind = ? AND ended = 0");
    q << record.id.value << std::int64_t{static_cast<int>(JobKind::kConfirmation)};
    if (q.next()) c.confirmations_open = q.integer(0);
  }
  {
    Query q(db, "SELECT simulated FROM sweep WHERE id = ?");
    q << record.id.value;
    c.simulated = q.next() && q.integer(0) != 0;
  }
  c.sweep = std::move(record);
  return c;
}

struct Candidate {
  JobId job;
  bool matches = false;
};

bool matches(const ResultQuery& query, std::string_view tallies) {
  if (query.rule.empty() && !query.level) return true;
  std::vector<Tally> list = codec::tallies(tallies);
  return std::any_of(list.begin(), list.end(), [&](const Tally& t) {
    return t.rule == query.rule && (!query.level || t.level == *query.level);
  });
}

// Ended jobs of sweeps after the cursor that fit sweep, store and package, in the order of their ids, with
// whether rule and level fit too. The package leads where it is named, else the ends.
#define LAST_TALLIES                                                                           \
  "coalesce((SELECT g.tallies FROM judged g WHERE g.job = e.job ORDER BY g.id DESC LIMIT 1), " \
  "(SELECT p.tallies FROM plain_verdict p WHERE p.id = e.plain))"
constexpr const char* kByPackage =
    "SELECT e.job, " LAST_TALLIES
    " FROM listing l CROSS JOIN job j ON j.listing = l.id CROSS JOIN job_end e ON e.job = j.id "
    "WHERE l.package = ?1 AND (?2 = '' OR l.store = ?2) AND (?3 = 0 OR j.sweep = ?3) AND e.job > ?4 "
    "ORDER BY e.job LIMIT ?5";
constexpr const char* kBySweep =
    "SELECT e.job, " LAST_TALLIES
    " FROM job_end e CROSS JOIN job j ON j.id = e.job CROSS JOIN listing l ON l.id = j.listing "
    "WHERE (?1 = '' OR l.package = ?1) AND (?2 = '' OR l.store = ?2) AND e.job > ?4 AND " STORESWEEP_JOB_OF_SWEEP(
        "e.job", "?3") " "
    "ORDER BY e.job LIMIT ?5";
constexpr const char* kByJob =
    "SELECT e.job, " LAST_TALLIES
    " FROM job_end e CROSS JOIN job j ON j.id = e.job CROSS JOIN listing l ON l.id = j.listing "
    "WHERE (?1 = '' OR l.package = ?1) AND (?2 = '' OR l.store = ?2) AND (?3 = 0 OR e.sweep = ?3) AND e.job "
    "> ?4 "
    "ORDER BY e.job LIMIT ?5";
#undef LAST_TALLIES

std::optional<StoredResult> result_of(Db& db, JobId job) {
  StoredResult r;
  {
    Query q(db,
            "SELECT e.sweep, e.how, e.reason, e.at_ms, " STORESWEEP_LISTING_COLUMNS
            " FROM job_end e JOIN job j ON j.id = e.job JOIN listing l ON l.id = j.listing WHERE e.job = ?");
    q << job.value;
    if (!q.next()) return std::nullopt;
    r.job = job;
    r.sweep = SweepId{q.integer(0)};
    r.end = static_cast<EndKind>(q.integer(1));
    r.end_reason = q.text(2);
    r.ended_ms = q.integer(3);
    r.listing = rows::listing(q, 4);
  }
  if (auto judged = rows::last_judged(db, job)) {
    r.judgement = rows::judgement(db, job);
    r.verdict = std::move(judged->verdict);
    if (!judged->runs.empty()) r.run = rows::run(db, judged->runs[0]);
    for (std::size_t i = 1; i < judged->runs.size(); ++i) {
      if (auto run = rows::run(db, judged->runs[i])) r.more_runs.push_back(std::move(*run));
    }
  }
  r.voidings = rows::voidings(db, job);
  return r;
}

int grouping_of(const std::string& by) {
  if (by == "store") return 1;
  if (by == "region") return 2;
  return by == "category" ? 4 : 0;
}

// From the judgements that count; equal tallies are taken apart once.
std::vector<SummaryRow> by_developer(Db& db, SweepId sweep) {
  std::map<std::string, std::map<std::string, std::int64_t>> seen;  // developer -> tallies -> listings
  Query q(db, "SELECT groups, tallies FROM judged j WHERE " STORESWEEP_JOB_OF_SWEEP(
                  "job", "?1") " AND id = (SELECT max(id) FROM judged WHERE job = j.job)");
  q << sweep.value;
  while (q.next()) ++seen[codec::groups(q.view(0)).developer][q.bytes(1)];
  Query plain(db,
              "SELECT l.developer, p.tallies, count(*) FROM job_end e CROSS JOIN plain_verdict p ON p.id = e.plain "
              "CROSS JOIN job j ON j.id = e.job CROSS JOIN listing l ON l.id = j.listing WHERE "
              STORESWEEP_JOB_OF_SWEEP("e.job", "?1")
              " AND NOT EXISTS (SELECT 1 FROM judged g WHERE g.job = e.job) GROUP BY l.developer, p.tallies");
  plain << sweep.value;
  while (plain.next()) seen[plain.text(0)][plain.bytes(1)] += plain.integer(2);
  std::vector<SummaryRow> out;
  for (const auto& [developer, patterns] : seen) {
    codec::Counts counts;
    for (const auto& [tallies, n] : patterns) {
      for (const Tally& t : codec::tallies(tallies)) counts[t] += n;
    }
    for (const auto& [t, n] : counts) out.push_back({developer, t.task, t.rule, t.level, n});
  }
  return out;
}
}  // namespace

Result<SweepCounts> SqlStore::sweep(SweepId id) {
  return read<SweepCounts>([&](Db& db) -> Result<SweepCounts> {
    auto record = rows::sweep(db, id);
    if (!record)
      return not_found("there is no sweep " + std::to_string(id.value) + "; `storesweep status` lists them");
    return counts_of(db, std::move(*record));
  });
}

Result<Page<SweepCounts>> SqlStore::sweeps(const PageRequest& page) {
  return read<Page<SweepCounts>>([&](Db& db) -> Result<Page<SweepCounts>> {
    auto before = parse_cursor(page.cursor);
    if (!before) return bad_cursor();
    const std::size_t rows = std::min(page.rows, kMaxPageRows);
    std::vector<SweepId> ids;
    {
      Query q(db, "SELECT id FROM sweep WHERE ?1 = 0 OR id < ?1 ORDER BY id DESC LIMIT ?2");
      q << *before << static_cast<std::int64_t>(rows + 1);
      while (q.next()) ids.push_back(SweepId{q.integer(0)});
    }
    Page<SweepCounts> out;
    for (std::size_t i = 0; i < std::min(ids.size(), rows); ++i) {
      if (auto record = rows::sweep(db, ids[i])) out.rows.push_back(counts_of(db, std::move(*record)));
    }
    if (ids.size() > rows && rows > 0) out.next = std::to_string(ids[rows - 1].value);
    return out;
  });
}

Result<CampaignCounts> SqlStore::campaign(CampaignId id, std::int64_t since_ms) {
  return read<CampaignCounts>([&](Db& db) -> Result<CampaignCounts> {
    CampaignCounts c;
    {
      Query q(db, "SELECT name, target_apps, end_date FROM campaign WHERE id = ?");
      q << id.value;
      if (!q.next()) return not_found("there is no campaign " + std::to_string(id.value));
      c.campaign = {id, q.text(0), q.integer(1), q.text(2)};
    }
    {
      Query q(
          db,
          "SELECT count(*), count(CASE WHEN first_ms >= ? THEN 1 END) FROM campaign_app WHERE campaign = ?");
      q << since_ms << id.value;
      if (q.next()) c.covered_apps = q.integer(0), c.covered_since = q.integer(1);
    }
    Query q(db, "SELECT id FROM sweep WHERE campaign = ? ORDER BY id");
    q << id.value;
    while (q.next()) c.sweeps.push_back(SweepId{q.integer(0)});
    return c;
  });
}

Result<StoredResult> SqlStore::result(JobId job) {
  return read<StoredResult>([&](Db& db) -> Result<StoredResult> {
    auto result = result_of(db, job);
    if (!result)
      return not_found("no result of job " + std::to_string(job.value) +
                       ": it has not ended, or there is none; `storesweep results SWEEP` lists them");
    return std::move(*result);
  });
}

Result<Page<StoredResult>> SqlStore::results(const ResultQuery& query, const PageRequest& page) {
  return read<Page<StoredResult>>([&](Db& db) -> Result<Page<StoredResult>> {
    auto after = parse_cursor(page.cursor);
    if (!after) return bad_cursor();
    const std::size_t rows = std::max<std::size_t>(1, std::min(page.rows, kMaxPageRows));
    const char* sql = !query.package.empty() ? kByPackage : query.sweep ? kBySweep : kByJob;
    std::vector<JobId> found;
    JobId last_seen;
    std::int64_t scanned = 0;
    {
      Query q(db, sql);
      q << query.package << query.store << query.sweep.value << *after << kMaxScannedRows;
      while (found.size() <= rows && q.next()) {
        ++scanned;
        if (matches(query, q.view(1))) found.push_back(JobId{q.integer(0)});
        if (found.size() <= rows) last_seen = JobId{q.integer(0)};
      }
    }
    Page<StoredResult> out;
    bool more = found.size() > rows;
    if (more) found.pop_back();
    if (more || scanned == kMaxScannedRows) {
      out.next = std::to_string(more ? found.back().value : last_seen.value);
    }
    for (JobId job : found) {
      if (auto result = result_of(db, job)) out.rows.push_back(std::move(*result));
    }
    return out;
  });
}

Result<std::vector<SummaryRow>> SqlStore::summary(const SummaryQuery& query) {
  return read<std::vector<SummaryRow>>([&](Db& db) -> Result<std::vector<SummaryRow>> {
    if (query.by == "developer") return by_developer(db, query.sweep);
    Query q(db, "SELECT name, counts FROM counter WHERE sweep = ? AND grouping = ?");
    q << query.sweep.value << std::int64_t{grouping_of(query.by)};
    std::map<std::string, codec::Counts> sums;  // a group may stand in several rows
    while (q.next()) codec::add(sums[q.text(0)], codec::counts(q.view(1)));
    std::vector<SummaryRow> out;
    for (const auto& [name, counts] : sums) {
      for (const auto& [tally, n] : counts) out.push_back({name, tally.task, tally.rule, tally.level, n});
    }
    return out;
  });
}

Result<SdkSummary> SqlStore::sdks(SweepId sweep) {
  return read<SdkSummary>([&](Db& db) -> Result<SdkSummary> {
    SdkCounts counts;
    std::int64_t ended = 0;
    Query q(db,
            "SELECT r.sdks FROM job_end e LEFT JOIN run r ON r.id = CASE WHEN e.run > e.reused THEN e.run "
            "ELSE e.reused END "
            "WHERE " STORESWEEP_JOB_OF_SWEEP("e.job", "?1"));
    q << sweep.value;
    for (; q.next(); ++ended) counts.add(codec::sdks(q.view(0)));
    return counts.summary(ended);
  });
}

Result<std::vector<FiguresRow>> SqlStore::figures(SweepId sweep) {
  return read<std::vector<FiguresRow>>([&](Db& db) -> Result<std::vector<FiguresRow>> {
    Query q(db, "SELECT device_class, api, runs, sums FROM figure WHERE sweep = ?");
    q << sweep.value;
    std::map<std::pair<std::string, std::int64_t>, FiguresRow> sums;  // a kind may stand in several rows
    while (q.next()) {
      FiguresRow& row = sums[{q.text(0), q.integer(1)}];
      row.kind = {q.text(0), static_cast<int>(q.integer(1))};
      row.runs += q.integer(2);
      codec::add(row.sum, codec::figures(q.view(3)));
    }
    std::vector<FiguresRow> out;
    for (auto& [kind, row] : sums) out.push_back(std::move(row));
    return out;
  });
}

}  // namespace storesweep
