#include <algorithm>
#include <set>

#include "coordinator/store/memory_store.h"
#include "coordinator/store/sqlite_store.h"
#include "tests/unit/coordinator/store/contract.h"
#include "tests/unit/temporary_folder.h"

namespace storesweep::contract {

const std::vector<Maker>& makers() {
  static const std::vector<Maker> kAll = {
      {"Memory", [](const std::string&) { return std::make_unique<MemoryStore>(); }, false},
      {"Sqlite",
       [](const std::string& folder) -> std::unique_ptr<Store> {
         SeededRandom random(1);
         auto store = SqliteStore::open(folder + "/store.sqlite", random);
         EXPECT_TRUE(store.ok()) << store.status().text();
         return store.ok() ? std::move(*store) : nullptr;
       },
       true},
  };
  return kAll;
}

Listing listing(const std::string& package, const std::string& store, std::int64_t downloads) {
  Listing l;
  l.store = store;
  l.package = package;
  l.label = "App " + package;
  l.developer = "Dev";
  l.region = "北京";
  l.category = "tools";
  l.version_name = "1.0";
  l.downloads = downloads;
  l.permissions = {{"android.permission.CAMERA", "拍照"}, {"p.X", ""}};
  return l;
}

RunRecord run_of(std::int64_t id, JobId job, SweepId sweep, const std::string& file_set) {
  RunRecord r;
  r.id = RunId{id};
  r.token = {1, static_cast<std::uint64_t>(id)};
  r.job = job;
  r.sweep = sweep;
  r.file_set = sha256(file_set);
  r.device = {"serial", {"emulator", 28}, {"x86"}, {"camera"}, true};
  r.worker = "w1";
  r.pack_version = "p1";
  r.blobs = {{"journal", sha256("journal " + file_set), 100}, {"screen", sha256("shared"), 7}};
  r.figures.phase_ms[3] = 11;
  r.figures.device_ms = 5000 + id;
  r.figures.crashes = 1;
  r.at_ms = 1000 + id;
  return r;
}

Judged judged_of(JobId job, SweepId sweep, Level level, std::vector<RunId> runs) {
  Judged j;
  j.job = job;
  j.sweep = sweep;
  j.verdict =
      std::string("verdict\0of ", 11) + std::to_string(job.value) + std::to_string(static_cast<int>(level));
  j.groups = {"shop", "北京", "Dev", "tools"};
  j.tallies = {{1, "", level}, {1, "R1.3", level}, {5, "", Level::kNotFound}};
  j.runs = std::move(runs);
  j.why = "first";
  j.at_ms = 5;
  return j;
}

EndJob verdict_of(JobId job, SweepId sweep, std::uint64_t n, std::optional<RunRecord> run, Level level) {
  EndJob e;
  e.job = job;
  e.sweep = sweep;
  e.token = {1, n};
  e.judged = judged_of(job, sweep, level, run ? std::vector<RunId>{run->id} : std::vector<RunId>{});
  e.run = std::move(run);
  e.at_ms = 100 + static_cast<std::int64_t>(n);
  return e;
}

TEST_P(Contract, each_lead_has_an_epoch_of_its_own_and_the_secret_stays) {
  auto first = store_->take_lead(1);
  reopen();
  auto second = store_->take_lead(0xffffffffffffffffULL);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(second->epoch, first->epoch + 1);
  EXPECT_EQ(second->incarnation, 0xffffffffffffffffULL);
  EXPECT_EQ(second->secret, first->secret);
  EXPECT_EQ(first->secret.size(), 32U);
  EXPECT_EQ(store_->epoch().value_or(0), second->epoch);
}

TEST_P(Contract, an_old_epoch_writes_nothing) {
  import({listing("a")});
  std::uint64_t old = epoch_;
  lead();
  SetDraining w{"worker", true};
  std::vector<Write> writes{w};
  EXPECT_EQ(store_->commit(old, writes).state, CommitState::kNotLeader);
  EXPECT_TRUE(store_->load()->draining.empty());
  EXPECT_EQ(store_->begin_import(old, "shop", "", 1).status().kind(), ErrorKind::kPermission);
  EXPECT_EQ(store_->expire_evidence(old, 1).status().kind(), ErrorKind::kPermission);
}

TEST_P(Contract, a_sweep_is_one_range_of_jobs_in_shards_longest_first) {
  std::vector<Listing> rows;
  for (int i = 0; i < 40; ++i) {
    rows.push_back(listing("p" + std::to_string(i)));
    rows.back().apk_bytes = (i * 7919) % 40 * 1'000'000;
  }
  import(rows);
  SweepId id = sweep_all(4);
  auto counts = store_->sweep(id);
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(counts->sweep.total, 40);
  EXPECT_EQ(counts->sweep.name, "nightly");
  ASSERT_EQ(counts->sweep.shards.size(), 4U);
  std::vector<JobId> ids = jobs_of(id);
  EXPECT_EQ(ids.size(), 40U);
  auto payloads = store_->jobs(ids);
  ASSERT_TRUE(payloads.ok());
  ASSERT_EQ(payloads->size(), 40U);
  for (std::size_t i = 0; i + 1 < payloads->size(); ++i) {
    const Listing &a = (*payloads)[i].listing, &b = (*payloads)[i + 1].listing;
    EXPECT_LE(shard_of(a.package, 4), shard_of(b.package, 4));
    if (shard_of(a.package, 4) == shard_of(b.package, 4)) {
      EXPECT_GE(a.apk_bytes, b.apk_bytes);
    }
  }
  std::vector<JobId> unknown{JobId{9999}};
  EXPECT_TRUE(store_->jobs(unknown)->empty());
}

TEST_P(Contract, a_selection_chooses_store_top_list_and_changed) {
  import({listing("a", "shop", 10), listing("b", "shop", 30), listing("c", "shop", 20)});
  import({listing("a", "market", 5)}, "market");
  auto chosen = [&](Selection s) {
    CreateSweep c;
    c.selection = std::move(s);
    WriteOutcome o = commit_one(c);
    std::set<std::string> out;
    if (o.state != WriteState::kDone) return out;
    for (const JobPayload& p : payloads(SweepId{o.value})) {
      out.insert(p.listing.store + "/" + p.listing.package);
    }
    return out;
  };
  using Kind = Selection::Kind;
  EXPECT_EQ(chosen({Kind::kStore, "market", 0, {}}), (std::set<std::string>{"market/a"}));
  EXPECT_EQ(chosen({Kind::kTop, "", 2, {}}), (std::set<std::string>{"shop/b", "shop/c"}));
  EXPECT_EQ(chosen({Kind::kList, "", 0, {"a", "zzz"}}), (std::set<std::string>{"shop/a", "market/a"}));
  EXPECT_EQ(chosen({Kind::kAll, "", 0, {}}).size(), 4U);
  EXPECT_EQ(chosen({Kind::kChanged, "", 0, {}}), std::set<std::string>{});
  Listing b = listing("b", "shop", 30);
  b.version_name = "2.0";
  import({listing("a", "shop", 10), b, listing("new")});
  EXPECT_EQ(chosen({Kind::kChanged, "", 0, {}}), (std::set<std::string>{"shop/b", "shop/new"}));
}

// No app may be lost between sweeps: a part of the stock, or a sweep that was cancelled, has held nothing.
TEST_P(Contract, what_is_new_or_changed_is_reckoned_from_whole_sweeps_that_were_not_cancelled) {
  using Kind = Selection::Kind;
  auto start = [&](Kind kind) {
    CreateSweep c;
    c.selection = {kind, "", 1, {"a"}};
    return commit_one(c);
  };
  auto packages = [&](const WriteOutcome& o) {
    std::set<std::string> out;
    if (o.state != WriteState::kDone) return out;
    for (const JobPayload& p : payloads(SweepId{o.value})) out.insert(p.listing.package);
    return out;
  };
  import({listing("a"), listing("b")});
  start(Kind::kTop);
  start(Kind::kList);
  EXPECT_EQ(packages(start(Kind::kChanged)), (std::set<std::string>{"a", "b"}));
  import({listing("a"), listing("b"), listing("c")});
  const WriteOutcome second = start(Kind::kChanged);
  EXPECT_EQ(packages(second), (std::set<std::string>{"c"}));
  import({listing("a"), listing("b"), listing("c"), listing("d")});
  EXPECT_EQ(packages(start(Kind::kChanged)), (std::set<std::string>{"d"}));
  commit_one(CancelSweep{SweepId{second.value}, 1});
  EXPECT_EQ(packages(start(Kind::kChanged)), (std::set<std::string>{"c", "d"}));
  EXPECT_EQ(packages(start(Kind::kChanged)), std::set<std::string>{});
}

TEST_P(Contract, what_an_import_brings_after_a_sweep_began_is_in_the_next_one) {
  using Kind = Selection::Kind;
  auto import = store_->begin_import(epoch_, "shop", "", 1);
  std::vector<Listing> first{listing("a")}, rest{listing("b")};
  ASSERT_TRUE(store_->import_rows(epoch_, *import, first).ok());
  CreateSweep c;
  EXPECT_EQ(commit_one(c).state, WriteState::kDone);  // in the middle of the import
  ASSERT_TRUE(store_->import_rows(epoch_, *import, rest).ok());
  ASSERT_TRUE(store_->finish_import(epoch_, *import, {0, 0}, 2).ok());
  c.selection.kind = Kind::kChanged;
  const WriteOutcome changed = commit_one(c);
  ASSERT_EQ(changed.state, WriteState::kDone) << changed.message;
  EXPECT_EQ(payloads(SweepId{changed.value}).at(0).listing.package, "b");
}

TEST_P(Contract, a_sweeps_key_counts_once_and_bad_sweeps_are_refused) {
  CreateSweep c;
  c.idempotency_key = "night 1";
  EXPECT_EQ(commit_one(c).state, WriteState::kRefused);
  import({listing("a")});
  WriteOutcome first = commit_one(c), second = commit_one(c);
  EXPECT_EQ(first.state, WriteState::kDone);
  EXPECT_EQ(second.state, WriteState::kAlready);
  EXPECT_EQ(second.value, first.value);
  CreateSweep none = c;
  none.idempotency_key = "", none.shards = 0;
  EXPECT_EQ(commit_one(none).state, WriteState::kRefused);
  none.shards = 1, none.campaign = CampaignId{5};
  EXPECT_EQ(commit_one(none).state, WriteState::kRefused);
}

TEST_P(Contract, the_first_report_of_a_genuine_token_ends_a_job_and_no_other) {
  import({listing("a"), listing("b")});
  SweepId s = sweep_all();
  std::vector<JobId> j = jobs_of(s);
  EXPECT_EQ(commit_one(ProbeJob{j[0], {1, 1}}).state, WriteState::kDone);
  EndJob end = verdict_of(j[0], s, 1, run_of(1, j[0], s, "fs"), Level::kSuspected);
  EXPECT_EQ(commit_one(end).state, WriteState::kDone);
  reopen();
  EXPECT_EQ(commit_one(end).state, WriteState::kAlready);
  EndJob other = verdict_of(j[0], s, 2, run_of(2, j[0], s, "fs"), Level::kNotFound);
  EXPECT_EQ(commit_one(other).state, WriteState::kOtherEnd);
  EXPECT_EQ(commit_one(ProbeJob{j[0], {1, 1}}).state, WriteState::kAlready);
  EXPECT_EQ(commit_one(ProbeJob{j[0], {1, 2}}).state, WriteState::kOtherEnd);
  auto r = store_->result(j[0]);
  ASSERT_TRUE(r.ok());
  EXPECT_EQ(r->verdict, end.judged->verdict);
  EXPECT_EQ(r->end, EndKind::kVerdict);
  EXPECT_EQ(r->ended_ms, end.at_ms);
  ASSERT_TRUE(r->run);
  EXPECT_EQ(r->run->device.identity, "serial");
  EXPECT_EQ(r->run->device.features, std::vector<std::string>{"camera"});
  EXPECT_EQ(r->run->figures, end.run->figures);
  ASSERT_EQ(r->run->blobs.size(), 2U);
  EXPECT_EQ(r->run->blobs[0].sha256, end.run->blobs[0].sha256);
  EXPECT_EQ(r->run->token, (TokenKey{1, 1}));
  EXPECT_EQ(store_->result(j[1]).status().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(store_->run(RunId{2}).status().kind(), ErrorKind::kNotFound);
}

TEST_P(Contract, one_bad_write_never_sinks_the_others_of_its_batch) {
  import({listing("a"), listing("b"), listing("c")});
  SweepId s = sweep_all();
  std::vector<JobId> j = jobs_of(s);
  EndJob taken = verdict_of(j[1], s, 2, run_of(1, j[1], s, "x"), Level::kSuspected);
  auto out = commit({verdict_of(j[0], s, 1, run_of(1, j[0], s, "fs"), Level::kSuspected), taken,
                     EndJob{.job = JobId{9999}, .sweep = s}, PutMark{s, 7, 3},
                     verdict_of(j[2], s, 3, run_of(3, j[2], s, "y"), Level::kSuspected)});
  EXPECT_EQ(out[0].state, WriteState::kDone);
  EXPECT_EQ(out[1].state, WriteState::kRefused);
  EXPECT_EQ(out[2].state, WriteState::kRefused);
  EXPECT_EQ(out[3].state, WriteState::kRefused);
  EXPECT_EQ(out[4].state, WriteState::kDone);
  EXPECT_EQ(store_->result(j[1]).status().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(store_->sweep(s)->ended.at("verdict"), 2);
  EXPECT_EQ((summary(s, "")["/1/suspected"]), 2);
}

TEST_P(Contract, a_token_ends_once) {
  import({listing("a")});
  SweepId s = sweep_all();
  EndToken t{{1, 5}, jobs_of(s)[0], s, FailureKind::kApp, FailureReason::kInstall, "why", sha256("fs"),
             "d",    "w",           9};
  EXPECT_EQ(commit_one(t).state, WriteState::kDone);
  EXPECT_EQ(commit_one(t).state, WriteState::kAlready);
}

TEST_P(Contract, the_last_token_of_a_job_buries_it_unless_it_has_another_end) {
  import({listing("a"), listing("b"), listing("c")});
  SweepId s = sweep_all(1);
  std::vector<JobId> j = jobs_of(s);
  auto plain =
      std::make_shared<const PlainVerdict>(PlainVerdict{"nothing was run", {{1, "", Level::kNotTested}}});
  auto last_of = [&](JobId job, std::uint64_t n, FailureKind kind) {
    EndToken t{{1, n}, job, s, kind, FailureReason::kFetch, "why", sha256("fs"), "d", "w", 9};
    t.burial = Burial{"INFRASTRUCTURE", plain, {"shop", "北京", "tools"}, true};
    return t;
  };
  const EndToken first = last_of(j[0], 5, FailureKind::kInfrastructure);
  auto out = commit({PutKnown{j[0], sha256("fs"), {}}, first, last_of(j[1], 6, FailureKind::kApp),
                     verdict_of(j[2], s, 4, run_of(1, j[2], s, "x"), Level::kSuspected),
                     last_of(j[2], 7, FailureKind::kInfrastructure)});
  EXPECT_EQ(out[1].value + out[2].value, 2);
  EXPECT_EQ(out[4].state, WriteState::kDone);
  EXPECT_EQ(out[4].value, 0);
  EXPECT_EQ(commit_one(first).state, WriteState::kAlready);
  reopen();
  auto r = store_->result(j[0]);
  ASSERT_TRUE(r.ok() && r->end == EndKind::kBuried && !r->run);
  EXPECT_EQ(r->end_reason + ": " + r->verdict, "INFRASTRUCTURE: nothing was run");
  EXPECT_EQ((summary(s, "")["/1/not_tested"]), 2);
  EXPECT_EQ(store_->results({s, "", "", "", Level::kNotTested}, {})->rows.size(), 2U);
  auto l = store_->load();
  EXPECT_EQ(l->sweeps.at(0).ended.size(), 3U);
  EXPECT_TRUE(l->tokens.empty() && l->known.empty());
  ASSERT_EQ(l->file_sets.size(), 1U);  // the failure of an app counts for its file set, buried or not
  EXPECT_EQ(l->file_sets[0].ended, 1);
  commit_one(Attach{judged_of(j[0], s, Level::kViolation, {})});  // takes the place of the one that all share
  EXPECT_EQ((summary(s, "")["/1/violation"]), 1);
  EXPECT_EQ((summary(s, "developer")["Dev/1/not_tested"]), 1);
}

TEST_P(Contract, a_restart_finds_what_the_queue_needs) {
  import({listing("a"), listing("b"), listing("c")});
  SweepId s = sweep_all(1), done = sweep_all(1);
  std::vector<JobId> j = jobs_of(s), d = jobs_of(done);
  commit(
      {verdict_of(j[0], s, 1, run_of(4, j[0], s, "fs"), Level::kViolation), PutMark{s, 0, 2},
       PutMark{s, 0, 1},
       EndToken{{1, 5}, j[1], s, FailureKind::kApp, FailureReason::kInstall, "", sha256("fs"), "", "w", 9},
       EndToken{{2, 1}, j[1], s, FailureKind::kDevice, FailureReason::kOther, "", {}, "", "w", 9},
       EndToken{{1, 6}, j[0], s, FailureKind::kApp, FailureReason::kOther, "", sha256("fs"), "", "w", 9},
       EndToken{{1, 7}, d[0], done, FailureKind::kApp, FailureReason::kOther, "", sha256("fs"), "", "w", 9},
       PutKnown{j[1], sha256("fs"), {{"arm64-v8a"}, 26, {"nfc"}, true, "emulator"}},
       PutKnown{j[0], sha256("fs"), {}}, SetDraining{"w1", true}, SetDraining{"w2", true},
       SetDraining{"w2", false}, SetShard{s, 0, true}, SetSweep{s, SweepState::kPaused, 1},
       SetSweep{done, SweepState::kDone, 77}});
  ExtraJob order;
  order.job = JobId{kFirstExtraJob};
  order.kind = JobKind::kConfirmation;
  order.parent = j[0];
  order.sweep = s;
  order.rules = {"R1.3", "R5.7"};
  order.base_run = RunId{4};
  order.not_on_device = "serial";
  order.on_kind = DeviceKind{"phone", 33};
  order.file_set = sha256("fs");
  commit({OrderJob{order},
          EndToken{{3, 1}, order.job, s, FailureKind::kEvasion, {}, "", sha256("fs"), "", "", 1}});
  reopen();
  auto l = store_->load();
  ASSERT_TRUE(l.ok()) << l.status().text();
  ASSERT_EQ(l->sweeps.size(), 1U);
  EXPECT_EQ(l->sweeps[0].sweep.state, SweepState::kPaused);
  EXPECT_EQ(l->sweeps[0].ended, std::vector<JobId>{j[0]});
  EXPECT_EQ(l->sweeps[0].ended_by.at("verdict"), 1);
  ASSERT_EQ(l->sweeps[0].sweep.shards.size(), 1U);
  EXPECT_EQ(l->sweeps[0].sweep.shards[0].mark, 2);
  EXPECT_TRUE(l->sweeps[0].sweep.shards[0].paused);
  ASSERT_EQ(l->tokens.size(), 2U);
  EXPECT_EQ(l->tokens[0].job, j[1]);
  EXPECT_EQ(l->tokens[0].by_kind, (std::array<std::int32_t, kFailureKinds>{1, 1, 0, 0, 0}));
  EXPECT_EQ(l->tokens[0].last, (TokenKey{2, 1}));
  EXPECT_EQ(l->tokens[1].job, order.job);
  ASSERT_EQ(l->file_sets.size(), 1U);
  EXPECT_EQ(l->file_sets[0].ended, 2);
  ASSERT_EQ(l->known.size(), 1U);
  EXPECT_EQ(l->known[0].needs.min_api, 26);
  EXPECT_EQ(l->known[0].needs.other_than_class, "emulator");
  EXPECT_EQ(l->draining, std::vector<std::string>{"w1"});
  EXPECT_EQ(l->next_run, RunId{5});
  EXPECT_EQ(l->next_extra, JobId{kFirstExtraJob + 1});
  ASSERT_EQ(l->extras.size(), 1U);
  EXPECT_EQ(l->extras[0].rules, order.rules);
  EXPECT_EQ(l->extras[0].on_kind, order.on_kind);
  EXPECT_EQ(l->extras[0].not_on_device, "serial");
  EXPECT_EQ(l->extras[0].file_set, order.file_set);
  EXPECT_EQ(store_->sweep(done)->sweep.ended_ms, 77);
  EXPECT_EQ(store_->sweep(s)->confirmations_open, 1);
}

TEST_P(Contract, a_new_judgement_takes_the_old_ones_place_in_every_counter) {
  import({listing("a"), listing("b")});
  SweepId s = sweep_all();
  std::vector<JobId> j = jobs_of(s);
  EXPECT_EQ(commit_one(Attach{judged_of(j[0], s, Level::kViolation, {})}).state, WriteState::kRefused);
  commit({verdict_of(j[0], s, 1, run_of(1, j[0], s, "x"), Level::kSuspected),
          verdict_of(j[1], s, 2, run_of(2, j[1], s, "y"), Level::kSuspected)});
  commit({Attach{judged_of(j[0], s, Level::kViolation, {RunId{1}})}});
  for (const auto& [by, group] : std::map<std::string, std::string>{
           {"", ""}, {"store", "shop"}, {"region", "北京"}, {"developer", "Dev"}, {"category", "tools"}}) {
    auto counts = summary(s, by);
    EXPECT_EQ(counts[group + "/1/suspected"], 1) << by;
    EXPECT_EQ(counts[group + "/1/violation"], 1) << by;
    EXPECT_EQ(counts[group + "/1R1.3/violation"], 1) << by;
    EXPECT_EQ(counts[group + "/5/not_found"], 2) << by;
    EXPECT_EQ(counts.size(), 5U) << by;
  }
  commit({Attach{
              judged_of(j[0], s, Level::kNotFound, {RunId{1}}),
          },
          Attach{judged_of(j[0], s, Level::kViolation, {RunId{1}})}});
  EXPECT_EQ(summary(s, "").size(), 5U);
  EXPECT_EQ(store_->result(j[0])->verdict, judged_of(j[0], s, Level::kViolation, {}).verdict);
}

TEST_P(Contract, a_confirmation_is_ordered_with_its_violation_and_judges_its_parent) {
  import({listing("a")});
  SweepId s = sweep_all();
  JobId j = jobs_of(s)[0];
  ExtraJob order;
  order.job = JobId{kFirstExtraJob + 5};
  order.parent = j;
  order.sweep = s;
  order.base_run = RunId{1};
  EndJob confirmation;
  confirmation.job = order.job;
  confirmation.sweep = s;
  confirmation.token = {1, 2};
  confirmation.run = run_of(2, order.job, s, "fs");
  confirmation.run->base_run = RunId{1};
  confirmation.run->partial = true;
  confirmation.run->rules = order.rules = {"R5.7"};
  confirmation.judged = judged_of(j, s, Level::kViolation, {RunId{1}, RunId{2}});
  EXPECT_EQ(commit_one(confirmation).state, WriteState::kRefused);
  EndJob end = verdict_of(j, s, 1, run_of(1, j, s, "fs"), Level::kSuspected);
  end.order = order;
  EXPECT_EQ(commit_one(end).state, WriteState::kDone);
  EXPECT_EQ(store_->sweep(s)->confirmations_open, 1);
  EXPECT_EQ(commit_one(confirmation).state, WriteState::kDone);
  EXPECT_EQ(store_->sweep(s)->confirmations_open, 0);
  EXPECT_EQ(store_->sweep(s)->ended.at("verdict"), 1);
  EXPECT_EQ(store_->result(j)->verdict, confirmation.judged->verdict);
  EXPECT_EQ(store_->result(order.job).status().kind(), ErrorKind::kNotFound);
  ASSERT_EQ(store_->runs_confirming(RunId{1})->size(), 1U);
  EXPECT_EQ(store_->runs_of(sha256("fs"))->size(), 1U);
  EXPECT_TRUE(store_->extra(order.job).ok());
  EXPECT_EQ(store_->run(RunId{2})->rules, order.rules);
  EXPECT_TRUE(store_->run(RunId{1})->rules.empty());
  EXPECT_TRUE(store_->load()->extras.empty());
  EXPECT_EQ(store_->results({s, "", "", "", {}}, {})->rows.size(), 1U);
}

TEST_P(Contract, a_judgement_made_from_one_that_no_longer_stands_is_not_written) {
  import({listing("a")});
  SweepId s = sweep_all();
  JobId j = jobs_of(s)[0];
  commit_one(verdict_of(j, s, 1, run_of(1, j, s, "fs"), Level::kSuspected));
  std::vector<EndJob> ends;
  for (std::int64_t n : {2, 3}) {
    OrderJob retest;
    retest.order.job = JobId{kFirstExtraJob + n};
    retest.order.kind = JobKind::kRetest;
    retest.order.parent = j;
    retest.order.sweep = s;
    retest.order.rules = {"R5.7"};
    ASSERT_EQ(commit_one(retest).state, WriteState::kDone);
    EndJob end = verdict_of(retest.order.job, s, static_cast<std::uint64_t>(n),
                            run_of(n, retest.order.job, s, "fs"), Level::kSuspected);
    end.judged = judged_of(j, s, Level::kNotFound, {RunId{1}, RunId{n}});
    end.judged->made_from = store_->result(j)->judgement;
    ends.push_back(end);
  }
  auto both = commit({ends[0], ends[1]});
  EXPECT_EQ(both[0].state, WriteState::kDone);
  EXPECT_EQ(both[1].state, WriteState::kStale);
  EXPECT_EQ(store_->run(RunId{3}).status().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(store_->load()->extras.size(), 1U);
  ends[1].judged->made_from = store_->result(j)->judgement;
  ends[1].judged->runs = {RunId{1}, RunId{2}, RunId{3}};
  EXPECT_EQ(commit_one(ends[1]).state, WriteState::kDone);
  EXPECT_EQ(store_->result(j)->more_runs.size(), 2U);
}

TEST_P(Contract, a_retest_key_counts_once) {
  import({listing("a")});
  SweepId s = sweep_all();
  JobId j = jobs_of(s)[0];
  OrderJob retest;
  retest.order.job = JobId{kFirstExtraJob};
  retest.order.kind = JobKind::kRetest;
  retest.order.parent = j;
  retest.order.sweep = s;
  retest.order.idempotency_key = "k";
  EXPECT_EQ(commit_one(retest).state, WriteState::kRefused);
  commit_one(verdict_of(j, s, 1, {}, Level::kSuspected));
  EXPECT_EQ(commit_one(retest).state, WriteState::kDone);
  retest.order.job = JobId{kFirstExtraJob + 1};
  WriteOutcome again = commit_one(retest);
  EXPECT_EQ(again.state, WriteState::kAlready);
  EXPECT_EQ(again.value, kFirstExtraJob);
  EXPECT_EQ(store_->sweep(s)->confirmations_open, 0);
}

TEST_P(Contract, what_is_said_of_findings_is_only_added_and_read_back_in_order) {
  import({listing("a"), listing("b")});
  const SweepId s = sweep_all();
  const JobId a = jobs_of(s)[0], b = jobs_of(s)[1];
  ActOnFinding say;
  say.act = {
      0,  a, s, "0123456789", ActKind::kOverrule, "王芳", "已核对", Level::kSuspected, "", "", {}, "", {}, "",
      "", 3, 77};
  say.idempotency_key = "k";
  EXPECT_EQ(commit_one(say).state, WriteState::kRefused) << "its job has no end";
  commit_one(verdict_of(a, s, 1, {}, Level::kSuspected));
  commit_one(verdict_of(b, s, 2, {}, Level::kSuspected));
  const WriteOutcome said = commit_one(say);
  EXPECT_EQ(said.state, WriteState::kDone);
  const WriteOutcome again = commit_one(say);
  EXPECT_EQ(again.state, WriteState::kAlready);
  EXPECT_EQ(again.value, said.value);
  ActOnFinding notice;
  notice.act = {
      0,  a, s, "0123456789", ActKind::kNotice, "王芳", "", {}, "2026-07-06", "2026-07-13", {}, "", {}, "",
      "", 3, 78};
  commit_one(notice);
  notice.act.job = b;
  commit_one(notice);
  reopen();
  lead();
  const auto acts = store_->finding_acts({a, {}});
  ASSERT_TRUE(acts.ok()) << acts.status().text();
  ASSERT_EQ(acts->size(), 2u);
  say.act.id = said.value;
  EXPECT_EQ((*acts)[0], say.act);
  EXPECT_EQ((*acts)[1].due_date, "2026-07-13");
  EXPECT_FALSE((*acts)[1].level.has_value());
  EXPECT_EQ(store_->finding_acts({{}, s})->size(), 3u);
  EXPECT_EQ(store_->finding_acts({{}, SweepId{99}})->size(), 0u);
  EXPECT_EQ(store_->finding_acts({})->size(), 3u);
}

TEST_P(Contract, the_retest_of_a_finding_is_told_and_answered_with_its_own_commits) {
  import({listing("a")});
  const SweepId s = sweep_all();
  const JobId j = jobs_of(s)[0], extra{kFirstExtraJob};
  commit_one(verdict_of(j, s, 1, {}, Level::kSuspected));
  OrderJob retest;
  retest.order.job = extra;
  retest.order.kind = JobKind::kRetest;
  retest.order.parent = j;
  retest.order.sweep = s;
  retest.order.rules = {"R5.7"};
  retest.order.finding = "0123456789";
  retest.order.apk_url = "file:///new.apk";
  retest.act = FindingAct{};
  retest.act->job = j;
  retest.act->sweep = s;
  retest.act->kind = ActKind::kRetestOrdered;
  retest.act->retest = extra;
  EXPECT_EQ(commit_one(retest).state, WriteState::kDone);
  reopen();
  lead();
  const auto order = store_->extra(extra);
  ASSERT_TRUE(order.ok());
  EXPECT_EQ(order->finding, "0123456789");
  EXPECT_EQ(order->apk_url, "file:///new.apk");
  const std::int64_t judgement = store_->result(j)->judgement;
  EndJob end;
  end.job = extra;
  end.sweep = s;
  end.token = {1, 9};
  end.answer = *retest.act;
  end.answer->kind = ActKind::kRetested;
  end.answer->outcome = RetestOutcome::kFixed;
  end.answer->verdict = std::string("\0verdict", 8);
  EXPECT_EQ(commit_one(Box<EndJob>(end)).state, WriteState::kDone);
  EXPECT_EQ(commit_one(Box<EndJob>(end)).state, WriteState::kAlready) << "the same answer again";
  const auto acts = store_->finding_acts({j, {}});
  ASSERT_EQ(acts->size(), 2u);
  EXPECT_EQ((*acts)[1].outcome, RetestOutcome::kFixed);
  EXPECT_EQ((*acts)[1].verdict, end.answer->verdict);
  EXPECT_EQ(store_->result(j)->judgement, judgement) << "the verdict stands as it was";
}

TEST_P(Contract, the_newest_revision_of_a_listing_is_found_by_its_key) {
  import({listing("a"), listing("b")});
  Listing newer = listing("a");
  newer.apk_url = "file:///new.apk";
  import({newer, listing("b")});
  EXPECT_EQ(store_->current_listing(listing("a"))->apk_url, "file:///new.apk");
  EXPECT_EQ(store_->current_listing(listing("c")).status().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(store_->current_listing(listing("a", "other")).status().kind(), ErrorKind::kNotFound);
}

TEST_P(Contract, a_cancelled_sweep_ends_what_was_open_once) {
  import({listing("a"), listing("b"), listing("c")});
  SweepId s = sweep_all();
  std::vector<JobId> j = jobs_of(s);
  EndJob end = verdict_of(j[0], s, 1, run_of(1, j[0], s, "x"), Level::kSuspected);
  end.order = ExtraJob{};
  end.order->job = JobId{kFirstExtraJob};
  end.order->parent = j[0];
  end.order->sweep = s;
  commit({end});
  WriteOutcome cancelled = commit_one(CancelSweep{s, 99});
  EXPECT_EQ(cancelled.value, 2);
  EXPECT_EQ(commit_one(CancelSweep{s, 100}).state, WriteState::kAlready);
  EXPECT_EQ(commit_one(SetSweep{s, SweepState::kRunning, 1}).state, WriteState::kAlready);
  EXPECT_EQ(commit_one(verdict_of(j[1], s, 9, {}, Level::kSuspected)).state, WriteState::kOtherEnd);
  auto counts = store_->sweep(s);
  EXPECT_EQ(counts->ended.at("cancelled"), 2);
  EXPECT_EQ(counts->ended.at("verdict"), 1);
  EXPECT_EQ(counts->sweep.state, SweepState::kCancelled);
  EXPECT_EQ(counts->sweep.ended_ms, 99);
  EXPECT_EQ(counts->confirmations_open, 0);
  EXPECT_EQ(store_->result(j[1])->end, EndKind::kCancelled);
  EXPECT_TRUE(store_->load()->sweeps.empty());
}

TEST_P(Contract, notes_of_reports_count_up) {
  NoteReport n{{3, 4}, JobId{1}};
  EXPECT_EQ(commit_one(n).value, 1);
  reopen();
  EXPECT_EQ(commit_one(n).value, 2);
  EXPECT_EQ(commit_one(NoteReport{{3, 5}, JobId{1}}).value, 1);
}

TEST_P(Contract, a_campaign_counts_distinct_apps_over_its_sweeps) {
  import({listing("a"), listing("b")});
  import({listing("a", "market")}, "market");
  CreateCampaign c{{{}, "2026", 400'000, "2026-12-31"}, "key"};
  WriteOutcome made = commit_one(c);
  EXPECT_EQ(commit_one(c).state, WriteState::kAlready);
  CampaignId id{made.value};
  SweepId one = sweep_all(1, id), two = sweep_all(1, id);
  std::uint64_t n = 1;
  for (SweepId s : {one, two}) {
    for (const JobPayload& p : payloads(s)) {
      if (p.listing.package == "a") commit_one(verdict_of(p.job, s, n++, {}, Level::kNotFound));
    }
  }
  auto counts = store_->campaign(id, 0);
  ASSERT_TRUE(counts.ok());
  EXPECT_EQ(counts->campaign.target_apps, 400'000);
  EXPECT_EQ(counts->covered_apps, 1);
  EXPECT_EQ(counts->covered_since, 1);
  EXPECT_EQ(store_->campaign(id, 1'000'000)->covered_since, 0);
  EXPECT_EQ(counts->sweeps, (std::vector<SweepId>{one, two}));
  EXPECT_EQ(store_->campaign(CampaignId{9}, 0).status().kind(), ErrorKind::kNotFound);
}

TEST_P(Contract, results_are_found_by_sweep_store_package_rule_and_level_in_pages) {
  import({listing("a"), listing("b"), listing("c")});
  import({listing("a", "market")}, "market");
  SweepId s = sweep_all(), other = sweep_all();
  std::uint64_t n = 1;
  for (const JobPayload& p : payloads(s)) {
    Level level = p.listing.package == "b" ? Level::kViolation : Level::kNotFound;
    commit_one(verdict_of(p.job, s, n++, {}, level));
  }
  commit_one(verdict_of(jobs_of(other)[0], other, n++, {}, Level::kNotFound));
  auto count = [&](const ResultQuery& q) { return store_->results(q, {})->rows.size(); };
  EXPECT_EQ(count({}), 5U);
  EXPECT_EQ(count({s, "", "", "", {}}), 4U);
  EXPECT_EQ(count({s, "market", "", "", {}}), 1U);
  EXPECT_EQ(count({s, "", "a", "", {}}), 2U);
  EXPECT_EQ(count({s, "", "", "", Level::kViolation}), 1U);
  EXPECT_EQ(count({s, "", "", "R1.3", Level::kNotFound}), 3U);
  EXPECT_EQ(count({s, "", "", "R9.9", {}}), 0U);
  std::set<JobId> seen;
  PageRequest page{"", 2};
  do {
    auto p = store_->results({s, "", "", "", {}}, page);
    for (const StoredResult& r : p->rows) EXPECT_TRUE(seen.insert(r.job).second);
    page.cursor = p->next;
  } while (!page.cursor.empty());
  EXPECT_EQ(seen.size(), 4U);
  auto sweeps = store_->sweeps({"", 1});
  ASSERT_EQ(sweeps->rows.size(), 1U);
  EXPECT_EQ(sweeps->rows[0].sweep.id, other);
  EXPECT_EQ(store_->sweeps({sweeps->next, 1})->rows[0].sweep.id, s);
}

TEST_P(Contract, figures_sum_up_by_device_kind_and_simulated_shows) {
  import({listing("a"), listing("b")});
  SweepId s = sweep_all();
  std::vector<JobId> j = jobs_of(s);
  RunRecord real = run_of(1, j[0], s, "x"), simulated = run_of(2, j[1], s, "y");
  simulated.device.kind.device_class = "simulated";
  commit_one(verdict_of(j[0], s, 1, real, Level::kNotFound));
  EXPECT_FALSE(store_->sweep(s)->simulated);
  commit_one(verdict_of(j[1], s, 2, simulated, Level::kNotFound));
  EXPECT_TRUE(store_->sweep(s)->simulated);
  auto rows = store_->figures(s);
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ((*rows)[0].kind, real.device.kind);
  EXPECT_EQ((*rows)[0].runs, 1);
  EXPECT_EQ((*rows)[0].sum, real.figures);
}

TEST_P(Contract, old_evidence_expires_but_for_what_another_run_names) {
  import({listing("a"), listing("b")});
  SweepId s = sweep_all(), running = sweep_all();
  std::vector<JobId> j = jobs_of(s);
  commit({verdict_of(j[0], s, 1, run_of(1, j[0], s, "x"), Level::kNotFound),
          verdict_of(j[1], s, 2, run_of(2, j[1], s, "y"), Level::kNotFound),
          verdict_of(jobs_of(running)[0], running, 3, run_of(3, jobs_of(running)[0], running, "z"),
                     Level::kNotFound)});
  EXPECT_TRUE(store_->expire_evidence(epoch_, 1'000'000)->empty());  // nothing is over yet
  commit({SetSweep{s, SweepState::kDone, 5}});
  auto gone = store_->expire_evidence(epoch_, 1002);
  ASSERT_TRUE(gone.ok());
  EXPECT_EQ(*gone, std::vector<Digest>{sha256("journal x")});
  EXPECT_TRUE(store_->runs_of(sha256("x"))->empty());
  EXPECT_EQ(store_->runs_of(sha256("y"))->size(), 1U);
  EXPECT_TRUE(store_->result(j[0]).ok());
  EXPECT_TRUE(store_->expire_evidence(epoch_, 1002)->empty());
}

TEST_P(Contract, the_time_of_an_earlier_run_orders_the_next_sweep) {
  import({listing("slow"), listing("big")});
  SweepId first = sweep_all();
  for (const JobPayload& p : payloads(first)) {
    RunRecord run = run_of(p.job.value, p.job, first, p.listing.package);
    run.figures.device_ms = p.listing.package == "slow" ? 900'000 : 1'000;
    commit_one(verdict_of(p.job, first, static_cast<std::uint64_t>(p.job.value), run, Level::kNotFound));
  }
  SweepId second = sweep_all();
  EXPECT_EQ(store_->jobs(jobs_of(second))->at(0).listing.package, "slow");
}

INSTANTIATE_TEST_SUITE_P(Stores, Contract, ::testing::ValuesIn(makers()),
                         [](const auto& i) { return i.param.name; });

}  // namespace storesweep::contract
