#include "common/traffic/flow_lines.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace storesweep::traffic {
namespace {

// As the addon prints them: lines of the real mitmdump, ids and errors shortened.
constexpr const char* kOpen = R"({"kind": "open", "ms": 100, "connection": "c1"})";
constexpr const char* kTunnel =
    R"({"kind": "tunnel", "ms": 101, "connection": "c1", "host": "a.example", "port": 443})";
constexpr const char* kTrusted =
    R"({"kind": "tls", "ms": 120, "connection": "c1", "host": "a.example", "port": 443, "version": "TLSv1.3", "trusted": true})";
constexpr const char* kRequest =
    R"({"kind": "request", "ms": 131, "connection": "c1", "flow": "f1", "from_ms": 130, "method": "POST", "scheme": "https", "host": "a.example", "port": 443, "path": "/a?x=1", "path_bytes": 6, "version": "HTTP/1.1", "headers": [["Host", "a.example"], ["X-Id", "7"]], "headers_cut": false, "body": "aGVsbG8=", "body_bytes": 5, "body_sha256": "2c"})";
constexpr const char* kClose = R"({"kind": "close", "ms": 140, "connection": "c1"})";

std::string tls_failed(const std::string& error) {
  return R"({"kind": "tls", "ms": 120, "connection": "c1", "host": "a.example", "port": 443, "version": "", "trusted": false, "error": ")" +
         error + "\"}";
}

// What the last line ended.
std::optional<UnopenedConnection> ended_by(const std::vector<std::string>& texts) {
  FlowReader reader;
  std::optional<UnopenedConnection> last;
  for (const std::string& text : texts) {
    const auto line = parse_flow_line(text);
    EXPECT_TRUE(line.ok()) << text << line.status().text();
    EXPECT_FALSE(last) << "before its end";
    last = reader.take(*line);
  }
  return last;
}

TEST(FlowLines, ARequestIsReadWithItsBody) {
  const auto line = parse_flow_line(kRequest);
  ASSERT_TRUE(line.ok()) << line.status().text();
  EXPECT_EQ(line->kind, FlowKind::kRequest);
  EXPECT_EQ(line->from_ms, 130);
  EXPECT_EQ(line->ms, 131);
  EXPECT_EQ(line->method + " " + line->scheme + "://" + line->host + line->path,
            "POST https://a.example/a?x=1");
  ASSERT_EQ(line->headers.size(), 2u);
  EXPECT_EQ(line->headers[1], (std::pair<std::string, std::string>("X-Id", "7")));
  EXPECT_EQ(line->body, "hello");
  EXPECT_FALSE(line->cut);
}

TEST(FlowLines, WhatWasLeftOutOfARequestIsSaid) {
  std::string text = kRequest;
  text.replace(text.find("\"body_bytes\": 5"), 15, "\"body_bytes\": 6");
  EXPECT_TRUE(parse_flow_line(text)->cut);
  text = kRequest;
  text.replace(text.find("\"path_bytes\": 6"), 15, "\"path_bytes\": 9");
  EXPECT_TRUE(parse_flow_line(text)->cut);
}

TEST(FlowLines, LinesThatAreNoneAreCorrupt) {
  for (const char* text :
       {"", "mitmproxy says hello", "[]", "{}", R"({"kind":"dance","ms":1})", R"({"kind":"open","ms":-1})",
        R"({"kind":"open","ms":1,"connection":7})", R"({"kind":"tls","ms":1,"port":65536})",
        R"({"kind":"request","ms":1,"from_ms":2})", R"({"kind":"request","ms":1,"body":"a*b"})",
        R"({"kind":"request","ms":1,"headers":[["a"]]})"}) {
    const auto line = parse_flow_line(text);
    ASSERT_FALSE(line.ok()) << text;
    EXPECT_EQ(line.status().kind(), ErrorKind::kCorrupt) << text;
  }
}

TEST(FlowLines, AConnectionWithARequestEndsQuietly) {
  EXPECT_FALSE(ended_by({kOpen, kTunnel, kTrusted, kRequest, kClose}));
}

TEST(FlowLines, WhoSaysThatItDoesNotKnowTheCaRefusedIt) {
  const auto ended = ended_by(
      {kOpen, kTunnel,
       tls_failed("The client does not trust the proxy's certificate for a.example (tlsv1 alert unknown ca)"),
       kClose});
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->how, Unopened::kRefused);
  EXPECT_EQ(ended->host, "a.example");
  EXPECT_EQ(ended->port, 443);
}

TEST(FlowLines, WhoTookTheCertificateAndLeftWithoutARequestPins) {
  const auto ended = ended_by({kOpen, kTunnel, kTrusted, kClose});
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->how, Unopened::kPinned);
}

TEST(FlowLines, WhatMerelyFailsIsNeither) {
  for (const std::string& error :
       {std::string(
            "The client disconnected during the handshake. If this happens consistently for a.example, "
            "this may indicate that the client does not like it."),
        std::string("Client and mitmproxy cannot agree on a TLS version to use.")}) {
    const auto ended = ended_by({kOpen, kTunnel, tls_failed(error), kClose});
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->how, Unopened::kFailed) << error;
  }
  const auto silent = ended_by({kOpen, kTunnel, kClose});
  ASSERT_TRUE(silent);
  EXPECT_EQ(silent->how, Unopened::kFailed);
}

TEST(FlowLines, AConnectionWithoutATunnelSaysNothing) { EXPECT_FALSE(ended_by({kOpen, kClose})); }

TEST(FlowLines, OneConnectionEndsOnce) {
  FlowReader reader;
  for (const char* text : {kOpen, kTunnel}) static_cast<void>(reader.take(*parse_flow_line(text)));
  EXPECT_TRUE(reader.take(*parse_flow_line(kClose)));
  EXPECT_FALSE(reader.take(*parse_flow_line(kClose)));
}

}  // namespace
}  // namespace storesweep::traffic
