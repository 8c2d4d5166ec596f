// What a commit appends, puts and counts.
#include <algorithm>

#include "common/base/bytes.h"
#include "coordinator/store/postgres_rows.h"
#include "coordinator/store/postgres_waiting.h"

namespace storesweep {
namespace {
constexpr std::size_t kMostRows = 10'000;  // of one statement
constexpr int kCommitsAFold = 64;

template <class Enum>
std::int64_t number(Enum e) {
  return static_cast<std::int64_t>(e);
}
}  // namespace

// ---- appended

bool PostgresRows::add_token(const EndToken& w, std::int64_t token, bool sought) {
  std::optional<bool>* known = seen(tokens_, token);
  if (known == nullptr) return CommitRows::add_token(w, token, sought);
  if (*known) return false;
  *known = true;
  PostgresBatch& t = waiting_->tokens;
  t << token << w.job.value << w.sweep.value << number(w.kind) << number(w.reason) << w.detail;
  t.blob(w.file_set != Digest{} ? as_text(w.file_set) : std::string_view());
  t << w.device << w.worker << w.at_ms << std::int64_t{sought};
  return true;
}

bool PostgresRows::add_end(const JobEndRow& e) {
  if (ending(e.job)) return false;
  endings_[e.job.value] = e.end;
  waiting_->ends << e.job.value << e.sweep.value << number(e.end.how) << e.reason
                 << signed_of(e.end.token.epoch) << signed_of(e.end.token.n) << e.run.value << e.reused.value
                 << e.at_ms << e.plain;
  return true;
}

void PostgresRows::add_run(const RunRecord& r) {
  runs_[r.id.value] = OfRun{r.device.kind.simulated()};
  PostgresBatch& b = waiting_->runs;
  b << r.id.value << signed_of(r.token.epoch) << signed_of(r.token.n) << r.job.value << r.sweep.value
    << r.base_run.value;
  b.blob(codec::digest(r.file_set)).blob(codec::device(r.device));
  b << std::int64_t{r.device.kind.simulated()} << r.worker << number(r.depth) << std::int64_t{r.partial}
    << std::int64_t{r.transient} << r.pack_version;
  (b.blob(codec::blobs(r.blobs)).blob(codec::figures(r.figures)) << r.at_ms).blob(codec::sdks(r.sdks));
  for (const BlobRef& blob : r.blobs) waiting_->blobs.blob(codec::digest(blob.sha256)) << r.id.value;
}

void PostgresRows::add_judged(const Judged& j, const std::string& tallies) {
  const std::int64_t id = next_judgement();
  judgements_[j.job.value] = id;
  judged_[j.job.value] = j;
  PostgresBatch& b = waiting_->judged;
  b << id << j.job.value << j.sweep.value;
  b.blob(j.verdict).blob(codec::groups(j.groups)).blob(tallies).blob(codec::runs(j.runs)) << j.why << j.at_ms;
}

void PostgresRows::add_extra(const ExtraJob& e) {
  extras_[e.job.value] = e;
  PostgresBatch& b = waiting_->extras;
  b << e.job.value << number(e.kind) << e.parent.value << e.sweep.value << number(e.origin);
  b.blob(codec::texts(e.rules)) << number(e.depth) << e.base_run.value << e.not_on_device;
  if (e.on_kind) {
    b << e.on_kind->device_class << std::int64_t{e.on_kind->api};
  } else {
    b.null() << std::int64_t{0};
  }
  b.blob(codec::digest(e.file_set)) << e.idempotency_key << e.finding << e.apk_url;
}

void PostgresRows::add_closing(const Closing& c) {
  PostgresBatch& b = waiting_->closings;
  (b << c.number).blob(codec::digest(c.journal));
  b << signed_of(c.token.epoch) << signed_of(c.token.n) << c.job.value << c.at_ms;
  b.blob(codec::digest(c.before)).blob(as_text(c.key)).blob(as_text(c.signature));
  head_ = c;
}

void PostgresRows::add_jobs(SweepId sweep, std::int64_t first, std::span<const std::int64_t> listings) {
  PostgresBatch& b = waiting_->jobs;
  for (std::int64_t listing : listings) {
    b << first++ << sweep.value << listing;
    if (b.rows() == kMostRows) b.send(pg_);
  }
}

// ---- put

bool PostgresRows::put_mark(const PutMark& w) {
  const auto* shards = seen(shards_, w.sweep.value);
  if (shards == nullptr) return CommitRows::put_mark(w);
  if (!*shards || !(*shards)->contains(w.shard)) return false;
  std::int64_t& mark = marks_[{w.sweep.value, w.shard}];
  mark = std::max(mark, w.mark);
  return true;
}

void PostgresRows::put_known(const PutKnown& w) { known_[w.job] = w; }

void PostgresRows::forget_known(JobId job) {
  known_.erase(job);
  waiting_->forgotten << job.value;
}

void PostgresRows::end_extra(JobId job) { waiting_->ended_extras << job.value; }

void PostgresRows::put_app_time(const std::string& package, const RunRecord& r) {
  auto& time = app_times_[package];
  time = std::max(time, std::pair(r.id.value, r.figures.device_ms));
}

void PostgresRows::cover(const JobOrigin& of, std::int64_t at_ms) {
  const auto [first, added] = covered_.try_emplace({of.campaign.value, of.tenant.value, of.package}, at_ms);
  if (!added) first->second = std::min(first->second, at_ms);
}

// ---- counted

void PostgresRows::count_ends(SweepId sweep, EndKind how, std::int64_t n) {
  waiting_->sweep_ends << sweep.value << number(how) << n;
  counted_.insert(sweep);
}

void PostgresRows::count_tallies(SweepId sweep, int grouping, const std::string& name,
                                 const codec::Counts& change) {
  (waiting_->counters << sweep.value << std::int64_t{grouping} << name).blob(codec::counts(change));
  counted_.insert(sweep);
}

void PostgresRows::count_figures(SweepId sweep, const DeviceKind& kind, std::int64_t runs,
                                 const RunFigures& sum) {
  (waiting_->figures << sweep.value << kind.device_class << std::int64_t{kind.api} << runs)
      .blob(codec::figures(sum));
  counted_.insert(sweep);
}

// ---- going out

void PostgresRows::flush() {
  flush_put();
  Waiting& w = *waiting_;
  for (PostgresBatch* b :
       {&w.tokens, &w.ends, &w.runs, &w.blobs, &w.judged, &w.extras, &w.closings, &w.jobs, &w.ended_extras,
        &w.forgotten, &w.known, &w.app_times, &w.covered, &w.marks, &w.sweep_ends, &w.counters, &w.figures}) {
    b->send(pg_);
  }
}

void PostgresRows::flush_put() {
  for (const auto& [job, k] : known_) {
    (waiting_->known << job.value).blob(codec::digest(k.file_set)).blob(codec::needs(k.needs))
        << signed_of(k.by.epoch) << signed_of(k.by.n);
  }
  for (const auto& [package, time] : app_times_) waiting_->app_times << package << time.first << time.second;
  for (const auto& [app, at_ms] : covered_)
    waiting_->covered << std::get<0>(app) << std::get<1>(app) << std::get<2>(app) << at_ms;
  for (const auto& [shard, mark] : marks_)
    waiting_->marks << shard.first << std::int64_t{shard.second} << mark;
  known_.clear();
  app_times_.clear();
  covered_.clear();
  marks_.clear();
}

void PostgresRows::finish() {
  collect();
  flush();
  for (SweepId sweep : counted_) {
    PostgresFolds::Sweep& folded = folds_.sweeps[sweep];
    if (++folded.commits % kCommitsAFold == 0) fold(sweep, folded);
  }
}

void PostgresRows::fold(SweepId id, PostgresFolds::Sweep& folded) {
  std::map<std::int64_t, std::int64_t> ends;
  std::map<std::pair<std::string, std::int64_t>, std::pair<std::int64_t, RunFigures>> figures;
  std::map<std::pair<std::int64_t, std::string>, codec::Counts> counters;
  const auto each = [&](const char* sql, std::int64_t& last, auto row) {
    PostgresStatement* s = pg_.statement(sql);
    s->bind(1, id.value);
    s->bind(2, last);
    for (Query q(s); q.next(); row(q)) last = std::max(last, q.integer(0));
  };
  each("DELETE FROM sweep_end WHERE sweep = $1 AND id > $2 RETURNING id, how, n", folded.ends,
       [&](const Query& q) { ends[q.integer(1)] += q.integer(2); });
  each("DELETE FROM figure WHERE sweep = $1 AND id > $2 RETURNING id, device_class, api, runs, sums",
       folded.figures, [&](const Query& q) {
         auto& [runs, sums] = figures[{q.text(1), q.integer(2)}];
         runs += q.integer(3);
         codec::add(sums, codec::figures(q.view(4)));
       });
  each("DELETE FROM counter WHERE sweep = $1 AND id > $2 RETURNING id, grouping, name, counts",
       folded.counters, [&](const Query& q) {
         codec::add(counters[{q.integer(1), q.text(2)}], codec::counts(q.view(3)));
       });
  for (const auto& [how, n] : ends) count_ends(id, static_cast<EndKind>(how), n);
  for (const auto& [kind, sum] : figures)
    count_figures(id, {kind.first, static_cast<int>(kind.second)}, sum.first, sum.second);
  for (const auto& [group, counts] : counters) {
    if (!counts.empty()) count_tallies(id, static_cast<int>(group.first), group.second, counts);
  }
  flush();
}

}  // namespace storesweep
