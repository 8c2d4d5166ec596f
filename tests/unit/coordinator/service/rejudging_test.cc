// Stored results judged again by the real judge: what would change, what then stands, and that nothing is
// counted twice.
#include "coordinator/service/rejudging.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "common/artifact/folder_store.h"
#include "common/base/file.h"
#include "common/evidence/container.h"
#include "common/evidence/verdict_codec.h"
#include "common/rules/pack_files.h"
#include "coordinator/judging/observed.h"
#include "coordinator/service/aggregates.h"
#include "coordinator/store/memory_store.h"
#include "tests/unit/common/judge/run_script.h"
#include "tests/unit/temporary_folder.h"

namespace storesweep {
namespace {

const SigningKey kKey = signing_key_from_seed(sha256("worker"));

class RejudgingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::signal(SIGPIPE, SIG_IGN);
    blobs_ = *FolderStore::open(folder_ / "blobs");
    epoch_ = store_.take_lead(1)->epoch;
    auto import = store_.begin_import(epoch_, "shop", "", 1);
    std::vector<Listing> rows(2);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i].store = "shop";
      rows[i].package = kTestPackage;
      rows[i].category = "实用工具";
      rows[i].tenant = TenantId(static_cast<std::int64_t>(i) + 1);
    }
    EXPECT_TRUE(store_.import_rows(epoch_, *import, rows).ok());
    EXPECT_TRUE(store_.finish_import(epoch_, *import, {0, 0}, 2).ok());
    std::vector<Write> sweep = {CreateSweep{}};
    sweep_ = SweepId(store_.commit(epoch_, sweep).outcomes.at(0).value);
    first_ = store_.sweep(sweep_)->sweep.shards.at(0).first;
    RunScript guilty, innocent;
    guilty.first_launch(RunScript::button("我知道了", 1100));
    innocent.first_launch(RunScript::button("不同意", 1300) + RunScript::button("同意", 1100));
    end(first_, 1, guilty.journal());
    end(JobId(first_.value + 1), 2, innocent.journal());
  }

  std::string sealed(Journal j) {
    j.header.worker_key = kKey.public_key;
    auto writer = JournalWriter::create(folder_ / "journal", j.header);
    for (const Record& r : j.records) EXPECT_TRUE(writer->append(r).ok());
    EXPECT_TRUE(writer->seal({true, "", 1}, kKey).ok());
    return *read_file(folder_ / "journal", 1 << 20);
  }

  // As if it had been judged when it came.
  void end(JobId job, std::int64_t n, Journal j) {
    j.header.token = {1, static_cast<std::uint64_t>(n)};
    const std::string bytes = sealed(std::move(j));
    const Deadline deadline = Deadline::in_ms(10'000);
    const Digest digest = *blobs_->stage(bytes, deadline);
    EXPECT_TRUE(blobs_->flush(std::vector{digest}, deadline).ok());
    const Journal journal = *read_journal_untrusted(as_bytes(bytes));
    const Verdict v =
        *judge(std::span(&journal, 1), store_.jobs(std::vector{job})->at(0).listing, test_pack(), {});
    RunRecord run;
    run.id = RunId(n);
    run.token = {1, static_cast<std::uint64_t>(n)};
    run.job = job;
    run.sweep = sweep_;
    run.blobs = {{"journal", digest, bytes.size()}};
    EndJob e;
    e.job = job;
    e.sweep = sweep_;
    e.token = run.token;
    e.judged = Judged{job, sweep_, encode_verdict(v), {}, tallies(v), {run.id}, "first", 5};
    e.run = run;
    std::vector<Write> writes = {Box<EndJob>(e)};
    EXPECT_EQ(store_.commit(epoch_, writes).outcomes.at(0).state, WriteState::kDone);
  }

  // A newer pack whose R1.7 is for people: nothing judges it.
  std::pair<Digest, std::string> milder() {
    PackFiles files = *read_pack_files(std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules");
    std::string& yaml = files["pack.yaml"];
    const std::size_t version = yaml.find("version: ");
    yaml.replace(version, yaml.find('\n', version) - version, "version: \"next\"");
    const std::size_t evaluator = yaml.find("evaluator: consent_choice");
    const std::size_t level = yaml.find("level: violation", evaluator);
    yaml.replace(evaluator, level + 16 - evaluator, "waits_for: people");
    const std::string packed = *pack_members(files);
    return {sha256(packed), packed};
  }

  Rejudging make() {
    JudgeOptions judge{
        {std::string(std::getenv("STORESWEEP_BUILD")) + "/coordinator/judging/storesweep-judge",
         std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules"},
        2,
        60'000,
        0};
    return Rejudging({judge, 2, folder_ / "observations", folder_.path()}, store_, *blobs_, log_,
                     [this](AttachJudgements a, const Deadline&) -> Result<std::int64_t> {
                       std::vector<Write> writes;
                       if (a.pack) writes.emplace_back(KeepPack{*a.pack});
                       for (NewJudgement& j : a.judged) {
                         for (SecondRun& second : j.second_runs) wanted_.push_back(std::move(second));
                         writes.emplace_back(Attach{std::move(j.judged)});
                       }
                       std::int64_t done = 0;
                       for (const auto& o : store_.commit(epoch_, writes).outcomes)
                         done += o.state == WriteState::kDone;
                       return a.pack ? done - 1 : done;
                     });
  }
  RejudgeReport page(Rejudging& r, bool apply = false, std::optional<Digest> pack = {}) {
    RejudgeRequest request;
    request.query.sweep = sweep_;
    request.apply = apply;
    request.pack = pack;
    auto report = r.page(request, {"", 100}, 77, Deadline::in_ms(120'000));
    EXPECT_TRUE(report.ok()) << report.status().text();
    return report.value_or(RejudgeReport{});
  }
  std::int64_t counted() {
    const auto rows = store_.summary({sweep_, ""});
    std::int64_t sum = 0;
    for (const SummaryRow& row : *rows) sum += row.task == 1 && row.rule.empty() ? row.count : 0;
    return sum;
  }

  testing::TemporaryFolder folder_;
  Log log_{"test", LogLevel::kError, Log::Format::kText};
  MemoryStore store_;
  std::unique_ptr<FolderStore> blobs_;
  std::uint64_t epoch_ = 0;
  SweepId sweep_;
  JobId first_;
  std::vector<SecondRun> wanted_;  // of what was applied
};

TEST_F(RejudgingTest, TheSameRulesChangeNothing) {
  Rejudging rejudging = make();
  for (int i = 0; i < 2; ++i) {  // from the journals, then from what was parsed of them
    const RejudgeReport report = page(rejudging, true);
    EXPECT_EQ(report.judged, 2);
    EXPECT_EQ(report.unchanged, 2);
    EXPECT_EQ(report.applied, 0);
    EXPECT_TRUE(report.rows.empty());
  }
  EXPECT_EQ(store_.judgements().at(first_).size(), 1u);
}

TEST_F(RejudgingTest, OtherRulesShowWhatWouldChangeAndStandOnlyWhenTheyAreApplied) {
  Rejudging rejudging = make();
  const auto [digest, files] = milder();
  ASSERT_TRUE(rejudging.put_pack(digest, files).ok()) << rejudging.put_pack(digest, files).text();
  const RejudgeReport dry = page(rejudging, false, digest);
  EXPECT_EQ(dry.pack_version, "next");
  EXPECT_EQ(dry.changed, 2);
  EXPECT_EQ(store_.judgements().at(first_).size(), 1u) << "a dry run changes nothing";
  ASSERT_EQ(dry.rows.size(), 2u);
  const auto& changes = dry.rows[0].changes;
  const auto r17 =
      std::find_if(changes.begin(), changes.end(), [](const RejudgeChange& c) { return c.rule == "R1.7"; });
  ASSERT_NE(r17, changes.end());
  EXPECT_EQ(r17->from, Level::kSuspected);
  EXPECT_EQ(r17->to, Level::kNotTested);
  EXPECT_FALSE(r17->why.empty());
  const std::int64_t before = counted();
  const RejudgeReport applied = page(rejudging, true, digest);
  EXPECT_EQ(applied.applied, 2);
  EXPECT_EQ(counted(), before) << "each app is counted once";
  EXPECT_EQ(store_.judgements().at(first_).back().why, "new_rules");
  EXPECT_EQ(decode_verdict_untrusted(store_.result(first_)->verdict)->pack_version, "next");
  EXPECT_EQ(store_.pack_of("next")->sha256, digest) << "what it was judged by is kept";
  EXPECT_EQ(page(rejudging, true, digest).unchanged, 2) << "once more it is the same";
  EXPECT_EQ(applied.second_runs, 0);
  const RejudgeReport back = page(rejudging, true);
  EXPECT_EQ(back.second_runs, 1) << "R1.7 is a violation of the first app again, and that needs a second run";
  ASSERT_EQ(wanted_.size(), 1u);
  EXPECT_EQ(wanted_[0].rules, std::vector<std::string>{"R1.7"});
  EXPECT_EQ(wanted_[0].of.id, store_.result(first_)->run->id);
}

TEST_F(RejudgingTest, ObservationRecordsStandInForJournalsAndABrokenOneDoesNot) {
  Rejudging rejudging = make();
  page(rejudging);
  const Digest journal = store_.result(first_)->run->blobs[0].sha256;
  ASSERT_TRUE(has_observed(folder_ / "observations", journal));
  const std::string record = *read_observed(folder_ / "observations", journal);
  ASSERT_TRUE(write_observed(folder_ / "observations", journal, record.substr(0, record.size() / 2)).ok());
  EXPECT_EQ(page(rejudging).unchanged, 2) << "a broken record is parsed anew";
  EXPECT_EQ(*read_observed(folder_ / "observations", journal), record) << "and mended, with the same bytes";
  std::filesystem::remove_all(folder_ / "blobs");
  EXPECT_EQ(page(rejudging).unchanged, 2) << "the journals are not asked for";
}

TEST_F(RejudgingTest, EvidenceThatIsGoneIsSaidToBeGone) {
  Rejudging rejudging = make();
  std::filesystem::remove_all(folder_ / "blobs");
  const RejudgeReport report = page(rejudging, true);
  EXPECT_EQ(report.failed, 2);
  EXPECT_FALSE(report.rows.at(0).failed.empty());
  EXPECT_EQ(report.applied, 0);
}

TEST_F(RejudgingTest, APackThatIsNoneIsRefused) {
  Rejudging rejudging = make();
  EXPECT_EQ(rejudging.put_pack(sha256("x"), "y").kind(), ErrorKind::kInvalid);
  EXPECT_FALSE(rejudging.put_pack(sha256("y"), "y").ok());
  const std::string empty = *pack_members({{"pack.yaml", "version: 1\n"}});
  EXPECT_EQ(rejudging.put_pack(sha256(empty), empty).kind(), ErrorKind::kInvalid);
  RejudgeRequest request;
  request.pack = sha256("never put");
  EXPECT_EQ(rejudging.page(request, {}, 1, Deadline::in_ms(1000)).status().kind(), ErrorKind::kNotFound);
}

}  // namespace
}  // namespace storesweep
