// What a run's proxy told, as HTTP Archive 1.2: held to the published schema, whatever apps write.
#include "common/traffic/har.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <vector>

#include "common/base/child.h"

namespace storesweep::traffic {
namespace {

constexpr std::int64_t kWall = 1'595'577'600'000;  // 2020-07-24T08:00:00Z

const std::string kRequest =
    R"({"kind": "request", "ms": 131, "connection": "c1", "flow": "f1", "from_ms": 130, "method": "POST", "scheme": "https", "host": "a.example", "port": 443, "path": "/a?x=1&y=%E4%BD%A0&z", "path_bytes": 20, "version": "HTTP/1.1", "headers": [["Host", "a.example"], ["Cookie", "s=7; t=8"], ["Content-Type", "text/plain"]], "headers_cut": false, "body": "aGVsbG8=", "body_bytes": 5, "body_sha256": "2c"})";
const std::string kResponse =
    R"({"kind": "response", "ms": 181, "flow": "f1", "status": 200, "type": "application/json", "body_bytes": 12, "body_sha256": "2c", "head": ""})";

std::string har(const std::vector<std::string>& lines) {
  std::vector<TimedFlowLine> timed;
  for (const std::string& line : lines) timed.push_back({line, kWall});
  return har_of(timed, "com.example.app", "1.0");
}

// What the schema says against it; empty: it fits.
std::string refused(const std::string& text) {
  const std::string file = testing::TempDir() + "/har_test.har";
  std::ofstream(file, std::ios::binary) << text;
  ChildOptions options;
  options.command = {
      "python3", "-c",
      "import json, sys, pathlib, warnings, jsonschema\n"
      "warnings.simplefilter('ignore')\n"
      "store = {f.name: json.loads(f.read_text()) for f in pathlib.Path(sys.argv[1]).glob('*.json')}\n"
      "resolver = jsonschema.RefResolver('har.json', store['har.json'], store=store)\n"
      "har = json.load(open(sys.argv[2], encoding='utf-8'))\n"
      "jsonschema.Draft6Validator(store['har.json'], resolver=resolver).validate(har)",
      std::string(std::getenv("STORESWEEP_SOURCE")) + "/tests/data/har", file};
  options.stderr_file = "/dev/null";
  const auto done = run_child(options, "", 1 << 20, Deadline::in_ms(60'000));
  if (!done.ok()) return done.status().text();
  return done->exit_code == 0 ? "" : "refused";
}
bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(Har, AnExchangeFitsThePublishedSchema) {
  const std::string text = har({kRequest, kResponse});
  EXPECT_EQ(refused(text), "") << text;
  EXPECT_TRUE(holds(text, "\"startedDateTime\":\"2020-07-24T07:59:59.999Z\",\"time\":51")) << text;
  EXPECT_TRUE(holds(text, "\"url\":\"https://a.example/a?x=1&y=%E4%BD%A0&z\""));
  EXPECT_TRUE(holds(text, "{\"name\":\"z\",\"value\":\"\"}"));
  EXPECT_TRUE(holds(text, "{\"name\":\"t\",\"value\":\"8\"}"));
  EXPECT_TRUE(holds(text, "\"postData\":{\"mimeType\":\"text/plain\",\"text\":\"hello\"}"));
  EXPECT_TRUE(holds(text, "\"status\":200"));
  EXPECT_NE(refused("{\"log\": {\"version\": \"1.2\", \"entries\": [{}]}}"), "") << "it is really looked at";
  EXPECT_EQ(har({kRequest, kResponse}), text);
}

TEST(Har, WithoutARequestThereIsNone) {
  EXPECT_EQ(har({}), "");
  EXPECT_EQ(har({R"({"kind": "open", "ms": 100, "connection": "c1"})", "no line"}), "");
}

TEST(Har, WhatIsNotThereIsSaid) {
  std::string cut = kRequest;
  cut.replace(cut.find("\"body_bytes\": 5"), 15, "\"body_bytes\": 6");
  const std::string text = har(
      {R"({"kind": "open", "ms": 100, "connection": "c2"})",
       R"({"kind": "tunnel", "ms": 101, "connection": "c2", "host": "b.example", "port": 443})",
       R"({"kind": "close", "ms": 140, "connection": "c2"})", "no line",
       R"({"kind": "message", "ms": 140, "connection": "c3", "flow": "f3", "host": "b", "port": 1, "body": "", "body_bytes": 0})",
       cut, R"({"kind": "error", "ms": 150, "flow": "f1", "error": "reset"})"});
  EXPECT_EQ(refused(text), "") << text;
  EXPECT_TRUE(holds(text, "1 connections never came to a request"));
  EXPECT_TRUE(holds(text, "1 messages of other protocols"));
  EXPECT_TRUE(holds(text, "1 lines of the proxy could not be read"));
  EXPECT_TRUE(holds(text, "something was left out"));
  EXPECT_TRUE(holds(text, "no answer: reset"));
}

TEST(Har, WhateverAppsWriteIsStillOne) {
  std::string hostile = kRequest;
  hostile.replace(hostile.find("\"aGVsbG8=\""), 10, "\"/wD+gA==\"");
  hostile.replace(hostile.find("/a?x=1"), 6, "\\u0000\\\"</x>?&&==");
  hostile.replace(hostile.find("text/plain"), 10, "\\ud83d\\ude00\\n");
  const std::string text = har({hostile, hostile, kResponse, kResponse});
  EXPECT_EQ(refused(text), "") << text;
  EXPECT_TRUE(holds(text, "\"text\":\"/wD+gA==\",\"_encoding\":\"base64\""));
  std::string masked = kRequest;
  masked.replace(masked.find("a.example\"]"), 11, "******\"]");
  EXPECT_TRUE(holds(har({masked}), "******"));
}

}  // namespace
}  // namespace storesweep::traffic
