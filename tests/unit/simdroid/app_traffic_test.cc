// What apps send, as far as the device itself decides it: the way, the sockets, what stands for names.
#include "simdroid/app_traffic.h"

#include "tests/unit/simdroid/bench_device.h"

namespace storesweep::simdroid {
namespace {

// The host's end: what the device dials, and what its apps write there.
class Host final : public HostDoor {
 public:
  struct Pipe final : public Outlet {
    std::string written;
    bool closed = false;
    void write(std::string_view bytes) override { written += bytes; }
    void close() override { closed = true; }
    void drop_connection() override {}
    std::size_t queued_bytes() const override { return 0; }
    std::shared_ptr<HostDoor> door() override { return nullptr; }
  };
  bool there = true;
  std::vector<std::string> destinations;
  std::vector<std::shared_ptr<Pipe>> pipes;
  std::vector<std::unique_ptr<Service>> services;

  bool open() const override { return there; }
  void dial(const std::string& destination, const Maker& make) override {
    destinations.push_back(destination);
    pipes.push_back(std::make_shared<Pipe>());
    services.push_back(make(pipes.back()));
    services.back()->start();
  }
};

class AppTrafficTest : public ::testing::Test {
 protected:
  void send(const std::string& url, const std::string& body = "", bool knows = true) {
    device_->traffic().send({{10'101, 3, knows, url, body, "system"}});
  }
  void open_way() {
    EXPECT_EQ(device_->traffic().reverse("forward:norebind:tcp:8080;tcp:9090", host_), "OKAY");
    device_.run("settings put global http_proxy 127.0.0.1:8080");
  }
  BenchDevice device_{28};
  std::shared_ptr<Host> host_ = std::make_shared<Host>();
};

TEST_F(AppTrafficTest, GoesToTheProxyOfTheSettingsThroughTheReversedPort) {
  open_way();
  send("http://a.example/x?y=1", "body");
  ASSERT_EQ(host_->destinations, std::vector<std::string>{"tcp:9090"});
  const std::string& said = host_->pipes[0]->written;
  EXPECT_EQ(said.substr(0, said.find("\r\n")), "POST http://a.example/x?y=1 HTTP/1.1");
  EXPECT_EQ(said.substr(said.size() - 4), "body");
  send("https://a.example/x");
  EXPECT_EQ(host_->pipes[1]->written.substr(0, 35), "CONNECT a.example:443 HTTP/1.1\r\nHos");
}

TEST_F(AppTrafficTest, IsLostWithoutAProxyOrAWayToIt) {
  send("http://a.example/");
  device_.run("settings put global http_proxy 127.0.0.1:8080");
  send("http://a.example/");
  open_way();
  host_->there = false;
  send("http://a.example/");
  device_.run("settings put global http_proxy :0");
  host_->there = true;
  send("http://a.example/");
  EXPECT_TRUE(host_->destinations.empty());
}

TEST_F(AppTrafficTest, FillsInWhatTheAppKnows) {
  open_way();
  device_.run("settings put secure android_id 0123456789abcdef");
  send("http://a.example/", "{android_id} {count} {nonce}");
  send("http://a.example/", "{android_id} {count} {nonce}");
  send("http://a.example/", "[{android_id}]", false);
  const auto body = [&](std::size_t i) {
    return host_->pipes[i]->written.substr(host_->pipes[i]->written.find("\r\n\r\n") + 4);
  };
  EXPECT_EQ(body(0).substr(0, 19), "0123456789abcdef 3 ");
  EXPECT_EQ(body(0).size(), 19U + 32);
  EXPECT_NE(body(0), body(1)) << "a nonce is another each time";
  EXPECT_EQ(body(2), "[]");
}

TEST_F(AppTrafficTest, ItsSocketsStandInProcWithTheirOwnerForAsLongAsTheyLive) {
  open_way();
  send("http://a.example/");
  EXPECT_NE(device_.out("cat /proc/net/tcp")
                .find(" 0100007F:1F90 01 00000000:00000000 00:00000000 00000000 10101 "),
            std::string::npos);
  host_->services.clear();
  EXPECT_EQ(device_.out("cat /proc/net/tcp").find("0100007F:1F90"), std::string::npos);
}

TEST_F(AppTrafficTest, AnAnswerIsFollowedByAConnectionThatLingers) {
  open_way();
  send("http://a.example/");
  host_->services[0]->receive("HTTP/1.1 204 No Content\r\n\r\n");
  device_.wait_ms(59'000);
  EXPECT_FALSE(host_->pipes[0]->closed);
  device_.wait_ms(2'000);
  EXPECT_TRUE(host_->pipes[0]->closed);
}

TEST_F(AppTrafficTest, ReverseAnswersAsAdbdDoes) {
  AppTraffic& t = device_->traffic();
  EXPECT_EQ(t.reverse("forward:tcp:1;tcp:2", host_), "OKAY");
  EXPECT_EQ(t.reverse("forward:norebind:tcp:1;tcp:2", host_), "FAIL001dcannot rebind existing socket");
  EXPECT_EQ(t.reverse("list-forward", host_), "0013UsbFfs tcp:1 tcp:2\n");
  EXPECT_EQ(t.reverse("killforward:tcp:1", host_), "OKAY");
  EXPECT_EQ(t.reverse("killforward:tcp:1", host_).substr(0, 4), "FAIL");
  EXPECT_EQ(t.reverse("forward:localabstract:x;tcp:2", host_).substr(0, 4), "FAIL");
  EXPECT_EQ(t.reverse("forward:tcp:1;tcp:2", host_), "OKAY");
  host_->there = false;
  EXPECT_EQ(t.reverse("list-forward", host_), "0000") << "gone with the connection that asked for it";
}

}  // namespace
}  // namespace storesweep::simdroid
