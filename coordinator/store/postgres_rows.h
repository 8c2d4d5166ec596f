// CommitRows over a wire. What the commit is going to look up is asked for in one go, behind the lock that
// begins it; what it appends waits in columns and goes out in one go with COMMIT: two round trips, however
// many writes. What nobody foresaw is looked up singly. Before any other statement of the transaction what
// waits goes out; one that writes also makes it forget what it has looked up.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <unordered_map>

#include "coordinator/store/commit_rows.h"
#include "coordinator/store/postgres_batch.h"
#include "coordinator/store/postgres_db.h"

namespace storesweep {

// Counters are appended to; after some commits the rows of a sweep are folded together. What was folded is
// dead and is not looked at again, however long some old transaction keeps it from being cleared away. Of a
// store; under the lock of its writer.
struct PostgresFolds {
  struct Sweep {
    int commits = 0;
    std::int64_t ends = 0, figures = 0, counters = 0;  // rows up to these ids were folded
  };
  std::map<SweepId, Sweep> sweeps;
};

class PostgresRows final : public CommitRows {
 public:
  PostgresRows(PostgresDb& db, PostgresFolds& folds);
  ~PostgresRows() override;

  void expect(std::span<const Write> writes) override;
  void finish() override;

  std::optional<JobEnding> ending(JobId job) override;
  std::optional<JobOrigin> origin(JobId job) override;
  std::optional<ExtraJob> extra(JobId job) override;
  bool has_extra(JobId job) override;
  bool has_run(RunId run) override;
  bool simulated(RunId run) override;
  std::int64_t judgement(JobId job) override;
  std::optional<Judged> last_judged(JobId job) override;
  Closing closing_head() override;
  std::int64_t plain_verdict(const std::string& verdict) override;

  bool add_token(const EndToken& w, std::int64_t number, bool sought) override;
  bool add_end(const JobEndRow& row) override;
  void add_run(const RunRecord& run) override;
  void add_judged(const Judged& judged, const std::string& tallies) override;
  void add_extra(const ExtraJob& order) override;
  void add_closing(const Closing& closing) override;
  void add_jobs(SweepId sweep, std::int64_t first, std::span<const std::int64_t> listings) override;

  bool put_mark(const PutMark& w) override;
  void put_known(const PutKnown& w) override;
  void forget_known(JobId job) override;
  void end_extra(JobId job) override;
  void put_app_time(const std::string& package, const RunRecord& run) override;
  void cover(const JobOrigin& of, std::int64_t at_ms) override;

  void count_ends(SweepId sweep, EndKind how, std::int64_t n) override;
  void count_tallies(SweepId sweep, int grouping, const std::string& name,
                     const codec::Counts& change) override;
  void count_figures(SweepId sweep, const DeviceKind& kind, std::int64_t runs,
                     const RunFigures& sum) override;

 private:
  // What is known of each id that was asked for.
  template <class T>
  using Seen = std::unordered_map<std::int64_t, std::optional<T>>;
  struct Ids {
    std::set<std::int64_t> jobs, extras, tokens, runs, judged, sweeps;
    std::set<std::string> plain;
    bool journal = false;
  };
  struct Ask {
    std::unique_ptr<Query> query;
    std::function<void(const Query&)> row;
  };
  struct OfRun {
    bool simulated = false;
  };

  void look(Ids& ids, const Write& write);
  void ask(const char* sql, std::optional<PostgresValue> ids, std::function<void(const Query&)> row);
  void ask_for_jobs(const Ids& ids);
  void ask_for_judgements(const Ids& ids);
  void collect();  // what was asked for
  void flush();    // what waits
  void flush_put();
  void forget();
  void fold(SweepId id, PostgresFolds::Sweep& folded);
  std::int64_t next_judgement();
  // The value of an id that was asked for; null: it was not.
  template <class T>
  std::optional<T>* seen(Seen<T>& all, std::int64_t id) {
    collect();
    auto at = all.find(id);
    return at == all.end() ? nullptr : &at->second;
  }

  PostgresDb& pg_;
  PostgresFolds& folds_;
  std::vector<Ask> asks_;

  Seen<JobEnding> endings_;
  Seen<JobOrigin> origins_;
  Seen<ExtraJob> extras_;
  Seen<bool> tokens_;
  Seen<OfRun> runs_;
  Seen<std::int64_t> judgements_;
  Seen<Judged> judged_;
  Seen<std::set<std::uint32_t>> shards_;  // of sweeps
  std::unordered_map<std::string, std::int64_t> plain_;
  std::optional<Closing> head_;
  std::optional<std::int64_t> last_judgement_;

  struct Waiting;  // the columns
  std::unique_ptr<Waiting> waiting_;
  std::map<JobId, PutKnown> known_;
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> app_times_;  // package -> run, milliseconds
  std::map<std::tuple<std::int64_t, std::int64_t, std::string>, std::int64_t> covered_;
  std::map<std::pair<std::int64_t, std::uint32_t>, std::int64_t> marks_;
  std::set<SweepId> counted_;
};

}  // namespace storesweep
