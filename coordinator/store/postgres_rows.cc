// What a commit looks up.
#include "coordinator/store/postgres_rows.h"

#include <algorithm>

#include "common/base/text.h"
#include "coordinator/store/postgres_waiting.h"
#include "coordinator/store/sql_rows.h"

namespace storesweep {
namespace {
PostgresValue array_of(const std::set<std::int64_t>& ids) {
  postgres::Column column(postgres::Column::Of::kInteger);
  for (std::int64_t id : ids) column.add(postgres::integer(id));
  return column.array();
}

PostgresValue array_of(const std::set<std::string>& list) {
  postgres::Column column(postgres::Column::Of::kBytes);
  for (const std::string& one : list) column.add(postgres::bytes(one));
  return column.array();
}

JobEnding ending_of(const Query& q) {
  return {static_cast<EndKind>(q.integer(1)),
          {static_cast<std::uint64_t>(q.integer(2)), static_cast<std::uint64_t>(q.integer(3))}};
}

Judged judged_of(const Query& q) {  // what is needed of one that another takes the place of
  Judged j;
  j.job = JobId{q.integer(0)};
  j.sweep = SweepId{q.integer(2)};
  j.groups = codec::groups(q.view(3));
  j.tallies = codec::tallies(q.view(4));
  return j;
}

template <class Map>
void none_yet(Map& all, const std::set<std::int64_t>& ids) {
  for (std::int64_t id : ids) all.try_emplace(id);
}
}  // namespace

PostgresRows::PostgresRows(PostgresDb& db, PostgresFolds& folds)
    : CommitRows(db), pg_(db), folds_(folds), waiting_(std::make_unique<Waiting>()) {
  pg_.before_statement([this](const char* sql) {
    collect();
    flush();
    if (!starts_with(sql, "SELECT")) forget();
  });
}

PostgresRows::~PostgresRows() { pg_.before_statement(nullptr); }

// ---- asking beforehand

void PostgresRows::expect(std::span<const Write> writes) {
  Ids ids;
  for (const Write& w : writes) look(ids, w);
  ask_for_jobs(ids);
  ask_for_judgements(ids);
}

void PostgresRows::look(Ids& ids, const Write& write) {
  const auto judged = [&](const Judged& j) {
    ids.jobs.insert(j.job.value);
    for (RunId run : j.runs) ids.runs.insert(run.value);
  };
  const auto again = [&](const Judged& j) {
    judged(j);
    ids.judged.insert(j.job.value);
  };
  if (const auto* end = std::get_if<Box<EndJob>>(&write)) {
    const EndJob& w = **end;
    (is_extra(w.job) ? ids.extras : ids.jobs).insert(w.job.value);
    if (is_extra(w.job)) ids.jobs.insert(w.job.value);  // its own end
    if (w.judged) is_extra(w.job) || w.judged->made_from ? again(*w.judged) : judged(*w.judged);
    if (w.judged && w.how != EndKind::kVerdict) ids.plain.insert(w.judged->verdict);
    if (w.answer) ids.jobs.insert(w.answer->job.value);
    if (w.run) ids.runs.insert(w.run->id.value);
    if (w.order) ids.extras.insert(w.order->job.value);
    ids.journal = ids.journal || (w.run && w.close_with);
  } else if (const auto* token = std::get_if<EndToken>(&write)) {
    if (const auto number = codec::token(token->token)) ids.tokens.insert(*number);
    if (token->burial) ids.jobs.insert(token->job.value);
    if (token->burial && token->burial->verdict) ids.plain.insert(token->burial->verdict->verdict);
  } else if (const auto* probe = std::get_if<ProbeJob>(&write)) {
    ids.jobs.insert(probe->job.value);
  } else if (const auto* attach = std::get_if<Attach>(&write)) {
    again(attach->judged);
    for (const ExtraJob& order : attach->orders) ids.extras.insert(order.job.value);
  } else if (const auto* rules = std::get_if<Box<VoidRules>>(&write)) {
    again((*rules)->judged);
    ids.extras.insert((*rules)->order.job.value);
  } else if (const auto* mark = std::get_if<PutMark>(&write)) {
    ids.sweeps.insert(mark->sweep.value);
  }
}

void PostgresRows::ask(const char* sql, std::optional<PostgresValue> ids,
                       std::function<void(const Query&)> row) {
  PostgresStatement* s = pg_.statement(sql);
  if (ids) s->bind_array(1, std::move(*ids));
  s->send();
  asks_.push_back({std::make_unique<Query>(s), std::move(row)});
}

void PostgresRows::ask_for_jobs(const Ids& ids) {
  none_yet(endings_, ids.jobs);
  none_yet(origins_, ids.jobs);
  none_yet(extras_, ids.extras);
  none_yet(tokens_, ids.tokens);
  none_yet(shards_, ids.sweeps);
  if (!ids.jobs.empty()) {
    ask("SELECT job, how, epoch, n FROM job_end WHERE job = ANY($1)", array_of(ids.jobs),
        [this](const Query& q) { endings_[q.integer(0)] = ending_of(q); });
    ask("SELECT j.id, j.sweep, l.package, l.tenant, s.campaign FROM job j JOIN listing l ON l.id = j.listing "
        "JOIN sweep s ON s.id = j.sweep WHERE j.id = ANY($1)",
        array_of(ids.jobs), [this](const Query& q) {
          origins_[q.integer(0)] =
              JobOrigin{SweepId{q.integer(1)}, q.text(2), TenantId{q.integer(3)}, CampaignId{q.integer(4)}};
        });
  }
  if (!ids.extras.empty()) {
    ask("SELECT " STORESWEEP_EXTRA_COLUMNS " FROM extra WHERE job = ANY($1)", array_of(ids.extras),
        [this](const Query& q) { extras_[q.integer(0)] = rows::extra(q); });
  }
  if (!ids.tokens.empty()) {
    ask("SELECT token FROM token_end WHERE token = ANY($1)", array_of(ids.tokens),
        [this](const Query& q) { tokens_[q.integer(0)] = true; });
  }
  if (!ids.sweeps.empty()) {
    ask("SELECT sweep, shard FROM shard WHERE sweep = ANY($1)", array_of(ids.sweeps), [this](const Query& q) {
      auto& shards = shards_[q.integer(0)];
      if (!shards) shards.emplace();
      shards->insert(static_cast<std::uint32_t>(q.integer(1)));
    });
  }
}

void PostgresRows::ask_for_judgements(const Ids& ids) {
  none_yet(runs_, ids.runs);
  none_yet(judgements_, ids.judged);
  none_yet(judged_, ids.judged);
  for (const std::string& verdict : ids.plain) plain_.try_emplace(verdict, 0);
  if (!ids.runs.empty()) {
    ask("SELECT id, simulated FROM run WHERE id = ANY($1)", array_of(ids.runs),
        [this](const Query& q) { runs_[q.integer(0)] = OfRun{q.integer(1) != 0}; });
  }
  if (!ids.judged.empty()) {
    ask("SELECT DISTINCT ON (job) job, id, sweep, groups, tallies FROM judged WHERE job = ANY($1) ORDER BY "
        "job, "
        "id DESC",
        array_of(ids.judged), [this](const Query& q) {
          judgements_[q.integer(0)] = q.integer(1);
          judged_[q.integer(0)] = judged_of(q);
        });
  }
  if (!ids.plain.empty()) {
    ask("SELECT id, verdict FROM plain_verdict WHERE verdict = ANY($1)", array_of(ids.plain),
        [this](const Query& q) { plain_[q.bytes(1)] = q.integer(0); });
  }
  if (ids.journal) {
    head_.emplace();
    ask("SELECT " STORESWEEP_CLOSING_COLUMNS " FROM closing ORDER BY number DESC LIMIT 1", {},
        [this](const Query& q) { head_ = rows::closing(q); });
  }
  if (!ids.runs.empty() || !ids.judged.empty()) {
    last_judgement_ = 0;
    ask("SELECT coalesce(max(id), 0) FROM judged", {},
        [this](const Query& q) { last_judgement_ = q.integer(0); });
  }
}

void PostgresRows::collect() {
  std::vector<Ask> asks = std::move(asks_);
  asks_.clear();
  for (Ask& a : asks) {
    while (a.query->next()) a.row(*a.query);
  }
}

void PostgresRows::forget() {
  endings_.clear();
  origins_.clear();
  extras_.clear();
  tokens_.clear();
  runs_.clear();
  judgements_.clear();
  judged_.clear();
  shards_.clear();
  plain_.clear();
  head_.reset();
}

// ---- looking up

std::optional<JobEnding> PostgresRows::ending(JobId job) {
  const auto* known = seen(endings_, job.value);
  return known != nullptr ? *known : CommitRows::ending(job);
}

std::optional<JobOrigin> PostgresRows::origin(JobId job) {
  const auto* known = seen(origins_, job.value);
  return known != nullptr ? *known : CommitRows::origin(job);
}

std::optional<ExtraJob> PostgresRows::extra(JobId job) {
  const auto* known = seen(extras_, job.value);
  return known != nullptr ? *known : CommitRows::extra(job);
}

bool PostgresRows::has_extra(JobId job) {
  const auto* known = seen(extras_, job.value);
  return known != nullptr ? known->has_value() : CommitRows::has_extra(job);
}

bool PostgresRows::has_run(RunId run) {
  const auto* known = seen(runs_, run.value);
  return known != nullptr ? known->has_value() : CommitRows::has_run(run);
}

bool PostgresRows::simulated(RunId run) {
  const auto* known = seen(runs_, run.value);
  return known != nullptr ? *known && (*known)->simulated : CommitRows::simulated(run);
}

std::int64_t PostgresRows::judgement(JobId job) {
  const auto* known = seen(judgements_, job.value);
  return known != nullptr ? known->value_or(0) : CommitRows::judgement(job);
}

std::optional<Judged> PostgresRows::last_judged(JobId job) {
  const auto* known = seen(judged_, job.value);
  return known != nullptr && *known ? *known : CommitRows::last_judged(job);  // it may have a plain verdict
}

Closing PostgresRows::closing_head() {
  collect();
  return head_ ? *head_ : CommitRows::closing_head();
}

std::int64_t PostgresRows::plain_verdict(const std::string& verdict) {
  collect();
  const auto at = plain_.find(verdict);
  return at != plain_.end() ? at->second : CommitRows::plain_verdict(verdict);
}

std::int64_t PostgresRows::next_judgement() {
  collect();
  if (!last_judgement_) {
    Query q(db_, "SELECT coalesce(max(id), 0) FROM judged");
    last_judgement_ = q.made();
  }
  return ++*last_judgement_;
}

}  // namespace storesweep
