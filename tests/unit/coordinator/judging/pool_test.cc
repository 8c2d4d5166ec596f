#include "coordinator/judging/pool.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>

#include "common/base/file.h"
#include "common/evidence/journal.h"
#include "coordinator/judging/claim.h"

namespace storesweep {
namespace {

std::string env(const char* name) { return std::getenv(name); }
std::vector<std::string> judge_command() {
  return {env("STORESWEEP_BUILD") + "/coordinator/judging/storesweep-judge",
          env("STORESWEEP_SOURCE") + "/rules"};
}

JournalHeader header() {
  JournalHeader h;
  h.token = {1, 7};
  h.job = JobId{3};
  h.worker = "w";
  h.device = "d1";
  h.file_set = sha256("an app");
  h.package = "com.example";
  h.device_kind = {"simulated", 28};
  return h;
}

std::string journal_bytes() {
  std::string path = testing::TempDir() + "pool_journal_" + std::to_string(getpid());
  SigningKey key = signing_key_from_seed(sha256("k"));
  JournalHeader h = header();
  h.worker_key = key.public_key;
  auto w = JournalWriter::create(path, h);
  EXPECT_TRUE(w->append({.phase = Phase::kP1, .kind = RecordKind::kMarker, .name = "begin"}).ok());
  EXPECT_TRUE(w->seal({true, "", 1}, key).ok());
  std::string bytes = *read_file(path, 1 << 20);
  unlink(path.c_str());
  return bytes;
}

// What a judge says once it can judge: a frame with one part, "ready".
const std::string kReady = "printf '\\011\\0\\0\\0\\005\\0\\0\\0ready'; ";

class Answers {
 public:
  JudgePool::Callback callback() {
    return [this](std::uint64_t ticket, JudgeAnswer answer) {
      std::lock_guard lock(mutex_);
      answers_.emplace(ticket, std::move(answer));
      wake_.notify_all();
    };
  }
  std::map<std::uint64_t, JudgeAnswer>& wait(std::size_t n) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, std::chrono::seconds(60), [&] { return answers_.size() >= n; });
    return answers_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<std::uint64_t, JudgeAnswer> answers_;
};

class PoolTest : public testing::Test {
 protected:
  void SetUp() override { std::signal(SIGPIPE, SIG_IGN); }
  Log log_{"test", LogLevel::kError, Log::Format::kText};
  Answers answers_;
};

TEST_F(PoolTest, JudgesManyWithFewChildren) {
  JudgePool pool({judge_command(), 2, 60'000, 0}, log_, answers_.callback());
  for (std::uint64_t i = 1; i <= 20; ++i) pool.submit(i, {{journal_bytes()}, "", {}, {}});
  auto& all = answers_.wait(20);
  ASSERT_EQ(all.size(), 20u);
  for (auto& [ticket, a] : all) {
    ASSERT_TRUE(a.verdict.ok()) << a.verdict.status().text();
    EXPECT_TRUE(a.verdict->simulated);
    EXPECT_EQ(a.verdict->items.size(), 67u);
  }
  EXPECT_EQ(pool.children_lost(), 0u);
}

TEST_F(PoolTest, AChildHearsWhichRulesAreDarkOnWhichDevices) {
  JudgePool pool({judge_command(), 1, 60'000, 0}, log_, answers_.callback());
  JudgeRequest request{{journal_bytes()}, "", {}, {}};
  request.context.dark = {{{"", {"simulated", 28}, ""}, "R1.7"},
                          {{"another", {"simulated", 28}, ""}, "R1.8"}};
  pool.submit(1, request);
  const Verdict& v = *answers_.wait(1).at(1).verdict;
  std::map<std::string, std::vector<Reason>> reasons;
  for (const ItemVerdict& item : v.items) reasons[item.rule] = item.reasons;
  EXPECT_EQ(reasons["R1.7"], std::vector{Reason::kNotCalibrated});
  EXPECT_NE(reasons["R1.8"], std::vector{Reason::kNotCalibrated});
}

TEST_F(PoolTest, AJournalThatIsCorruptCostsNoChild) {
  JudgePool pool({judge_command(), 1, 60'000, 0}, log_, answers_.callback());
  std::string bad = journal_bytes();
  bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 1);
  pool.submit(1, {{bad}, "", {}, {}});
  auto& all = answers_.wait(1);
  EXPECT_EQ(all.at(1).verdict.status().kind(), ErrorKind::kCorrupt);
  EXPECT_FALSE(all.at(1).killed);
}

TEST_F(PoolTest, AChildThatDiesOrHangsIsReplacedAndNamed) {
  JudgePool dies({{"sh", "-c", kReady + "head -c 4 >/dev/null; kill -9 $$"}, 1, 60'000, 0}, log_,
                 answers_.callback());
  dies.submit(1, {{journal_bytes()}, "", {}, {}});
  dies.submit(2, {{journal_bytes()}, "", {}, {}});
  JudgePool hangs({{"sh", "-c", kReady + "exec sleep 600"}, 1, 200, 0}, log_, answers_.callback());
  hangs.submit(3, {{journal_bytes()}, "", {}, {}});
  auto& all = answers_.wait(3);
  for (std::uint64_t t : {1, 2, 3}) {
    EXPECT_TRUE(all.at(t).killed) << t;
    EXPECT_FALSE(all.at(t).verdict.ok());
  }
  EXPECT_EQ(all.at(3).verdict.status().kind(), ErrorKind::kTimeout);
}

TEST_F(PoolTest, AJudgeThatCannotBeStartedIsNoFaultOfTheJournal) {
  JudgePool absent({{"/nowhere/storesweep-judge"}, 1, 60'000, 0}, log_, answers_.callback());
  absent.submit(1, {{journal_bytes()}, "", {}, {}});
  JudgePool packless({{judge_command()[0], "/nowhere"}, 1, 60'000, 0}, log_, answers_.callback());
  packless.submit(2, {{journal_bytes()}, "", {}, {}});
  auto& all = answers_.wait(2);
  for (std::uint64_t t : {1, 2}) {
    EXPECT_EQ(all.at(t).verdict.status().kind(), ErrorKind::kUnavailable) << t;
    EXPECT_FALSE(all.at(t).killed) << t;
  }
}

// A lying worker: each field of the report that the journal's own header contradicts.
TEST_F(PoolTest, AJournalOfAnotherRunIsRefused) {
  const JournalHeader mine = header();
  auto claim = [&](auto change) {
    RunClaim c{mine.token,       mine.job,      mine.worker, mine.device,
               mine.device_kind, mine.file_set, mine.depth,  {}};
    change(c);
    return encode_claim(c);
  };
  const std::vector<std::pair<std::string, std::string>> lies = {
      {"token", claim([](RunClaim& c) { c.token.n = 8; })},
      {"job", claim([](RunClaim& c) { c.job = JobId{4}; })},
      {"worker", claim([](RunClaim& c) { c.worker = "other"; })},
      {"device", claim([](RunClaim& c) { c.device = "d2"; })},
      {"device kind", claim([](RunClaim& c) { c.kind.api = 33; })},
      {"file set", claim([](RunClaim& c) { c.file_set = sha256("another app"); })},
      {"depth", claim([](RunClaim& c) { c.depth = Depth::kLab; })},
      {"rules", claim([](RunClaim& c) { c.rules = {"R5.7"}; })},
  };
  JudgePool pool({judge_command(), 1, 60'000, 0}, log_, answers_.callback());
  pool.submit(100, {{journal_bytes()}, claim([](RunClaim&) {}), {}, {}});
  for (std::size_t i = 0; i < lies.size(); ++i) pool.submit(i, {{journal_bytes()}, lies[i].second, {}, {}});
  auto& all = answers_.wait(lies.size() + 1);
  EXPECT_TRUE(all.at(100).verdict.ok()) << all.at(100).verdict.status().text();
  for (std::size_t i = 0; i < lies.size(); ++i) {
    EXPECT_EQ(all.at(i).verdict.status().kind(), ErrorKind::kInvalid) << lies[i].first;
    EXPECT_NE(all.at(i).verdict.status().message().find(lies[i].first), std::string::npos)
        << all.at(i).verdict.status().message();
    EXPECT_FALSE(all.at(i).killed) << lies[i].first;
  }
}

TEST_F(PoolTest, AJournalOfAnotherPackageIsRefused) {
  JudgePool pool({judge_command(), 1, 60'000, 0}, log_, answers_.callback());
  Listing other;
  other.package = "com.innocent";
  pool.submit(1, {{journal_bytes()}, "", other, {}});
  other.package = "com.example";
  pool.submit(2, {{journal_bytes()}, "", other, {}});
  auto& all = answers_.wait(2);
  EXPECT_EQ(all.at(1).verdict.status().kind(), ErrorKind::kInvalid);
  EXPECT_TRUE(all.at(2).verdict.ok());
}

}  // namespace
}  // namespace storesweep
