// Applies the writes of one commit, in the transaction that its Db is in. What most commits are made of goes
// by CommitRows, the rest straight to the database. Counters are summed up in memory and written once, by
// finish(). Each write is first checked and then applied, so that a refused one leaves nothing. One thread;
// lives as long as the transaction.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>

#include "coordinator/store/commit_rows.h"

namespace storesweep {

class SqlWriter {
 public:
  SqlWriter(Db& db, CommitRows& rows) : db_(db), rows_(rows) {}

  WriteOutcome apply(const PutMark& w);
  WriteOutcome apply(const EndToken& w);
  WriteOutcome apply(const Box<EndJob>& w) { return apply(*w); }
  WriteOutcome apply(const EndJob& w);
  WriteOutcome apply(const ProbeJob& w);
  WriteOutcome apply(const NoteReport& w);
  WriteOutcome apply(const Attach& w);
  WriteOutcome apply(const OrderJob& w);
  WriteOutcome apply(const PutKnown& w);
  WriteOutcome apply(const CreateSweep& w);
  WriteOutcome apply(const SetSweep& w);
  WriteOutcome apply(const SetShard& w);
  WriteOutcome apply(const CancelSweep& w);
  WriteOutcome apply(const CreateCampaign& w);
  WriteOutcome apply(const SetDraining& w);
  WriteOutcome apply(const ActOnFinding& w);
  WriteOutcome apply(const KeepPack& w);
  WriteOutcome apply(const PutControl& w);
  WriteOutcome apply(const Box<EndControl>& w);
  WriteOutcome apply(const ActOnDevice& w);
  WriteOutcome apply(const Box<VoidRules>& w);
  WriteOutcome apply(const EndVoiding& w);
  void finish();

 private:
  enum Grouping { kWhole, kStore, kRegion, kCategory = 4 };
  bool exists(const char* sql, std::int64_t id);
  std::optional<std::int64_t> made_before(std::string_view kind, const std::string& key);
  void remember(std::string_view kind, const std::string& key, std::int64_t id);
  WriteOutcome ended_by(JobId job, TokenKey token);
  bool ended(JobId job);
  std::optional<SweepState> state_of(SweepId sweep);
  void insert(const RunRecord& run, const std::optional<JobOrigin>& of);
  void insert(const DeviceAct& act);
  void insert(const Voiding& voiding);
  std::int64_t insert(const FindingAct& act);
  void insert(const Judged& judged, bool again);
  void insert_end(const EndJob& w, std::int64_t plain);
  void close_journal(const RunRecord& run, JobId job, std::int64_t at_ms, const SigningKey& key);
  bool bury(const EndToken& w);
  // A verdict that many jobs share, by its content.
  struct Plain {
    std::int64_t id = 0;
    const std::vector<Tally>* tallies = nullptr;
  };
  const Plain& plain(const std::string& verdict, const std::vector<Tally>& tallies);
  const std::vector<Tally>* pattern(const std::string& encoded, const std::vector<Tally>& tallies);
  void count(SweepId sweep, std::string_view store, std::string_view region, std::string_view category,
             const std::vector<Tally>* tallies, std::int64_t n);
  void note_simulated(const Judged& judged);
  void write_counts();
  // of CreateSweep
  struct Chosen {
    std::uint32_t shard = 0;
    std::int64_t expected = 0;
    std::int64_t listing = 0;
  };
  std::vector<Chosen> choose(const Selection& selection, std::int64_t since, std::uint32_t shards);
  std::int64_t swept_until(const std::string& store);
  SweepId insert_sweep(const CreateSweep& w, std::int64_t since, std::int64_t total);
  void insert_jobs(SweepId sweep, const std::vector<Chosen>& chosen);

  Db& db_;
  CommitRows& rows_;
  std::unordered_map<std::string, Plain> plain_;        // by their verdict
  std::map<std::string, std::vector<Tally>> patterns_;  // by their encoding
  std::map<std::tuple<SweepId, int, std::string>, std::map<const std::vector<Tally>*, std::int64_t>> counts_;
  struct Counted {  // what was counted last: mostly the next one counts for the same
    SweepId sweep;
    std::string_view store, region, category;
    const std::vector<Tally>* tallies = nullptr;
    std::array<std::int64_t*, 4> counters{};
  };
  Counted last_;
  std::optional<Closing> last_closing_;  // of the chain, once it was looked for
  std::map<std::pair<SweepId, EndKind>, std::int64_t> ends_;
  struct Sum {
    std::int64_t runs = 0;
    RunFigures figures;
  };
  std::map<std::tuple<SweepId, std::string, int>, Sum> figures_;
  std::set<SweepId> simulated_;
};

}  // namespace storesweep
