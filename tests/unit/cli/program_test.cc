// The program itself, against a real server with a made-up service: what is sent, what is printed, how it
// ends.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <mutex>

#include "common/base/child.h"
#include "common/base/file.h"
#include "coordinator/http/api_handler.h"
#include "coordinator/http/server.h"
#include "tests/unit/coordinator/http/fake_service.h"

namespace storesweep::cli {
namespace {

class Program : public testing::Test {
 protected:
  FakeService service;
  http::ApiHandler handler{service, http::AccessList({{"t", http::Access::kAdmin, sha256("secret")}})};
  std::unique_ptr<Metrics> metrics = make_metrics();
  Log log{"cli_test", LogLevel::kError, Log::Format::kText};
  std::unique_ptr<http::Server> server = *http::Server::start({}, handler, *metrics, log);
  std::string token_file = testing::TempDir() + "/cli_test_token";
  std::string errors = testing::TempDir() + "/cli_test_errors";

  void SetUp() override { std::ofstream(token_file) << "secret\n"; }

  ChildOutput run(std::vector<std::string> arguments) {
    std::ofstream(errors, std::ios::trunc).close();
    ChildOptions options;
    options.command = {STORESWEEP_PROGRAM, "--server", "http://127.0.0.1:" + std::to_string(server->port()),
                       "--lang", "en"};
    if (!token_file.empty()) options.command.insert(options.command.end(), {"--token-file", token_file});
    options.command.insert(options.command.end(), arguments.begin(), arguments.end());
    options.stderr_file = errors;
    auto output = run_child(options, "", 1 << 20, Deadline::in_ms(60'000));
    EXPECT_TRUE(output.ok()) << output.status().message();
    // The program's end says that the server has answered; the lock says it to TSan, which sees no other
    // process.
    std::lock_guard lock(service.mutex);
    return *output;
  }
  std::string said() { return *read_file(errors, 1 << 20); }
};

TEST_F(Program, StartsASweepAndSaysWhereItStands) {
  const ChildOutput out =
      run({"sweep", "start", "--name", "nightly", "--top", "50", "--depth", "lab", "--idempotency-key", "k"});
  EXPECT_EQ(out.exit_code, 0) << said();
  EXPECT_EQ(out.out.rfind("sweep 3 running  242/1,000 24%", 0), 0u) << out.out;
  EXPECT_EQ(service.sweep_request.name, "nightly");
  EXPECT_EQ(service.sweep_request.selection.top, 50);
  EXPECT_EQ(service.sweep_request.depth, Depth::kLab);
  EXPECT_EQ(service.sweep_request.idempotency_key, "k");
}

TEST_F(Program, WritesAReportAndSaysInItWhichEvidenceIsGone) {
  const std::string file = testing::TempDir() + "/cli_test_report.html";
  const ChildOutput out = run({"report", "--sweep", "3", "--out", file, "--rules",
                               std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules"});
  EXPECT_EQ(out.exit_code, 0) << said();
  const auto html = read_file(file, 8u << 20);
  ASSERT_TRUE(html.ok()) << html.status().message();
  for (const char* text :
       {"模拟设备 SIMULATED", "示例公司", "R5.7", "the journal could not be read", "shown; 241 more"}) {
    EXPECT_NE(html->find(text), std::string::npos) << text;
  }
}

TEST_F(Program, ShowsEveryPage) {
  for (const std::vector<std::string>& verb :
       std::vector<std::vector<std::string>>{{"status"},
                                             {"sweep", "show", "3"},
                                             {"sweep", "list"},
                                             {"sweep", "pause", "3", "--shard", "1"},
                                             {"summary", "3"},
                                             {"summary", "3", "--by", "rule"},
                                             {"summary", "3", "--by", "sdk"},
                                             {"announcement", "3"},
                                             {"results", "3"},
                                             {"results", "3", "--findings"},
                                             {"verdict", "17"},
                                             {"evidence", "list", "17"},
                                             {"evidence", "head"},
                                             {"rejudge", "--sweep", "3"},
                                             {"rejudge", "--sweep", "3", "--apply"},
                                             {"workers"},
                                             {"devices"},
                                             {"drain", "w 1"},
                                             {"retest", "17", "--rule", "R5.7"},
                                             {"campaign", "status", "2"},
                                             {"gc", "--older-than", "2"},
                                             {"gc", "--accusing-older-than", "900"},
                                             {"hold", "17", "--reason", "案件 2026-31"},
                                             {"release", "17", "--reason", "已结案"},
                                             {"holds"},
                                             {"import", "a.csv"}}) {
    const ChildOutput text = run(verb);
    EXPECT_EQ(text.exit_code, 0) << verb[0] << ": " << said();
    EXPECT_FALSE(text.out.empty()) << verb[0];
    std::vector<std::string> as_json = verb;
    as_json.push_back("--json");
    const ChildOutput json = run(as_json);
    EXPECT_EQ(json.out.rfind("{", 0), 0u) << verb[0] << ": " << json.out << said();
  }
  EXPECT_EQ(service.import.source.rfind("/", 0), 0u)
      << "a path is made whole: the coordinator runs elsewhere";
}

TEST_F(Program, SumsUpSdksForASpreadsheet) {
  const ChildOutput out = run({"summary", "3", "--by", "sdk", "--csv"});
  EXPECT_EQ(out.exit_code, 0) << said();
  EXPECT_NE(out.out.find("jpush,极光推送,极光,push,unknown,2,true\r\n"), std::string::npos) << out.out;
}

TEST_F(Program, FindsAVerdictByItsPackageAndFailsOnDemand) {
  EXPECT_EQ(run({"verdict", "com.example.app", "--sweep", "3"}).exit_code, 0) << said();
  EXPECT_EQ(service.query.package, "com.example.app");
  EXPECT_EQ(run({"verdict", "17", "--fail-on", "violation"}).exit_code, 0);
  EXPECT_EQ(run({"verdict", "com.example.app"}).exit_code, 1);
  EXPECT_NE(said().find("name its sweep too"), std::string::npos);
}

TEST_F(Program, RejudgesPageByPageUnderAPackOfItsOwn) {
  const std::string rules = std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules";
  const ChildOutput out = run({"rejudge", "--sweep", "3", "--pack", rules});
  EXPECT_EQ(out.exit_code, 0) << said();
  EXPECT_EQ(std::count(service.asked.begin(), service.asked.end(), "rejudge 3 pack"), 2) << "both pages";
  EXPECT_NE(out.out.find("17  com.example.app  R5.7"), std::string::npos) << out.out;
  EXPECT_NE(out.out.find("(PROFILE)"), std::string::npos) << out.out;
  EXPECT_NE(out.out.find("4 judged again"), std::string::npos) << out.out;
  EXPECT_EQ(run({"rejudge", "--sweep", "3", "--pack", "/nowhere"}).exit_code, 4);
}

TEST_F(Program, RefusesABundleThatIsNone) {
  const std::string bundle = testing::TempDir() + "/cli_test_bundle",
                    trust = testing::TempDir() + "/cli_test_trust";
  std::ofstream(bundle) << "PK and nothing more";
  std::ofstream(trust) << "# nobody\n";
  EXPECT_EQ(run({"evidence", "verify", bundle, "--trust", trust}).exit_code, 1);
  EXPECT_NE(said().find("cli_test_bundle"), std::string::npos) << said();
  std::ofstream(trust) << "friend 12\n";
  EXPECT_EQ(run({"evidence", "verify", bundle, "--trust", trust}).exit_code, 1);
  EXPECT_NE(said().find("line 1"), std::string::npos) << said();
}

TEST_F(Program, SavesEvidenceAndChecksIt) {
  const std::string file = testing::TempDir() + "/cli_test_journal";
  EXPECT_EQ(run({"evidence", "get", to_hex(sha256("journal")), file}).exit_code, 0) << said();
  EXPECT_EQ(*read_file(file, 100), "journal");
  EXPECT_EQ(run({"evidence", "get", to_hex(sha256("other")), file}).exit_code, 4);
}

TEST_F(Program, EndsWithTheCodesItDocuments) {
  EXPECT_EQ(run({"sweep", "show", "404"}).exit_code, 4);
  EXPECT_NE(said().find("there is no sweep 404"), std::string::npos);
  EXPECT_EQ(run({"sweep", "fly"}).exit_code, 2);
  EXPECT_EQ(run({"summary", "3", "--by", "colour"}).exit_code, 2);
  token_file = "/no/such/token";
  EXPECT_EQ(run({"status"}).exit_code, 4);
  EXPECT_NE(said().find("--token-file: /no/such/token"), std::string::npos) << said();
  token_file.clear();
  EXPECT_EQ(run({"status"}).exit_code, 1);
  EXPECT_NE(said().find("this needs a token"), std::string::npos) << said();
  server->stop();
  EXPECT_EQ(run({"status"}).exit_code, 3);
  EXPECT_NE(said().find("start storesweep-coordinator, or name another by --server"), std::string::npos)
      << said();
}

TEST_F(Program, SaysWhichVerbWasMeantAndWhereTheyAreListed) {
  EXPECT_EQ(run({"satus"}).exit_code, 2);
  EXPECT_NE(said().find("no verb `satus`; did you mean `storesweep status`? `storesweep --help` lists"),
            std::string::npos)
      << said();
  EXPECT_EQ(run({"nonsense"}).exit_code, 2);
  EXPECT_NE(said().find("no verb `nonsense`; `storesweep --help` lists"), std::string::npos) << said();
  EXPECT_EQ(run({"sweep", "strat"}).exit_code, 2);
  EXPECT_NE(said().find("did you mean `storesweep sweep start`?"), std::string::npos) << said();
  EXPECT_EQ(run({"sweep"}).exit_code, 2);
  EXPECT_NE(said().find("a verb is missing; `storesweep sweep --help`"), std::string::npos) << said();
  EXPECT_EQ(run({"summary"}).exit_code, 2);
  EXPECT_NE(said().find("sweep is required; `storesweep summary --help` lists"), std::string::npos) << said();
  EXPECT_EQ(run({"--help"}).exit_code, 0);
}

}  // namespace
}  // namespace storesweep::cli
