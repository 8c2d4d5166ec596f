// Real worker processes with scripted devices against a coordinator of the test's own: what a worker may not
// lose it does not lose, killed at any moment.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "common/base/child.h"
#include "tests/integration/link/fake_coordinator.h"
#include "worker/job/spool.h"

namespace storesweep {
namespace {
namespace fs = std::filesystem;

class LinkTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("link-" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    auto made = run_child({{WORKER_PROGRAM, "keygen", "w1", "--folder", folder_ + "/keys"}}, "", 4096,
                          Deadline::in_ms(60'000));
    ASSERT_TRUE(made.ok() && made->exit_code == 0);
    const std::string line(trim(made->out));
    ASSERT_EQ(line.substr(0, 3), "w1 ");
    const char* seed = std::getenv("STORESWEEP_SEED");
    seed_ = seed != nullptr ? std::strtoull(seed, nullptr, 10) : 20200724;
    coordinator_ = std::make_unique<FakeCoordinator>("w1", line.substr(3), seed_);
    std::ofstream(folder_ + "/worker.yaml")
        << "name: w1\ncoordinator:\n  address: " << coordinator_->address() << "\n  public_key: '"
        << coordinator_->public_key()
        << "'\nkey_folder: keys\nspool:\n  folder: spool\nscripted:\n  devices: 4\n";
  }
  void TearDown() override { fs::remove_all(folder_); }

  Child start() {
    ChildOptions options;
    options.command = {WORKER_PROGRAM, "run", "--config", folder_ + "/worker.yaml"};
    options.stderr_file = folder_ + "/worker.log";
    auto child = Child::start(options);
    if (!child.ok()) std::abort();
    return std::move(child).value();
  }
  // Serves until all jobs have ended, or the time is over.
  void serve_until(std::size_t jobs, std::int64_t ms) {
    for (Deadline end = Deadline::in_ms(ms); coordinator_->ended.size() < jobs && !end.passed();) {
      coordinator_->serve_ms(50);
    }
  }
  // SIGTERM: what is spooled is answered, then it ends.
  int drain(Child& worker) {
    worker.signal(SIGTERM);
    for (Deadline end = Deadline::in_ms(60'000); worker.running() && !end.passed();)
      coordinator_->serve_ms(50);
    return worker.wait(Deadline::in_ms(1'000)).value_or(-1);
  }
  std::size_t spooled() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_ + "/spool/w1/entries"), fs::directory_iterator()));
  }
  std::string log() const {
    std::ifstream in(folder_ + "/worker.log");
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::string folder_;
  std::uint64_t seed_ = 0;
  std::unique_ptr<FakeCoordinator> coordinator_;
};

TEST_F(LinkTest, AWorkerRunsEveryJobOnceAndDrainsWithAnEmptySpool) {
  for (int job = 1; job <= 40; ++job)
    coordinator_->add_job(job, "script:app=a" + std::to_string(job) + ";ms=5");
  Child worker = start();
  serve_until(40, 60'000);
  EXPECT_EQ(coordinator_->ended.size(), 40u) << log();
  EXPECT_EQ(coordinator_->repeated, 0);
  EXPECT_EQ(drain(worker), 0) << log();
  EXPECT_EQ(spooled(), 0u);
}

TEST_F(LinkTest, FailuresNeedsAndLostAnswersAllComeToAnEnd) {
  coordinator_->lose_answers(0.1);
  coordinator_->add_job(1, "script:app=flaky;fail=infrastructure;fail_runs=2");
  coordinator_->add_job(2, "script:app=lost;fail=fetch;fail_runs=1");
  for (int job = 3; job <= 12; ++job) coordinator_->add_job(job, "script:app=a" + std::to_string(job));
  Child worker = start();
  serve_until(12, 90'000);
  EXPECT_EQ(coordinator_->ended.size(), 12u) << log();
  EXPECT_EQ(coordinator_->failures, 3);
  EXPECT_EQ(drain(worker), 0) << log();
  EXPECT_EQ(spooled(), 0u);
}

TEST_F(LinkTest, KilledAtRandomMomentsItLosesNothingAndForgetsNoStart) {
  SCOPED_TRACE("STORESWEEP_SEED=" + std::to_string(seed_));
  constexpr std::size_t kJobs = 120;
  for (std::size_t job = 1; job <= kJobs; ++job) {
    coordinator_->add_job(static_cast<std::int64_t>(job), "script:app=a" + std::to_string(job) + ";ms=40");
  }
  SeededRandom random(seed_);
  int kills = 0;
  while (coordinator_->ended.size() < kJobs && kills < 15) {
    Child worker = start();
    const std::size_t before = coordinator_->ended.size();
    serve_until(before + 1, 20'000);
    coordinator_->serve_ms(static_cast<std::int64_t>(random.below(300)));
    worker.signal(SIGKILL);
    (void)worker.wait(Deadline::in_ms(10'000));
    coordinator_->serve_ms(5);
    ++kills;
  }
  const int lives = coordinator_->lives;
  Child worker = start();
  for (Deadline end = Deadline::in_ms(20'000); coordinator_->lives == lives && !end.passed();) {
    coordinator_->serve_ms(50);
  }
  serve_until(kJobs, 60'000);
  EXPECT_EQ(coordinator_->ended.size(), kJobs) << log();
  EXPECT_EQ(drain(worker), 0) << log();
  EXPECT_EQ(spooled(), 0u);
  EXPECT_GE(kills, 3);
  for (const TokenKey& token : coordinator_->began) {
    EXPECT_TRUE(coordinator_->told.contains(token))
        << "token " << token.n << " began and nothing was heard of it";
  }
}

TEST_F(LinkTest, AJobThatKillsItsWorkerIsToldByTheNextLife) {
  // Not at once: what was said of the run's beginning is on its way to the coordinator first.
  coordinator_->add_job(1, "script:app=poison;kill=worker;ms=500");
  Child first = start();
  for (Deadline end = Deadline::in_ms(30'000); first.running() && !end.passed();) coordinator_->serve_ms(50);
  EXPECT_EQ(first.wait(Deadline::in_ms(1'000)).value_or(0), 128 + SIGKILL);
  coordinator_->serve_ms(50);
  EXPECT_EQ(coordinator_->began.size(), 1u);
  Child second = start();
  for (Deadline end = Deadline::in_ms(30'000); coordinator_->died == 0 && !end.passed();)
    coordinator_->serve_ms(50);
  EXPECT_EQ(coordinator_->died, 1) << log();
}

}  // namespace
}  // namespace storesweep
