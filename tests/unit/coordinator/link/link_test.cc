#include "coordinator/link/link.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "common/wire/wire.h"

namespace storesweep {
namespace {

class Sink final : public LinkSink {
 public:
  void on_messages(std::vector<FromWorkerEvent> messages) override {
    std::lock_guard lock(mutex_);
    for (FromWorkerEvent& m : messages) {
      for (FromWorker& message : m.turn) heard_.emplace_back(m.worker, std::move(message));
    }
    changed_.notify_all();
  }
  void on_inbox_drained(std::int64_t) override {
    std::lock_guard lock(mutex_);
    ++drained_;
    changed_.notify_all();
  }
  bool wait_for(std::size_t messages) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20),
                             [&] { return heard_.size() >= messages && drained_ > 0; });
  }
  std::vector<std::pair<std::string, FromWorker>> heard() {
    std::lock_guard lock(mutex_);
    return heard_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::pair<std::string, FromWorker>> heard_;
  int drained_ = 0;
};

class CoordinatorLinkTest : public testing::Test {
 protected:
  void SetUp() override {
    metrics_ = make_metrics();
    const KeyPair server = make_key_pair().value_or({}), worker = make_key_pair().value_or({});
    auto link = start_coordinator_link({"tcp://127.0.0.1:*", server, {{worker.public_key, "w1"}}, 64}, sink_,
                                       clock_, *metrics_, log_);
    ASSERT_TRUE(link.ok()) << link.status().text();
    link_ = std::move(link).value();
    auto channels = connect_worker_channels({{link_->address(), server.public_key, worker}});
    ASSERT_TRUE(channels.ok()) << channels.status().text();
    worker_ = std::move(channels).value();
  }
  void send(const std::string& bytes) {
    for (Deadline end = Deadline::in_ms(10'000); !worker_->send(0, bytes).ok() && !end.passed();) {
      (void)sleep_ms(5, end);
    }
  }
  void send(const std::vector<FromWorker>& turn) { send(encode(turn).value_or("")); }
  void send(const FromWorker& message) { send(std::vector<FromWorker>{message}); }

  Sink sink_;
  SystemClock clock_;
  Log log_{"link_test", LogLevel::kError, Log::Format::kText};
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<CoordinatorLink> link_;
  std::unique_ptr<WorkerChannels> worker_;
};

TEST_F(CoordinatorLinkTest, HandsOverWhatAWorkerSaysAndSendsWhatTheServiceAnswers) {
  Hello hello;
  hello.worker = "w1";
  send(hello);
  ASSERT_TRUE(sink_.wait_for(1));
  EXPECT_EQ(sink_.heard()[0].first, "w1");
  EXPECT_EQ(std::get<Hello>(sink_.heard()[0].second), hello);
  link_->send("w1", std::vector<ToWorker>{Welcome{1, kProtocolVersion, 30'000, 5'000, {}}, Drain{1}});
  auto answer = worker_->receive(Deadline::in_ms(20'000));
  ASSERT_TRUE(answer.ok() && *answer);
  auto decoded = decode_to_worker_untrusted(as_bytes((*answer)->bytes));
  ASSERT_TRUE(decoded.ok());
  ASSERT_EQ(decoded->size(), 2u);
  EXPECT_EQ(std::get<Welcome>(decoded->at(0)).lease_ms, 30'000);
}

TEST_F(CoordinatorLinkTest, Malicious_GarbageAndAnothersNameAreDroppedAndCounted) {
  send(std::string("garbage!"));
  Hello foreign;
  foreign.worker = "w2";
  send(foreign);
  Began stolen;
  stolen.token.worker = "w2";
  send({stolen, Bye{5}});  // what is its own is heard all the same
  ASSERT_TRUE(sink_.wait_for(1));
  ASSERT_EQ(sink_.heard().size(), 1u);
  EXPECT_EQ(std::get<Bye>(sink_.heard()[0].second).incarnation, 5u);
  const std::string page = metrics_->page();
  EXPECT_NE(page.find("storesweep_link_refused_total{reason=\"malformed\"} 1"), page.npos) << page;
  EXPECT_NE(page.find("storesweep_link_refused_total{reason=\"foreign\"} 2"), page.npos) << page;
}

TEST(SpeaksForItself, EveryTokenOfAMessageBelongsToItsSender) {
  Running foreign;
  foreign.token.worker = "w2";
  Hello hello;
  hello.worker = "w1";
  EXPECT_TRUE(speaks_for_itself("w1", hello));
  hello.running.push_back(foreign);
  EXPECT_FALSE(speaks_for_itself("w1", hello));
  EXPECT_FALSE(speaks_for_itself("w1", Heartbeat{1, 1, {foreign}}));
  EXPECT_FALSE(speaks_for_itself("w1", Report{foreign.token}));
  EXPECT_TRUE(speaks_for_itself("w2", Report{foreign.token}));
  EXPECT_TRUE(speaks_for_itself("w1", Ask{}));
}

}  // namespace
}  // namespace storesweep
