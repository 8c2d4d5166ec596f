// The server over real sockets: what a slow, a large, a hasty and a hostile client can do to it.
#include "coordinator/http/server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <thread>

#include "common/base/file.h"
#include "coordinator/http/api_handler.h"
#include "tests/unit/coordinator/http/fake_service.h"

namespace storesweep::http {
namespace {

struct Running {
  FakeService service;
  ApiHandler handler{service, AccessList({})};
  std::unique_ptr<Metrics> metrics = make_metrics();
  Log log{"http_test", LogLevel::kError, Log::Format::kText};
  std::unique_ptr<Server> server;

  explicit Running(ServerOptions options = {}) {
    options.grace_ms = 1'000;
    auto started = Server::start(options, handler, *metrics, log);
    EXPECT_TRUE(started.ok()) << started.status().message();
    server = std::move(started).value();
  }
};

class Client {
 public:
  explicit Client(const Running& running) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(running.server->port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  void send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t n = ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  // What comes until `wanted` was seen so many times, the end of the connection, or the time is over.
  std::string read_until(std::string_view wanted, int times = 1, int timeout_ms = 5'000) {
    const Deadline deadline = Deadline::in_ms(timeout_ms);
    while (count(wanted) < times) {
      if (!wait_fd(fd_.get(), POLLIN, deadline).ok()) break;
      char buffer[16384];
      const ssize_t n = recv(fd_.get(), buffer, sizeof buffer, 0);
      if (n <= 0) {
        closed_ = true;
        break;
      }
      text_.append(buffer, static_cast<std::size_t>(n));
    }
    return text_;
  }
  std::string read_all(int timeout_ms = 5'000) { return read_until("\x01never\x01", 1, timeout_ms); }
  bool closed() const { return closed_; }
  void close() { fd_.reset(); }

 private:
  int count(std::string_view wanted) const {
    int n = 0;
    for (std::size_t at = text_.find(wanted); at != std::string::npos; at = text_.find(wanted, at + 1)) ++n;
    return n;
  }
  Fd fd_;
  std::string text_;
  bool closed_ = false;
};

TEST(HttpServer, AnswersAndKeepsTheConnection) {
  Running running;
  Client client(running);
  client.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(client.read_until("alive").find("HTTP/1.1 200 OK"), std::string::npos);
  client.send("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_NE(client.read_all().find("storesweep_leases 1"), std::string::npos);
  EXPECT_TRUE(client.closed());
}

TEST(HttpServer, ReadsNoEvidenceThatComesToAnAddressOfNobody) {
  Running running;
  Client client(running);
  client.send("PUT /blobs/never/n HTTP/1.1\r\nHost: x\r\nContent-Length: 60000000\r\n\r\n");
  EXPECT_NE(client.read_until("never given out").find("HTTP/1.1 403"), std::string::npos);
  EXPECT_EQ(running.service.blobs, 0u);
}

TEST(HttpServer, SendsNoBodyInAnswerToHeadAndSaysWhichMethodsGo) {
  Running running;
  Client client(running);
  client.send(
      "HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\nConnection: "
      "close\r\n\r\n");
  const std::string all = client.read_all();
  EXPECT_NE(all.find("HTTP/1.1 405"), std::string::npos) << all;
  EXPECT_NE(all.find("Allow: GET"), std::string::npos) << all;
  const std::size_t end = all.find("\r\n\r\n");
  EXPECT_EQ(all.compare(end + 4, 12, "HTTP/1.1 200"), 0) << "nothing stands between two answers: " << all;
}

TEST(HttpServer, AnswersPipelinedRequestsInTheirOrder) {
  Running running;
  Client client(running);
  std::string all;
  for (int i = 0; i < 50; ++i) {
    all += "PUT /blobs/a/n" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi";
  }
  client.send(all);
  client.read_until("204 No Content", 50);
  ASSERT_EQ(running.service.asked.size(), 50u);
  for (int i = 0; i < 50; ++i)
    EXPECT_EQ(running.service.asked[static_cast<std::size_t>(i)], "blob a n" + std::to_string(i) + " hi");
}

TEST(HttpServer, TakesChunkedBodiesAndAnswersExpect) {
  Running running;
  Client client(running);
  client.send(
      "PUT /blobs/a/n HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_NE(client.read_until("100 Continue").find("100 Continue"), std::string::npos);
  client.send("2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
  client.read_until("204");
  ASSERT_EQ(running.service.asked.size(), 1u);
  EXPECT_EQ(running.service.asked[0], "blob a n abc");
}

TEST(HttpServer, SaysWhereABodyGoesBeforeItIsSent) {
  Running running;
  const std::string digest = to_hex(sha256("hello"));
  const auto ask = [&](const std::string& address, const std::string& until) {
    Client client(running);
    client.send("PUT /blobs/" + address +
                "/n HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nx-amz-content-sha256: " + digest +
                "\r\nExpect: 100-continue\r\n\r\n");
    return client.read_until(until);
  };
  const std::string elsewhere = ask("bucket", "\r\n\r\n");
  EXPECT_EQ(elsewhere.find("HTTP/1.1 307 Temporary Redirect\r\n"), 0U) << elsewhere;
  EXPECT_NE(elsewhere.find("Location: https://bucket.example/ab?sign\r\n"), std::string::npos) << elsewhere;
  EXPECT_EQ(ask("known", "\r\n\r\n").find("HTTP/1.1 204"), 0U);
  EXPECT_EQ(ask("stranger", "\r\n\r\n").find("HTTP/1.1 403"), 0U);
  EXPECT_EQ(ask("a", "\r\n\r\n").find("HTTP/1.1 100 Continue\r\n\r\n"), 0U);
  EXPECT_EQ(running.service.asked[0], "place bucket n " + digest.substr(0, 8) + " 5");
  Client client(running);
  client.send("PUT /blobs/bucket/n HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_EQ(client.read_until("\r\n\r\n").find("HTTP/1.1 204"), 0U) << "who does not ask, as before";
}

TEST(HttpServer, CutsOffAHeaderThatNeverEnds) {
  ServerOptions options;
  options.header_ms = 300;
  Running running(options);
  Client slow(running);
  slow.send("GET /healthz HTTP/1.1\r\n");
  for (int i = 0; i < 20 && !slow.closed(); ++i) {
    slow.send("X-" + std::to_string(i) + ": y\r\n");
    slow.read_until("HTTP", 1, 50);
  }
  EXPECT_TRUE(slow.closed()) << "a byte now and then must not hold a connection for ever";
}

TEST(HttpServer, CutsOffABodyThatNeverComes) {
  ServerOptions options;
  options.body_ms = 200;
  Running running(options);
  Client slow(running);
  slow.send("PUT /blobs/a/b HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhal");
  slow.read_all(3'000);
  EXPECT_TRUE(slow.closed());
  EXPECT_EQ(running.service.blobs, 0u);
}

TEST(HttpServer, RefusesWhatIsTooLargeBeforeReadingIt) {
  Running running;
  Client header(running);
  header.send("GET /healthz HTTP/1.1\r\nX: " + std::string(20'000, 'a') + "\r\n\r\n");
  EXPECT_NE(header.read_all().find("HTTP/1.1 431"), std::string::npos);
  Client body(running);
  body.send("PUT /blobs/a/b HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n");
  EXPECT_NE(body.read_until("larger than").find("HTTP/1.1 413"), std::string::npos);
  Client action(running);
  action.send(
      "POST /api/v1/sweeps/3/pause HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n2000\r\n" +
      std::string(8192, 'x') + "\r\n0\r\n\r\n");
  EXPECT_NE(action.read_all().find("HTTP/1.1 413"), std::string::npos);
  Client target(running);
  target.send("GET /" + std::string(9'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(target.read_all().find("HTTP/1.1 400"), std::string::npos);
}

TEST(HttpServer, BoundsTheBytesOfAllBodiesTogether) {
  ServerOptions options;
  options.max_bodies_bytes = 1'000;
  Running running(options);
  Client first(running), second(running);
  first.send("PUT /blobs/a/b HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\nx");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  second.send("PUT /blobs/a/c HTTP/1.1\r\nHost: x\r\nContent-Length: 200\r\n\r\n");
  EXPECT_NE(second.read_until("seconds").find("HTTP/1.1 503"), std::string::npos);
  first.send(std::string(899, 'x'));
  EXPECT_NE(first.read_until("204").find("204"), std::string::npos);
  Client third(running);
  third.send("PUT /blobs/a/c HTTP/1.1\r\nHost: x\r\nContent-Length: 200\r\n\r\n" + std::string(200, 'x'));
  EXPECT_NE(third.read_until("204").find("204"), std::string::npos) << "what was reserved is given back";
}

TEST(HttpServer, RefusesGarbage) {
  Running running;
  for (const char* garbage : {"\x16\x03\x01\x02garbage\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET\r\n\r\n",
                              "POST /api/v1/gc HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                              "POST /api/v1/gc HTTP/1.1\r\nContent-Length: -1\r\n\r\n"}) {
    Client client(running);
    client.send(garbage);
    client.read_all();
    EXPECT_TRUE(client.closed()) << garbage;
  }
  Client client(running);
  client.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(client.read_until("alive").find("200 OK"), std::string::npos);
}

TEST(HttpServer, AnswersConnectionsBeyondItsBoundWith503) {
  ServerOptions options;
  options.max_connections = 4;
  Running running(options);
  std::vector<std::unique_ptr<Client>> held;
  for (int i = 0; i < 4; ++i) {
    held.push_back(std::make_unique<Client>(running));
    held.back()->send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    held.back()->read_until("alive");
  }
  Client late(running);
  EXPECT_NE(late.read_until("seconds").find("HTTP/1.1 503"), std::string::npos);
  held.clear();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  Client later(running);
  later.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(later.read_until("alive").find("200 OK"), std::string::npos);
}

TEST(HttpServer, ServesManyConnectionsAtOnce) {
  Running running;
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(std::make_unique<Client>(running));
  for (auto& c : clients)
    c->send("PUT /blobs/a/b HTTP/1.1\r\nHost: x\r\nContent-Length: 200\r\n\r\n" + std::string(200, 'x'));
  for (auto& c : clients) EXPECT_NE(c->read_until("204").find("204"), std::string::npos);
  EXPECT_EQ(running.service.blobs, 200u);
}

TEST(HttpServer, StreamsEventsAndGoesOnWhereAClientWas) {
  Running running;
  Client client(running);
  client.send("GET /api/v1/events?after=1 HTTP/1.1\r\nHost: x\r\n\r\n");
  std::string text = client.read_until("id: 3");
  EXPECT_NE(text.find("text/event-stream"), std::string::npos) << text;
  EXPECT_EQ(text.find("id: 1\n"), std::string::npos);
  running.service.sequence = 4;
  EXPECT_NE(client.read_until("id: 4\nevent: ended\ndata: {\"job\":4}\n\n").find("id: 4"), std::string::npos);
  Client again(running);
  again.send("GET /api/v1/events HTTP/1.1\r\nHost: x\r\nLast-Event-ID: 3\r\n\r\n");
  text = again.read_until("id: 4");
  EXPECT_EQ(text.find("id: 3\n"), std::string::npos);
}

TEST(HttpServer, BoundsEventStreamsAndFreesThoseWhoseClientHasGone) {
  ServerOptions options;
  options.max_streams = 1;
  Running running(options);
  Client first(running);
  first.send("GET /api/v1/events HTTP/1.1\r\nHost: x\r\n\r\n");
  first.read_until("id: 3");
  Client second(running);
  second.send("GET /api/v1/events HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(second.read_until("later").find("HTTP/1.1 503"), std::string::npos);
  first.close();
  std::string text;
  for (int i = 0; i < 50 && text.find("id: 3") == std::string::npos; ++i) {
    Client third(running);
    third.send("GET /api/v1/events HTTP/1.1\r\nHost: x\r\n\r\n");
    text = third.read_until("\n\n", 2, 100);
  }
  EXPECT_NE(text.find("id: 3"), std::string::npos);
}

TEST(HttpServer, StopsThoughStreamsAndIdleConnectionsAreOpen) {
  Running running;
  Client idle(running), stream(running);
  stream.send("GET /api/v1/events HTTP/1.1\r\nHost: x\r\n\r\n");
  stream.read_until("id: 3");
  running.server->stop();
  idle.read_all();
  stream.read_all();
  EXPECT_TRUE(idle.closed());
  EXPECT_TRUE(stream.closed());
}

TEST(HttpServer, SaysWhoHasItsPort) {
  Running running;
  ServerOptions options;
  options.port = running.server->port();
  const auto second = Server::start(options, running.handler, *running.metrics, running.log);
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.status().message().find("is another coordinator running?"), std::string::npos);
  options.address = "here";
  EXPECT_FALSE(Server::start(options, running.handler, *running.metrics, running.log).ok());
}

}  // namespace
}  // namespace storesweep::http
