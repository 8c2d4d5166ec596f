#include "common/net/fetch.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "common/base/file.h"
#include "common/base/text.h"
#include "common/net/client.h"
#include "tests/unit/http_test_server.h"
#include "tests/unit/temporary_folder.h"

namespace storesweep::net {
namespace {
using storesweep::testing::http_answer;
using storesweep::testing::HttpTestRequest;
using storesweep::testing::HttpTestServer;
using storesweep::testing::TemporaryFolder;
using Send = HttpTestServer::Send;

std::string content_of(std::size_t bytes) {
  SeededRandom random(7);
  std::string s(bytes, '\0');
  for (char& c : s) c = static_cast<char>(random.next_u64());
  return s;
}

class Fetch : public ::testing::Test {
 protected:
  Fetch() { setenv("no_proxy", "*", 1); }
  static Options options() {
    Options o;
    o.backoff_ms = 5;
    o.max_backoff_ms = 20;
    o.stall_ms = 300;
    return o;
  }
  Result<FetchResult> fetch(const std::string& url, const FetchBounds& bounds = {.max_bytes = 10 << 20},
                            std::int64_t ms = 20'000) {
    return client_.fetch(url, destination_, bounds, Deadline::in_ms(ms));
  }
  std::string fetched() const { return read_file(destination_, 100 << 20).value_or("(nothing)"); }
  bool nothing_left() const { return std::filesystem::is_empty(folder_.path()); }

  SystemRandom random_;
  Client client_{options(), random_};
  TemporaryFolder folder_;
  std::string destination_ = folder_ / "app.apk";
};

TEST_F(Fetch, brings_a_file_with_its_hash) {
  const std::string content = content_of(300'000);
  HttpTestServer server(
      [&](const HttpTestRequest&, const Send& send) { return send(http_answer("200 OK", "", content)); });
  auto r = fetch(server.url("/a.apk"), {.max_bytes = 300'000, .bytes = 300'000, .sha256 = sha256(content)});
  ASSERT_TRUE(r.ok()) << r.status().text();
  EXPECT_EQ(fetched(), content);
  EXPECT_EQ(r->bytes, content.size());
  EXPECT_EQ(r->sha256, sha256(content));
  EXPECT_EQ(r->transfers, 1);
}

TEST_F(Fetch, goes_on_where_a_cut_connection_left_it) {
  const std::string content = content_of(500'000);
  HttpTestServer server([&](const HttpTestRequest& request, const Send& send) {
    std::string range = request.header("range:");
    std::size_t from = range.empty() ? 0 : std::stoul(range.substr(6));
    if (from > 0) {
      EXPECT_EQ(request.header("if-range:"), "\"v1\"");
    }
    std::string head = from == 0 ? "HTTP/1.1 200 OK\r\n"
                                 : "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes " +
                                       std::to_string(from) + "-499999/500000\r\n";
    head += "ETag: \"v1\"\r\nContent-Length: " + std::to_string(content.size() - from) + "\r\n\r\n";
    send(head + content.substr(from, 150'000));
    return false;  // cuts it
  });
  auto r = fetch(server.url("/a.apk"), {.max_bytes = 1 << 20, .sha256 = sha256(content)});
  ASSERT_TRUE(r.ok()) << r.status().text();
  EXPECT_EQ(fetched(), content);
  EXPECT_EQ(r->transfers, 4);
  EXPECT_GT(r->resumed, 0U);
}

TEST_F(Fetch, starts_over_when_the_file_changed_meanwhile) {
  const std::string old_content = content_of(100'000), new_content(120'000, 'n');
  HttpTestServer server([&](const HttpTestRequest& request, const Send& send) {
    if (request.connection == 0) {
      send("HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: 100000\r\n\r\n" +
           old_content.substr(0, 50'000));
      return false;
    }
    return send(http_answer("200 OK", "ETag: \"v2\"\r\n", new_content));  // If-Range did not match
  });
  auto r = fetch(server.url("/"));
  ASSERT_TRUE(r.ok()) << r.status().text();
  EXPECT_EQ(fetched(), new_content);
  EXPECT_EQ(r->sha256, sha256(new_content));
}

TEST_F(Fetch, starts_over_when_the_range_is_not_the_one_asked_for) {
  const std::string content = content_of(100'000);
  HttpTestServer server([&](const HttpTestRequest& request, const Send& send) {
    if (request.connection == 0) {
      send("HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nContent-Length: 100000\r\n\r\n" + content.substr(0, 50'000));
      return false;
    }
    if (!request.header("range:").empty()) {
      send(
          "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 1000-99999/100000\r\nContent-Length: "
          "99000\r\n\r\n" +
          content.substr(1000));
      return false;
    }
    return send(http_answer("200 OK", "", content));
  });
  auto r = fetch(server.url("/"));
  ASSERT_TRUE(r.ok()) << r.status().text();
  EXPECT_EQ(fetched(), content);
}

TEST_F(Fetch, without_a_validator_a_broken_transfer_starts_over) {
  const std::string content = content_of(100'000);
  HttpTestServer server([&](const HttpTestRequest& request, const Send& send) {
    EXPECT_EQ(request.header("range:"), "");
    std::string head = "HTTP/1.1 200 OK\r\nETag: W/\"v1\"\r\nContent-Length: 100000\r\n\r\n";
    send(head + content.substr(0, request.connection < 2 ? 10'000 : 100'000));
    return false;
  });
  auto r = fetch(server.url("/"));
  ASSERT_TRUE(r.ok()) << r.status().text();
  EXPECT_EQ(fetched(), content);
}

TEST_F(Fetch, gives_up_on_a_server_that_always_cuts_and_blames_the_network) {
  HttpTestServer server([&](const HttpTestRequest&, const Send& send) {
    send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    return false;
  });
  auto r = fetch(server.url("/"));
  EXPECT_EQ(r.status().kind(), ErrorKind::kUnavailable) << r.status().text();
  EXPECT_FALSE(fault_of_address(r.status()));
  EXPECT_EQ(server.requests(), 4);
  EXPECT_TRUE(nothing_left());
}

TEST_F(Fetch, a_missing_file_is_a_fault_of_the_address_and_tried_once) {
  HttpTestServer server([&](const HttpTestRequest&, const Send& send) {
    return send(http_answer("404 Not Found", "", "gone"));
  });
  auto r = fetch(server.url("/a.apk?token=secret"));
  EXPECT_EQ(r.status().kind(), ErrorKind::kNotFound);
  EXPECT_TRUE(fault_of_address(r.status()));
  EXPECT_EQ(r.status().message().find("secret"), std::string::npos);
  EXPECT_EQ(server.requests(), 1);
  EXPECT_TRUE(nothing_left());
}

TEST_F(Fetch, an_overloaded_server_is_tried_again_as_it_asks) {
  HttpTestServer server([&](const HttpTestRequest&, const Send& send) {
    if (server.requests() < 3) return send(http_answer("503 Busy", "Retry-After: 1\r\n", "later"));
    return send(http_answer("200 OK", "", "here"));
  });
  auto r = fetch(server.url("/"));
  ASSERT_TRUE(r.ok()) << r.status().text();
  EXPECT_EQ(fetched(), "here");
  EXPECT_EQ(r->transfers, 3);
}

TEST_F(Fetch, refuses_a_file_that_is_announced_too_large_without_reading_it) {
  HttpTestServer server([&](const HttpTestRequest&, const Send& send) {
    send("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\nxxxx");
    return false;
  });
  auto r = fetch(server.url("/"));
  EXPECT_EQ(r.status().kind(), ErrorKind::kUnsupported) << r.status().text();
  EXPECT_TRUE(fault_of_address(r.status()));
  EXPECT_TRUE(nothing_left());
}

TEST_F(Fetch, stops_a_file_without_a_length_at_the_bound) {
  std::atomic<std::uint64_t> sent{0};
  HttpTestServer server([&](const HttpTestRequest&, const Send& send) {
    send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "10000\r\n" + std::string(65536, 'x') + "\r\n";
    while (send(chunk)) sent += 65536;
    return false;
  });
  auto r = fetch(server.url("/"), {.max_bytes = 1 << 20});
  EXPECT_EQ(r.status().kind(), ErrorKind::kUnsupported) << r.status().text();
  EXPECT_TRUE(nothing_left());
}

TEST_F(Fetch, a_wrong_hash_or_length_is_corrupt_and_leaves_nothing) {
  HttpTestServer server(
      [&](const HttpTestRequest&, const Send& send) { return send(http_answer("200 OK", "", "evil")); });
  auto hash = fetch(server.url("/"), {.max_bytes = 100, .sha256 = sha256("good")});
  EXPECT_EQ(hash.status().kind(), ErrorKind::kCorrupt) << hash.status().text();
  auto length = fetch(server.url("/"), {.max_bytes = 100, .bytes = 5});
  EXPECT_EQ(length.status().kind(), ErrorKind::kCorrupt) << length.status().text();
  EXPECT_TRUE(nothing_left());
}

TEST_F(Fetch, follows_a_redirect_and_gives_up_in_a_circle) {
  HttpTestServer server([&](const HttpTestRequest& request, const Send& send) {
    if (request.target == "/there") return send(http_answer("200 OK", "", "here"));
    return send(http_answer("302 Found",
                            "Location: " + request.target.substr(0, 1) +
                                (request.target == "/once" ? "there" : "circle") + "\r\n",
                            "not this"));
  });
  auto once = fetch(server.url("/once"));
  ASSERT_TRUE(once.ok()) << once.status().text();
  EXPECT_EQ(fetched(), "here");
  auto circle = fetch(server.url("/circle"));
  EXPECT_EQ(circle.status().kind(), ErrorKind::kInvalid) << circle.status().text();
  EXPECT_TRUE(fault_of_address(circle.status()));
}

TEST_F(Fetch, does_not_follow_a_redirect_to_a_file) {
  HttpTestServer server([&](const HttpTestRequest&, const Send& send) {
    return send(http_answer("302 Found", "Location: file:///etc/passwd\r\n", ""));
  });
  auto r = fetch(server.url("/"));
  EXPECT_EQ(r.status().kind(), ErrorKind::kInvalid) << r.status().text();
}

TEST_F(Fetch, a_silent_server_is_left_after_the_stall_time) {
  HttpTestServer server([&](const HttpTestRequest&, const Send& send) {
    send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc");
    while (!server.stopping()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return false;
  });
  auto r = fetch(server.url("/"), {.max_bytes = 2000, .attempts = 2});
  EXPECT_EQ(r.status().kind(), ErrorKind::kTimeout) << r.status().text();
  EXPECT_FALSE(fault_of_address(r.status()));
}

TEST_F(Fetch, a_slow_server_is_borne_until_the_deadline) {
  HttpTestServer server([&](const HttpTestRequest&, const Send& send) {
    send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    while (send("x")) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return false;
  });
  auto r = fetch(server.url("/"), {.max_bytes = 2000}, 900);
  EXPECT_EQ(r.status().kind(), ErrorKind::kTimeout) << r.status().text();
}

TEST_F(Fetch, a_cancel_from_another_thread_wakes_it_at_once) {
  HttpTestServer server([&](const HttpTestRequest&, const Send&) {
    while (!server.stopping()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return false;
  });
  Cancel cancel;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    cancel.cancel();
  });
  Options patient;
  Client client(patient, random_);
  auto r = client.fetch(server.url("/"), destination_, {.max_bytes = 10}, Deadline::in_ms(20'000, &cancel));
  other.join();
  EXPECT_EQ(r.status().kind(), ErrorKind::kCancelled) << r.status().text();
  EXPECT_TRUE(nothing_left());
}

TEST_F(Fetch, nobody_listening_and_bad_addresses_are_told_apart) {
  EXPECT_EQ(fetch("http://127.0.0.1:1/").status().kind(), ErrorKind::kUnavailable);
  EXPECT_EQ(fetch("ftp://127.0.0.1/").status().kind(), ErrorKind::kInvalid);
  EXPECT_EQ(fetch("not an address").status().kind(), ErrorKind::kInvalid);
  EXPECT_EQ(fetch("").status().kind(), ErrorKind::kInvalid);
}

TEST_F(Fetch, files_only_from_below_the_folders_that_are_allowed) {
  TemporaryFolder allowed;
  std::ofstream(allowed / "a b.apk") << "bytes";
  std::filesystem::create_symlink("/etc/passwd", allowed / "link");
  Options o = options();
  o.file_folders = {allowed.path()};
  Client client(o, random_);
  auto get = [&](const std::string& url, std::uint64_t max_bytes = 100) {
    return client.fetch(url, destination_, {.max_bytes = max_bytes}, Deadline::in_ms(5000));
  };
  auto good = get("file://" + allowed.path() + "/a%20b.apk");
  ASSERT_TRUE(good.ok()) << good.status().text();
  EXPECT_EQ(fetched(), "bytes");
  EXPECT_EQ(get("file://" + allowed.path() + "/../../etc/passwd").status().kind(), ErrorKind::kPermission);
  EXPECT_EQ(get("file://" + allowed.path() + "/link").status().kind(), ErrorKind::kPermission);
  EXPECT_EQ(get("file://" + allowed.path() + "/none").status().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(get("file://" + allowed.path() + "/a%20b.apk", 4).status().kind(), ErrorKind::kUnsupported);
  EXPECT_EQ(get("file://elsewhere/etc/passwd").status().kind(), ErrorKind::kInvalid);
  EXPECT_EQ(get("file://" + allowed.path()).status().kind(), ErrorKind::kPermission);
  EXPECT_EQ(fetch("file://" + allowed.path() + "/a%20b.apk").status().kind(), ErrorKind::kPermission);
}

TEST(FetchRules, content_ranges_are_read_strictly) {
  auto whole = parse_content_range("bytes 100-199/200");
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->first, 100U);
  EXPECT_EQ(whole->total, 200U);
  EXPECT_TRUE(parse_content_range("bytes 0-0/*"));
  for (const char* bad : {"", "bytes", "bytes */200", "bytes 5-4/200", "bytes 100-200/200", "items 1-2/3",
                          "bytes 1-2", "bytes -1-2/3", "bytes 1-99999999999999999999/1"}) {
    EXPECT_FALSE(parse_content_range(bad)) << bad;
  }
}

TEST(FetchRules, waits_double_up_to_their_bound) {
  Options o;
  EXPECT_EQ(backoff_ms(o, 1, 0.5, 0), 125);
  EXPECT_EQ(backoff_ms(o, 2, 0.5, 0), 250);
  EXPECT_EQ(backoff_ms(o, 60, 0.999999, 0), 9999);
  EXPECT_EQ(backoff_ms(o, 1, 0, 3000), 3000);
  EXPECT_EQ(backoff_ms(o, 1, 0, 3'600'000), 10'000);
}

TEST(FetchRules, logs_never_show_passwords_or_queries) {
  EXPECT_EQ(shown_url("https://u:p@h:1/a?sig=x#y"), "https://h:1/a");
  EXPECT_EQ(shown_url("https://h/a@b"), "https://h/a@b");
  EXPECT_EQ(shown_url("nonsense"), "nonsense");
}

}  // namespace
}  // namespace storesweep::net
