// What is in captured dumps, counted by other means (grep), beside what the parsers find in them.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "common/android/describe.h"
#include "tests/unit/corpus.h"

namespace storesweep::android {
namespace {

using nlohmann::json;

json read(std::string_view kind, const std::string& text) {
  const auto out = describe_text(kind, text);
  EXPECT_TRUE(out.ok()) << out.status().text();
  return out.ok() ? json::parse(out->json) : json();
}

std::size_t count(const std::string& text, const char* pattern) {
  const std::regex lines(pattern, std::regex::multiline);
  return static_cast<std::size_t>(
      std::distance(std::sregex_iterator(text.begin(), text.end(), lines), std::sregex_iterator()));
}

struct Counted {
  const char* file;
  const char* kind;
  const char* pattern;  // one match a record
};

TEST(CorpusCounts, EveryRecordOfACaptureIsThere) {
  NEED_CORPUS();
  for (const Counted& c :
       {Counted{"dumpsys/android09-emulator/appops.txt", "appops", "^      [A-Z_]{3,}[: (]"},
        {"dumpsys/android09-emulator/activity_broadcasts.txt", "broadcasts", "^ *BroadcastRecord\\{"},
        {"dumpsys/android09-emulator/activity_services.txt", "services", "^ *\\* ServiceRecord\\{"},
        {"dumpsys/android09-emulator/activity_processes.txt", "processes", "^ *\\*(APP|PERS)\\* UID"},
        {"dumpsys/android09-emulator/activity_recents.txt", "recents", "\\* Recent #"},
        {"dumpsys/android09-emulator/alarm.txt", "alarm", ": Alarm\\{"},
        {"dumpsys/android09-emulator/jobscheduler.txt", "jobscheduler", "^ *JOB #"},
        {"dumpsys/android09-emulator/netstats.txt", "netstats", "^ *st="},
        {"dumpsys/android09-emulator/usagestats.txt", "usagestats", "^ *time=\""},
        {"dumpsys/android09-emulator/package.txt", "package", "^  (Package|SharedUser) \\["},
        {"android-4.4.2/text/dumpsys-package.txt", "package", "^  (Package|SharedUser) \\["},
        {"android-4.4.2/text/dumpsys-activity-broadcasts.txt", "broadcasts", "^ *BroadcastRecord\\{"},
        {"android-4.4.2/text/dumpsys-appops.txt", "appops", ": mode="},
        {"android-4.4.2/text/dumpsys-usagestats.txt", "usagestats", " times, "},
        {"android-4.4.2/text/install.txt", "install", "^Success"},
        {"android-4.4.2/text/am-start.txt", "start", "^Starting: "},
        {"dumpsys/swisscom-androidtv/package_parser_test_01.txt", "broadcasts", "^ *BroadcastRecord\\{"},
        {"dumpsys/swisscom-androidtv/package_parser_test_01.txt", "services", "^ *\\* ServiceRecord\\{"},
        {"dumpsys/swisscom-androidtv/package_parser_test_01.txt", "package",
         "^ *(Package|SharedUser) \\[.*:\r?$"},
        {"dumpsys/sunmi-notes/30_2024-03-29.txt", "netstats", "^ *st="},
        {"dumpsys/tekartik-android16/adb_utils_test_01.txt", "package", "^ *Package \\[.*:\r?$"}}) {
    const std::string text = corpus_text(c.file);
    const json out = read(c.kind, text);
    EXPECT_EQ(out["records"].size(), count(text, c.pattern)) << c.file;
    EXPECT_EQ(out["relevant_unknown"], 0) << c.file << out["unknown_lines"].dump(1);
  }
}

TEST(CorpusCounts, EveryReceiverOfABroadcastIsThere) {
  NEED_CORPUS();
  for (const char* file : {"dumpsys/android09-emulator/activity_broadcasts.txt",
                           "android-4.4.2/text/dumpsys-activity-broadcasts.txt"}) {
    const std::string text = corpus_text(file);
    std::size_t receivers = 0, nameless = 0;
    const json out = read("broadcasts", text);
    for (const json& record : out["records"]) {
      receivers += record["receivers"].size();
      for (const json& r : record["receivers"]) nameless += !r.contains("package");
    }
    EXPECT_EQ(receivers, count(text,
                               "^ *(Deliver|Receiver|Skipped|Failed|Pending|Timeout|\\?+) ?.*#[0-9]+: "
                               "(\\(manifest\\)|BroadcastFilter.*ReceiverList|ResolveInfo)"))
        << file;
    EXPECT_EQ(nameless, 0u) << file;
  }
}

TEST(CorpusCounts, EveryTraceThatPeopleFiledIsRead) {
  NEED_CORPUS();
  std::size_t files = 0, without = 0;
  for (const auto& entry : std::filesystem::directory_iterator(corpus_path("logcat/crash"))) {
    if (entry.path().extension() != ".txt") continue;
    const json out = read("log", corpus_text("logcat/crash/" + entry.path().filename().string()));
    ++files;
    bool trace = false;
    for (const json& r : out["records"])
      trace = trace || ((r["kind"] == "crash" || r["kind"] == "trace") && r.contains("reason") &&
                        r.contains("frames"));
    without += !trace;
    if (!trace) std::printf("no trace: %s\n", entry.path().c_str());
  }
  EXPECT_GT(files, 30u);
  EXPECT_LE(without, 2u) << "one is a log of JavaScript, of one its author broke the tags";
}

}  // namespace
}  // namespace storesweep::android
