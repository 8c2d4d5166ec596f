// Controls, quarantined devices and voided rules, in every store alike.
#include "tests/unit/coordinator/store/contract.h"

namespace storesweep::contract {
namespace {
ControlRecord control_of(std::uint64_t n, JobId job, SweepId sweep) {
  ControlRecord c;
  c.token = {1, n};
  c.job = job;
  c.sweep = sweep;
  c.probe = "org.example.probe";
  c.granted_ms = 5;
  return c;
}
EndControl ended(ControlRecord c, const RunRecord& run, ControlEnd how) {
  c.end = how;
  c.ended_ms = 9;
  c.run = run.id;
  c.device = run.device.identity;
  c.worker = "w";
  c.rules = {{"R5.7", how == ControlEnd::kBad ? ProbeOutcome::kMissed : ProbeOutcome::kSeen, {}}};
  EndControl end;
  end.control = c;
  end.run = run;
  return end;
}
RunRecord on_device(std::int64_t id, JobId job, SweepId sweep, const std::string& device) {
  RunRecord r = run_of(id, job, sweep, "file set " + std::to_string(id));
  r.device.identity = device;
  return r;
}
}  // namespace

TEST_P(Contract, a_control_is_stored_before_it_ends_once_and_counts_for_nothing) {
  import({listing("a"), listing("b")});
  const SweepId sweep = sweep_all();
  const JobId job = jobs_of(sweep)[0];
  const ControlRecord open = control_of(1, job, sweep);
  EXPECT_EQ(commit_one(PutControl{open}).state, WriteState::kDone);
  EXPECT_EQ(commit_one(PutControl{open}).state, WriteState::kAlready);
  reopen();
  auto loaded = store_->load();
  ASSERT_EQ(loaded->controls.size(), 1u);
  EXPECT_EQ(loaded->controls[0], open);
  EndControl end = ended(open, on_device(1, job, sweep, "d"), ControlEnd::kGood);
  end.close_with = std::make_shared<const SigningKey>(signing_key_from_seed(sha256("coordinator")));
  EXPECT_EQ(commit_one(Box<EndControl>(end)).state, WriteState::kDone);
  EXPECT_EQ(commit_one(Box<EndControl>(end)).state, WriteState::kAlready);
  EXPECT_EQ(commit_one(Box<EndControl>(ended(control_of(7, job, sweep), on_device(2, job, sweep, "d"),
                                             ControlEnd::kGood)))
                .state,
            WriteState::kRefused);
  reopen();
  EXPECT_EQ(store_->load()->controls.at(0), end.control);
  EXPECT_EQ(store_->load()->next_run, RunId{2});
  ASSERT_EQ(store_->closings(0, 10)->size(), 1u) << "its journal is closed once, as any other";
  EXPECT_EQ(store_->closings(0, 10)->at(0).journal, end.run->blobs[0].sha256);
  EXPECT_TRUE(store_->figures(sweep)->empty());
  EXPECT_TRUE(store_->sweep(sweep)->ended.empty());
  EXPECT_TRUE(store_->results({sweep, "", "", "", {}}, {})->rows.empty());
  EXPECT_TRUE(summary(sweep, "").empty());
  EXPECT_EQ(commit_one(ProbeJob{job, open.token}).state, WriteState::kDone);  // the job has not ended
  commit_one(Box<EndJob>(verdict_of(job, sweep, 3, run_of(2, job, sweep, "f"), Level::kNotFound)));
  EXPECT_TRUE(store_->load()->controls.empty());  // nobody asks for it any more
  ASSERT_EQ(store_->controls({})->rows.size(), 1u);
  EXPECT_EQ(store_->controls({})->rows[0], end.control);
}

TEST_P(Contract, the_last_act_on_a_device_counts_and_its_trail_is_kept) {
  import({listing("a")});
  const SweepId sweep = sweep_all();
  const JobId job = jobs_of(sweep)[0];
  const DeviceAct caught{"d", DeviceActKind::kQuarantined, RunId{2}, "", 9};
  const DeviceAct freed{"d", DeviceActKind::kFreed, RunId{2}, "flashed anew", 12};
  for (std::int64_t n : {1, 2}) {
    const ControlRecord c = control_of(static_cast<std::uint64_t>(n), job, sweep);
    EndControl end = ended(c, on_device(n, job, sweep, "d"), n == 1 ? ControlEnd::kGood : ControlEnd::kBad);
    if (n == 2) end.act = caught;
    commit({PutControl{c}, Box<EndControl>(end)});
  }
  reopen();
  ASSERT_EQ(store_->load()->quarantined, std::vector<DeviceAct>{caught});
  ASSERT_EQ(store_->load()->bad_controls.size(), 1u);
  EXPECT_FALSE(store_->load()->bad_controls[0].voided);
  commit_one(EndVoiding{{1, 2}});
  EXPECT_EQ(commit_one(EndVoiding{{1, 3}}).state, WriteState::kRefused);
  commit_one(ActOnDevice{freed});
  reopen();
  EXPECT_TRUE(store_->load()->quarantined.empty());
  EXPECT_TRUE(store_->load()->bad_controls.at(0).voided);
  const auto trail = store_->trail_of("d");
  ASSERT_EQ(trail->controls.size(), 2u);
  EXPECT_EQ(trail->controls[0].run, RunId{2});
  EXPECT_EQ(trail->acts, (std::vector<DeviceAct>{caught, freed}));
  EXPECT_TRUE(store_->trail_of("other")->controls.empty());
  const auto first = store_->controls({"", 1});
  ASSERT_TRUE(first->rows.size() == 1 && !first->next.empty());
  EXPECT_EQ(first->rows[0].run, RunId{2});
  EXPECT_EQ(store_->controls({first->next, 1})->rows.at(0).run, RunId{1});
}

TEST_P(Contract, a_result_loses_what_is_void_with_the_order_and_the_trail_in_one_piece) {
  import({listing("a"), listing("b"), listing("c")});
  const SweepId sweep = sweep_all();
  const std::vector<JobId> jobs = jobs_of(sweep);
  const auto end = [&](std::size_t i, std::int64_t run, const std::string& device) {
    RunRecord r = on_device(run, jobs[i], sweep, device);
    commit_one(
        Box<EndJob>(verdict_of(jobs[i], sweep, static_cast<std::uint64_t>(10 + run), r, Level::kNotFound)));
  };
  end(0, 1, "d");
  const ControlRecord good = control_of(1, jobs[1], sweep);
  commit(
      {PutControl{good}, Box<EndControl>(ended(good, on_device(2, jobs[1], sweep, "d"), ControlEnd::kGood))});
  end(1, 3, "d");
  end(2, 4, "e");
  EXPECT_EQ(store_->resting_on("d", RunId{2}, 0)->jobs, std::vector<JobId>{jobs[1]});
  EXPECT_EQ(store_->resting_on("d", RunId{}, 0)->jobs, (std::vector<JobId>{jobs[0], jobs[1]}));
  EXPECT_EQ(store_->resting_on("d", RunId{}, 0)->next, 0);

  VoidRules w;
  w.judged = judged_of(jobs[1], sweep, Level::kNotTested, {RunId{3}});
  w.judged.made_from = store_->result(jobs[1])->judgement;
  w.order.job = JobId{kFirstExtraJob};
  w.order.kind = JobKind::kRetest;
  w.order.origin = Origin::kControl;
  w.order.parent = jobs[1];
  w.order.sweep = sweep;
  w.order.rules = {"R5.7"};
  w.voiding = {0,           jobs[1],
               sweep,       RunId{9},
               "d",         {{"R5.7", Level::kNotFound}},
               {RunId{3}},  *w.judged.made_from,
               w.order.job, 77};
  EXPECT_EQ(commit_one(Box<VoidRules>(w)).state, WriteState::kDone);
  w.order.job = JobId{kFirstExtraJob + 1};
  EXPECT_EQ(commit_one(Box<VoidRules>(w)).state, WriteState::kStale);
  reopen();
  const auto result = store_->result(jobs[1]);
  ASSERT_EQ(result->voidings.size(), 1u);
  EXPECT_EQ(result->voidings[0].rules, w.voiding.rules);
  EXPECT_EQ(result->voidings[0].runs, w.voiding.runs);
  EXPECT_EQ(result->voidings[0].device, "d");
  EXPECT_EQ(result->voidings[0].control, RunId{9});
  EXPECT_EQ(result->voidings[0].retest, JobId{kFirstExtraJob});
  EXPECT_EQ(result->voidings[0].judgement, w.voiding.judgement);
  EXPECT_TRUE(store_->result(jobs[0])->voidings.empty());
  ASSERT_EQ(store_->load()->extras.size(), 1u);
  EXPECT_EQ(store_->load()->extras[0].origin, Origin::kControl);
}

}  // namespace storesweep::contract
