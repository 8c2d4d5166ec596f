// The reads of MemoryStore.
#include <algorithm>

#include "coordinator/store/memory_page.h"
#include "coordinator/store/memory_store.h"
#include "coordinator/store/sdk_counts.h"

namespace storesweep {
namespace {
constexpr std::size_t kMaxRuns = 16;

void add(RunFigures& sum, const RunFigures& f) {
  for (std::size_t i = 0; i < kPhaseCount; ++i) sum.phase_ms[i] += f.phase_ms[i];
  for (auto field : {&RunFigures::commands, &RunFigures::bytes_from_device, &RunFigures::bytes_to_device,
                     &RunFigures::events, &RunFigures::events_lost, &RunFigures::crashes, &RunFigures::anrs,
                     &RunFigures::screens, &RunFigures::fetch_ms, &RunFigures::device_ms}) {
    sum.*field += f.*field;
  }
}

std::string group_of(const Groups& g, const std::string& by) {
  if (by == "store") return g.store;
  if (by == "region") return g.region;
  if (by == "developer") return g.developer;
  if (by == "category") return g.category;
  return "";
}
}  // namespace

Result<std::vector<JobPayload>> MemoryStore::jobs(std::span<const JobId> ids) {
  std::lock_guard lock(mutex_);
  std::vector<JobPayload> out;
  for (JobId id : ids) {
    auto j = jobs_.find(id);
    if (j != jobs_.end()) out.push_back({id, j->second.first, listings_.at(j->second.second).listing});
  }
  return out;
}

Result<std::vector<RunRecord>> MemoryStore::runs_of(const Digest& file_set) {
  std::lock_guard lock(mutex_);
  std::vector<RunRecord> out;
  for (auto r = runs_.rbegin(); r != runs_.rend() && out.size() < kMaxRuns; ++r) {
    if (r->second.file_set == file_set && !r->second.partial && !expired_.count(r->first)) {
      out.push_back(r->second);
    }
  }
  return out;
}

Result<std::vector<RunRecord>> MemoryStore::runs_confirming(RunId base) {
  std::lock_guard lock(mutex_);
  std::vector<RunRecord> out;
  for (auto r = runs_.rbegin(); r != runs_.rend() && out.size() < kMaxRuns; ++r) {
    if (r->second.base_run == base && !expired_.count(r->first)) out.push_back(r->second);
  }
  return out;
}

Result<RunRecord> MemoryStore::run(RunId id) {
  std::lock_guard lock(mutex_);
  auto r = runs_.find(id);
  if (r == runs_.end()) return not_found("no run " + std::to_string(id.value));
  return r->second;
}

Result<ExtraJob> MemoryStore::extra(JobId job) {
  std::lock_guard lock(mutex_);
  auto e = extras_.find(job);
  if (e == extras_.end()) return not_found("no confirmation or retest " + std::to_string(job.value));
  return e->second;
}

Result<std::vector<FindingAct>> MemoryStore::finding_acts(const FindingActQuery& query) {
  std::lock_guard lock(mutex_);
  std::vector<FindingAct> out;
  for (const FindingAct& act : acts_) {
    const bool wanted = (!query.job || act.job == query.job) && (!query.sweep || act.sweep == query.sweep);
    if (wanted) out.push_back(act);
  }
  if (out.size() > kMaxFindingActs) return exhausted("more was said of findings than one read gives");
  return out;
}

Result<Listing> MemoryStore::current_listing(const Listing& key) {
  std::lock_guard lock(mutex_);
  for (const auto& [text, id] : current_) {
    const Listing& l = listings_.at(id).listing;
    const bool same =
        l.store == key.store && l.package == key.package && l.tenant == key.tenant && l.place == key.place;
    if (same) return l;
  }
  return not_found("no catalogue lists " + key.package + " of " + key.store);
}

StoredResult MemoryStore::result_of(const EndJob& end) const {
  StoredResult r;
  r.job = end.job;
  r.sweep = end.sweep;
  r.listing = listings_.at(jobs_.at(end.job).second).listing;
  r.end = end.how;
  r.end_reason = end.reason;
  r.ended_ms = end.at_ms;
  auto j = judged_.find(end.job);
  if (j != judged_.end()) {
    r.verdict = j->second.back().verdict;
    r.judgement = static_cast<std::int64_t>(j->second.size());
    const std::vector<RunId>& runs = j->second.back().runs;
    if (!runs.empty() && runs_.count(runs[0])) r.run = runs_.at(runs[0]);
    for (std::size_t i = 1; i < runs.size(); ++i) r.more_runs.push_back(runs_.at(runs[i]));
  }
  std::copy_if(voidings_.begin(), voidings_.end(), std::back_inserter(r.voidings),
               [&](const Voiding& v) { return v.job == end.job; });
  return r;
}

Result<StoredResult> MemoryStore::result(JobId job) {
  std::lock_guard lock(mutex_);
  auto e = ends_.find(job);
  if (e == ends_.end() || is_extra(job)) return not_found("no result of job " + std::to_string(job.value));
  return result_of(e->second);
}

Result<Page<Listing>> MemoryStore::listings(const std::string& store, const PageRequest& page) {
  std::lock_guard lock(mutex_);
  std::vector<Listing> all;
  for (const auto& [id, kept] : listings_) {
    bool current = current_.at(std::to_string(kept.listing.tenant.value) + '\n' +
                               std::to_string(static_cast<int>(kept.listing.place)) + '\n' +
                               kept.listing.store + '\n' + kept.listing.package) == id;
    if (current && !kept.gone && (store.empty() || kept.listing.store == store)) all.push_back(kept.listing);
  }
  return page_of(all, page, [](const Listing& l) { return std::to_string(l.id.value); });
}

SweepCounts MemoryStore::counts(const SweepRecord& sweep) const {
  SweepCounts c;
  c.sweep = sweep;
  for (const auto& [job, end] : ends_) {
    if (end.sweep == sweep.id && !is_extra(job)) ++c.ended[std::string(name(end.how))];
  }
  for (const auto& [job, extra] : extras_) {
    if (extra.sweep == sweep.id && extra.kind == JobKind::kConfirmation && !ends_.count(job)) {
      ++c.confirmations_open;
    }
  }
  for (const auto& [job, judged] : judged_) {
    for (RunId run : judged.back().runs) {
      if (judged.back().sweep == sweep.id && runs_.count(run)) {
        c.simulated |= runs_.at(run).device.kind.simulated();
      }
    }
  }
  return c;
}

Result<Page<ChangeRow>> MemoryStore::changes(const ChangeQuery& query, const PageRequest& page) {
  std::lock_guard lock(mutex_);
  std::vector<ChangeRow> all;
  for (auto c = changes_.rbegin(); c != changes_.rend(); ++c) {
    const bool fits = (query.import == 0 || c->import == query.import) &&
                      (!query.kind || c->kind == *query.kind) &&
                      (query.store.empty() || c->listing.store == query.store);
    if (fits) all.push_back(*c);
  }
  return page_of(all, page, [](const ChangeRow& c) { return std::to_string(c.id); });
}

Result<SweepCounts> MemoryStore::sweep(SweepId id) {
  std::lock_guard lock(mutex_);
  auto s = sweeps_.find(id);
  if (s == sweeps_.end()) return not_found("no sweep " + std::to_string(id.value));
  return counts(s->second);
}

Result<Page<SweepCounts>> MemoryStore::sweeps(const PageRequest& page) {
  std::lock_guard lock(mutex_);
  std::vector<SweepCounts> all;
  for (auto s = sweeps_.rbegin(); s != sweeps_.rend(); ++s) all.push_back(counts(s->second));
  return page_of(all, page, [](const SweepCounts& s) { return std::to_string(s.sweep.id.value); });
}

Result<CampaignCounts> MemoryStore::campaign(CampaignId id, std::int64_t since_ms) {
  std::lock_guard lock(mutex_);
  auto c = campaigns_.find(id);
  if (c == campaigns_.end()) return not_found("no campaign " + std::to_string(id.value));
  CampaignCounts out;
  out.campaign = c->second;
  for (const auto& [sweep, record] : sweeps_) {
    if (record.campaign == id) out.sweeps.push_back(sweep);
  }
  std::map<std::pair<TenantId, std::string>, std::int64_t> first;
  for (const auto& [job, end] : ends_) {
    if (is_extra(job) || end.how != EndKind::kVerdict || sweeps_.at(end.sweep).campaign != id) continue;
    const Listing& l = listings_.at(jobs_.at(job).second).listing;
    auto [at, fresh] = first.emplace(std::pair(l.tenant, l.package), end.at_ms);
    if (!fresh) at->second = std::min(at->second, end.at_ms);
  }
  for (const auto& [app, at_ms] : first) {
    ++out.covered_apps;
    if (at_ms >= since_ms) ++out.covered_since;
  }
  return out;
}

bool MemoryStore::matches(const ResultQuery& q, const StoredResult& row) const {
  if (q.sweep && row.sweep != q.sweep) return false;
  if (!q.store.empty() && row.listing.store != q.store) return false;
  if (!q.package.empty() && row.listing.package != q.package) return false;
  if (q.rule.empty() && !q.level) return true;
  auto j = judged_.find(row.job);
  if (j == judged_.end()) return false;
  const std::vector<Tally>& tallies = j->second.back().tallies;
  return std::any_of(tallies.begin(), tallies.end(),
                     [&](const Tally& t) { return t.rule == q.rule && (!q.level || t.level == *q.level); });
}

Result<Page<StoredResult>> MemoryStore::results(const ResultQuery& query, const PageRequest& page) {
  std::lock_guard lock(mutex_);
  std::vector<StoredResult> all;
  for (const auto& [job, end] : ends_) {
    if (is_extra(job)) continue;
    StoredResult row = result_of(end);
    if (matches(query, row)) all.push_back(std::move(row));
  }
  return page_of(all, page, [](const StoredResult& r) { return std::to_string(r.job.value); });
}

Result<std::vector<SummaryRow>> MemoryStore::summary(const SummaryQuery& query) {
  std::lock_guard lock(mutex_);
  std::map<std::tuple<std::string, int, std::string, Level>, std::int64_t> counted;
  for (const auto& [job, all] : judged_) {
    const Judged& last = all.back();
    if (last.sweep != query.sweep) continue;
    for (const Tally& t : last.tallies) ++counted[{group_of(last.groups, query.by), t.task, t.rule, t.level}];
  }
  std::vector<SummaryRow> out;
  for (const auto& [key, n] : counted) {
    out.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), std::get<3>(key), n});
  }
  return out;
}

Result<std::vector<FiguresRow>> MemoryStore::figures(SweepId sweep) {
  std::lock_guard lock(mutex_);
  std::map<std::string, FiguresRow> by_kind;
  for (const auto& [id, run] : runs_) {
    if (run.sweep != sweep || is_control(id)) continue;
    FiguresRow& row = by_kind[text(run.device.kind)];
    row.kind = run.device.kind;
    ++row.runs;
    add(row.sum, run.figures);
  }
  std::vector<FiguresRow> out;
  for (auto& [kind, row] : by_kind) out.push_back(row);
  return out;
}

Result<Closing> MemoryStore::closing_of(const Digest& journal) {
  std::lock_guard lock(mutex_);
  for (const Closing& c : closings_) {
    if (c.journal == journal) return c;
  }
  return not_found("no closing entry of the journal " + to_hex(journal));
}

Result<std::vector<Closing>> MemoryStore::closings(std::int64_t after, std::size_t rows) {
  std::lock_guard lock(mutex_);
  std::vector<Closing> out;
  for (const Closing& c : closings_) {
    if (c.number > after && out.size() < std::min(rows, kMaxPageRows)) out.push_back(c);
  }
  return out;
}

Result<Closing> MemoryStore::closing_head() {
  std::lock_guard lock(mutex_);
  return closings_.empty() ? Closing{} : closings_.back();
}

Result<KeptPack> MemoryStore::pack_of(const std::string& version) {
  std::lock_guard lock(mutex_);
  for (auto p = packs_.rbegin(); p != packs_.rend(); ++p) {
    if (p->version == version) return *p;
  }
  return not_found("no rule pack of version " + version + " was kept");
}

Result<KeptPack> MemoryStore::pack(const Digest& sha256) {
  std::lock_guard lock(mutex_);
  for (const KeptPack& p : packs_) {
    if (p.sha256 == sha256) return p;
  }
  return not_found("no rule pack " + to_hex(sha256) + " was kept");
}

Status MemoryStore::put_calibration(std::uint64_t epoch, const CalibrationRecord& record) {
  std::lock_guard lock(mutex_);
  if (epoch != epoch_) return permission("another coordinator leads now");
  for (CalibrationRecord& known : calibrations_) {
    if (known.where != record.where) continue;
    const std::int64_t id = known.id;
    known = record;
    known.id = id;
    return ok_status();
  }
  if (calibrations_.size() >= kMaxCalibrations)
    return exhausted("more than 10000 classes of devices are calibrated");
  calibrations_.push_back(record);
  calibrations_.back().id = static_cast<std::int64_t>(calibrations_.size());
  return ok_status();
}

Result<CalibrationRecord> MemoryStore::calibration(const DeviceClass& where) {
  std::lock_guard lock(mutex_);
  for (const CalibrationRecord& known : calibrations_) {
    if (known.where == where) return known;
  }
  return not_found("no calibration of this class of devices");
}

Result<Page<CalibrationRecord>> MemoryStore::calibrations(const PageRequest& page) {
  std::lock_guard lock(mutex_);
  PageRequest some = page;
  some.rows = std::min(page.rows, kMaxCalibrationsAtOnce);
  return page_of(calibrations_, some, [](const CalibrationRecord& c) { return std::to_string(c.id); });
}

Result<SdkSummary> MemoryStore::sdks(SweepId sweep) {
  std::lock_guard lock(mutex_);
  SdkCounts counts;
  std::int64_t ended = 0;
  for (const auto& [job, end] : ends_) {
    if (end.sweep != sweep || is_extra(job)) continue;
    ++ended;
    const auto run = runs_.find(end.run ? end.run->id : end.reused);
    if (run != runs_.end()) counts.add(run->second.sdks);
  }
  return counts.summary(ended);
}

Digest MemoryStore::fingerprint() const {
  std::string s = std::to_string(epoch_) + '/' + std::to_string(notes_.size());
  auto add_key = [&](TokenKey k) { s += ' ' + std::to_string(k.epoch) + '.' + std::to_string(k.n); };
  for (const auto& [job, end] : ends_) {
    s += "\ne" + std::to_string(job.value) + ' ' + std::string(name(end.how));
    add_key(end.token);
  }
  for (const auto& [token, t] : tokens_) {
    s += "\nt";
    add_key(token);
  }
  for (const auto& [token, n] : notes_) {
    s += "\nn" + std::to_string(n);
    add_key(token);
  }
  for (const auto& [job, all] : judged_)
    s += "\nj" + std::to_string(job.value) + ' ' + std::to_string(all.size());
  for (const auto& [id, run] : runs_) s += "\nr" + std::to_string(id.value);
  for (const FindingAct& act : acts_) s += "\na" + act.finding + std::string(name(act.kind));
  if (!closings_.empty()) s += "\nc" + to_hex(closing_digest(closings_.back()));
  for (const auto& [token, c] : controls_) {
    s += "\nk" + std::string(name(c.end)) + (c.voided ? "v" : "");
    add_key(token);
  }
  for (const DeviceAct& act : device_acts_) s += "\nd" + act.device + std::string(name(act.kind));
  for (const Voiding& v : voidings_) s += "\nv" + std::to_string(v.job.value);
  for (const auto& [job, e] : extras_) s += "\nx" + std::to_string(job.value);
  for (const auto& [id, sweep] : sweeps_) {
    s += "\ns" + std::to_string(id.value) + std::string(name(sweep.state));
    for (const ShardRecord& shard : sweep.shards) s += ' ' + std::to_string(shard.mark);
  }
  return sha256(s);
}

}  // namespace storesweep
