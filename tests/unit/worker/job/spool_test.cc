#include "worker/job/spool.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "common/base/random.h"
#include "worker/job/script.h"
#include "worker/job/upload.h"

namespace storesweep::job {
namespace {
namespace fs = std::filesystem;

Token token(std::uint64_t n) { return {3, n, 9, JobId(static_cast<std::int64_t>(n)), "w", {}}; }

class SpoolTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("spool-" + std::to_string(::getpid()));
    fs::remove_all(folder_);
  }
  void TearDown() override {
    spool_.reset();
    fs::remove_all(folder_);
  }
  Status open(SpoolLimits limits = {}) {
    spool_.reset();
    auto opened = Spool::open(folder_, limits, 1'000);
    if (!opened.ok()) return opened.status();
    spool_ = std::move(opened).value();
    return ok_status();
  }
  static Result<Outcome> keep_report(Spool& spool, std::uint64_t n) {
    TRY(spool.note_start(token(n)));
    TRY_ASSIGN(std::string run, spool.run_folder(token(n)));
    const std::string journal = "journal of " + std::to_string(n);
    TRY(write_file_durably(run + "/journal", journal));
    Report report;
    report.token = token(n);
    report.blobs.push_back({"journal", sha256(journal), journal.size()});
    return spool.keep(report, "http://evidence/" + std::to_string(n));
  }

  std::string folder_;
  std::unique_ptr<Spool> spool_;
};

TEST_F(SpoolTest, AReportSurvivesARestartWithItsBlobsAndAddressUntilItIsDropped) {
  ASSERT_TRUE(open().ok());
  auto kept = keep_report(*spool_, 1);
  ASSERT_TRUE(kept.ok()) << kept.status().text();
  ASSERT_TRUE(open().ok());
  ASSERT_EQ(spool_->found().size(), 1u);
  EXPECT_EQ(spool_->found()[0], *kept);
  EXPECT_EQ(spool_->read(token(1))->evidence_address, "http://evidence/1");
  EXPECT_EQ(read_file(spool_->blob_path(token(1), "journal"), 100).value_or(""), "journal of 1");
  EXPECT_GT(spool_->bytes(), 0u);
  spool_->drop(token(1));
  EXPECT_EQ(spool_->bytes(), 0u);
  ASSERT_TRUE(open().ok());
  EXPECT_TRUE(spool_->found().empty());
}

TEST_F(SpoolTest, SequencesNeverComeTwice) {
  ASSERT_TRUE(open().ok());
  const std::uint64_t first = sequence_of(*keep_report(*spool_, 1));
  const std::uint64_t second = sequence_of(*keep_report(*spool_, 2));
  EXPECT_LT(first, second);
  ASSERT_TRUE(open().ok());
  EXPECT_LT(second, sequence_of(*keep_report(*spool_, 3)));
}

TEST_F(SpoolTest, AStartWithoutAnOutcomeIsToldAsADeath) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(spool_->note_start(token(5)).ok());
  ASSERT_TRUE(open().ok());
  ASSERT_EQ(spool_->found().size(), 1u);
  EXPECT_EQ(std::get<Failure>(spool_->found()[0]).reason, FailureReason::kDiedInToken);
  EXPECT_EQ(token_of(spool_->found()[0]), token(5));
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(spool_->found().size(), 1u);  // the same one, not a second
}

TEST_F(SpoolTest, AForgottenStartIsNoDeath) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(spool_->note_start(token(5)).ok());
  spool_->forget_start(token(5));
  ASSERT_TRUE(open().ok());
  EXPECT_TRUE(spool_->found().empty());
}

TEST_F(SpoolTest, ADamagedEntryIsSetAsideAndItsTokenStillTold) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(keep_report(*spool_, 1).ok());
  std::ofstream(folder_ + "/entries/3-1/.entry", std::ios::app) << "x";
  ASSERT_TRUE(open().ok());
  ASSERT_EQ(spool_->damaged().size(), 1u);
  EXPECT_TRUE(fs::exists(folder_ + "/damaged/3-1/journal"));
  ASSERT_EQ(spool_->found().size(), 1u);
  EXPECT_EQ(token_of(spool_->found()[0]), token(1));
  EXPECT_TRUE(std::holds_alternative<Failure>(spool_->found()[0]));
}

TEST_F(SpoolTest, AnEntryWhoseBlobsAreDamagedIsReplacedByAFailure) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(keep_report(*spool_, 1).ok());
  Failure failure;
  failure.token = token(1);
  auto replaced = spool_->replace(failure, "a blob is damaged");
  ASSERT_TRUE(replaced.ok()) << replaced.status().text();
  ASSERT_TRUE(open().ok());
  ASSERT_EQ(spool_->found().size(), 1u);
  EXPECT_EQ(spool_->found()[0], *replaced);
}

TEST_F(SpoolTest, ItsBoundHoldsForRunsButNotForSmallFailures) {
  ASSERT_TRUE(open({10}).ok());
  EXPECT_EQ(keep_report(*spool_, 1).status().kind(), ErrorKind::kExhausted);
  Failure failure;
  failure.token = token(1);
  EXPECT_TRUE(spool_->keep(failure, "").ok());
}

TEST_F(SpoolTest, AStartNotedTwiceComesToOneOutcome) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(spool_->note_start(token(1)).ok());
  ASSERT_TRUE(spool_->note_start(token(1)).ok());
  ASSERT_TRUE(keep_report(*spool_, 1).ok());
  for (int life = 0; life < 3; ++life) {
    ASSERT_TRUE(open().ok());
    ASSERT_EQ(spool_->found().size(), 1u);
    EXPECT_TRUE(std::holds_alternative<Report>(spool_->found()[0]));
  }
}

TEST_F(SpoolTest, FilesThatAreNotItsOwnHarmNothing) {
  ASSERT_TRUE(open().ok());
  ASSERT_TRUE(keep_report(*spool_, 1).ok());
  ASSERT_TRUE(spool_->note_start(token(2)).ok());
  spool_.reset();
  std::ofstream(folder_ + "/notes.txt") << "somebody's";
  std::ofstream(folder_ + "/entries/README") << "a file where a folder is expected";
  std::ofstream(folder_ + "/starts/3-9.tmp") << "half a note";
  std::ofstream(folder_ + "/starts/3-8") << "no note";
  fs::create_directories(folder_ + "/entries/3-7/empty");
  fs::create_directories(folder_ + "/starts/3-6");
  fs::create_directories(folder_ + "/runs/3-1/of a dead run");
  ASSERT_TRUE(open().ok());
  ASSERT_EQ(spool_->found().size(), 2u);
  EXPECT_EQ(token_of(spool_->found()[0]).n, 1u);
  EXPECT_EQ(std::get<Failure>(spool_->found()[1]).reason, FailureReason::kDiedInToken);
  EXPECT_GE(spool_->damaged().size(), 2u);
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(spool_->found().size(), 2u);
  EXPECT_TRUE(spool_->damaged().empty());  // told once
  EXPECT_TRUE(fs::exists(folder_ + "/notes.txt"));
}

// A file system that takes no more than some bytes of a file, in a process of its own.
TEST_F(SpoolTest, ADiskThatIsFullAtAnyByteGivesAnErrorAndNoHalfEntry) {
  for (rlim_t bytes = 0; bytes < 700; bytes += bytes < 20 ? 1 : 37) {
    fs::remove_all(folder_);
    ASSERT_TRUE(open().ok());
    ASSERT_TRUE(spool_->note_start(token(1)).ok());
    spool_.reset();
    const pid_t child = ::fork();
    if (child == 0) {
      auto spool = Spool::open(folder_, {}, 1'000);
      if (!spool.ok()) ::_exit(1);
      for (const Outcome& outcome : (*spool)->found()) (*spool)->drop(token_of(outcome));
      if (!(*spool)->note_start(token(2)).ok()) ::_exit(2);
      ::signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{bytes, bytes};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      ::_exit(keep_report(**spool, 2).ok() ? 10 : 11);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) >= 10) << bytes << ": " << status;
    ASSERT_TRUE(open().ok());
    EXPECT_TRUE(spool_->damaged().empty()) << bytes << ": " << spool_->damaged()[0];
    ASSERT_EQ(spool_->found().size(), 1u) << bytes;
    EXPECT_EQ(std::holds_alternative<Report>(spool_->found()[0]), WEXITSTATUS(status) == 10) << bytes;
  }
}

TEST_F(SpoolTest, OneProcessAtATimeHoldsIt) {
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(Spool::open(folder_, {}, 1'000).status().kind(), ErrorKind::kExists);
}

TEST_F(SpoolTest, Malicious_EveryCutAndEveryFlippedByteIsSeen) {
  SpoolEntry entry{Failure{token(1)}, "http://evidence"};
  const std::string bytes = to_bytes(entry).value_or("");
  ASSERT_TRUE(entry_untrusted(as_bytes(bytes)).ok());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_FALSE(entry_untrusted(as_bytes(bytes).first(i)).ok());
    std::string flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
    EXPECT_FALSE(entry_untrusted(as_bytes(flipped)).ok()) << i;
  }
}

// A child keeps and drops entries and says so on a pipe; killed at a random moment, everything that it said
// is true.
TEST_F(SpoolTest, KilledAtAnyMomentItKeepsWhatItSaidItKept) {
  SeededRandom random(20200724);
  std::uint64_t next = 1;
  for (int round = 0; round < 12; ++round) {
    int pipe_fds[2];
    ASSERT_EQ(::pipe(pipe_fds), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      auto spool = Spool::open(folder_, {}, 1'000);
      for (std::uint64_t n = next; spool.ok(); ++n) {
        if (!(*spool)->note_start(token(n)).ok()) ::_exit(1);
        char said[2] = {'s', static_cast<char>(n - next)};
        if (::write(pipe_fds[1], said, 2) != 2 || !keep_report(**spool, n).ok()) ::_exit(1);
        said[0] = 'k';
        if (::write(pipe_fds[1], said, 2) != 2 || n - next > 100) ::_exit(1);
      }
      ::_exit(1);
    }
    ::close(pipe_fds[1]);
    ::usleep(static_cast<useconds_t>(20'000 + random.below(60'000)));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    std::map<std::uint64_t, char> said;
    for (char c[2]; ::read(pipe_fds[0], c, 2) == 2;) said[next + static_cast<std::uint64_t>(c[1])] = c[0];
    ::close(pipe_fds[0]);
    ASSERT_TRUE(open().ok());
    EXPECT_TRUE(spool_->damaged().empty());
    std::map<std::uint64_t, Outcome> found;
    for (const Outcome& outcome : spool_->found()) found.emplace(token_of(outcome).n, outcome);
    for (const auto& [n, what] : said) {
      ASSERT_TRUE(found.contains(n)) << n;
      EXPECT_TRUE(what != 'k' || std::holds_alternative<Report>(found.at(n))) << n;
    }
    for (const auto& [n, outcome] : found) spool_->drop(token_of(outcome));
    next += said.size() + 1;
    spool_.reset();
  }
}

TEST(Script, SaysWhatARunDoes) {
  auto script = parse_script(
      "script:app=a;ms=20;violation=first;fail=evasion;fail_runs=2;min_api=30;abi=x86_64;"
      "sdk=jpush@4.1;sdk=bugly");
  ASSERT_TRUE(script.ok()) << script.status().text();
  EXPECT_EQ(script->app, "a");
  EXPECT_EQ(script->run_ms, 20);
  EXPECT_EQ(script->violation, Script::Violation::kFirst);
  EXPECT_EQ(script->fail, FailureKind::kEvasion);
  EXPECT_EQ(script->fail_runs, 2);
  EXPECT_EQ(script->needs.min_api, 30);
  EXPECT_EQ(script->sdks, (SdkList{"scripted-1", {{"jpush", "4.1"}, {"bugly", ""}}, 0}));
  EXPECT_EQ(parse_script("https://store/a.apk")->app, "https://store/a.apk");
}

TEST(Script, AWrongPairIsNamed) {
  for (const char* bad :
       {"script:ms=soon", "script:violation=never", "script:colour=red", "script:app", "script:ms=-1"}) {
    EXPECT_FALSE(parse_script(bad).ok()) << bad;
  }
  EXPECT_EQ(parse_script("script:app=a;ms=soon").status().message(),
            "script:app=a;ms=soon: `ms=soon`: a number from 0 to 3600000 expected");
}

TEST(EvidenceAddress, IsThatOfWhoLeadsNow) {
  EXPECT_EQ(evidence_address("http://a:8080/blobs/1.2.3", ""), "http://a:8080/blobs/1.2.3");
  EXPECT_EQ(evidence_address("http://a:8080/blobs/1.2.3", "https://b/blobs"), "https://b/blobs/1.2.3");
}

}  // namespace
}  // namespace storesweep::job
