#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "common/net/client.h"
#include "tests/unit/http_test_server.h"

namespace storesweep::net {
namespace {
using storesweep::testing::http_answer;
using storesweep::testing::HttpTestRequest;
using storesweep::testing::HttpTestServer;
using Send = HttpTestServer::Send;

class RequestTest : public ::testing::Test {
 protected:
  RequestTest() { setenv("no_proxy", "*", 1); }
  SystemRandom random_;
  Client client_{Options{}, random_};
};

TEST_F(RequestTest, sends_method_headers_and_body_and_gives_any_status_back) {
  HttpTestServer server([](const HttpTestRequest& r, const Send& send) {
    EXPECT_EQ(r.method, "PUT");
    EXPECT_EQ(r.header("x-key:"), "7");
    EXPECT_EQ(r.header("expect:"), "");
    return send(http_answer("409 Conflict", "X-Why: Twice\r\n", r.body + "!"));
  });
  auto r =
      client_.request({.method = "PUT", .url = server.url("/b"), .headers = {{"X-Key", "7"}}, .body = "blob"},
                      Deadline::in_ms(5000));
  ASSERT_TRUE(r.ok()) << r.status().text();
  EXPECT_EQ(r->status, 409);
  EXPECT_EQ(r->body, "blob!");
  ASSERT_NE(r->header("x-why"), nullptr);
  EXPECT_EQ(*r->header("x-why"), "Twice");
}

TEST_F(RequestTest, a_delete_and_an_empty_post_have_their_own_method) {
  HttpTestServer server([](const HttpTestRequest& r, const Send& send) {
    return send(http_answer("200 OK", "", r.method + " " + std::to_string(r.body.size())));
  });
  auto remove = client_.request({.method = "DELETE", .url = server.url("/")}, Deadline::in_ms(5000));
  auto post = client_.request({.method = "POST", .url = server.url("/")}, Deadline::in_ms(5000));
  ASSERT_TRUE(remove.ok() && post.ok());
  EXPECT_EQ(remove->body, "DELETE 0");
  EXPECT_EQ(post->body, "POST 0");
}

TEST_F(RequestTest, connections_are_used_again) {
  std::mutex mutex;
  std::set<int> connections;
  HttpTestServer server([&](const HttpTestRequest& r, const Send& send) {
    std::lock_guard lock(mutex);
    connections.insert(r.connection);
    return send(http_answer("200 OK", "", "x"));
  });
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(client_.request({.url = server.url("/")}, Deadline::in_ms(5000)).ok());
  }
  EXPECT_EQ(connections.size(), 1U);
}

TEST_F(RequestTest, an_answer_larger_than_the_bound_is_refused) {
  HttpTestServer server([](const HttpTestRequest&, const Send& send) {
    return send(http_answer("200 OK", "", std::string(5000, 'x')));
  });
  auto r = client_.request({.url = server.url("/"), .max_bytes = 4999}, Deadline::in_ms(5000));
  EXPECT_EQ(r.status().kind(), ErrorKind::kExhausted);
}

TEST_F(RequestTest, endless_headers_are_refused) {
  HttpTestServer server([](const HttpTestRequest&, const Send& send) {
    send("HTTP/1.1 200 OK\r\n");
    while (send("X-Long: " + std::string(10'000, 'x') + "\r\n")) {
    }
    return false;
  });
  EXPECT_FALSE(client_.request({.url = server.url("/")}, Deadline::in_ms(5000)).ok());
}

TEST_F(RequestTest, server_sent_events_come_as_they_are_sent) {
  HttpTestServer server([](const HttpTestRequest&, const Send& send) {
    send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
    for (int i = 0; send("data: " + std::to_string(i) + "\n\n"); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  });
  std::string seen;
  auto r = client_.request({.url = server.url("/events"),
                            .on_data =
                                [&](std::string_view piece) {
                                  seen += piece;
                                  return seen.find("data: 3\n\n") == std::string::npos;
                                }},
                           Deadline::in_ms(5000));
  ASSERT_TRUE(r.ok()) << r.status().text();
  EXPECT_EQ(seen.rfind("data: 0\n\n", 0), 0U);
}

TEST_F(RequestTest, a_refusal_is_no_event_but_an_answer) {
  HttpTestServer server([](const HttpTestRequest&, const Send& send) {
    return send(http_answer("401 No", "", "token missing"));
  });
  auto r = client_.request({.url = server.url("/events"), .on_data = [](std::string_view) { return false; }},
                           Deadline::in_ms(5000));
  ASSERT_TRUE(r.ok()) << r.status().text();
  EXPECT_EQ(r->status, 401);
  EXPECT_EQ(r->body, "token missing");
}

TEST_F(RequestTest, headers_cannot_smuggle_lines) {
  auto r =
      client_.request({.url = "http://127.0.0.1:1/", .headers = {{"A", "b\r\nC: d"}}}, Deadline::in_ms(1000));
  EXPECT_EQ(r.status().kind(), ErrorKind::kInvalid);
}

TEST_F(RequestTest, many_threads_share_one_client) {
  HttpTestServer server(
      [](const HttpTestRequest& r, const Send& send) { return send(http_answer("200 OK", "", r.target)); });
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        std::string path = "/" + std::to_string(t) + "/" + std::to_string(i);
        auto r = client_.request({.url = server.url(path)}, Deadline::in_ms(10'000));
        ASSERT_TRUE(r.ok()) << r.status().text();
        EXPECT_EQ(r->body, path);
      }
    });
  }
  for (auto& t : threads) t.join();
}

}  // namespace
}  // namespace storesweep::net
