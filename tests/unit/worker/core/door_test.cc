// A worker's door over real sockets, and what is told there.
#include "worker/door.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "worker/vitals.h"

namespace storesweep::worker {
namespace {

class Visitor {
 public:
  explicit Visitor(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    const timeval patience{20, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  void say(std::string_view text) {
    EXPECT_EQ(::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  std::string hear() {  // until the other side closes
    std::string all;
    char bytes[4096];
    for (ssize_t n; (n = ::recv(fd_.get(), bytes, sizeof bytes, 0)) > 0;)
      all.append(bytes, static_cast<std::size_t>(n));
    return all;
  }

 private:
  Fd fd_;
};

class DoorTest : public ::testing::Test {
 protected:
  Log log_{"door_test", LogLevel::kError, Log::Format::kText};
  std::unique_ptr<Door> door_ = *Door::open(
      "127.0.0.1", 0,
      [](std::string_view path) {
        if (path == "/large") return DoorAnswer{200, "text/plain", std::string(8u << 20, 'x')};
        return DoorAnswer{path == "/here" ? 200 : 404, "text/plain", "you asked for " + std::string(path)};
      },
      log_);

  std::string ask(const std::string& request) {
    Visitor v(door_->port());
    v.say(request);
    return v.hear();
  }
};

TEST_F(DoorTest, AnswersAGetAndClosesBehindIt) {
  const std::string said = ask("GET /here?x=1 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(said.rfind("HTTP/1.1 200 OK\r\n", 0), 0u) << said;
  EXPECT_NE(said.find("Content-Length: 19\r\n"), std::string::npos) << said;
  EXPECT_NE(said.find("\r\n\r\nyou asked for /here"), std::string::npos) << said;
  EXPECT_EQ(ask("GET /there HTTP/1.1\r\n\r\n").rfind("HTTP/1.1 404", 0), 0u);
  EXPECT_EQ(ask("GET /large HTTP/1.1\r\n\r\n").size() >> 20, 8u) << "more than one write takes";
}

TEST_F(DoorTest, TakesNothingButAGet) {
  EXPECT_EQ(ask("POST /here HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc").rfind("HTTP/1.1 405", 0), 0u);
  EXPECT_EQ(ask("nonsense\r\n\r\n").rfind("HTTP/1.1 400", 0), 0u);
  const std::string head = ask("HEAD /here HTTP/1.1\r\n\r\n");
  EXPECT_NE(head.find("Content-Length: 19\r\n"), std::string::npos);
  EXPECT_EQ(head.substr(head.size() - 4), "\r\n\r\n") << "a HEAD has no body";
  EXPECT_EQ(ask("GET /here HTTP/1.1\r\nX: " + std::string(20'000, 'x')), "") << "no end of a header";
}

TEST_F(DoorTest, IsNotHeldByThoseThatComeAndSayNothing) {
  std::vector<std::unique_ptr<Visitor>> silent;
  for (int i = 0; i < 20; ++i) silent.push_back(std::make_unique<Visitor>(door_->port()));
  silent.front()->say("GET /he");
  EXPECT_EQ(ask("GET /here HTTP/1.1\r\n\r\n").rfind("HTTP/1.1 200", 0), 0u)
      << "they have to go after a while";
}

TEST_F(DoorTest, SaysWhatIsWrongWithItsAddress) {
  const auto nowhere = Door::open("nowhere", 0, {}, log_);
  EXPECT_EQ(nowhere.status().kind(), ErrorKind::kInvalid);
  const auto taken = Door::open("127.0.0.1", door_->port(), {}, log_);
  EXPECT_NE(taken.status().message().find("cannot listen on 127.0.0.1"), std::string::npos);
}

class VitalsTest : public ::testing::Test {
 protected:
  std::unique_ptr<Metrics> metrics_ = make_metrics();
  FakeClock clock_;
  bool adb_ = true;
  Vitals vitals_{*metrics_, clock_, 120'000, [this] { return adb_; }};

  int status(std::string_view path) { return vitals_.answer(path).status; }
  bool shows(const std::string& line) {
    return ("\n" + vitals_.page()).find("\n" + line + "\n") != std::string::npos;
  }
};

TEST_F(VitalsTest, AreWellWhileACoordinatorIsHeardAndAdbAnswers) {
  vitals_.works_for(2);
  EXPECT_EQ(status("/healthz"), 200) << "it has just begun";
  for (int i = 0; i < 3; ++i) {
    clock_.advance_ms(50'000);
    vitals_.turned({});
    vitals_.heard(0);
  }
  EXPECT_EQ(vitals_.well().message(), "no coordinator was heard for 150 s") << "the other one has not";
  EXPECT_EQ(status("/healthz"), 503);
  EXPECT_EQ(status("/livez"), 200) << "which is nothing to be killed for";
  EXPECT_TRUE(shows("storesweep_worker_coordinator_silence_seconds 150")) << vitals_.page();
  vitals_.heard(1);
  EXPECT_EQ(status("/healthz"), 200);
  adb_ = false;
  EXPECT_EQ(vitals_.answer("/healthz").body, "the adb server does not answer\n");
}

TEST_F(VitalsTest, AreNotAliveWhenTheShellHangs) {
  vitals_.works_for(1);
  clock_.advance_ms(kLongestTurnMs);
  EXPECT_EQ(status("/livez"), 200);
  clock_.advance_ms(1);
  EXPECT_EQ(status("/livez"), 503);
  EXPECT_EQ(status("/healthz"), 503);
  vitals_.turned({});
  EXPECT_EQ(status("/livez"), 200);
}

TEST_F(VitalsTest, CountRunsByHowTheyEnded) {
  EXPECT_TRUE(shows("storesweep_worker_runs_total{outcome=\"device\"} 0")) << "there before the first one";
  Report report;
  report.figures.phase_ms[2] = 4'000;
  report.figures.commands = 41;
  report.figures.bytes_to_device = 7;
  vitals_.over(report);
  vitals_.over(report);
  Failure failure;
  failure.kind = FailureKind::kDevice;
  vitals_.over(failure);
  vitals_.over(NeedsMore{});
  vitals_.turned({3, 2, 4'096});
  vitals_.scripted_devices(5);
  for (const char* line :
       {"storesweep_worker_runs_total{outcome=\"report\"} 2",
        "storesweep_worker_runs_total{outcome=\"device\"} 1",
        "storesweep_worker_runs_total{outcome=\"needs_more\"} 1", "storesweep_worker_adb_commands_total 82",
        "storesweep_worker_adb_bytes_total{direction=\"to_device\"} 14",
        "storesweep_worker_phase_seconds_sum{phase=\"P2\"} 8", "storesweep_worker_leases 3",
        "storesweep_worker_spool_reports 2", "storesweep_worker_spool_bytes 4096",
        "storesweep_worker_devices{state=\"scripted\"} 5"}) {
    EXPECT_TRUE(shows(line)) << line << "\n" << vitals_.page();
  }
}

}  // namespace
}  // namespace storesweep::worker
