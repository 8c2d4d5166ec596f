// The rows that the writes of one commit look up and append, in the transaction that the Db is in. Here each
// goes to the database at once; where a wire lies in between they go many at a time (postgres_rows.h). What
// is looked up shows what was appended before. Errors stick to the Db. One thread; lives as long as the
// transaction.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/store/codec.h"
#include "coordinator/store/db.h"
#include "coordinator/store/store.h"

namespace storesweep {

inline std::int64_t signed_of(std::uint64_t n) { return static_cast<std::int64_t>(n); }

// What the ending of a job of a sweep must know of it.
struct JobOrigin {
  SweepId sweep;
  std::string package;
  TenantId tenant;
  CampaignId campaign;
};
struct JobEnding {
  EndKind how = EndKind::kVerdict;
  TokenKey token;
};
struct JobEndRow {
  JobId job;
  SweepId sweep;
  JobEnding end;
  std::string_view reason;
  RunId run, reused;
  std::int64_t at_ms = 0;
  std::int64_t plain = 0;  // the verdict that it shares with others; 0: none
};

class CommitRows {
 public:
  explicit CommitRows(Db& db) : db_(db) {}
  virtual ~CommitRows() = default;
  CommitRows(const CommitRows&) = delete;
  CommitRows& operator=(const CommitRows&) = delete;

  // What the commit is going to be about.
  virtual void expect(std::span<const Write>) {}
  // Whatever has not gone out yet goes.
  virtual void finish() {}

  // ---- looked up
  virtual std::optional<JobEnding> ending(JobId job);
  virtual std::optional<JobOrigin> origin(JobId job);  // nothing: no job of a sweep
  virtual std::optional<ExtraJob> extra(JobId job);
  virtual bool has_extra(JobId job);
  virtual bool has_run(RunId run);
  virtual bool simulated(RunId run);
  virtual std::int64_t judgement(JobId job);
  virtual std::optional<Judged> last_judged(JobId job);
  virtual Closing closing_head();
  virtual std::int64_t plain_verdict(const std::string& verdict);  // its id; 0: there is none

  // ---- appended
  // False: it is there already.
  virtual bool add_token(const EndToken& w, std::int64_t number, bool sought);
  virtual bool add_end(const JobEndRow& row);
  virtual void add_run(const RunRecord& run);
  virtual void add_judged(const Judged& judged, const std::string& tallies);
  virtual void add_extra(const ExtraJob& order);
  virtual void add_closing(const Closing& closing);
  virtual std::int64_t add_plain_verdict(const std::string& verdict, const std::string& tallies);  // its id
  virtual void add_jobs(SweepId sweep, std::int64_t first, std::span<const std::int64_t> listings);

  // ---- put
  virtual bool put_mark(const PutMark& w);  // false: no such shard
  virtual std::int64_t note(const NoteReport& w);
  virtual void put_known(const PutKnown& w);
  virtual void forget_known(JobId job);
  virtual void end_extra(JobId job);
  virtual void put_app_time(const std::string& package, const RunRecord& run);
  virtual void cover(const JobOrigin& of, std::int64_t at_ms);
  virtual void set_simulated(SweepId sweep);

  // ---- counted
  virtual void count_ends(SweepId sweep, EndKind how, std::int64_t n);
  virtual void count_tallies(SweepId sweep, int grouping, const std::string& name,
                             const codec::Counts& change);
  virtual void count_figures(SweepId sweep, const DeviceKind& kind, std::int64_t runs, const RunFigures& sum);

 protected:
  bool exists(const char* sql, std::int64_t id);
  void add_run_row(const RunRecord& run);
  Db& db_;
};

}  // namespace storesweep
