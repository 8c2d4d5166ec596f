#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "common/transport/zmq_channel.h"

namespace storesweep {
namespace {

Deadline soon() { return Deadline::in_ms(10'000); }

// A coordinator on a free port that knows the workers w0, w1, ... and their keys.
class TransportTest : public testing::Test {
 protected:
  void SetUp() override {
    server_ = make_key_pair().value_or({});
    CoordinatorEndpoint endpoint{"tcp://127.0.0.1:*", server_, {}, 8};
    for (int i = 0; i < 3; ++i) {
      keys_.push_back(make_key_pair().value_or({}));
      endpoint.authorised[keys_.back().public_key] = "w" + std::to_string(i);
    }
    auto bound = bind_coordinator_channel(endpoint);
    ASSERT_TRUE(bound.ok()) << bound.status().text();
    coordinator_ = std::move(bound).value();
  }
  std::unique_ptr<WorkerChannels> connect(const std::vector<KeyPair>& keys) {
    std::vector<WorkerEndpoint> endpoints;
    for (const KeyPair& k : keys) endpoints.push_back({coordinator_->address(), server_.public_key, k});
    auto channels = connect_worker_channels(endpoints);
    EXPECT_TRUE(channels.ok()) << channels.status().text();
    return std::move(channels).value();
  }
  // Connecting takes its time, and what is sent before is lost.
  static Status send_until_there(WorkerChannels& channels, std::size_t channel, const std::string& text,
                                 std::int64_t ms = 10'000) {
    Status status;
    for (Deadline end = Deadline::in_ms(ms); !end.passed();) {
      if (status = channels.send(channel, text); status.ok()) return status;
      (void)sleep_ms(5, end);
    }
    return status;
  }

  KeyPair server_;
  std::vector<KeyPair> keys_;
  std::unique_ptr<ZmqCoordinatorChannel> coordinator_;
};

TEST_F(TransportTest, AMessageArrivesWithTheNameThatBelongsToItsKeyAndTheAnswerGoesBack) {
  auto workers = connect({keys_[0], keys_[1]});
  ASSERT_TRUE(send_until_there(*workers, 1, "hello").ok());
  auto message = coordinator_->receive(soon());
  ASSERT_TRUE(message.ok() && *message);
  EXPECT_EQ((*message)->worker, "w1");
  EXPECT_EQ((*message)->bytes, "hello");
  ASSERT_TRUE(coordinator_->send("w1", "welcome").ok());
  auto answer = workers->receive(soon());
  ASSERT_TRUE(answer.ok() && *answer);
  EXPECT_EQ((*answer)->channel, 1u);
  EXPECT_EQ((*answer)->bytes, "welcome");
}

TEST_F(TransportTest, Malicious_AStrangersKeyIsRefused) {
  auto stranger = connect({make_key_pair().value_or({})});
  EXPECT_FALSE(send_until_there(*stranger, 0, "hello", 500).ok());
  auto message = coordinator_->receive(Deadline::in_ms(200));
  ASSERT_TRUE(message.ok());
  EXPECT_FALSE(*message);
  EXPECT_GE(coordinator_->strangers(), 1u);
}

TEST_F(TransportTest, WhoIsStruckFromTheListIsHeardAndAnsweredNoMoreAndWhoIsNewIs) {
  const KeyPair added = make_key_pair().value_or({});
  auto workers = connect({keys_[0], keys_[1], added});
  ASSERT_TRUE(send_until_there(*workers, 0, "w0 is there").ok());
  ASSERT_TRUE(send_until_there(*workers, 1, "w1 is there").ok());
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(coordinator_->receive(soon()).value_or(std::nullopt));
  // w0 has lost its key, and whoever has it now is still connected by it; w1 goes on; w2 has a key of its
  // own.
  coordinator_->authorise({{keys_[1].public_key, "w1"}, {added.public_key, "w0"}});
  EXPECT_EQ(coordinator_->send("w0", "a secret").kind(), ErrorKind::kPermission);
  ASSERT_TRUE(workers->send(0, "I am w0").ok());
  ASSERT_TRUE(workers->send(1, "I am w1").ok());
  auto message = coordinator_->receive(soon());
  ASSERT_TRUE(message.ok() && *message);
  EXPECT_EQ((*message)->bytes, "I am w1");
  ASSERT_TRUE(send_until_there(*workers, 2, "I am w0 now", 40'000).ok());  // once its handshake was given up
  message = coordinator_->receive(soon());
  ASSERT_TRUE(message.ok() && *message);
  EXPECT_EQ((*message)->worker, "w0");
  EXPECT_EQ((*message)->bytes, "I am w0 now");
  ASSERT_TRUE(coordinator_->send("w0", "welcome").ok());
  auto answer = workers->receive(soon());
  ASSERT_TRUE(answer.ok() && *answer);
  EXPECT_EQ((*answer)->channel, 2u);
}

TEST_F(TransportTest, Malicious_AMessageBeyondTheBoundIsNotDelivered) {
  auto workers = connect({keys_[0], keys_[1]});
  ASSERT_TRUE(send_until_there(*workers, 0, std::string(kMaxFrameOnWireBytes + 1, 'x')).ok());
  ASSERT_TRUE(send_until_there(*workers, 1, "small").ok());
  auto message = coordinator_->receive(soon());
  ASSERT_TRUE(message.ok() && *message);
  EXPECT_EQ((*message)->worker, "w1");
}

TEST_F(TransportTest, AWorkerThatWasNeverHeardIsUnavailable) {
  EXPECT_EQ(coordinator_->send("w2", "drain").kind(), ErrorKind::kUnavailable);
}

TEST_F(TransportTest, AFullQueueIsUnavailableAndBlocksNobody) {
  auto workers = connect({keys_[0]});
  ASSERT_TRUE(send_until_there(*workers, 0, "hello").ok());
  ASSERT_TRUE(coordinator_->receive(soon()).ok());
  const std::string large(kMaxFrameOnWireBytes - 100, 'x');
  Status status;
  for (int i = 0; i < 5000 && status.ok(); ++i) status = coordinator_->send("w0", large);
  EXPECT_EQ(status.kind(), ErrorKind::kUnavailable);
}

TEST_F(TransportTest, AWorkerThatStartsAnewUnderItsKeyIsHeardAndAnswered) {
  for (int life = 0; life < 2; ++life) {
    auto workers = connect({keys_[0]});
    const std::string text = "life " + std::to_string(life);
    ASSERT_TRUE(send_until_there(*workers, 0, text).ok());
    auto message = coordinator_->receive(soon());
    ASSERT_TRUE(message.ok() && *message);
    EXPECT_EQ((*message)->bytes, text);
    ASSERT_TRUE(coordinator_->send("w0", text).ok());
    auto answer = workers->receive(soon());
    ASSERT_TRUE(answer.ok() && *answer);
    EXPECT_EQ((*answer)->bytes, text);
  }
}

TEST_F(TransportTest, WakeAndCancelEndAWaitFromAnotherThread) {
  auto workers = connect({keys_[0]});
  std::thread waker([&] {
    (void)sleep_ms(20, soon());
    workers->wake();
    coordinator_->wake();
  });
  EXPECT_FALSE(workers->receive(Deadline::in_ms(60'000)).value_or(WorkerChannels::Message{}));
  EXPECT_FALSE(coordinator_->receive(Deadline::in_ms(60'000)).value_or(CoordinatorChannel::Message{}));
  waker.join();
  Cancel cancel;
  std::thread canceller([&] {
    (void)sleep_ms(20, soon());
    cancel.cancel();
  });
  EXPECT_EQ(workers->receive(Deadline::in_ms(60'000, &cancel)).status().kind(), ErrorKind::kCancelled);
  EXPECT_EQ(coordinator_->receive(Deadline::in_ms(60'000, &cancel)).status().kind(), ErrorKind::kCancelled);
  canceller.join();
}

TEST_F(TransportTest, ThousandsOfRoundTripsOfSeveralWorkersLoseNothing) {
  auto workers = connect(keys_);
  constexpr int kTrips = 3000;
  std::thread echo([&] {
    for (int n = 0; n < kTrips;) {
      auto message = coordinator_->receive(soon());
      if (!message.ok() || !*message) return;
      if (coordinator_->send((*message)->worker, (*message)->bytes).ok()) ++n;
    }
  });
  for (std::size_t i = 0; i < keys_.size(); ++i) ASSERT_TRUE(send_until_there(*workers, i, "go").ok());
  int answers = 0;
  int sent = static_cast<int>(keys_.size());
  while (answers < kTrips) {
    auto answer = workers->receive(soon());
    ASSERT_TRUE(answer.ok() && *answer) << answers;
    ++answers;
    if (sent < kTrips && workers->send((*answer)->channel, (*answer)->bytes).ok()) ++sent;
  }
  echo.join();
  EXPECT_EQ(answers, kTrips);
}

TEST(Keys, APairIsWrittenForItsOwnerAloneAndNeverReplaced) {
  const std::string folder = std::filesystem::temp_directory_path() / ("keys-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const std::string path = folder + "/w.key";
  const KeyPair keys = make_key_pair().value_or({});
  ASSERT_TRUE(write_key_pair(path, keys).ok());
  EXPECT_EQ(write_key_pair(path, keys).kind(), ErrorKind::kExists);
  auto back = read_key_pair(path);
  ASSERT_TRUE(back.ok()) << back.status().text();
  EXPECT_EQ(back->public_key, keys.public_key);
  EXPECT_EQ(back->secret_key, keys.secret_key);
  std::filesystem::permissions(path, std::filesystem::perms::others_read, std::filesystem::perm_options::add);
  EXPECT_EQ(read_key_pair(path).status().kind(), ErrorKind::kPermission);
  std::filesystem::remove_all(folder);
}

TEST(Keys, EveryBadLineOfTheListIsNamed) {
  const std::string a = make_key_pair().value_or({}).public_key;
  const std::string b = make_key_pair().value_or({}).public_key;
  auto good = parse_authorised("# workers\n\nw1 " + a + "\n w2   " + b + "\n", "authorised");
  ASSERT_TRUE(good.ok()) << good.status().text();
  EXPECT_EQ(good->at(a), "w1");
  for (const std::string& bad :
       std::vector<std::string>{"w1 short", "../w " + a, "w1 " + a + " more", "w1"}) {
    EXPECT_EQ(parse_authorised("\n" + bad, "authorised").status().message().substr(0, 13), "authorised:2:")
        << bad;
  }
  EXPECT_FALSE(parse_authorised("w1 " + a + "\nw1 " + b, "authorised").ok());
  EXPECT_FALSE(parse_authorised("w1 " + a + "\nw2 " + a, "authorised").ok());
}

}  // namespace
}  // namespace storesweep
