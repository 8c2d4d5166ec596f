// Controls among the jobs of a sweep: what they look like, what they cost, and what a failed one does.
#include "coordinator/service/amend.h"
#include "tests/unit/coordinator/service/core_bench.h"

namespace storesweep {
namespace {
constexpr const char* kProbe = "org.example.leaky";

CoreOptions with_controls(std::int64_t one_in) {
  CoreOptions o = CoreBench::quick();
  Probe p;
  p.apk = "leaky.apk";
  p.package = kProbe;
  p.label = "Leaky";
  p.expected = {{"R5.7", Level::kViolation}};
  o.controls = {{p}, "file:///probes", one_in};
  return o;
}

// Every first lease of a job is a control: the next one is the job itself.
class Controls : public ::testing::Test {
 protected:
  void SetUp() override {
    bench_.judge = [this](const JudgeAction& a) {
      const bool seen = a.listing.package != kProbe || !blind_;
      const bool guilty = a.listing.package == kProbe || a.listing.package == "guilty";
      return JudgedEvent{a.id,
                         {},
                         guilty && seen
                             ? CoreBench::guilty_of("R5.7", Level::kSuspected, Missing::kConfirmation)
                             : CoreBench::clean()};
    };
  }
  void begin(const std::vector<std::string>& packages) {
    bench_.import(packages);
    bench_.hello("w1", {kA});
    sweep_ = bench_.sweep();
  }
  LeaseOffer next(const std::string& worker = "w1") {
    auto leases = bench_.ask(worker);
    EXPECT_EQ(leases.size(), 1u);
    return leases.empty() ? LeaseOffer{} : leases[0];
  }
  // Hands out until a job itself comes, running the controls.
  LeaseOffer next_job(const std::string& worker, const Device& on) {
    for (;;) {
      LeaseOffer o = next(worker);
      if (o.listing.package != kProbe) return o;
      bench_.run(o, on, "probe");
    }
  }

  CoreBench bench_{with_controls(1)};
  SweepId sweep_;
  bool blind_ = false;
};

TEST_F(Controls, look_like_the_job_whose_place_they_take) {
  begin({"app"});
  const LeaseOffer control = next();
  EXPECT_EQ(control.kind, JobKind::kSweep);
  EXPECT_FALSE(is_extra(control.token.job));
  EXPECT_EQ(control.sweep, sweep_);
  EXPECT_EQ(control.listing.package, kProbe);
  EXPECT_EQ(control.listing.store, "shop");
  EXPECT_EQ(control.listing.apk_url, "file:///probes/leaky.apk");
  EXPECT_TRUE(control.only_rules.empty());
  EXPECT_FALSE(control.file_set);
  const auto stored = bench_.store.all_controls();  // before it went out
  ASSERT_EQ(stored.size(), 1u);
  EXPECT_EQ(stored.begin()->second.end, ControlEnd::kOpen);
}

TEST_F(Controls, a_good_one_costs_its_job_nothing_and_counts_for_nothing) {
  begin({"app"});
  const LeaseOffer control = next();
  EXPECT_EQ(bench_.run(control, kA, "probe"), ReportAnswer::kAcknowledged);
  EXPECT_EQ(bench_.store.all_controls().begin()->second.end, ControlEnd::kGood);
  EXPECT_TRUE(bench_.store.ends().empty());
  EXPECT_TRUE(bench_.store.judgements().empty());
  EXPECT_TRUE(bench_.store.figures(sweep_)->empty());
  const LeaseOffer job = next();
  EXPECT_EQ(job.token.job, control.token.job);
  EXPECT_EQ(job.listing.package, "app");
  bench_.run(job, kA, "app");
  EXPECT_EQ(bench_.store.sweep(sweep_)->sweep.state, SweepState::kDone);
  EXPECT_EQ(bench_.store.sweep(sweep_)->ended.at("verdict"), 1);
}

TEST_F(Controls, one_that_comes_to_no_run_is_no_attempt_of_its_job) {
  begin({"app"});
  const LeaseOffer control = next();
  EXPECT_EQ(bench_.fetched(control.token, "probe"), FileSetAnswer::kRun);
  bench_.fail(control.token, FailureKind::kApp, "a");
  EXPECT_EQ(bench_.store.all_controls().begin()->second.end, ControlEnd::kNotRun);
  EXPECT_TRUE(bench_.store.tokens().empty());
  EXPECT_TRUE(bench_.core->quarantined().empty());
  EXPECT_EQ(next().listing.package, "app");
}

TEST_F(Controls, is_known_by_the_next_leader_and_answered_the_same_again) {
  begin({"app"});
  const LeaseOffer control = next();
  bench_.fetched(control.token, "probe");
  bench_.lead();
  bench_.hello("w1", {kA}, {{control.token, sha256("probe"), 1}});
  EXPECT_EQ(bench_.report(control, kA, "probe"), ReportAnswer::kAcknowledged);
  EXPECT_EQ(bench_.report(control, kA, "probe"), ReportAnswer::kAcknowledged);
  bench_.lead();
  bench_.hello("w1", {kA});
  EXPECT_EQ(bench_.report(control, kA, "probe"), ReportAnswer::kAcknowledged);
  EXPECT_EQ(bench_.store.all_controls().begin()->second.end, ControlEnd::kGood);
  EXPECT_TRUE(bench_.store.ends().empty());
  EXPECT_EQ(next().listing.package, "app");
}

TEST_F(Controls, a_failed_one_quarantines_its_device_until_somebody_attests_a_reset) {
  begin({"one", "two"});
  blind_ = true;
  bench_.run(next(), kA, "probe");
  ASSERT_EQ(bench_.core->quarantined().count("a"), 1u);
  ASSERT_TRUE(bench_.core->devices().at(0).quarantined);
  EXPECT_TRUE(bench_.ask("w1").empty());
  bench_.hello("w1", {kA, kB});
  const auto leases = bench_.ask("w1");
  ASSERT_EQ(leases.size(), 1u);
  EXPECT_EQ(leases[0].avoid_devices, std::vector<std::string>{"a"});
  bench_.lead();
  EXPECT_EQ(bench_.core->quarantined().count("a"), 1u);
  EXPECT_EQ(bench_.command(FreeDevice{"b", ""}).status.kind(), ErrorKind::kNotFound);
  EXPECT_TRUE(bench_.command(FreeDevice{"a", "flashed"}).status.ok());
  bench_.hello("w1", {kA});
  EXPECT_EQ(bench_.ask("w1").size(), 1u);
}

TEST_F(Controls, a_run_that_was_under_way_is_made_again_elsewhere) {
  begin({"one", "two"});
  const LeaseOffer job = next_job("w1", kA);
  bench_.fetched(job.token, "one");
  blind_ = true;
  bench_.run(next(), kA, "probe");
  EXPECT_EQ(bench_.report(job, kA, "one"), ReportAnswer::kAcknowledged);
  EXPECT_TRUE(bench_.store.ends().empty());
  ASSERT_EQ(bench_.store.tokens().size(), 1u);
  EXPECT_EQ(bench_.store.tokens().begin()->second.kind, FailureKind::kDevice);
}

class Voided : public Controls {
 protected:
  // Runs "one" well, then "two" after a good control, then fails the control of "three".
  void fail_at_the_third() {
    begin({"one", "two", "three"});
    first_ = next_job("w1", kA);
    bench_.run(first_, kA, "one");
    second_ = next_job("w1", kA);
    bench_.run(second_, kA, "two");
    third_ = next();
    blind_ = true;
    bench_.run(third_, kA, "probe");
    blind_ = false;
  }
  Level level(const LeaseOffer& of) { return level_of(verdict_of(bench_, of.token.job), "R5.7"); }
  LeaseOffer first_, second_, third_;
};

TEST_F(Voided, goes_back_to_the_last_good_control_and_is_run_again_elsewhere) {
  fail_at_the_third();
  EXPECT_EQ(level(first_), Level::kNotFound);
  EXPECT_EQ(level(second_), Level::kNotTested);
  EXPECT_EQ(level_of(verdict_of(bench_, second_.token.job), "R2.7"), Level::kNotFound);
  const auto stored = bench_.store.result(second_.token.job);
  ASSERT_EQ(stored->voidings.size(), 1u);
  EXPECT_EQ(stored->voidings[0].rules, (std::vector<VoidedRule>{{"R5.7", Level::kNotFound}}));
  EXPECT_EQ(stored->voidings[0].device, "a");
  bench_.hello("w2", {kB});
  const LeaseOffer again = next("w2");
  EXPECT_EQ(again.kind, JobKind::kRetest);
  EXPECT_EQ(again.only_rules, std::vector<std::string>{"R5.7"});
  EXPECT_EQ(again.not_on_device, "a");
  EXPECT_EQ(again.token.job, stored->voidings[0].retest);
  bench_.run(again, kB, "two");
  EXPECT_EQ(level(second_), Level::kNotFound);
  EXPECT_TRUE(bench_.store.all_controls().rbegin()->second.voided);
}

TEST_F(Voided, a_confirmation_of_a_void_run_says_nothing_of_the_rule) {
  begin({"guilty", "two"});
  const LeaseOffer job = next_job("w1", kA);
  bench_.run(job, kA, "guilty");
  EXPECT_EQ(level(job), Level::kSuspected);
  const LeaseOffer control = next();
  bench_.judge = [](const JudgeAction& a) { return JudgedEvent{a.id, {}, CoreBench::clean()}; };
  bench_.run(control, kA, "probe");
  EXPECT_EQ(level(job), Level::kNotTested);
  EXPECT_TRUE(verdict_of(bench_, job.token.job).findings.empty());
}

TEST_F(Voided, stays_not_tested_where_no_other_device_can_run_it) {
  fail_at_the_third();
  bench_.stay("w1", {kA}, 4'000);
  const JobId retest = bench_.store.voidings().at(0).retest;
  ASSERT_EQ(bench_.store.ends().count(retest), 1u);
  EXPECT_EQ(bench_.store.ends().at(retest).how, EndKind::kNoDevice);
  EXPECT_EQ(level(second_), Level::kNotTested);
  EXPECT_EQ(bench_.store.ends().count(third_.token.job), 0u);  // the sweep's job waits for the device
}

TEST_F(Voided, is_not_said_again_when_the_stored_runs_are_judged_anew) {
  fail_at_the_third();
  const StoredResult before = *bench_.store.result(second_.token.job);
  const auto again = [](const StoredResult& r, std::vector<Verdict> judged) {
    const std::vector<RunOrder> runs = orders_of(r);
    return fold_steps(runs, judge_steps(runs), std::move(judged), CoreBench::clean());
  };
  EXPECT_EQ(level_of(again(before, {CoreBench::clean()}), "R5.7"), Level::kNotTested);
  EXPECT_EQ(level_of(again(before, {CoreBench::clean()}), "R2.7"), Level::kNotFound);
  bench_.hello("w2", {kB});
  bench_.run(next("w2"), kB, "two");
  const StoredResult after = *bench_.store.result(second_.token.job);
  EXPECT_EQ(level_of(again(after, {CoreBench::clean(), CoreBench::clean()}), "R5.7"), Level::kNotFound);
}

TEST_F(Voided, is_gone_on_with_by_the_next_leader) {
  begin({"one"});
  const LeaseOffer job = next_job("w1", kA);
  bench_.run(job, kA, "one");
  // As a leader left it that died right after it had stored the failed control.
  RunRecord run = bench_.store.runs().rbegin()->second;
  run.id = RunId{run.id.value + 1};
  ControlRecord bad;
  bad.token = {1, 77'777};
  bad.job = job.token.job;
  bad.sweep = sweep_;
  bad.probe = kProbe;
  ControlRecord done = bad;
  done.end = ControlEnd::kBad;
  done.device = "a";
  done.run = run.id;
  done.rules = {{"R5.7", ProbeOutcome::kMissed, {}}};
  const std::vector<Write> writes = {PutControl{bad},
                                     Box<EndControl>(EndControl{done, run, nullptr, std::nullopt})};
  ASSERT_EQ(bench_.store.commit(bench_.core->epoch(), writes).state, CommitState::kCommitted);
  EXPECT_EQ(level(job), Level::kNotFound);
  bench_.lead();
  EXPECT_EQ(level(job), Level::kNotTested);
  EXPECT_TRUE(bench_.store.all_controls().at(bad.token).voided);
  ASSERT_EQ(bench_.store.voidings().size(), 1u);
  bench_.lead();
  EXPECT_EQ(bench_.store.voidings().size(), 1u);
}

}  // namespace
}  // namespace storesweep
