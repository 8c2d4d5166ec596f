#include "simdroid/transport.h"

#include <gtest/gtest.h>

#include <vector>

namespace storesweep::simdroid {
namespace {

// Echoes what it gets; "big" writes 10,000 bytes at once; "end" says bye and closes.
class EchoService final : public Service {
 public:
  EchoService(std::string name, std::shared_ptr<Outlet> outlet)
      : name_(std::move(name)), outlet_(std::move(outlet)) {}
  void start() override {
    if (name_ == "big") outlet_->write(std::string(10'000, 'x'));
    if (name_ == "end") {
      outlet_->write("bye");
      outlet_->close();
    }
  }
  void receive(std::string_view bytes) override { outlet_->write(bytes); }

 private:
  std::string name_;
  std::shared_ptr<Outlet> outlet_;
};

class EchoOpener final : public ServiceOpener {
 public:
  std::unique_ptr<Service> open(std::string_view name, std::shared_ptr<Outlet> outlet) override {
    if (name == "refused") return nullptr;
    return std::make_unique<EchoService>(std::string(name), std::move(outlet));
  }
};

class TransportTest : public ::testing::Test {
 protected:
  Transport make(TransportShape shape = {}, const AuthPolicy& auth = {}) {
    shape.banner = "device::";
    return Transport(shape, auth, opener_, random_);
  }
  static std::vector<Packet> answers(Transport& transport, const std::vector<Packet>& packets,
                                     bool sums = true) {
    std::string bytes;
    for (const Packet& packet : packets) bytes += encode(packet, sums);
    transport.receive(bytes);
    PacketReader reader(1U << 20);
    reader.set_sums(PacketReader::Sums::kOff);
    reader.feed(transport.take_output());
    std::vector<Packet> out;
    while (auto packet = reader.next()) out.push_back(*packet);
    return out;
  }
  EchoOpener opener_;
  SeededRandom random_{3};
};

const Packet kHello{kCnxn, kVersionNoChecksums, 1U << 20, std::string("host::features=cmd\0", 19)};

TEST_F(TransportTest, AnswersTheHelloWithItsBanner) {
  Transport transport = make();
  const auto got = answers(transport, {kHello});
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].command, kCnxn);
  EXPECT_EQ(got[0].arg1, 256U * 1024);
}

TEST_F(TransportTest, KeepsOneUnacknowledgedWriteInFlight) {
  Transport transport = make();
  auto got = answers(transport, {{kCnxn, kVersionNoChecksums, 4096, "host::"}, {kOpen, 7, 0, "big"}});
  ASSERT_EQ(got.size(), 3U);
  EXPECT_EQ(got[2].payload.size(), 4096U);
  got = answers(transport, {{kOkay, 7, got[1].arg0, ""}});
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].payload.size(), 4096U);
}

TEST_F(TransportTest, ClosesAfterTheLastWriteWasAcknowledged) {
  Transport transport = make();
  auto got = answers(transport, {kHello, {kOpen, 9, 0, "end"}});
  ASSERT_EQ(got.size(), 3U);
  EXPECT_EQ(got[2].payload, "bye");
  got = answers(transport, {{kOkay, 9, got[1].arg0, ""}});
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].command, kClse);
}

TEST_F(TransportTest, RefusesAnUnknownServiceAndWritesToUnknownStreams) {
  Transport transport = make();
  const auto got = answers(transport, {kHello, {kOpen, 5, 0, "refused"}, {kWrte, 5, 99, "x"}});
  ASSERT_EQ(got.size(), 2U);
  EXPECT_EQ(got[1].command, kClse);
  EXPECT_EQ(got[1].arg0, 0U);
}

TEST_F(TransportTest, DropsTheConnectionOnBadMagicSumOrSize) {
  std::string bad = encode(kHello, true);
  bad[20] = static_cast<char>(bad[20] ^ 1);
  Transport one = make();
  EXPECT_FALSE(one.receive(bad));
  TransportShape old;
  old.version = kVersionChecksums;
  old.max_payload_bytes = 4096;
  old.checks_every_sum = true;
  Transport two = make(old);
  EXPECT_FALSE(two.receive(encode(kHello, false)));
  Transport three = make(old);
  EXPECT_FALSE(three.receive(encode({kCnxn, 0x01000000, 4096, std::string(4097, 'x')}, true)));
}

// A service of the device's own that says what it has, and remembers what became of it.
struct Dialled {
  std::string got;
  bool started = false, closed = false;
};
class DiallingService final : public Service {
 public:
  DiallingService(Dialled& seen, std::shared_ptr<Outlet> outlet) : seen_(seen), outlet_(std::move(outlet)) {}
  void start() override {
    seen_.started = true;
    outlet_->write("hello");
  }
  void receive(std::string_view bytes) override { seen_.got += bytes; }
  void host_closed() override { seen_.closed = true; }

 private:
  Dialled& seen_;
  std::shared_ptr<Outlet> outlet_;
};

// Opens a stream whose outlet's door the test keeps.
class DoorOpener final : public ServiceOpener {
 public:
  std::shared_ptr<HostDoor> door;
  std::unique_ptr<Service> open(std::string_view, std::shared_ptr<Outlet> outlet) override {
    door = outlet->door();
    return std::make_unique<EchoService>("echo", std::move(outlet));
  }
};

TransportShape device_shape() {
  TransportShape shape;
  shape.banner = "device::";
  return shape;
}
void dial(const DoorOpener& opener, const std::string& destination, Dialled& seen) {
  ASSERT_TRUE(opener.door && opener.door->open());
  opener.door->dial(destination, [&](std::shared_ptr<Outlet> o) {
    return std::make_unique<DiallingService>(seen, std::move(o));
  });
}

TEST_F(TransportTest, DialsAPortOfTheHostAndTalksOnceItIsConnected) {
  DoorOpener opener;
  Dialled seen;
  {
    Transport transport(device_shape(), {}, opener, random_);
    answers(transport, {kHello, {kOpen, 7, 0, "reverse"}});
    dial(opener, "tcp:8080", seen);
    auto got = answers(transport, {});
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(got[0].command, kOpen);
    EXPECT_EQ(got[0].payload, std::string("tcp:8080\0", 9));
    EXPECT_FALSE(seen.started);
    const std::uint32_t local = got[0].arg0;
    got = answers(transport, {{kOkay, 55, local, ""}, {kWrte, 55, local, "welcome"}});
    EXPECT_TRUE(seen.started);
    EXPECT_EQ(seen.got, "welcome");
    ASSERT_EQ(got.size(), 2U);
    EXPECT_EQ(got[0].payload, "hello");
    EXPECT_EQ(got[1].command, kOkay);
    answers(transport, {{kClse, 55, local, ""}});
    EXPECT_TRUE(seen.closed);
  }
  EXPECT_FALSE(opener.door->open()) << "the connection is gone, and the door with it";
}

TEST_F(TransportTest, ADialThatTheHostRefusesIsOverWithoutAWord) {
  DoorOpener opener;
  Dialled seen;
  Transport transport(device_shape(), {}, opener, random_);
  answers(transport, {kHello, {kOpen, 7, 0, "reverse"}});
  dial(opener, "tcp:1", seen);
  const std::uint32_t local = answers(transport, {})[0].arg0;
  EXPECT_TRUE(answers(transport, {{kClse, 0, local, ""}}).empty());
  EXPECT_TRUE(seen.closed && !seen.started);
}

TEST_F(TransportTest, RefusesTls) {
  Transport transport = make();
  EXPECT_FALSE(transport.receive(encode({kStls, kVersionNoChecksums, 0, ""}, true)));
}

TEST_F(TransportTest, AnUnknownKeyGetsTokensUntilOneIsAccepted) {
  AuthPolicy policy{true, true, {}};
  Transport transport = make({}, policy);
  auto got = answers(transport, {kHello, {kOpen, 5, 0, "end"}});
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].command, kAuth);
  EXPECT_EQ(got[0].payload.size(), kTokenBytes);
  got = answers(transport, {{kAuth, 2, 0, std::string(256, 's')}});
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].command, kAuth);
  got = answers(transport, {{kAuth, 3, 0, "QUJD me@host"}});
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].command, kCnxn);
}

TEST_F(TransportTest, AKeyThatNobodyAcceptsGetsSilence) {
  Transport transport = make({}, {true, false, {}});
  EXPECT_EQ(answers(transport, {kHello}).size(), 1U);
  EXPECT_TRUE(answers(transport, {{kAuth, 3, 0, "QUJD me@host"}}).empty());
}

}  // namespace
}  // namespace storesweep::simdroid
