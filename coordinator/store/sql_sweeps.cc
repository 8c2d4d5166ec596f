// Sweeps and campaigns: made, paused, cancelled.
#include <algorithm>

#include "coordinator/store/sql_rows.h"
#include "coordinator/store/sql_writer.h"

namespace storesweep {
namespace {
WriteOutcome refused(std::string message) { return {WriteState::kRefused, 0, std::move(message)}; }
}  // namespace

std::optional<SweepState> SqlWriter::state_of(SweepId sweep) {
  Query q(db_, "SELECT state FROM sweep WHERE id = ?");
  q << sweep.value;
  return q.next() ? std::optional(static_cast<SweepState>(q.integer(0))) : std::nullopt;
}

// The last change up to which sweeps of this store, or of all, have held everything. Those of a list or of
// the top held but a part; what was cancelled, and what rests on that, held nothing.
std::int64_t SqlWriter::swept_until(const std::string& store) {
  Query q(
      db_,
      "SELECT selection_kind, base_change, last_change FROM sweep WHERE state <> ?1 AND selection_kind NOT "
      "IN (?2, ?3) AND selection_store IN ('', ?4) ORDER BY last_change, id");
  q << std::int64_t{static_cast<int>(SweepState::kCancelled)}
    << std::int64_t{static_cast<int>(Selection::Kind::kTop)}
    << std::int64_t{static_cast<int>(Selection::Kind::kList)} << store;
  std::int64_t until = 0;
  while (q.next()) {
    const bool whole = q.integer(0) != static_cast<int>(Selection::Kind::kChanged);
    if (whole || q.integer(1) <= until) until = std::max(until, q.integer(2));
  }
  return until;
}

std::vector<SqlWriter::Chosen> SqlWriter::choose(const Selection& selection, std::int64_t since,
                                                 std::uint32_t shards) {
  std::vector<std::string> packages = selection.packages;
  std::sort(packages.begin(), packages.end());
  std::vector<Chosen> out;
  std::vector<std::int64_t> downloads;
  Query q(db_,
          "SELECT c.listing, c.package, l.apk_bytes, l.downloads, coalesce(t.device_ms, 0) FROM current c "
          "JOIN listing l ON l.id = c.listing LEFT JOIN app_time t ON t.package = c.package "
          "WHERE c.gone = 0 AND c.since > ?1 AND (?2 = '' OR c.store = ?2)");
  q << since << selection.store;
  while (q.next()) {
    std::string package = q.text(1);
    bool listed = std::binary_search(packages.begin(), packages.end(), package);
    if (selection.kind == Selection::Kind::kList && !listed) continue;
    out.push_back({shard_of(package, shards), expected_ms(q.integer(4), q.integer(2)), q.integer(0)});
    downloads.push_back(q.integer(3));
  }
  if (selection.kind != Selection::Kind::kTop) return out;
  std::vector<std::size_t> order(out.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return downloads[a] != downloads[b] ? downloads[a] > downloads[b] : out[a].listing < out[b].listing;
  });
  order.resize(std::min(order.size(), static_cast<std::size_t>(std::max<std::int64_t>(selection.top, 0))));
  std::vector<Chosen> top;
  for (std::size_t i : order) top.push_back(out[i]);
  return top;
}

SweepId SqlWriter::insert_sweep(const CreateSweep& w, std::int64_t since, std::int64_t total) {
  Query q(
      db_,
      "INSERT INTO sweep (name, selection_kind, selection_store, selection_top, selection_packages, depth, "
      "campaign, origin, state, created_ms, ended_ms, total, base_change, last_change) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, (SELECT coalesce(max(id), 0) FROM change)) RETURNING "
      "id");
  q << w.name << std::int64_t{static_cast<int>(w.selection.kind)} << w.selection.store << w.selection.top;
  q.blob(codec::texts(w.selection.packages));
  q << std::int64_t{static_cast<int>(w.depth)} << w.campaign.value << std::int64_t{static_cast<int>(w.origin)}
    << std::int64_t{static_cast<int>(SweepState::kRunning)};
  return SweepId{(q << w.at_ms << total << since).made()};
}

void SqlWriter::insert_jobs(SweepId sweep, const std::vector<Chosen>& chosen) {
  std::int64_t next = 1;
  {
    Query q(db_, "SELECT coalesce(max(id), 0) + 1 FROM job");
    if (q.next()) next = q.integer(0);
  }
  std::vector<ShardRecord> shards(chosen.back().shard + 1);
  std::vector<std::int64_t> listings;
  for (const Chosen& c : chosen) {
    ShardRecord& shard = shards[c.shard];
    if (shard.count++ == 0) shard.first = JobId{next + static_cast<std::int64_t>(listings.size())};
    listings.push_back(c.listing);
  }
  rows_.add_jobs(sweep, next, listings);
  for (std::size_t i = 0; i < shards.size(); ++i) {
    Query q(db_, "INSERT INTO shard VALUES (?, ?, ?, ?, 0, 0)");
    (q << sweep.value << static_cast<std::int64_t>(i) << shards[i].first.value << shards[i].count).run();
  }
}

WriteOutcome SqlWriter::apply(const CreateSweep& w) {
  if (auto id = made_before("sweep", w.idempotency_key)) return {WriteState::kAlready, *id, {}};
  if (w.shards == 0 || w.shards > kMaxShards) return refused("shards must be 1 to 1024");
  if (w.campaign && !exists("SELECT 1 FROM campaign WHERE id = ?", w.campaign.value)) {
    return refused("no such campaign");
  }
  const bool changed_only = w.selection.kind == Selection::Kind::kChanged;
  const std::int64_t since = changed_only ? swept_until(w.selection.store) : 0;
  std::vector<Chosen> chosen = choose(w.selection, since, w.shards);
  if (chosen.empty()) return refused(nothing_selected(w.selection));
  if (chosen.size() < w.shards)
    chosen = choose(w.selection, since, static_cast<std::uint32_t>(chosen.size()));
  const auto shards = static_cast<std::uint32_t>(std::min<std::size_t>(w.shards, chosen.size()));
  std::sort(chosen.begin(), chosen.end(), [](const Chosen& a, const Chosen& b) {
    return std::tuple(a.shard, -a.expected, a.listing) < std::tuple(b.shard, -b.expected, b.listing);
  });
  SweepId sweep = insert_sweep(w, since, static_cast<std::int64_t>(chosen.size()));
  insert_jobs(sweep, chosen);
  for (std::uint32_t i = chosen.back().shard + 1; i < shards; ++i) {  // those that no package fell into
    Query q(db_, "INSERT INTO shard VALUES (?, ?, 0, 0, 0, 0)");
    (q << sweep.value << std::int64_t{i}).run();
  }
  remember("sweep", w.idempotency_key, sweep.value);
  return {WriteState::kDone, sweep.value, {}};
}

WriteOutcome SqlWriter::apply(const SetSweep& w) {
  auto state = state_of(w.sweep);
  if (!state) return refused("no such sweep");
  if (*state == SweepState::kCancelled || *state == SweepState::kDone) return {WriteState::kAlready, 0, {}};
  Query q(db_, "UPDATE sweep SET state = ?, ended_ms = ? WHERE id = ?");
  (q << std::int64_t{static_cast<int>(w.state)} << (w.state == SweepState::kDone ? w.at_ms : 0)
     << w.sweep.value)
      .run();
  return {};
}

WriteOutcome SqlWriter::apply(const SetShard& w) {
  Query q(db_, "UPDATE shard SET paused = ? WHERE sweep = ? AND shard = ?");
  (q << std::int64_t{w.paused} << w.sweep.value << std::int64_t{w.shard}).run();
  return db_.changed() == 1 ? WriteOutcome{} : refused("no such shard");
}

WriteOutcome SqlWriter::apply(const CancelSweep& w) {
  auto state = state_of(w.sweep);
  if (!state) return refused("no such sweep");
  if (*state == SweepState::kCancelled || *state == SweepState::kDone) return {WriteState::kAlready, 0, {}};
  constexpr std::int64_t kHow{static_cast<int>(EndKind::kCancelled)};
  std::int64_t first = 0, last = 0;  // its jobs are one range
  {
    Query q(db_, "SELECT min(first), max(first + count) FROM shard WHERE sweep = ? AND count > 0");
    q << w.sweep.value;
    if (q.next()) first = q.integer(0), last = q.integer(1);
  }
  Query jobs(
      db_,
      "INSERT INTO job_end SELECT j.id, j.sweep, ?1, '', 0, 0, 0, 0, ?2, 0 FROM job j WHERE j.id >= ?3 AND "
      "j.id < ?4 AND NOT EXISTS (SELECT 1 FROM job_end e WHERE e.job = j.id)");
  (jobs << kHow << w.at_ms << first << last).run();
  std::int64_t n = db_.changed();
  if (n > 0) ends_[{w.sweep, EndKind::kCancelled}] += n;
  Query known(db_, "DELETE FROM known WHERE job >= ? AND job < ?");
  (known << first << last).run();
  for (const ExtraJob& extra : rows::open_extras(db_)) {
    if (extra.sweep != w.sweep || extra.finding.empty()) continue;
    FindingAct answer = answer_to(extra, RetestOutcome::kNotTested, w.at_ms);
    answer.reason = name(EndKind::kCancelled);
    insert(answer);
  }
  Query extras(db_,
               "INSERT INTO job_end SELECT job, sweep, ?1, '', 0, 0, 0, 0, ?2, 0 FROM extra WHERE sweep = ?3 "
               "AND ended = 0");
  (extras << kHow << w.at_ms << w.sweep.value).run();
  Query ended_extras(db_, "UPDATE extra SET ended = 1 WHERE sweep = ? AND ended = 0");
  (ended_extras << w.sweep.value).run();
  Query q(db_, "UPDATE sweep SET state = ?, ended_ms = ? WHERE id = ?");
  (q << std::int64_t{static_cast<int>(SweepState::kCancelled)} << w.at_ms << w.sweep.value).run();
  return {WriteState::kDone, n, {}};
}

WriteOutcome SqlWriter::apply(const CreateCampaign& w) {
  if (auto id = made_before("campaign", w.idempotency_key)) return {WriteState::kAlready, *id, {}};
  Query q(db_, "INSERT INTO campaign (name, target_apps, end_date) VALUES (?, ?, ?) RETURNING id");
  const std::int64_t id = (q << w.campaign.name << w.campaign.target_apps << w.campaign.end_date).made();
  remember("campaign", w.idempotency_key, id);
  return {WriteState::kDone, id, {}};
}

}  // namespace storesweep
