// Tokens, ends, runs, judgements and their counters.
#include "coordinator/store/sql_writer.h"

#include "common/base/bytes.h"
#include "coordinator/store/sql_rows.h"

namespace storesweep {
namespace {
WriteOutcome refused(std::string message) { return {WriteState::kRefused, 0, std::move(message)}; }
}  // namespace

bool SqlWriter::exists(const char* sql, std::int64_t id) {
  Query q(db_, sql);
  q << id;
  return q.next();
}

std::optional<std::int64_t> SqlWriter::made_before(std::string_view kind, const std::string& key) {
  if (key.empty()) return std::nullopt;
  Query q(db_, "SELECT id FROM idempotency WHERE kind = ? AND key = ?");
  q << kind << key;
  return q.next() ? std::optional(q.integer(0)) : std::nullopt;
}

void SqlWriter::remember(std::string_view kind, const std::string& key, std::int64_t id) {
  if (key.empty()) return;
  Query q(db_, "INSERT INTO idempotency (kind, key, id) VALUES (?, ?, ?)");
  (q << kind << key << id).run();
}

WriteOutcome SqlWriter::ended_by(JobId job, TokenKey token) {
  const auto end = rows_.ending(job);
  if (!end) return {};
  const bool same = end->how == EndKind::kVerdict && token != TokenKey{} && end->token == token;
  return {same ? WriteState::kAlready : WriteState::kOtherEnd, 0, {}};
}

bool SqlWriter::ended(JobId job) { return rows_.ending(job).has_value(); }

WriteOutcome SqlWriter::apply(const PutMark& w) {
  return rows_.put_mark(w) ? WriteOutcome{} : refused("no such shard");
}

// Of one that nobody looks for by its job nothing stands in an index.
WriteOutcome SqlWriter::apply(const EndToken& w) {
  const auto token = codec::token(w.token);
  if (!token) return refused("a token beyond what the store can name");
  const bool sought = !w.burial || (w.kind == FailureKind::kApp && w.file_set != Digest{});
  if (!rows_.add_token(w, *token, sought)) return {WriteState::kAlready, 0, {}};
  return {WriteState::kDone, w.burial && bury(w) ? 1 : 0, {}};
}

// False: the job has another end.
bool SqlWriter::bury(const EndToken& w) {
  const Burial& burial = *w.burial;
  const Plain verdict = burial.verdict ? plain(burial.verdict->verdict, burial.verdict->tallies) : Plain{};
  if (!rows_.add_end({w.job, w.sweep, {EndKind::kBuried, {}}, burial.reason, {}, {}, w.at_ms, verdict.id}))
    return false;
  if (burial.known) rows_.forget_known(w.job);
  if (is_extra(w.job)) {
    rows_.end_extra(w.job);
    return true;
  }
  ++ends_[{w.sweep, EndKind::kBuried}];
  const Burial::Groups& g = burial.groups;
  if (burial.verdict) count(w.sweep, g.store, g.region, g.category, verdict.tallies, 1);
  return true;
}

const SqlWriter::Plain& SqlWriter::plain(const std::string& verdict, const std::vector<Tally>& tallies) {
  if (auto at = plain_.find(verdict); at != plain_.end()) return at->second;
  const std::string encoded = codec::tallies(tallies);
  Plain& p = plain_[verdict];
  p.tallies = pattern(encoded, tallies);
  p.id = rows_.plain_verdict(verdict);
  if (p.id == 0) p.id = rows_.add_plain_verdict(verdict, encoded);
  return p;
}

WriteOutcome SqlWriter::apply(const EndJob& w) {
  std::optional<ExtraJob> extra = is_extra(w.job) ? rows_.extra(w.job) : std::nullopt;
  const std::optional<JobOrigin> of = rows_.origin(extra ? extra->parent : w.job);
  if (!(is_extra(w.job) ? extra.has_value() : of.has_value())) return refused("no such job");
  WriteOutcome before = ended_by(w.job, w.token);
  if (before.state != WriteState::kDone) return before;
  if (extra && !ended(extra->parent)) return refused("its parent has not ended");
  if (w.judged && w.judged->made_from && rows_.judgement(w.judged->job) != *w.judged->made_from) {
    return {WriteState::kStale, 0, {}};
  }
  if (w.run && rows_.has_run(w.run->id)) return refused("the run's id is taken");
  if (w.order && rows_.has_extra(w.order->job)) {
    return refused("the order's id is taken");
  }
  // Nothing was run: its verdict is the same as many others'.
  const bool plainly = w.judged && !extra && w.how != EndKind::kVerdict;
  const Plain verdict = plainly ? plain(w.judged->verdict, w.judged->tallies) : Plain{};
  insert_end(w, verdict.id);
  if (w.run) insert(*w.run, of);
  if (w.run && w.close_with) close_journal(*w.run, w.job, w.at_ms, *w.close_with);
  // A job of a sweep is judged for the first time when it ends: there is nothing to subtract.
  if (plainly) {
    const Groups& g = w.judged->groups;
    count(w.judged->sweep, g.store, g.region, g.category, verdict.tallies, 1);
  } else if (w.judged) {
    insert(*w.judged, extra.has_value());
  }
  if (w.order) rows_.add_extra(*w.order);
  if (w.answer) insert(*w.answer);
  if (!extra && w.how == EndKind::kVerdict && of->campaign) rows_.cover(*of, w.at_ms);
  return {};
}

void SqlWriter::insert_end(const EndJob& w, std::int64_t plain) {
  rows_.add_end(
      {w.job, w.sweep, {w.how, w.token}, w.reason, w.run ? w.run->id : RunId{}, w.reused, w.at_ms, plain});
  rows_.forget_known(w.job);
  if (is_extra(w.job)) {
    rows_.end_extra(w.job);
  } else {
    ++ends_[{w.sweep, w.how}];
  }
}

void SqlWriter::close_journal(const RunRecord& run, JobId job, std::int64_t at_ms, const SigningKey& key) {
  if (run.blobs.empty()) return;
  if (!last_closing_) last_closing_ = rows_.closing_head();
  last_closing_ = next_closing(*last_closing_, run.blobs[0].sha256, run.token, job, at_ms, key);
  rows_.add_closing(*last_closing_);
}

WriteOutcome SqlWriter::apply(const KeepPack& w) {
  Query q(db_,
          "INSERT INTO rule_pack (version, sha256, files, at_ms) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING");
  q << w.pack.version;
  (q.blob(codec::digest(w.pack.sha256)).blob(w.pack.files) << w.pack.at_ms).run();
  return {db_.changed() == 1 ? WriteState::kDone : WriteState::kAlready, 0, {}};
}

void SqlWriter::insert(const RunRecord& r, const std::optional<JobOrigin>& of) {
  rows_.add_run(r);
  if (of && !r.partial) rows_.put_app_time(of->package, r);
  Sum& sum = figures_[{r.sweep, r.device.kind.device_class, r.device.kind.api}];
  ++sum.runs;
  codec::add(sum.figures, r.figures);
}

void SqlWriter::insert(const Judged& j, bool again) {
  const std::string tallies = codec::tallies(j.tallies);
  auto count_it = [this](const Judged& one, const std::string& encoded, std::int64_t n) {
    const Groups& g = one.groups;
    count(one.sweep, g.store, g.region, g.category, pattern(encoded, one.tallies), n);
    last_ = {};  // it names texts of this judgement
  };
  if (again) {
    if (auto old = rows_.last_judged(j.job)) count_it(*old, codec::tallies(old->tallies), -1);
  }
  count_it(j, tallies, 1);
  note_simulated(j);
  rows_.add_judged(j, tallies);
}

// Most verdicts give the same tallies as many others: they are summed up as a whole and taken apart by
// write_counts().
const std::vector<Tally>* SqlWriter::pattern(const std::string& encoded, const std::vector<Tally>& tallies) {
  return &patterns_.emplace(encoded, tallies).first->second;
}

// Developers have no counters: there are nearly as many of them as of apps, so that each commit would rewrite
// a page for each job. SqlStore::summary() sums them up when it is asked. The texts must live as long as
// the writes of this commit.
void SqlWriter::count(SweepId sweep, std::string_view store, std::string_view region,
                      std::string_view category, const std::vector<Tally>* tallies, std::int64_t n) {
  const bool same = last_.tallies == tallies && last_.sweep == sweep && last_.store == store &&
                    last_.region == region && last_.category == category;
  if (!same) {
    last_ = {sweep, store, region, category, tallies, {}};
    const std::pair<Grouping, std::string_view> names[] = {
        {kWhole, ""}, {kStore, store}, {kRegion, region}, {kCategory, category}};
    for (std::size_t i = 0; i < last_.counters.size(); ++i) {
      const auto& [grouping, name] = names[i];
      last_.counters[i] = &counts_[{sweep, grouping, std::string(name)}][tallies];
    }
  }
  for (std::int64_t* counter : last_.counters) *counter += n;
}

void SqlWriter::note_simulated(const Judged& j) {
  if (simulated_.count(j.sweep) != 0) return;
  for (RunId run : j.runs) {
    if (!rows_.simulated(run)) continue;
    simulated_.insert(j.sweep);
    rows_.set_simulated(j.sweep);
    return;
  }
}

void SqlWriter::write_counts() {
  for (const auto& [key, patterns] : counts_) {
    const auto& [sweep, grouping, name] = key;
    codec::Counts change;
    for (const auto& [tallies, n] : patterns) {
      for (const Tally& tally : *tallies) change[tally] += n;
    }
    rows_.count_tallies(sweep, grouping, name, change);
  }
}

void SqlWriter::finish() {
  write_counts();
  for (const auto& [key, sum] : figures_) {
    const auto& [sweep, device_class, api] = key;
    rows_.count_figures(sweep, {device_class, api}, sum.runs, sum.figures);
  }
  for (const auto& [key, n] : ends_) rows_.count_ends(key.first, key.second, n);
  rows_.finish();
}

WriteOutcome SqlWriter::apply(const ProbeJob& w) { return ended_by(w.job, w.token); }

WriteOutcome SqlWriter::apply(const NoteReport& w) { return {WriteState::kDone, rows_.note(w), {}}; }

WriteOutcome SqlWriter::apply(const Attach& w) {
  if (!ended(w.judged.job)) return refused("the job has not ended");
  if (w.judged.made_from && rows_.judgement(w.judged.job) != *w.judged.made_from)
    return {WriteState::kStale, 0, {}};
  for (const ExtraJob& order : w.orders) {
    if (rows_.has_extra(order.job)) return refused("the order's id is taken");
  }
  insert(w.judged, true);
  for (const ExtraJob& order : w.orders) rows_.add_extra(order);
  return {};
}

WriteOutcome SqlWriter::apply(const OrderJob& w) {
  if (auto id = made_before("retest", w.order.idempotency_key)) return {WriteState::kAlready, *id, {}};
  if (!ended(w.order.parent)) return refused("its parent has not ended");
  if (rows_.has_extra(w.order.job)) return refused("the order's id is taken");
  rows_.add_extra(w.order);
  remember("retest", w.order.idempotency_key, w.order.job.value);
  if (w.act) insert(*w.act);
  return {WriteState::kDone, w.order.job.value, {}};
}

WriteOutcome SqlWriter::apply(const PutKnown& w) {
  rows_.put_known(w);
  return {};
}

WriteOutcome SqlWriter::apply(const SetDraining& w) {
  Query q(db_, w.draining ? "INSERT INTO draining VALUES (?) ON CONFLICT DO NOTHING"
                          : "DELETE FROM draining WHERE worker = ?");
  (q << w.worker).run();
  return {};
}

}  // namespace storesweep
