#include "coordinator/service/findings.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "common/evidence/verdict_codec.h"
#include "common/report/finding_id.h"
#include "coordinator/service/aggregates.h"

namespace storesweep {
namespace {
constexpr int kMaxPages = 10;  // of the results of one app that broke the rule

bool other_version(const Listing& a, const Listing& b) {
  return a.version_code != b.version_code || a.version_name != b.version_name || a.apk_sha256 != b.apk_sha256;
}

std::string group_of(const Groups& g, const std::string& by) {
  if (by == "store") return g.store;
  if (by == "region") return g.region;
  if (by == "developer") return g.developer;
  return by == "category" ? g.category : "";
}

// The findings of that rule which stand in the result, with what was said.
std::optional<FindingRow> standing_finding(const StoredResult& result, const std::vector<FindingAct>& acts,
                                           const std::string& rule) {
  for (FindingRow& row : findings_of(result, acts)) {
    const bool overruled = row.standing.state == FindingState::kOverruled && row.standing.level &&
                           *row.standing.level > Level::kSuspected;
    const bool gone = row.standing.state == FindingState::kWithdrawn || overruled;
    if (row.finding.rule == rule && !gone) return std::move(row);
  }
  return std::nullopt;
}
}  // namespace

std::vector<FindingRow> findings_of(const StoredResult& result, const std::vector<FindingAct>& acts) {
  std::vector<FindingRow> out;
  const auto verdict = decode_verdict_untrusted(result.verdict);
  if (!verdict.ok()) return out;
  const std::vector<std::string> keys = finding_keys(verdict->findings);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    FindingRow row;
    row.job = result.job;
    row.key = keys[i];
    row.sweep = result.sweep;
    row.listing = result.listing;
    row.finding = verdict->findings[i];
    row.simulated = verdict->simulated;
    for (const FindingAct& act : acts) {
      if (act.job != result.job || act.finding != keys[i]) continue;
      row.history.push_back(act);
      if (act.verdict.empty()) continue;
      if (auto retest = decode_verdict_untrusted(act.verdict); retest.ok())
        row.retests[act.id] = std::move(*retest);
    }
    row.standing = standing_of(row.history);
    out.push_back(std::move(row));
  }
  return out;
}

namespace {
// What this result says of the app's past: nothing, where it is no earlier one of another version.
Result<std::optional<FindingRow::Earlier>> earlier_in(Store& store, const StoredResult& r,
                                                      const FindingRow& row, std::int64_t ended_ms) {
  const bool earlier = r.ended_ms < ended_ms || (r.ended_ms == ended_ms && r.job < row.job);
  const bool same_app = r.listing.tenant == row.listing.tenant && other_version(r.listing, row.listing);
  if (r.job == row.job || !earlier || !same_app) return std::optional<FindingRow::Earlier>();
  TRY_ASSIGN(const auto acts, store.finding_acts({r.job, {}}));
  const auto found = standing_finding(r, acts, row.finding.rule);
  if (!found) return std::optional<FindingRow::Earlier>();
  return std::optional(FindingRow::Earlier{r.job, found->key, r.listing.version_name, r.listing.version_code,
                                           found->finding.level, r.ended_ms});
}
}  // namespace

Result<std::optional<FindingRow::Earlier>> earlier_finding(Store& store, const FindingRow& row) {
  TRY_ASSIGN(const StoredResult own, store.result(row.job));
  std::optional<FindingRow::Earlier> newest;
  for (const Level level : {Level::kViolation, Level::kSuspected}) {
    const ResultQuery query{{}, row.listing.store, row.listing.package, row.finding.rule, level};
    PageRequest page{"", kMaxPageRows};
    for (int pages = 0; pages < kMaxPages && (pages == 0 || !page.cursor.empty()); ++pages) {
      TRY_ASSIGN(const Page<StoredResult> results, store.results(query, page));
      for (const StoredResult& r : results.rows) {
        if (newest && newest->ended_ms > r.ended_ms) continue;
        TRY_ASSIGN(auto found, earlier_in(store, r, row, own.ended_ms));
        if (found) newest = std::move(found);
      }
      page.cursor = results.next;
    }
  }
  return newest;
}

Result<std::map<JobId, Standings>> standings_of_sweep(Store& store, SweepId sweep) {
  TRY_ASSIGN(const auto acts, store.finding_acts({{}, sweep}));
  std::map<JobId, std::vector<FindingAct>> by_job;
  for (const FindingAct& act : acts) by_job[act.job].push_back(act);
  std::map<JobId, Standings> out;
  for (const auto& [job, of_it] : by_job) out[job] = standings_of(of_it);
  return out;
}

Status correct_summary(Store& store, const SummaryQuery& query, std::vector<SummaryRow>& rows) {
  TRY_ASSIGN(const auto standings, standings_of_sweep(store, query.sweep));
  using Key = std::tuple<std::string, int, std::string, Level>;
  std::map<Key, std::int64_t> changes;
  for (const auto& [job, said] : standings) {
    TRY_ASSIGN(const StoredResult result, store.result(job));
    const auto machine = decode_verdict_untrusted(result.verdict);
    if (!machine.ok()) continue;
    const std::string group = group_of(groups(result.listing), query.by);
    for (const Tally& t : tallies(*machine)) --changes[{group, t.task, t.rule, t.level}];
    for (const Tally& t : tallies(with_people(*machine, said))) ++changes[{group, t.task, t.rule, t.level}];
  }
  for (SummaryRow& row : rows) {
    const auto change = changes.find({row.group, row.task, row.rule, row.level});
    if (change == changes.end()) continue;
    row.count += change->second;
    changes.erase(change);
  }
  for (const auto& [key, count] : changes) {
    const auto& [group, task, rule, level] = key;
    if (count > 0) rows.push_back({group, task, rule, level, count});
  }
  std::erase_if(rows, [](const SummaryRow& row) { return row.count <= 0; });
  return ok_status();
}

}  // namespace storesweep
