// The protocol of leases, reports and ends (schemas/PROTOCOL.md) as a pure state machine: (state, event, now)
// -> actions. One Core lives for one leadership: it is made from what was loaded after the lead was taken,
// and is thrown away after StepDown. It trusts nothing that a worker says but what the token's MAC proves.
// One thread.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <unordered_map>

#include "common/model/token_mac.h"
#include "coordinator/queue/queue.h"
#include "coordinator/service/amend.h"
#include "coordinator/service/protocol.h"

namespace storesweep {

struct SdkCatalogue;

// Deliberate bugs, one for each mend of the protocol: reachable from tests alone, which show that each is
// caught.
struct Bugs {
  bool token_ends_twice = false;     // a failure that comes again counts again
  bool ack_before_commit = false;    // a report is acknowledged before it is stored
  bool extend_unproven = false;      // heartbeats are answered without a look at the epoch
  bool grant_unproven = false;       // so are requests for leases
  bool expire_before_drain = false;  // leases are judged by the clock while heartbeats lie unread
  bool wait_for_job = false;         // a twin waits for the job, not for a live lease
  bool waiters_forgotten = false;    // those that wait are freed by a verdict alone
  bool confirm_later = false;        // the confirmation is ordered after the verdict's commit
  bool confirm_anywhere = false;     // ... on any device
  bool unbegun_counts = false;       // a lease that never began costs an attempt
  bool later_token_refused = false;  // a report is refused once a later token was issued
  bool ended_unproven = false;       // "ended" is said from memory
  bool no_notes = false;             // reports that come again are opened without a note
  bool needs_free = false;           // needs that add nothing cost nothing
  bool no_device_early = false;      // "no such device" is said before the wait is over
  bool silence_counts = false;       // silence counts though nobody else lived
  bool app_per_listing = false;      // attempts of kind app belong to the listing
  bool evidence_unchecked = false;   // acknowledged without looking for the blobs
  bool mac_unchecked = false;        // any token is believed
  bool claim_unchecked = false;      // a journal is not held against its report
  bool early_proof = false;          // a commit that began before a request proves the epoch for it
  bool wrong_sweep = false;          // a second run of a reused run is booked to the sweep of that run
  bool intake_unchecked = false;     // an address takes blobs after its job's end
  bool amends_unchecked = false;     // what was committed since the standing verdict was read is lost
  bool confirms_superseded = false;  // a confirmation replaces a newer verdict
  bool control_counts = false;       // a control's run ends the job whose place it took
  bool control_unstored = false;     // a control goes out before it is stored
  bool quarantine_ignored = false;   // a device that failed a control is believed all the same
  bool voiding_forgotten = false;    // what a control makes void is not gone on with after a start
  bool voided_reused = false;        // runs that are void stand in for others
  QueueBugs queue;
};

// Of all that one token puts; a worker's own bounds are 64 MiB of journal and 64 MiB of screenshots.
inline constexpr std::uint64_t kMaxEvidenceBytes = 256u << 20;
inline constexpr const char* kSilence = "silence";  // detail of a token that ended in it

// Controls among the jobs of sweeps.
struct ControlOptions {
  std::vector<Probe> probes;  // none: no control goes out
  std::string address;        // workers fetch a probe from this + "/" + its file's name
  std::int64_t one_in = 100;  // leases of jobs that were never leased before
};

struct CoreOptions {
  std::int64_t lease_ms = 60'000;
  std::int64_t drift_ms = 2'000;  // how far clocks may run apart in a lease
  std::int64_t mark_block = 64;
  // How many ended tokens bury a job, by FailureKind.
  std::array<std::int32_t, kFailureKinds> attempts{3, 6, 12, 6, 3};
  std::int64_t retry_ms = 15'000;  // after an infrastructure failure; doubles, up to 40 times this
  std::int64_t reuse_ms = 30LL * 24 * 3600 * 1000;
  std::int64_t no_device_ms = 60'000;  // how long no device must serve a job before it is said
  // How long a request waits for work. The worker counts its lease from the sending of the request and gives
  // it up after half of one.
  std::int64_t ask_hold_ms = 15'000;
  std::int64_t gate_ms = 1'000;   // how long a report that came again waits before it is let in
  std::size_t read_ahead = 1024;  // payloads in memory
  std::string pack_version;
  std::shared_ptr<const SdkCatalogue> sdks;       // whose names count; null: none do
  std::shared_ptr<const SigningKey> closing_key;  // closes accepted journals; null: none is closed
  std::string evidence_base;                      // URL that a token's blobs go to: base + "/" + address key
  ControlOptions controls;
  Bugs bugs;

  std::int64_t heartbeat_ms() const { return std::max<std::int64_t>(lease_ms / 4, 1); }
  std::int64_t tick_ms() const { return std::max<std::int64_t>(lease_ms / 20, 1); }
};

class Core {
 public:
  Core(CoreOptions options, Lead lead, Loaded loaded, Now now);

  std::vector<Action> on(CoreEvent event, Now now);
  // A blob is about to be taken in at a token's address; kPermission when it must not be. The same one again
  // costs nothing.
  Status take_evidence(const Token& token, const Digest& sha256, std::uint64_t bytes);
  // Several at once, in this order: what they write is one commit, what they ask is one read.
  std::vector<Action> on(std::vector<CoreEvent> events, Now now);
  // When it wants a Tick, steady.
  std::int64_t next_tick_ms() const { return next_tick_ms_; }

  // ---- for status pages
  struct SweepLive {
    std::vector<ShardStatus> shards;
    std::map<std::string, std::int64_t> ended;
    std::int64_t leased = 0, waiting = 0;
    double rate_per_s = 0;
  };
  std::optional<SweepLive> sweep_live(SweepId sweep, Now now) const;
  std::vector<WorkerStatus> workers(Now now) const;
  std::vector<DeviceStatus> devices() const;
  const std::map<std::string, DeviceAct>& quarantined() const { return quarantined_; }
  // The listing's own job of a second run or a retest that has not ended; of all others the job itself.
  JobId app_of(JobId job) const;
  const std::string& stopped_why() const { return stopped_why_; }
  std::uint64_t epoch() const { return lead_.epoch; }
  std::size_t live_leases() const { return leases_.size(); }
  // Since this core was made.
  struct Counted {
    std::uint64_t expired_begun = 0, expired_unbegun = 0, overruled = 0, device_refused = 0;
  };
  const Counted& counted() const { return counted_; }

  // ---- what the simulation's invariants look at
  struct Lease {
    Token token;
    std::uint64_t incarnation = 0;
    std::int64_t granted_ms = 0, until_ms = 0;
    Stage stage = Stage::kQueued;
    bool run_answered = false;
    bool deciding = false;  // an earlier run is being looked for
    bool began = false;
    Digest file_set{};
    std::string runs_key;  // what it runs, for twins to wait for; empty: nothing yet
    std::vector<JobId> waiters;
    std::optional<Burial::Groups> groups;  // none: not known (adopted)
  };
  const std::unordered_map<JobId, Lease>& leases() const { return leases_; }
  const Queue& queue() const { return queue_; }

 private:
  struct KnownControl {
    ControlRecord record;
    bool end_stored = false;  // else its end is being decided upon or committed
  };
  struct Info {  // what is known of a job beyond its state; most jobs never have one
    Digest file_set{};
    Needs needs;
    TokenKey needs_by;
    std::array<std::int32_t, kFailureKinds> ended_tokens{};
    TokenKey closed;  // tokens up to this one are over
    TokenKey waiting_token;
    bool no_reuse = false;
    std::vector<std::string> avoid;  // Wish::avoid
    std::optional<ExtraJob> extra;
    std::shared_ptr<const JobPayload> payload;
    std::vector<KnownControl> controls;  // that took its place
  };
  struct Worker {
    std::string name;
    std::uint64_t incarnation = 0;
    std::deque<std::uint64_t> dead_incarnations;
    std::vector<Device> devices;
    bool connected = false, draining = false;
    std::int64_t since_ms = 0, heard_ms = 0, heard_wall_ms = 0;
    std::uint64_t request = 0, heartbeat = 0;
    std::vector<JobId> leases;
    std::size_t spooled = 0;
    // A late word of a process that is over. Incarnations grow: what is greater than the one that we know
    // lives.
    bool dead(std::uint64_t one) const {
      const bool named =
          std::find(dead_incarnations.begin(), dead_incarnations.end(), one) != dead_incarnations.end();
      return named && (incarnation == 0 || one < incarnation);
    }
    std::int64_t reports = 0, failures = 0, overruled = 0;
  };
  struct OpenAsk {
    std::string worker;
    Ask ask;
    std::int64_t until_ms = 0;
  };
  struct Opening {  // a report on its way to an end
    std::string worker;
    Report report;
    std::int64_t arrived_ms = 0;
    bool alone = false;
    int judge_deaths = 0;
    std::shared_ptr<const JobPayload> payload;
    RunId base;                            // a confirmation: the run it repeats
    std::optional<StoredResult> standing;  // a confirmation or retest: how its listing stands
  };
  using Then = std::function<void(const WriteOutcome&)>;

  // ---- core.cc
  void handle(FromWorkerEvent& e);
  void handle(Committed& e);
  void handle(EpochRead& e);
  void handle(JobsRead& e);
  void handle(RunsRead& e);
  void handle(ResultRead& e);
  void handle(SweepRead& e);
  void handle(TrailRead& e);
  void handle(RestingRead& e);
  void handle(BlobsChecked& e);
  void handle(JudgedEvent& e);
  template <class Event>
  void handle(Box<Event>& e) {
    handle(*e);
  }
  void handle(Tick& e);
  void handle(Command& e);
  void handle(StopLeasing& e);
  void finish_turn();
  void commit(Write write, Then then);
  void when_proven(std::function<void()> then);
  void when_committed(std::function<void()> then);
  void send(const std::string& worker, ToWorker message) { act(SendAction{worker, std::move(message)}); }
  void act(Action a) { actions_.push_back(std::move(a)); }
  void happened(std::string kind, SweepId sweep, JobId job, std::string text);
  void step_down(const std::string& why);
  void read_jobs(std::vector<JobId> jobs, std::function<void(std::vector<JobPayload>)> then);
  void read_runs(ReadRuns what, std::function<void(std::vector<RunRecord>)> then);
  void judge(JudgeAction what, std::function<void(JudgedEvent&)> then);
  bool genuine(const Token& token, const std::string& worker) const;
  Info& info(JobId job) { return info_[job]; }
  const Info* find_info(JobId job) const;
  Lease* live(const Token& token);  // the lease of this very token
  const ExtraJob* extra(JobId job) const;
  SweepId sweep_of(JobId job) const;

  // ---- workers.cc
  void hello(const std::string& worker, Hello& m);
  void heartbeat(const std::string& worker, Heartbeat& m);
  void bye(const std::string& worker, const Bye& m);
  Worker* known_worker(const std::string& worker, std::uint64_t incarnation);
  Worker& touch(const std::string& worker);
  void drop_old_incarnation(Worker& w, const Hello& m);
  void worker_gone(Worker& w);
  bool adopt(const std::string& worker, const Running& running, std::int64_t arrived_ms, bool spooled);
  bool over(const Token& token) const;
  void claim_devices(Worker& w, std::vector<Device> devices);
  void expire(std::int64_t drained_ms);
  bool others_lived(const std::string& worker, std::int64_t since_ms) const;

  // ---- grants.cc
  void ask(const std::string& worker, Ask& m);
  void serve_asks();
  bool serve(OpenAsk& ask);
  void grant(const std::string& worker, std::uint64_t request, const std::vector<JobId>& picks);
  struct Given {  // a lease on its way to the worker
    JobId job;
    TokenKey token;
    std::optional<Listing> listing;
  };
  void give(const std::string& worker, std::uint64_t request, std::vector<Given> given,
            const std::vector<JobPayload>& read);
  LeaseOffer offer(JobId job, Lease& lease, Listing listing);
  void read_ahead();
  void want_marks();
  Wish wish(JobId job) const;
  void avoid_place_of(const EndToken& failed);
  void decide_unserved(std::int64_t drained_ms);
  void no_device(JobId job, const Wish& wish);
  void no_second_device(JobId job);

  // ---- fetched.cc
  void fetched(const std::string& worker, Fetched& m);
  void began(const std::string& worker, const Began& m);
  void decide(Lease& lease, const Fetched& m);
  static Needs merge_needs(Needs known, const Needs& more);
  void look_for_run(JobId job, const Token& token);
  void drop_unbegun(JobId job, const Token& token, FileSetAnswer a);
  void make_wait(JobId job, const Token& token);
  void run_it(JobId job);
  void answer_fetched(const Token& token, FileSetAnswer a);
  std::string runs_key(JobId job, const Digest& file_set) const;
  void start_running(JobId job, Lease& lease);
  JobId twin(JobId job, const Digest& file_set) const;
  bool wait_for_twin(JobId job, const Digest& file_set);
  // The lease is over, however it ended: all that wait for it are free again. The job itself is kBusy then.
  void lease_over(JobId job, bool by_verdict);
  bool buried_by_file_set(JobId job, const Digest& file_set) const;
  std::string bury_reason(JobId job, const EndToken* more) const;
  void resolve(JobId job);
  void back_to_lane(JobId job);
  void later(JobId job, std::int64_t delay_ms);
  const RunRecord* reusable(JobId job, const std::vector<RunRecord>& runs) const;
  void not_reused(JobId job, const Status& why);
  void reuse(JobId job, const RunRecord& run);
  void reuse_confirmation(JobId job, const RunRecord& second);
  void judge_reused(JobId job, const RunRecord& first, const RunRecord& second, StoredResult standing);

  // ---- reports.cc
  void report(const std::string& worker, Report& m);
  void failure(const std::string& worker, Failure& m);
  void needs_more(const std::string& worker, NeedsMore& m);
  void probe(const std::string& worker, const Token& token, std::uint64_t sequence);
  void pump();
  void open(TokenKey key);
  void note(TokenKey key);
  void load_for(TokenKey key);
  void load_standing(TokenKey key, std::vector<RunRecord> base);
  void judge_report(TokenKey key, const std::vector<RunRecord>& base);
  std::string claim_of(const Opening& o) const;
  void refuse_journal(TokenKey key, const std::string& why);
  void judged_report(TokenKey key, JudgedEvent& e);
  void not_judged_now(TokenKey key, const std::string& why);
  void close_opening(TokenKey key);
  void answer(TokenKey key, ReportAnswer answer);
  void answer(const std::string& worker, const Token& token, std::uint64_t sequence, ReportAnswer answer);
  struct Ending {  // a token's end on its way to the store
    EndToken end;  // but for its detail
    std::optional<Answer> answer;
    std::function<void()> after;
  };
  void end_token(EndToken write, std::optional<Answer> answer, std::function<void()> after = nullptr);
  void token_ended(Ending& ending, const WriteOutcome& outcome);
  std::optional<Burial> buried_with(const EndToken& e) const;
  void evaded(const EndToken& e);
  void after_attempt(JobId job, FailureKind kind);
  Opening* opening(TokenKey key);

  // ---- controls.cc
  ControlRecord* control(JobId job, TokenKey token);  // null: it is none
  const Probe* probe_of(const ControlRecord& c) const;
  void load_controls(Loaded& loaded);
  void choose_control(JobId job, const Token& token);
  std::shared_ptr<const JobPayload> disguised_payload(const ControlRecord& c, const JobPayload& of) const;
  void send_grant(const std::string& worker, Grant grant);
  void decide_control(Lease& lease, const Fetched& m);
  void load_control(TokenKey key);
  void control_judged(TokenKey key, const Verdict& verdict);
  void end_control(TokenKey key, ControlRecord c, const Verdict& verdict, const DeviceTrail& trail);
  void control_not_run(const EndToken& e, std::optional<Answer> answer, std::function<void()> after);
  void control_left(JobId job, TokenKey token);
  void refuse_device(TokenKey key);
  bool believed(const std::string& device) const;
  bool suspect(const RunRecord& run) const;
  void voiding_wanted(const ControlRecord& bad);
  void void_more();
  void void_result(Result<StoredResult>& standing);
  void voiding_done();
  VoidRules voiding_of(const StoredResult& standing, const Unsaid& unsaid, const ControlRecord& bad);
  void command(std::uint64_t ticket, FreeDevice& c);

  // ---- ends.cc
  RunRecord run_of(const Opening& o, const Verdict& verdict);
  void end_job(EndJob end, Then then);
  FindingAct answer_of(const ExtraJob& order, const Opening& o, const Verdict& verdict) const;
  EndJob end_by_report(const Opening& o, const Verdict& verdict);
  static PlainVerdict coded(const Verdict& verdict);
  Judged judged(JobId job, SweepId sweep, const Listing& listing, PlainVerdict verdict,
                std::vector<RunId> runs, std::string why);
  std::optional<Judged> attached(const ExtraJob& order, const StoredResult& standing, const Listing& listing,
                                 std::optional<Amended> amended, std::string why);
  std::optional<ExtraJob> confirmation(JobId about, const Verdict& verdict, const RunRecord& first);
  ExtraJob second_run(JobId about, SweepId sweep, std::vector<std::string> rules, const RunRecord& first);
  std::vector<const ExtraJob*> open_confirmations() const;
  std::vector<ExtraJob> orders_for(const NewJudgement& one, const std::vector<const ExtraJob*>& open);
  void bury(JobId job, const std::string& reason, TokenKey token, const std::function<void()>& after);
  void job_ended(JobId job, SweepId sweep, EndKind how);
  void confirmation_ordered(const ExtraJob& order);
  void order_confirmation(const ExtraJob& order);
  void sweep_may_be_done(SweepId sweep);
  void with_payload(JobId job, const std::function<void(std::shared_ptr<const JobPayload>)>& then);

  // ---- sweeps.cc
  void command(std::uint64_t ticket, StartSweep& c);
  void command(std::uint64_t ticket, ChangeSweep& c);
  void command(std::uint64_t ticket, StartCampaign& c);
  void command(std::uint64_t ticket, StartRetest& c);
  void command(std::uint64_t ticket, DrainWorker& c);
  void command(std::uint64_t ticket, SayOfFinding& c);
  std::optional<FindingAct> ordered(const ExtraJob& order, std::int64_t judgement) const;
  void command(std::uint64_t ticket, AttachJudgements& c);
  void add_sweep(const SweepRecord& sweep, const std::vector<JobId>& ended,
                 std::map<std::string, std::int64_t> ended_by);
  void sweep_cancelled(SweepId sweep);
  void forget_sweep(SweepId sweep);

  CoreOptions options_;
  Counted counted_;
  Lead lead_;
  HmacSha256 mac_;
  Queue queue_;
  Now now_;
  bool over_ = false;  // stepped down
  std::int64_t hold_until_ms_ = 0, next_tick_ms_ = 0, next_unserved_ms_ = 0;
  std::int64_t drained_ms_ = 0;  // of the last Tick
  std::string stopped_why_;
  std::uint64_t next_token_ = 0, next_id_ = 0;
  RunId next_run_;
  JobId first_extra_, next_extra_;  // of this leader's own

  const std::shared_ptr<const PlainVerdict> buried_;  // the verdict of every buried job

  std::vector<Action> actions_;
  std::vector<Write> writes_;  // of this turn
  std::vector<Then> thens_;
  std::vector<std::function<void()>> proven_thens_;  // wait for this turn's commit, which proves the epoch
  std::size_t writes_before_ = 0;                    // of this turn's writes, those before this worker spoke
  struct Commit {
    std::vector<Then> thens;
    std::vector<std::function<void()>> proven;
  };
  std::unordered_map<std::uint64_t, Commit> commits_;
  std::unordered_map<std::uint64_t, std::function<void(std::vector<JobPayload>)>> job_reads_;
  std::unordered_map<std::uint64_t, std::function<void(std::vector<RunRecord>)>> run_reads_;
  std::unordered_map<std::uint64_t, std::function<void(Result<StoredResult>&)>> result_reads_;
  std::unordered_map<std::uint64_t, std::function<void(Result<SweepCounts>&)>> sweep_reads_;
  std::unordered_map<std::uint64_t, std::function<void(Result<DeviceTrail>&)>> trail_reads_;
  std::unordered_map<std::uint64_t, std::function<void(Result<RestingJobs>&)>> resting_reads_;
  std::unordered_map<std::uint64_t, std::function<void(bool)>> blob_checks_;
  std::unordered_map<std::uint64_t, std::function<void(JudgedEvent&)>> judgings_;

  // Proofs of the epoch: what needs one waits for a read that begins later.
  std::deque<std::pair<std::uint64_t, std::function<void()>>> unproven_;
  std::uint64_t proofs_begun_ = 0;
  bool proof_under_way_ = false;

  std::unordered_map<JobId, Info> info_;
  std::unordered_map<JobId, Lease> leases_;
  std::map<std::string, Worker> workers_;
  std::set<std::string> draining_;
  std::map<std::string, std::string> device_owner_;  // identity -> worker
  std::multimap<std::string, JobId> runners_;        // runs_key -> job with the live lease
  std::map<std::pair<SweepId, Digest>, std::int32_t> file_set_tokens_;
  std::map<std::string, JobId> first_of_file_set_;  // for the bug wait_for_job alone
  std::multimap<std::int64_t, JobId> later_;        // steady ms -> job to resolve then
  std::deque<OpenAsk> asks_;
  bool work_changed_ = false;
  bool look_ahead_ = true;
  bool want_marks_ = true;
  bool reading_ahead_ = false;
  std::unordered_map<JobId, Listing> listings_;  // read ahead

  std::map<TokenKey, Opening> openings_;
  std::deque<TokenKey> first_, again_;
  std::size_t opening_first_ = 0;
  bool alone_ = false;
  struct Taken {                       // at one token's address
    std::vector<std::uint64_t> names;  // the first bytes of the digests
    std::uint64_t bytes = 0;
  };
  std::unordered_map<JobId, std::map<TokenKey, Taken>> taken_;  // of open jobs
  struct HashToken {
    std::size_t operator()(const TokenKey& k) const {
      return std::hash<std::uint64_t>{}(k.n ^ k.epoch << 40);
    }
  };
  std::unordered_map<TokenKey, Ending, HashToken> ending_;

  std::map<std::string, DeviceAct> quarantined_;
  std::vector<ControlRecord> bad_controls_;  // all that ever were
  struct VoidingWork {
    ControlRecord control;
    std::deque<JobId> jobs;  // whose results are to be looked at
    std::int64_t next = 0;
    bool all_read = false;
  };
  std::deque<VoidingWork> voidings_;  // one after the other
  bool voiding_ = false;              // an answer is awaited

  std::map<SweepId, SweepRecord> sweeps_;
  std::map<SweepId, std::map<std::string, std::int64_t>> ended_by_;
  std::map<SweepId, std::deque<std::pair<std::int64_t, std::int64_t>>>
      ended_recently_;  // (10 s slot, how many)
};

}  // namespace storesweep
