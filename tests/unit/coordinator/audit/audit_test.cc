#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "common/base/file.h"
#include "common/base/text.h"
#include "coordinator/audit/log.h"
#include "coordinator/audit/verify.h"
#include "tests/unit/temporary_folder.h"

namespace storesweep {
namespace {

class Audit : public ::testing::Test {
 protected:
  testing::TemporaryFolder folder_;
  FakeClock clock_;
  Log log_{"audit_test", LogLevel::kError, Log::Format::kText};
  const std::string file_ = folder_.path() + "/audit.jsonl";

  std::unique_ptr<AuditLog> open() {
    auto log = AuditLog::open(file_, clock_, log_);
    EXPECT_TRUE(log.ok()) << log.status().message();
    return std::move(log).value();
  }
  void write(const std::vector<std::string>& events) {
    auto log = open();
    for (const std::string& event : events) EXPECT_TRUE(log->append({.event = event}).ok());
  }
  std::string text() { return read_file(file_, 1 << 20).value_or(""); }
  std::vector<std::string> read_lines() {
    const std::string all = text();
    std::vector<std::string> out;
    for (std::string_view line : lines(all)) out.emplace_back(line);
    return out;
  }
  void put(const std::vector<std::string>& all) {
    std::ofstream out(file_, std::ios::trunc);
    for (const std::string& line : all) out << line << "\n";
  }
  std::string verdict(std::vector<std::string> files = {}) {
    if (files.empty()) files = {file_};
    const auto said = verify_audit(files);
    return said.ok() ? *said : said.status().message();
  }
};

TEST_F(Audit, WritesALineThatSaysWhoDidWhat) {
  auto log = open();
  AuditEntry e{.event = "request", .who = "王芳", .role = "officer"};
  e.remote = "::1";
  e.method = "POST";
  e.route = "/api/v1/findings/{finding}/confirm";
  e.named = {{"finding", "17.0123456789"}, {"reason", "line\nbreak"}};
  e.status = 200;
  e.outcome = "ok";
  e.trace_id = "0af7651916cd43dd8448eb211c80319c";
  ASSERT_TRUE(log->append(e).ok());
  EXPECT_EQ(text(), "{\"n\":1,\"previous\":\"" + std::string(64, '0') +
                        "\",\"time\":\"2020-09-13T12:26:40.000Z\",\"event\":\"request\",\"who\":\"王芳\","
                        "\"role\":\"officer\",\"remote\":\"::1\",\"method\":\"POST\","
                        "\"route\":\"/api/v1/findings/{finding}/confirm\","
                        "\"named\":{\"finding\":\"17.0123456789\",\"reason\":\"line\\nbreak\"},"
                        "\"status\":200,\"outcome\":\"ok\","
                        "\"trace_id\":\"0af7651916cd43dd8448eb211c80319c\"}\n");
  struct stat st {};
  ASSERT_EQ(::stat(file_.c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777u, 0600u) << "it is nobody else's to read";
}

TEST_F(Audit, BoundsWhatComesFromOutside) {
  auto log = open();
  AuditEntry e{.event = "request", .who = std::string(1 << 20, 'x')};
  for (int i = 0; i < 1000; ++i) e.named.emplace_back("k" + std::to_string(i), std::string(100'000, '\1'));
  ASSERT_TRUE(log->append(e).ok());
  EXPECT_LE(text().size(), kMaxAuditLineBytes);
  EXPECT_NE(text().find("(1048576 bytes)"), std::string::npos);
  EXPECT_NE(text().find("left_out"), std::string::npos);
  EXPECT_NE(verdict().find("1 lines, 1 to 1"), std::string::npos) << verdict();
}

TEST_F(Audit, GoesOnWithTheChainOverRestartsAndRotation) {
  write({"a", "b"});
  const std::string old = file_ + ".1";
  {
    auto log = open();
    ASSERT_TRUE(log->append({.event = "c"}).ok());
    ASSERT_EQ(::rename(file_.c_str(), old.c_str()), 0);
    ASSERT_TRUE(log->append({.event = "d"}).ok()) << "nobody has to tell it";
    ASSERT_EQ(::rename(file_.c_str(), (file_ + ".2").c_str()), 0);
    ASSERT_TRUE(log->reopen().ok());
    struct stat st {};
    EXPECT_EQ(::stat(file_.c_str(), &st), 0) << "told, it makes the new one at once";
  }
  ASSERT_EQ(::unlink(file_.c_str()), 0) << "moved away while it was down";
  write({"e"});
  EXPECT_NE(verdict({old, file_ + ".2", file_}).find("5 lines, 1 to 5"), std::string::npos)
      << verdict({old, file_ + ".2", file_});
  EXPECT_NE(verdict().find("what stands before line 5 is not among these files"), std::string::npos);
  EXPECT_NE(verdict({old, file_}).find("line 5 stands behind line 3"), std::string::npos) << "one is missing";
}

TEST_F(Audit, NoticesEveryLineThatWasTakenOutChangedPutInOrMoved) {
  write({"a", "b", "c", "d", "e"});
  const auto all = read_lines();
  ASSERT_EQ(all.size(), 5u);
  for (std::size_t i = 1; i + 1 < all.size(); ++i) {
    auto some = all;
    some.erase(some.begin() + static_cast<std::ptrdiff_t>(i));
    put(some);
    EXPECT_NE(verdict().find(file_ + ":" + std::to_string(i + 1) + ": line"), std::string::npos) << verdict();
    some = all;
    std::swap(some[i], some[i + 1]);
    put(some);
    EXPECT_NE(verdict().find("moved"), std::string::npos) << verdict();
    some = all;
    some[i].replace(some[i].find("\"event\":\"") + 9, 1, "x");
    put(some);
    EXPECT_NE(verdict().find(":" + std::to_string(i + 2) + ": line"), std::string::npos) << verdict();
    some = all;
    some.insert(some.begin() + static_cast<std::ptrdiff_t>(i), all[i]);
    put(some);
    EXPECT_NE(verdict().find(":" + std::to_string(i + 2) + ": line"), std::string::npos) << verdict();
  }
  put({all[0], "{}", all[2]});
  EXPECT_NE(verdict().find(":2: no line of an audit log"), std::string::npos) << verdict();
  put(all);
  EXPECT_NE(verdict().find("5 lines"), std::string::npos) << verdict();
}

TEST_F(Audit, NoticesWhatWasCutOffItsEnd) {
  write({"a", "b", "c"});
  auto all = read_lines();
  all.pop_back();
  put(all);
  EXPECT_NE(verdict().find("ends with line 2, though line 3 was written"), std::string::npos) << verdict();
  write({"d"});
  EXPECT_NE(text().find("\"event\":\"lines_missing\""), std::string::npos) << "the log itself says so";
  EXPECT_NE(verdict().find(":3: line 4 stands behind line 2"), std::string::npos) << verdict();
}

TEST_F(Audit, DropsHalfALineThatACrashLeftAndNothingElse) {
  write({"a", "b"});
  const std::string whole = text();
  { std::ofstream(file_, std::ios::app) << R"({"n":3,"previous":"00)"; }
  write({"c"});
  EXPECT_EQ(text().substr(0, whole.size()), whole);
  EXPECT_NE(verdict().find("3 lines, 1 to 3"), std::string::npos) << verdict();
  put({"somebody's notes"});
  const auto foreign = AuditLog::open(file_, clock_, log_);
  ASSERT_FALSE(foreign.ok());
  EXPECT_EQ(foreign.status().kind(), ErrorKind::kCorrupt) << "another's file is not written into";
}

TEST_F(Audit, BelongsToOneProcess) {
  auto log = open();
  const auto second = AuditLog::open(file_, clock_, log_);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.status().kind(), ErrorKind::kExists);
}

TEST_F(Audit, SaysWhatCouldNotBeWrittenOnceItCan) {
  auto log = open();
  ASSERT_TRUE(log->append({.event = "a"}).ok());
  EXPECT_TRUE(log->ready().ok());
  const std::string away = folder_.path() + "/away";
  ASSERT_EQ(::rename(file_.c_str(), away.c_str()), 0);
  ASSERT_EQ(::mkdir(file_.c_str(), 0700), 0) << "nothing can be written under that name now";
  EXPECT_FALSE(log->append({.event = "b"}).ok());
  EXPECT_FALSE(log->ready().ok());
  ASSERT_EQ(::rmdir(file_.c_str()), 0);
  EXPECT_TRUE(log->ready().ok());
  ASSERT_TRUE(log->append({.event = "c"}).ok());
  EXPECT_NE(text().find("\"event\":\"not_written\",\"named\":{\"entries\":\"1\"}"), std::string::npos)
      << text();
  EXPECT_NE(verdict({away, file_}).find("3 lines, 1 to 3"), std::string::npos) << verdict({away, file_});
}

TEST_F(Audit, TakesLinesFromManyThreads) {
  auto log = open();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&log] {
      for (int i = 0; i < 25; ++i) EXPECT_TRUE(log->append({.event = "x"}).ok());
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(log->head().n, 100u);
  EXPECT_NE(verdict().find("100 lines, 1 to 100"), std::string::npos) << verdict();
}

}  // namespace
}  // namespace storesweep
