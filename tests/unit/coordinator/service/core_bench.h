// The protocol's core on a bench: every action is carried out at once on a MemoryStore, time is the test's,
// and what is said to workers is kept. One thread.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>

#include "common/evidence/verdict_codec.h"
#include "coordinator/service/core.h"
#include "coordinator/store/memory_store.h"

namespace storesweep {

class CoreBench {
 public:
  explicit CoreBench(CoreOptions options = quick()) : options_(std::move(options)) {}

  static CoreOptions quick() {
    CoreOptions o;
    o.lease_ms = 1'000;
    o.drift_ms = 10;
    o.no_device_ms = 2'000;
    o.retry_ms = 1;
    o.pack_version = "p1";
    return o;
  }
  static Device device(const std::string& identity, const std::string& device_class = "simulated",
                       int api = 28) {
    return {identity, {device_class, api}, {"x86"}, {}, false};
  }
  static Listing listing(const std::string& package) {
    Listing l;
    l.store = "shop";
    l.package = package;
    return l;
  }

  // ---- what people do
  void import(const std::vector<std::string>& packages) {
    const std::uint64_t epoch = lead_now();
    auto id = store.begin_import(epoch, "shop", "", 1);
    std::vector<Listing> rows;
    for (const std::string& p : packages) rows.push_back(listing(p));
    (void)store.import_rows(epoch, *id, rows);
    (void)store.finish_import(epoch, *id, {0, 0}, 2);
    lead();
  }
  SweepId sweep(Depth depth = Depth::kTriage) {
    StartSweep s;
    s.write.depth = depth;
    return SweepId{command(s).id};
  }
  Reply command(decltype(Command::what) what) {
    reply = {};
    feed(Command{7, std::move(what)});
    return reply;
  }
  // A new leader.
  void start() {
    auto lead = store.take_lead(9);
    core = std::make_unique<Core>(options_, *lead, *store.load(), Now{now_ms, kWall + now_ms});
  }
  // ... past its wait.
  void lead() {
    start();
    pass(options_.lease_ms + options_.drift_ms + options_.tick_ms());
  }
  void pass(std::int64_t ms) {
    for (const std::int64_t until = now_ms + ms; now_ms < until;) {
      now_ms = std::min(until, now_ms + options_.tick_ms());
      feed(Tick{now_ms});
    }
  }

  // ---- what workers do
  void hello(const std::string& worker, std::vector<Device> devices, std::vector<Spooled> spooled = {}) {
    Hello h;
    h.spooled = std::move(spooled);
    h.worker = worker;
    h.incarnation = incarnations_[worker] = ++last_incarnation_;
    h.devices = devices;
    devices_[worker] = std::move(devices);
    feed(FromWorkerEvent{worker, {h}});
  }
  // Time passes, and the worker is heard all the while.
  void stay(const std::string& worker, const std::vector<Device>& devices, std::int64_t ms) {
    for (std::int64_t past = 0; past < ms; past += options_.lease_ms / 2) {
      pass(options_.lease_ms / 2);
      hello(worker, devices);
    }
  }
  void bye(const std::string& worker) { feed(FromWorkerEvent{worker, {Bye{incarnations_[worker]}}}); }
  std::vector<LeaseOffer> ask(const std::string& worker, std::uint32_t leases = 1) {
    Ask a{incarnations_[worker], ++last_request_, leases, {}};
    for (const Device& d : devices_[worker]) a.free_devices.push_back(d.identity);
    said.clear();
    feed(FromWorkerEvent{worker, {a}});
    for (auto& [w, m] : said) {
      if (auto* g = std::get_if<Grant>(&m); g && w == worker && g->request == last_request_) return g->leases;
    }
    return {};
  }
  FileSetAnswer fetched(const Token& token, const std::string& file_set, Needs needs = {}) {
    said.clear();
    feed(FromWorkerEvent{token.worker, {Fetched{token, sha256(file_set), std::move(needs)}}});
    for (auto& [w, m] : said) {
      if (auto* f = std::get_if<FetchedAnswer>(&m)) return f->answer;
    }
    ADD_FAILURE() << "no answer to a fetch";
    return FileSetAnswer::kEnded;
  }
  void fail(const Token& token, FailureKind kind, const std::string& on) {
    Failure f;
    f.token = token;
    f.kind = kind;
    f.device = on;
    feed(FromWorkerEvent{token.worker, {f}});
  }
  std::optional<ReportAnswer> report(const LeaseOffer& offer, const Device& on, const std::string& file_set) {
    Report r;
    r.token = offer.token;
    r.file_set = sha256(file_set);
    r.device = on;
    r.depth = offer.depth;
    r.sdks = sdks;
    r.blobs = {{"journal", sha256("journal " + std::to_string(offer.token.n)), 7}};
    return report(r);
  }
  std::optional<ReportAnswer> report(const Report& r) {
    said.clear();
    feed(FromWorkerEvent{r.token.worker, {r}});
    for (auto& [w, m] : said) {
      if (auto* a = std::get_if<Answer>(&m)) return a->answer;
    }
    return std::nullopt;
  }
  // From the grant to the verdict.
  std::optional<ReportAnswer> run(const LeaseOffer& offer, const Device& on, const std::string& file_set) {
    if (!offer.file_set) {
      EXPECT_EQ(fetched(offer.token, file_set), FileSetAnswer::kRun);
    }
    feed(FromWorkerEvent{offer.token.worker, {Began{offer.token}}});
    return report(offer, on, file_set);
  }

  static Verdict clean() {
    Verdict v;
    v.pack_version = "p1";
    v.items = {{"R2.7", Level::kNotFound, {}}, {"R5.7", Level::kNotFound, {}}};
    for (int t = 1; t <= kTaskCount; ++t)
      v.rows[static_cast<std::size_t>(t - 1)] = {t, Level::kNotFound, 1, 1, {}};
    return v;
  }
  static Verdict guilty_of(const std::string& rule, Level level, Missing missing) {
    Verdict v = clean();
    for (ItemVerdict& i : v.items) {
      if (i.rule == rule) i.level = level;
    }
    Finding f;
    f.rule = rule;
    f.level = level;
    if (level == Level::kSuspected) f.missing = {missing};
    v.findings = {f};
    return v;
  }

  void feed(CoreEvent event) {
    std::deque<CoreEvent> todo;
    todo.push_back(std::move(event));
    while (!todo.empty()) {
      CoreEvent e = std::move(todo.front());
      todo.pop_front();
      for (Action& a : core->on(std::move(e), Now{now_ms, kWall + now_ms})) carry_out(a, todo);
    }
  }

  static constexpr std::int64_t kWall = 1'700'000'000'000;
  MemoryStore store;
  std::unique_ptr<Core> core;
  std::int64_t now_ms = 0;
  std::vector<std::pair<std::string, ToWorker>> said;
  std::vector<JudgeAction> judged;
  SdkList sdks;  // that every report says
  Reply reply;
  std::function<JudgedEvent(const JudgeAction&)> judge = [](const JudgeAction& a) {
    return JudgedEvent{a.id, {}, clean()};
  };

 private:
  std::uint64_t lead_now() { return core ? core->epoch() : store.take_lead(9)->epoch; }

  void carry_out(Action& action, std::deque<CoreEvent>& todo) {
    if (auto* s = std::get_if<SendAction>(&action)) said.emplace_back(s->worker, s->message);
    if (auto* c = std::get_if<CommitAction>(&action)) {
      todo.push_back(Committed{c->id, store.commit(core->epoch(), c->writes)});
    }
    if (auto* e = std::get_if<ReadEpoch>(&action)) todo.push_back(EpochRead{e->id, store.epoch()});
    if (auto* j = std::get_if<ReadJobs>(&action)) todo.push_back(JobsRead{j->id, store.jobs(j->jobs)});
    if (auto* r = std::get_if<ReadRuns>(&action)) todo.push_back(RunsRead{r->id, runs(*r)});
    if (auto* x = std::get_if<ReadResult>(&action)) todo.push_back(ResultRead{x->id, store.result(x->job)});
    if (auto* s = std::get_if<ReadSweep>(&action)) todo.push_back(SweepRead{s->id, store.sweep(s->sweep)});
    if (auto* t = std::get_if<ReadTrail>(&action))
      todo.push_back(TrailRead{t->id, store.trail_of(t->device)});
    if (auto* r = std::get_if<ReadResting>(&action)) {
      todo.push_back(RestingRead{r->id, store.resting_on(r->device, r->since, r->from)});
    }
    if (auto* b = std::get_if<CheckBlobs>(&action)) todo.push_back(BlobsChecked{b->id, true});
    if (auto* j = std::get_if<Box<JudgeAction>>(&action)) {
      judged.push_back(**j);
      todo.push_back(judge(**j));
    }
    if (auto* r = std::get_if<Reply>(&action)) reply = *r;
  }
  Result<std::vector<RunRecord>> runs(const ReadRuns& what) {
    if (!what.run)
      return what.confirming ? store.runs_confirming(what.confirming) : store.runs_of(what.file_set);
    auto run = store.run(what.run);
    return run.ok() ? std::vector<RunRecord>{*run} : std::vector<RunRecord>{};
  }

  CoreOptions options_;
  std::map<std::string, std::uint64_t> incarnations_;
  std::map<std::string, std::vector<Device>> devices_;
  std::uint64_t last_incarnation_ = 0, last_request_ = 1000;
};

// ---- what most tests name

inline const Device kA = CoreBench::device("a"), kB = CoreBench::device("b");

inline Verdict verdict_of(CoreBench& bench, JobId job) {
  return decode_verdict_untrusted(bench.store.result(job)->verdict).value_or(Verdict{});
}
inline Level level_of(const Verdict& v, const std::string& rule) {
  for (const ItemVerdict& i : v.items) {
    if (i.rule == rule) return i.level;
  }
  return Level::kNotApplicable;
}

}  // namespace storesweep
