#include "coordinator/store/memory_store.h"

#include <algorithm>

namespace storesweep {
namespace {
std::string listing_key(const Listing& l) {
  return std::to_string(l.tenant.value) + '\n' + std::to_string(static_cast<int>(l.place)) + '\n' + l.store +
         '\n' + l.package;
}

std::string content(const Listing& l) {
  std::string s;
  auto add = [&](const std::string& field) { s += field + '\0'; };
  for (const std::string* f :
       {&l.version_name, &l.label, &l.developer, &l.credit_code, &l.filing_number, &l.region, &l.category,
        &l.category_source, &l.release_date, &l.policy_url, &l.apk_url, &l.apk_sha256}) {
    add(*f);
  }
  for (std::int64_t n : {std::int64_t{static_cast<int>(l.subject)}, l.version_code, l.apk_bytes}) {
    add(std::to_string(n));
  }
  for (const DeclaredPermission& p : l.permissions) add(p.name + '\n' + p.purpose);
  add(l.page);
  return s;
}

WriteOutcome refused(std::string message) { return {WriteState::kRefused, 0, std::move(message)}; }
}  // namespace

MemoryStore::MemoryStore(std::uint64_t seed) {
  Digest d = sha256("memory store " + std::to_string(seed));
  secret_.assign(d.begin(), d.end());
}

Result<Lead> MemoryStore::take_lead(std::uint64_t incarnation) {
  std::lock_guard lock(mutex_);
  return Lead{++epoch_, incarnation, secret_};
}

Result<std::uint64_t> MemoryStore::epoch() {
  std::lock_guard lock(mutex_);
  return epoch_;
}

Result<Loaded> MemoryStore::load() {
  std::lock_guard lock(mutex_);
  Loaded l;
  std::set<SweepId> open;
  for (const auto& [id, sweep] : sweeps_) {
    if (sweep.state == SweepState::kDone || sweep.state == SweepState::kCancelled) continue;
    open.insert(id);
    l.sweeps.push_back({sweep, {}, {}});
  }
  for (const auto& [job, end] : ends_) {
    auto at = std::find_if(l.sweeps.begin(), l.sweeps.end(),
                           [&id = end.sweep](const LoadedSweep& s) { return s.sweep.id == id; });
    if (is_extra(job) || at == l.sweeps.end()) continue;
    at->ended.push_back(job);
    ++at->ended_by[std::string(name(end.how))];
  }
  l.next_extra = JobId{kFirstExtraJob};
  for (const auto& [job, extra] : extras_) {
    l.next_extra = JobId{job.value + 1};
    if (!ends_.count(job)) l.extras.push_back(extra);
  }
  std::map<JobId, JobTokens> tokens;
  std::map<std::pair<SweepId, Digest>, std::int32_t> sets;
  for (const auto& [key, t] : tokens_) {
    bool of_open_sweep = !is_extra(t.job) && open.count(t.sweep) != 0;
    if (of_open_sweep && t.kind == FailureKind::kApp && t.file_set != Digest{}) ++sets[{t.sweep, t.file_set}];
    if (ends_.count(t.job) || (!is_extra(t.job) && !of_open_sweep)) continue;
    JobTokens& j = tokens[t.job];
    j.job = t.job;
    ++j.by_kind.at(static_cast<std::size_t>(t.kind));
    j.last = std::max(j.last, key);
  }
  for (auto& [job, t] : tokens) l.tokens.push_back(t);
  for (auto& [key, n] : sets) l.file_sets.push_back({key.first, key.second, n});
  for (const auto& [job, known] : known_) {
    if (!ends_.count(job)) l.known.push_back(known);
  }
  load_controls(l);
  l.draining.assign(draining_.begin(), draining_.end());
  l.next_run = RunId{runs_.empty() ? 1 : runs_.rbegin()->first.value + 1};
  return l;
}

CommitResult MemoryStore::commit(std::uint64_t epoch, std::span<const Write> writes) {
  std::lock_guard lock(mutex_);
  if (epoch != epoch_ && !unfenced_) return {CommitState::kNotLeader, {}, "another leads"};
  CommitResult r{CommitState::kCommitted, {}, {}};
  for (const Write& w : writes) {
    r.outcomes.push_back(std::visit([&](const auto& one) { return apply(one); }, w));
  }
  return r;
}

WriteOutcome MemoryStore::apply(const PutMark& w) {
  auto s = sweeps_.find(w.sweep);
  if (s == sweeps_.end() || w.shard >= s->second.shards.size()) return refused("no such shard");
  std::int64_t& mark = s->second.shards[w.shard].mark;
  mark = std::max(mark, w.mark);
  return {};
}

WriteOutcome MemoryStore::apply(const EndToken& w) {
  if (!tokens_.emplace(w.token, w).second) return {WriteState::kAlready, 0, {}};
  return {WriteState::kDone, w.burial && bury(w) ? 1 : 0, {}};
}

bool MemoryStore::bury(const EndToken& w) {
  EndJob end;
  end.job = w.job;
  end.sweep = w.sweep;
  end.how = EndKind::kBuried;
  end.reason = w.burial->reason;
  end.at_ms = w.at_ms;
  if (w.burial->verdict) {
    const Listing& l = listings_.at(jobs_.at(w.job).second).listing;
    end.judged = Judged{w.job,
                        w.sweep,
                        w.burial->verdict->verdict,
                        {l.store, l.region, l.developer, l.category},
                        w.burial->verdict->tallies,
                        {},
                        "first",
                        w.at_ms};
  }
  if (!ends_.emplace(w.job, end).second) return false;
  if (end.judged) judged_[w.job].push_back(*end.judged);
  return true;
}

WriteOutcome MemoryStore::ended_by(JobId job, TokenKey token) const {
  auto end = ends_.find(job);
  if (end == ends_.end()) return {};
  bool same = end->second.how == EndKind::kVerdict && token != TokenKey{} && end->second.token == token;
  return {same ? WriteState::kAlready : WriteState::kOtherEnd, 0, {}};
}

void MemoryStore::close_journal(const RunRecord& run, JobId job, std::int64_t at_ms, const SigningKey& key) {
  if (run.blobs.empty()) return;
  closings_.push_back(next_closing(closings_.empty() ? Closing{} : closings_.back(), run.blobs[0].sha256,
                                   run.token, job, at_ms, key));
}

WriteOutcome MemoryStore::apply(const EndJob& w) {
  if (!jobs_.count(w.job) && !extras_.count(w.job)) return refused("no such job");
  WriteOutcome before = ended_by(w.job, w.token);
  if (before.state != WriteState::kDone) return before;
  if (is_extra(w.job) && !ends_.count(extras_.at(w.job).parent)) return refused("its parent has not ended");
  if (w.judged && w.judged->made_from &&
      static_cast<std::int64_t>(judged_[w.judged->job].size()) != *w.judged->made_from) {
    return {WriteState::kStale, 0, {}};
  }
  if (w.run && runs_.count(w.run->id)) return refused("the run's id is taken");
  if (w.order && extras_.count(w.order->job)) return refused("the order's id is taken");
  ends_.emplace(w.job, w);
  if (w.run) runs_.emplace(w.run->id, *w.run);
  if (w.run && w.close_with) close_journal(*w.run, w.job, w.at_ms, *w.close_with);
  if (w.judged) judged_[w.judged->job].push_back(*w.judged);
  if (w.order) extras_.emplace(w.order->job, *w.order);
  if (w.answer) add_act(*w.answer);
  return {};
}

WriteOutcome MemoryStore::apply(const ProbeJob& w) { return ended_by(w.job, w.token); }

WriteOutcome MemoryStore::apply(const NoteReport& w) { return {WriteState::kDone, ++notes_[w.token], {}}; }

WriteOutcome MemoryStore::apply(const Attach& w) {
  if (!ends_.count(w.judged.job)) return refused("the job has not ended");
  if (w.judged.made_from && static_cast<std::int64_t>(judged_[w.judged.job].size()) != *w.judged.made_from)
    return {WriteState::kStale, 0, {}};
  for (const ExtraJob& order : w.orders) {
    if (extras_.count(order.job)) return refused("the order's id is taken");
  }
  judged_[w.judged.job].push_back(w.judged);
  for (const ExtraJob& order : w.orders) extras_.emplace(order.job, order);
  return {};
}

WriteOutcome MemoryStore::apply(const OrderJob& w) {
  if (auto k = keys_.find("retest " + w.order.idempotency_key);
      k != keys_.end() && !w.order.idempotency_key.empty()) {
    return {WriteState::kAlready, k->second, {}};
  }
  if (!ends_.count(w.order.parent)) return refused("its parent has not ended");
  if (!extras_.emplace(w.order.job, w.order).second) return refused("the order's id is taken");
  if (!w.order.idempotency_key.empty()) keys_["retest " + w.order.idempotency_key] = w.order.job.value;
  if (w.act) add_act(*w.act);
  return {WriteState::kDone, w.order.job.value, {}};
}

std::int64_t MemoryStore::add_act(FindingAct act) {
  act.id = static_cast<std::int64_t>(acts_.size()) + 1;
  acts_.push_back(std::move(act));
  return acts_.back().id;
}

WriteOutcome MemoryStore::apply(const ActOnFinding& w) {
  const std::string key = "finding " + w.idempotency_key;
  if (auto k = keys_.find(key); k != keys_.end() && !w.idempotency_key.empty())
    return {WriteState::kAlready, k->second, {}};
  if (!ends_.count(w.act.job)) return refused("the finding's job has not ended");
  const std::int64_t id = add_act(w.act);
  if (!w.idempotency_key.empty()) keys_[key] = id;
  return {WriteState::kDone, id, {}};
}

WriteOutcome MemoryStore::apply(const KeepPack& w) {
  for (const KeptPack& p : packs_) {
    if (p.sha256 == w.pack.sha256) return {WriteState::kAlready, 0, {}};
  }
  packs_.push_back(w.pack);
  return {};
}

WriteOutcome MemoryStore::apply(const PutKnown& w) {
  known_[w.job] = w;
  return {};
}

std::int64_t MemoryStore::known_ms(const std::string& package) const {
  for (auto r = runs_.rbegin(); r != runs_.rend(); ++r) {
    JobId job = r->second.job;
    if (auto e = extras_.find(job); e != extras_.end()) job = e->second.parent;
    if (r->second.partial || !jobs_.count(job)) continue;
    if (listings_.at(jobs_.at(job).second).listing.package == package) return r->second.figures.device_ms;
  }
  return 0;
}

std::int64_t MemoryStore::swept_until(const std::string& store) const {
  std::int64_t until = 0;
  for (const auto& [id, held] : held_) {
    const SweepRecord& sweep = sweeps_.at(id);
    const Selection& s = sweep.selection;
    const bool part = s.kind == Selection::Kind::kTop || s.kind == Selection::Kind::kList;
    if (part || sweep.state == SweepState::kCancelled || (!s.store.empty() && s.store != store)) continue;
    const bool whole = s.kind != Selection::Kind::kChanged;
    if (whole || held.first <= until) until = std::max(until, held.second);
  }
  return until;
}

std::vector<ListingId> MemoryStore::chosen(const Selection& selection, std::int64_t since) const {
  std::vector<ListingId> ids;
  for (const auto& [key, id] : current_) {
    const Kept& k = listings_.at(id);
    const std::vector<std::string>& list = selection.packages;
    if (k.gone) continue;
    if (!selection.store.empty() && k.listing.store != selection.store) continue;
    if (selection.kind == Selection::Kind::kChanged && k.since <= since) continue;
    if (selection.kind == Selection::Kind::kList &&
        std::find(list.begin(), list.end(), k.listing.package) == list.end()) {
      continue;
    }
    ids.push_back(id);
  }
  if (selection.kind == Selection::Kind::kTop) {
    std::sort(ids.begin(), ids.end(), [&](ListingId a, ListingId b) {
      std::int64_t da = listings_.at(a).listing.downloads, db = listings_.at(b).listing.downloads;
      return da != db ? da > db : a < b;
    });
    ids.resize(std::min(ids.size(), static_cast<std::size_t>(std::max<std::int64_t>(selection.top, 0))));
  }
  return ids;
}

WriteOutcome MemoryStore::apply(const CreateSweep& w) {
  if (auto k = keys_.find("sweep " + w.idempotency_key); k != keys_.end() && !w.idempotency_key.empty()) {
    return {WriteState::kAlready, k->second, {}};
  }
  if (w.shards == 0 || w.shards > kMaxShards) return refused("shards must be 1 to 1024");
  if (w.campaign && !campaigns_.count(w.campaign)) return refused("no such campaign");
  const bool changed_only = w.selection.kind == Selection::Kind::kChanged;
  const std::int64_t since = changed_only ? swept_until(w.selection.store) : 0;
  std::vector<ListingId> ids = chosen(w.selection, since);
  if (ids.empty()) return refused(nothing_selected(w.selection));
  const auto shards = static_cast<std::uint32_t>(std::min<std::size_t>(w.shards, ids.size()));
  auto order = [&](ListingId id) {
    const Listing& l = listings_.at(id).listing;
    return std::tuple(shard_of(l.package, shards), -expected_ms(known_ms(l.package), l.apk_bytes), id);
  };
  std::sort(ids.begin(), ids.end(), [&](ListingId a, ListingId b) { return order(a) < order(b); });

  SweepRecord s;
  s.id = SweepId{static_cast<std::int64_t>(sweeps_.size()) + 1};
  s.name = w.name;
  s.selection = w.selection;
  s.depth = w.depth;
  s.campaign = w.campaign;
  s.origin = w.origin;
  s.created_ms = w.at_ms;
  s.total = static_cast<std::int64_t>(ids.size());
  JobId next{jobs_.empty() ? 1 : jobs_.rbegin()->first.value + 1};
  s.shards.resize(shards);
  for (ListingId id : ids) {
    ShardRecord& shard = s.shards[shard_of(listings_.at(id).listing.package, shards)];
    if (shard.count++ == 0) shard.first = next;
    jobs_[next] = {s.id, id};
    next = JobId{next.value + 1};
  }
  sweeps_[s.id] = s;
  held_[s.id] = {since, static_cast<std::int64_t>(changes_.size())};
  if (!w.idempotency_key.empty()) keys_["sweep " + w.idempotency_key] = s.id.value;
  return {WriteState::kDone, s.id.value, {}};
}

WriteOutcome MemoryStore::apply(const SetSweep& w) {
  auto s = sweeps_.find(w.sweep);
  if (s == sweeps_.end()) return refused("no such sweep");
  SweepState& state = s->second.state;
  if (state == SweepState::kCancelled || state == SweepState::kDone) return {WriteState::kAlready, 0, {}};
  state = w.state;
  if (w.state == SweepState::kDone) s->second.ended_ms = w.at_ms;
  return {};
}

WriteOutcome MemoryStore::apply(const SetShard& w) {
  auto s = sweeps_.find(w.sweep);
  if (s == sweeps_.end() || w.shard >= s->second.shards.size()) return refused("no such shard");
  s->second.shards[w.shard].paused = w.paused;
  return {};
}

WriteOutcome MemoryStore::apply(const CancelSweep& w) {
  auto s = sweeps_.find(w.sweep);
  if (s == sweeps_.end()) return refused("no such sweep");
  if (s->second.state == SweepState::kCancelled || s->second.state == SweepState::kDone) {
    return {WriteState::kAlready, 0, {}};
  }
  std::int64_t n = 0;
  auto cancel = [&](JobId job) {
    EndJob e;
    e.job = job;
    e.sweep = w.sweep;
    e.how = EndKind::kCancelled;
    e.at_ms = w.at_ms;
    return ends_.emplace(job, e).second;
  };
  for (const auto& [job, of] : jobs_) {
    if (of.first == w.sweep && cancel(job)) ++n;
  }
  for (const auto& [job, extra] : extras_) {
    if (extra.sweep != w.sweep || !cancel(job) || extra.finding.empty()) continue;
    FindingAct answer = answer_to(extra, RetestOutcome::kNotTested, w.at_ms);
    answer.reason = name(EndKind::kCancelled);
    add_act(std::move(answer));
  }
  s->second.state = SweepState::kCancelled;
  s->second.ended_ms = w.at_ms;
  return {WriteState::kDone, n, {}};
}

WriteOutcome MemoryStore::apply(const CreateCampaign& w) {
  if (auto k = keys_.find("campaign " + w.idempotency_key); k != keys_.end() && !w.idempotency_key.empty()) {
    return {WriteState::kAlready, k->second, {}};
  }
  CampaignRecord c = w.campaign;
  c.id = CampaignId{static_cast<std::int64_t>(campaigns_.size()) + 1};
  campaigns_[c.id] = c;
  if (!w.idempotency_key.empty()) keys_["campaign " + w.idempotency_key] = c.id.value;
  return {WriteState::kDone, c.id.value, {}};
}

WriteOutcome MemoryStore::apply(const SetDraining& w) {
  w.draining ? static_cast<void>(draining_.insert(w.worker)) : static_cast<void>(draining_.erase(w.worker));
  return {};
}

Status MemoryStore::check_import(std::uint64_t epoch, std::int64_t import) const {
  if (epoch != epoch_) return permission("another coordinator leads now");
  auto i = imports_.find(import);
  if (i == imports_.end() || i->second.finished) return not_found("no open import " + std::to_string(import));
  return ok_status();
}

Result<std::int64_t> MemoryStore::begin_import(std::uint64_t epoch, const std::string& store,
                                               const std::string& idempotency_key, std::int64_t at_ms) {
  std::lock_guard lock(mutex_);
  if (epoch != epoch_) return permission("another coordinator leads now");
  for (const auto& [id, i] : imports_) {
    if (idempotency_key.empty() || i.key != idempotency_key) continue;
    if (!i.finished) return id;
    return exists(std::to_string(id));
  }
  std::int64_t id = static_cast<std::int64_t>(imports_.size()) + 1;
  imports_[id] = {store, idempotency_key, at_ms, {}, false};
  return id;
}

Result<ImportCounts> MemoryStore::import_rows(std::uint64_t epoch, std::int64_t import,
                                              std::span<const Listing> rows) {
  std::lock_guard lock(mutex_);
  TRY(check_import(epoch, import));
  ImportCounts n;
  for (Listing l : rows) {
    std::string key = listing_key(l);
    auto at = current_.find(key);
    Kept* old = at == current_.end() ? nullptr : &listings_.at(at->second);
    if (old && content(old->listing) == content(l)) {
      old->listing.rank = l.rank;
      old->listing.downloads = l.downloads;
      if (!old->gone && old->import == import) continue;
      ++(old->gone ? n.added : n.unchanged);
      if (old->gone) old->since = changed(import, ChangeKind::kAdded, old->listing);
      old->gone = false;
      old->import = import;
      continue;
    }
    const bool was_there = old && !old->gone;
    ++(was_there ? n.changed : n.added);
    l.id = ListingId{listings_.empty() ? 1 : listings_.rbegin()->first.value + 1};
    current_[key] = l.id;
    listings_[l.id] = {l, import, changed(import, was_there ? ChangeKind::kChanged : ChangeKind::kAdded, l),
                       false};
  }
  ImportCounts& sum = imports_.at(import).counts;
  sum.added += n.added;
  sum.changed += n.changed;
  sum.unchanged += n.unchanged;
  return n;
}

Status MemoryStore::keep_listed(std::uint64_t epoch, std::int64_t import, std::span<const Listing> rows) {
  std::lock_guard lock(mutex_);
  TRY(check_import(epoch, import));
  for (const Listing& l : rows) {
    auto at = current_.find(listing_key(l));
    if (at != current_.end() && !listings_.at(at->second).gone) listings_.at(at->second).import = import;
  }
  return ok_status();
}

Result<ImportCounts> MemoryStore::finish_import(std::uint64_t epoch, std::int64_t import, Rejected rejected,
                                                std::int64_t) {
  std::lock_guard lock(mutex_);
  TRY(check_import(epoch, import));
  Import& i = imports_.at(import);
  for (const auto& [key, id] : current_) {
    if (rejected.nameless > 0) break;
    Kept& k = listings_.at(id);
    if (k.listing.store != i.store || k.import == import || k.gone) continue;
    k.gone = true;
    changed(import, ChangeKind::kGone, k.listing);
    ++i.counts.gone;
  }
  i.finished = true;
  i.counts.rejected = rejected.rows;
  i.counts.nameless = rejected.nameless;
  return i.counts;
}

Result<ImportCounts> MemoryStore::import_counts(std::int64_t import) {
  std::lock_guard lock(mutex_);
  auto i = imports_.find(import);
  if (i == imports_.end()) return not_found("no import " + std::to_string(import));
  return i->second.counts;
}

std::int64_t MemoryStore::changed(std::int64_t import, ChangeKind kind, const Listing& listing) {
  const auto id = static_cast<std::int64_t>(changes_.size()) + 1;
  changes_.push_back({id, kind, import, imports_.at(import).at_ms, listing});
  return id;
}

}  // namespace storesweep
