// Tokens, ends, runs, judgements and their counters.
#include "coordinator/store/sqlite_writer.h"

#include "common/base/bytes.h"
#include "coordinator/store/sqlite_rows.h"

namespace storesweep {
namespace {
std::int64_t signed_of(std::uint64_t n) { return static_cast<std::int64_t>(n); }
WriteOutcome refused(std::string message) { return {WriteState::kRefused, 0, std::move(message)}; }
}  // namespace

bool SqliteWriter::exists(const char* sql, std::int64_t id) {
  Query q(db_, sql);
  q << id;
  return q.next();
}

std::optional<std::int64_t> SqliteWriter::made_before(std::string_view kind, const std::string& key) {
  if (key.empty()) return std::nullopt;
  Query q(db_, "SELECT id FROM idempotency WHERE kind = ? AND key = ?");
  q << kind << key;
  return q.next() ? std::optional(q.integer(0)) : std::nullopt;
}

void SqliteWriter::remember(std::string_view kind, const std::string& key, std::int64_t id) {
  if (key.empty()) return;
  Query q(db_, "INSERT INTO idempotency (kind, key, id) VALUES (?, ?, ?)");
  (q << kind << key << id).run();
}

WriteOutcome SqliteWriter::ended_by(JobId job, TokenKey token) {
  Query q(db_, "SELECT how, epoch, n FROM job_end WHERE job = ?");
  q << job.value;
  if (!q.next()) return {};
  bool same = q.integer(0) == static_cast<int>(EndKind::kVerdict) && token != TokenKey{} &&
              q.integer(1) == signed_of(token.epoch) && q.integer(2) == signed_of(token.n);
  return {same ? WriteState::kAlready : WriteState::kOtherEnd, 0, {}};
}

bool SqliteWriter::ended(JobId job) { return exists("SELECT 1 FROM job_end WHERE job = ?", job.value); }

std::optional<SqliteWriter::Of> SqliteWriter::of_job(JobId job) {
  Query q(db_,
          "SELECT j.sweep, l.package, l.tenant, s.campaign FROM job j JOIN listing l ON l.id = j.listing "
          "JOIN sweep s ON s.id = j.sweep WHERE j.id = ?");
  q << job.value;
  if (!q.next()) return std::nullopt;
  return Of{SweepId{q.integer(0)}, q.text(1), TenantId{q.integer(2)}, CampaignId{q.integer(3)}};
}

WriteOutcome SqliteWriter::apply(const PutMark& w) {
  Query q(db_, "UPDATE shard SET mark = max(mark, ?) WHERE sweep = ? AND shard = ?");
  (q << w.mark << w.sweep.value << std::int64_t{w.shard}).run();
  return db_.changed() == 1 ? WriteOutcome{} : refused("no such shard");
}

// Of one that nobody looks for by its job nothing stands in an index.
WriteOutcome SqliteWriter::apply(const EndToken& w) {
  const auto token = codec::token(w.token);
  if (!token) return refused("a token beyond what the store can name");
  const bool file_set = w.file_set != Digest{};
  const bool sought = !w.burial || (w.kind == FailureKind::kApp && file_set);
  {
    Query q(db_, "INSERT OR IGNORE INTO token_end VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    q << *token << w.job.value << w.sweep.value << std::int64_t{static_cast<int>(w.kind)}
      << std::int64_t{static_cast<int>(w.reason)};
    q.still(w.detail).blob(file_set ? as_text(w.file_set) : std::string_view());
    (q.still(w.device).still(w.worker) << w.at_ms << std::int64_t{sought}).run();
  }
  if (db_.changed() != 1) return {WriteState::kAlready, 0, {}};
  return {WriteState::kDone, w.burial && bury(w) ? 1 : 0, {}};
}

// False: the job has another end.
bool SqliteWriter::bury(const EndToken& w) {
  const Burial& burial = *w.burial;
  const Plain verdict = burial.verdict ? plain(burial.verdict->verdict, burial.verdict->tallies) : Plain{};
  {
    Query q(db_, "INSERT OR IGNORE INTO job_end VALUES (?, ?, ?, ?, 0, 0, 0, 0, ?, ?)");
    q << w.job.value << w.sweep.value << std::int64_t{static_cast<int>(EndKind::kBuried)};
    (q.still(burial.reason) << w.at_ms << verdict.id).run();
  }
  if (db_.changed() != 1) return false;
  if (burial.known) forget_known(w.job);
  if (is_extra(w.job)) {
    Query q(db_, "UPDATE extra SET ended = 1 WHERE job = ?");
    (q << w.job.value).run();
    return true;
  }
  ++ends_[{w.sweep, EndKind::kBuried}];
  const Burial::Groups& g = burial.groups;
  if (burial.verdict) count(w.sweep, g.store, g.region, g.category, verdict.tallies, 1);
  return true;
}

const SqliteWriter::Plain& SqliteWriter::plain(const std::string& verdict,
                                               const std::vector<Tally>& tallies) {
  if (auto at = plain_.find(verdict); at != plain_.end()) return at->second;
  const std::string encoded = codec::tallies(tallies);
  Plain& p = plain_[verdict];
  p.tallies = pattern(encoded, tallies);
  {
    Query q(db_, "SELECT id FROM plain_verdict WHERE verdict = ?");
    q.blob(verdict);
    if (q.next()) p.id = q.integer(0);
  }
  if (p.id == 0) {
    Query q(db_, "INSERT INTO plain_verdict (verdict, tallies) VALUES (?, ?)");
    q.blob(verdict).blob(encoded).run();
    p.id = db_.last_id();
  }
  return p;
}

void SqliteWriter::forget_known(JobId job) {
  Query q(db_, "DELETE FROM known WHERE job = ?");
  (q << job.value).run();
}

WriteOutcome SqliteWriter::apply(const EndJob& w) {
  std::optional<ExtraJob> extra = is_extra(w.job) ? rows::extra(db_, w.job) : std::nullopt;
  std::optional<Of> of;  // looked up where it is needed
  if (extra || w.run || w.how == EndKind::kVerdict) of = of_job(extra ? extra->parent : w.job);
  const bool known =
      is_extra(w.job) ? extra.has_value() : of || exists("SELECT 1 FROM job WHERE id = ?", w.job.value);
  if (!known) return refused("no such job");
  WriteOutcome before = ended_by(w.job, w.token);
  if (before.state != WriteState::kDone) return before;
  if (extra && !ended(extra->parent)) return refused("its parent has not ended");
  if (w.judged && w.judged->made_from && rows::judgement(db_, w.judged->job) != *w.judged->made_from) {
    return {WriteState::kStale, 0, {}};
  }
  if (w.run && exists("SELECT 1 FROM run WHERE id = ?", w.run->id.value))
    return refused("the run's id is taken");
  if (w.order && exists("SELECT 1 FROM extra WHERE job = ?", w.order->job.value)) {
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
  if (w.order) insert(*w.order);
  if (w.answer) insert(*w.answer);
  if (!extra && w.how == EndKind::kVerdict) cover(*of, w.at_ms);
  return {};
}

void SqliteWriter::insert_end(const EndJob& w, std::int64_t plain) {
  {
    Query q(db_, "INSERT INTO job_end VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    (q << w.job.value << w.sweep.value << std::int64_t{static_cast<int>(w.how)} << w.reason
       << signed_of(w.token.epoch) << signed_of(w.token.n) << (w.run ? w.run->id.value : 0) << w.reused.value
       << w.at_ms << plain)
        .run();
  }
  forget_known(w.job);
  if (!is_extra(w.job)) {
    ++ends_[{w.sweep, w.how}];
  } else {
    Query q(db_, "UPDATE extra SET ended = 1 WHERE job = ?");
    (q << w.job.value).run();
  }
}

void SqliteWriter::close_journal(const RunRecord& run, JobId job, std::int64_t at_ms, const SigningKey& key) {
  if (run.blobs.empty()) return;
  if (!last_closing_) last_closing_ = rows::closing_head(db_);
  const Closing c = next_closing(*last_closing_, run.blobs[0].sha256, run.token, job, at_ms, key);
  Query q(db_, "INSERT INTO closing VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  q << c.number;
  q.blob(codec::digest(c.journal));
  q << signed_of(c.token.epoch) << signed_of(c.token.n) << c.job.value << c.at_ms;
  q.blob(codec::digest(c.before)).blob(as_text(c.key)).blob(as_text(c.signature)).run();
  last_closing_ = c;
}

WriteOutcome SqliteWriter::apply(const KeepPack& w) {
  Query q(db_, "INSERT OR IGNORE INTO rule_pack (version, sha256, files, at_ms) VALUES (?, ?, ?, ?)");
  q << w.pack.version;
  (q.blob(codec::digest(w.pack.sha256)).blob(w.pack.files) << w.pack.at_ms).run();
  return {db_.changed() == 1 ? WriteState::kDone : WriteState::kAlready, 0, {}};
}

void SqliteWriter::cover(const Of& of, std::int64_t at_ms) {
  if (!of.campaign) return;
  Query q(db_,
          "INSERT INTO campaign_app VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
          "first_ms = min(first_ms, excluded.first_ms)");
  (q << of.campaign.value << of.tenant.value << of.package << at_ms).run();
}

void SqliteWriter::insert_run(const RunRecord& r) {
  {
    Query q(db_, "INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)");
    q << r.id.value << signed_of(r.token.epoch) << signed_of(r.token.n) << r.job.value << r.sweep.value
      << r.base_run.value;
    q.blob(codec::digest(r.file_set)).blob(codec::device(r.device));
    q << std::int64_t{r.device.kind.simulated()} << r.worker << std::int64_t{static_cast<int>(r.depth)}
      << std::int64_t{r.partial} << std::int64_t{r.transient} << r.pack_version;
    (q.blob(codec::blobs(r.blobs)).blob(codec::figures(r.figures)) << r.at_ms)
        .blob(codec::sdks(r.sdks))
        .run();
  }
  for (const BlobRef& b : r.blobs) {
    Query q(db_, "INSERT OR IGNORE INTO run_blob VALUES (?, ?)");
    (q.blob(codec::digest(b.sha256)) << r.id.value).run();
  }
}

void SqliteWriter::insert(const RunRecord& r, const std::optional<Of>& of) {
  insert_run(r);
  if (of && !r.partial) {
    Query q(db_,
            "INSERT INTO app_time VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET run = excluded.run, "
            "device_ms = excluded.device_ms WHERE excluded.run > run");
    (q << of->package << r.id.value << r.figures.device_ms).run();
  }
  Sum& sum = figures_[{r.sweep, r.device.kind.device_class, r.device.kind.api}];
  ++sum.runs;
  codec::add(sum.figures, r.figures);
}

void SqliteWriter::insert(const ExtraJob& e) {
  Query q(db_, "INSERT INTO extra VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)");
  q << e.job.value << std::int64_t{static_cast<int>(e.kind)} << e.parent.value << e.sweep.value
    << std::int64_t{static_cast<int>(e.origin)};
  q.blob(codec::texts(e.rules)) << std::int64_t{static_cast<int>(e.depth)} << e.base_run.value
                                << e.not_on_device;
  if (e.on_kind) {
    q << e.on_kind->device_class << std::int64_t{e.on_kind->api};
  } else {
    q.null() << std::int64_t{0};
  }
  (q.blob(codec::digest(e.file_set)) << e.idempotency_key << e.finding << e.apk_url).run();
}

void SqliteWriter::insert(const Judged& j, bool again) {
  const std::string tallies = codec::tallies(j.tallies);
  auto count_it = [this](const Judged& one, const std::string& encoded, std::int64_t n) {
    const Groups& g = one.groups;
    count(one.sweep, g.store, g.region, g.category, pattern(encoded, one.tallies), n);
    last_ = {};  // it names texts of this judgement
  };
  if (again) {
    if (auto old = rows::last_judged(db_, j.job)) count_it(*old, codec::tallies(old->tallies), -1);
  }
  count_it(j, tallies, 1);
  note_simulated(j);
  Query q(db_,
          "INSERT INTO judged (job, sweep, verdict, groups, tallies, runs, why, at_ms) VALUES (?, ?, ?, ?, "
          "?, ?, ?, ?)");
  q << j.job.value << j.sweep.value;
  q.blob(j.verdict).blob(codec::groups(j.groups)).blob(tallies).blob(codec::runs(j.runs));
  (q << j.why << j.at_ms).run();
}

// Most verdicts give the same tallies as many others: they are summed up as a whole and taken apart by
// write_counts().
const std::vector<Tally>* SqliteWriter::pattern(const std::string& encoded,
                                                const std::vector<Tally>& tallies) {
  return &patterns_.emplace(encoded, tallies).first->second;
}

// Developers have no counters: there are nearly as many of them as of apps, so that each commit would rewrite
// a page for each job. SqliteStore::summary() sums them up when it is asked. The texts must live as long as
// the writes of this commit.
void SqliteWriter::count(SweepId sweep, std::string_view store, std::string_view region,
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

void SqliteWriter::note_simulated(const Judged& j) {
  if (simulated_.count(j.sweep) != 0) return;
  for (RunId run : j.runs) {
    if (!exists("SELECT 1 FROM run WHERE id = ? AND simulated = 1", run.value)) continue;
    simulated_.insert(j.sweep);
    Query q(db_, "UPDATE sweep SET simulated = 1 WHERE id = ? AND simulated = 0");
    (q << j.sweep.value).run();
    return;
  }
}

void SqliteWriter::write_counts() {
  for (const auto& [key, change] : counts_) {
    const auto& [sweep, grouping, name] = key;
    codec::Counts counts;
    {
      Query q(db_, "SELECT counts FROM counter WHERE sweep = ? AND grouping = ? AND name = ?");
      q << sweep.value << std::int64_t{grouping} << name;
      if (q.next()) counts = codec::counts(q.view(0));
    }
    for (const auto& [tallies, n] : change) {
      for (const Tally& tally : *tallies) {
        if ((counts[tally] += n) == 0) counts.erase(tally);
      }
    }
    Query q(db_, "INSERT OR REPLACE INTO counter VALUES (?, ?, ?, ?)");
    (q << sweep.value << std::int64_t{grouping} << name).blob(codec::counts(counts)).run();
  }
}

void SqliteWriter::write_figures() {
  for (const auto& [key, sum] : figures_) {
    const auto& [sweep, device_class, api] = key;
    Sum whole = sum;
    {
      Query q(db_, "SELECT runs, sums FROM figure WHERE sweep = ? AND device_class = ? AND api = ?");
      q << sweep.value << device_class << std::int64_t{api};
      if (q.next()) {
        whole.runs += q.integer(0);
        codec::add(whole.figures, codec::figures(q.view(1)));
      }
    }
    Query q(db_, "INSERT OR REPLACE INTO figure VALUES (?, ?, ?, ?, ?)");
    (q << sweep.value << device_class << std::int64_t{api} << whole.runs)
        .blob(codec::figures(whole.figures))
        .run();
  }
}

void SqliteWriter::finish() {
  write_counts();
  write_figures();
  for (const auto& [key, n] : ends_) {
    Query q(db_, "INSERT INTO sweep_end VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n");
    (q << key.first.value << std::int64_t{static_cast<int>(key.second)} << n).run();
  }
}

WriteOutcome SqliteWriter::apply(const ProbeJob& w) { return ended_by(w.job, w.token); }

WriteOutcome SqliteWriter::apply(const NoteReport& w) {
  Query q(db_,
          "INSERT INTO note VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET times = times + 1 RETURNING times");
  q << signed_of(w.token.epoch) << signed_of(w.token.n) << w.job.value;
  std::int64_t times = q.next() ? q.integer(0) : 0;
  q.next();  // to the end, so that it is done
  return {WriteState::kDone, times, {}};
}

WriteOutcome SqliteWriter::apply(const Attach& w) {
  if (!ended(w.judged.job)) return refused("the job has not ended");
  if (w.judged.made_from && rows::judgement(db_, w.judged.job) != *w.judged.made_from)
    return {WriteState::kStale, 0, {}};
  for (const ExtraJob& order : w.orders) {
    if (exists("SELECT 1 FROM extra WHERE job = ?", order.job.value))
      return refused("the order's id is taken");
  }
  insert(w.judged, true);
  for (const ExtraJob& order : w.orders) insert(order);
  return {};
}

WriteOutcome SqliteWriter::apply(const OrderJob& w) {
  if (auto id = made_before("retest", w.order.idempotency_key)) return {WriteState::kAlready, *id, {}};
  if (!ended(w.order.parent)) return refused("its parent has not ended");
  if (exists("SELECT 1 FROM extra WHERE job = ?", w.order.job.value))
    return refused("the order's id is taken");
  insert(w.order);
  remember("retest", w.order.idempotency_key, w.order.job.value);
  if (w.act) insert(*w.act);
  return {WriteState::kDone, w.order.job.value, {}};
}

WriteOutcome SqliteWriter::apply(const PutKnown& w) {
  Query q(db_, "INSERT OR REPLACE INTO known VALUES (?, ?, ?, ?, ?)");
  (q << w.job.value).blob(codec::digest(w.file_set)).blob(codec::needs(w.needs));
  (q << static_cast<std::int64_t>(w.by.epoch) << static_cast<std::int64_t>(w.by.n)).run();
  return {};
}

WriteOutcome SqliteWriter::apply(const SetDraining& w) {
  Query q(db_,
          w.draining ? "INSERT OR IGNORE INTO draining VALUES (?)" : "DELETE FROM draining WHERE worker = ?");
  (q << w.worker).run();
  return {};
}

}  // namespace storesweep
