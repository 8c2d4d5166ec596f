// Policies from their addresses: once for many runs, and in bounds of time and bytes.
#include "worker/job/policies.h"

#include <gtest/gtest.h>

#include "common/base/random.h"
#include "tests/unit/http_test_server.h"
#include "tests/unit/temporary_folder.h"

namespace storesweep::job {
namespace {
using testing::HttpTestRequest, testing::HttpTestServer;

class PoliciesTest : public ::testing::Test {
 protected:
  PoliciesTest()
      : server_([this](const HttpTestRequest& r, const HttpTestServer::Send& send) {
          ++asked_;
          return answer(r.target, send);
        }) {}

  bool answer(const std::string& target, const HttpTestServer::Send& send) {
    if (target == "/hangs") {
      while (!over_ && send("")) std::this_thread::sleep_for(std::chrono::milliseconds(20));
      return false;
    }
    if (target == "/moved") {
      send("HTTP/1.1 302 Found\r\nLocation: /policy\r\nContent-Length: 0\r\n\r\n");
      return true;
    }
    if (target == "/huge") {
      send("HTTP/1.1 200 OK\r\n\r\n");
      const std::string piece(1 << 20, 'x');
      for (int i = 0; i < 1024 && send(piece); ++i) sent_ += piece.size();
      return false;
    }
    const std::string body = target == "/empty" ? " \n" : "我们收集您的位置信息。";
    send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return true;
  }
  ~PoliciesTest() override { over_ = true; }

  std::string url(const std::string& path) const {
    return server_.url(path);
  }
  Policies policies(std::int64_t fetch_ms = 20'000) { return {client_, clock_, {folder_ / "p", fetch_ms}}; }

  std::atomic<int> asked_{0};
  std::atomic<bool> over_{false};
  std::atomic<std::size_t> sent_{0};
  const testing::TemporaryFolder folder_;
  SystemClock clock_;
  SystemRandom random_;
  net::Client client_{{}, random_};
  HttpTestServer server_;
};

TEST_F(PoliciesTest, AsksForOneAddressOnce) {
  Policies p = policies();
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(*p.at(url("/policy"), Deadline::in_ms(20'000)), "我们收集您的位置信息。");
  EXPECT_EQ(asked_, 1);
  EXPECT_EQ(*p.at(url("/moved"), Deadline::in_ms(20'000)), "我们收集您的位置信息。")
      << "redirects are followed";
}

TEST_F(PoliciesTest, AnAddressThatHangsCostsItsTimeOnce) {
  Policies p = policies(300);
  const std::int64_t began_ms = clock_.steady_ms();
  EXPECT_EQ(p.at(url("/hangs"), Deadline::in_ms(60'000)).status().kind(), ErrorKind::kTimeout);
  EXPECT_EQ(p.at(url("/hangs"), Deadline::in_ms(60'000)).status().kind(), ErrorKind::kTimeout);
  EXPECT_EQ(asked_, 1);
  EXPECT_LT(clock_.steady_ms() - began_ms, 30'000);
}

TEST_F(PoliciesTest, AGibibyteIsRefusedWhileItComes) {
  EXPECT_EQ(policies().at(url("/huge"), Deadline::in_ms(60'000)).status().kind(), ErrorKind::kUnsupported);
  EXPECT_LT(sent_, std::size_t{256} << 20);
}

TEST_F(PoliciesTest, NothingAndOtherKindsOfAddressesAreNoPolicies) {
  Policies p = policies();
  EXPECT_EQ(p.at(url("/empty"), Deadline::in_ms(20'000)).status().kind(), ErrorKind::kInvalid);
  EXPECT_EQ(p.at("file:///etc/passwd", Deadline::in_ms(20'000)).status().kind(), ErrorKind::kInvalid);
}

TEST_F(PoliciesTest, WhoWasToldToStopLearntNothing) {
  Policies p = policies();
  Cancel cancel;
  cancel.cancel();
  EXPECT_FALSE(p.at(url("/policy"), Deadline::in_ms(20'000, &cancel)).ok());
  EXPECT_TRUE(p.at(url("/policy"), Deadline::in_ms(20'000)).ok());
}

}  // namespace
}  // namespace storesweep::job
