#include "tests/unit/coordinator/store/contract.h"
#include "common/base/hash.h"
#include "coordinator/store/memory_store.h"
#include "coordinator/store/postgres_store.h"
#include "coordinator/store/sqlite_store.h"
#include "tests/unit/coordinator/store/postgres_server.h"
#include "tests/unit/temporary_folder.h"

namespace storesweep::contract {
namespace {
std::unique_ptr<Store> open_postgres(const std::string& folder) {
  SeededRandom random(1);
  const std::string name = "t" + to_hex(sha256(folder)).substr(0, 20);
  auto store = PostgresStore::open(
      {.connection = testing::PostgresServer::shared()->connection(name), .may_forget = true}, random);
  EXPECT_TRUE(store.ok()) << store.status().text();
  return store.ok() ? std::move(*store) : nullptr;
}
}  // namespace

const std::vector<Maker>& makers() {
  static const std::vector<Maker> kAll = {
      {"Memory", [](const std::string&) { return std::make_unique<MemoryStore>(); }, false, ""},
      {"Sqlite",
       [](const std::string& folder) -> std::unique_ptr<Store> {
         SeededRandom random(1);
         auto store = SqliteStore::open(folder + "/store.sqlite", random);
         EXPECT_TRUE(store.ok()) << store.status().text();
         return store.ok() ? std::move(*store) : nullptr;
       },
       true, ""},
      {"Postgres", open_postgres, true,
       testing::PostgresServer::shared() == nullptr ? "PostgreSQL (Debian: postgresql)" : ""},
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
  EXPECT_EQ(store_->expire_evidence(old, {1, 1}).status().kind(), ErrorKind::kPermission);
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

TEST_P(Contract, notes_of_reports_count_up) {
  NoteReport n{{3, 4}, JobId{1}};
  EXPECT_EQ(commit_one(n).value, 1);
  reopen();
  EXPECT_EQ(commit_one(n).value, 2);
  EXPECT_EQ(commit_one(NoteReport{{3, 5}, JobId{1}}).value, 1);
}

INSTANTIATE_TEST_SUITE_P(Stores, Contract, ::testing::ValuesIn(makers()),
                         [](const auto& i) { return i.param.name; });

}  // namespace storesweep::contract
