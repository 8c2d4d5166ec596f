#include "common/android/describe.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/unit/common/android/phrases_file.h"
#include "tests/unit/corpus.h"

namespace storesweep::android {
namespace {

using nlohmann::json;

TEST(Describe, AStrangersDumpComesOutAsRecordsAndUnknownLines) {
  const auto text = describe_text("appops", "Uid mode: CAMERA: ignore\nwhat is this\xFF\n");
  ASSERT_TRUE(text.ok()) << text.status().text();
  const json out = json::parse(text->json);
  EXPECT_EQ(out["records"][0]["op"], "CAMERA");
  EXPECT_EQ(out["unknown_lines"][0]["line"], 2);
  EXPECT_EQ(out["relevant_unknown"], 1);
}

TEST(Describe, AnUnknownKindNamesThoseThatThereAre) {
  const auto text = describe_text("nosuch", "");
  ASSERT_FALSE(text.ok());
  EXPECT_NE(text.status().message().find("appops, events"), std::string::npos);
}

TEST(Describe, EachKindReadsAnyTextAndSaysSo) {
  EXPECT_GE(parser_kinds().size(), 20u);
  for (const ParserKind& kind : parser_kinds()) {
    EXPECT_FALSE(kind.help.empty());
    for (const char* text : {"", "x", "\n\n", "Can't find service: x\n", "[[[", "\xFF\xFE\x00"}) {
      const auto out = describe_text(kind.name, text);
      ASSERT_TRUE(out.ok()) << kind.name;
      const json read = json::parse(out->json);
      EXPECT_TRUE(read["records"].is_array()) << kind.name;
      // Nothing that says nothing passes for an answer.
      EXPECT_TRUE(!out->warning.empty() || read.contains("device_error") || !read["records"].empty())
          << kind.name << " of " << text << out->json;
    }
  }
}

json described(std::string_view kind, std::string_view text) {
  const auto out = describe_text(kind, text);
  EXPECT_TRUE(out.ok()) << out.status().text();
  return out.ok() ? json::parse(out->json) : json();
}

TEST(Describe, AnotherCommandsOutputIsNotReadAsNothing) {
  const auto out = describe_text("alarm", "[ro.build.version.sdk]: [33]\n[ro.product.model]: [X]\n");
  ASSERT_TRUE(out.ok());
  EXPECT_NE(out->warning.find("does not look like the output of dumpsys alarm; it looks like: getprop"),
            std::string::npos)
      << out->warning;
  EXPECT_EQ(json::parse(out->json)["warning"], out->warning);
  EXPECT_NE(describe_text("alarm", " \n")->warning.find("empty"), std::string::npos);
  EXPECT_EQ(describe_text("alarm", "Current Alarm Manager state:\n  nothing\n")->warning, "");
  EXPECT_FALSE(describe_text("auto", "PK\x03\x04zip").ok());
  EXPECT_FALSE(describe_text("auto", "nobody\nknows\n").ok());
}

TEST(Describe, TheKindCanBeGuessed) {
  EXPECT_EQ(described("auto", "[ro.build.version.sdk]: [33]\n")["kind"], "getprop");
  EXPECT_EQ(described("auto", "package:com.a\npackage:com.b\n")["kind"], "packages");
  EXPECT_EQ(described("auto", "package:/data/app/a/base.apk\n")["kind"], "path");
  EXPECT_EQ(described("auto", "CAMERA: allow; time=+1h ago\n")["kind"], "appops");
  EXPECT_EQ(described("auto",
                      "11-23 20:27:15.444  1382  3436 I am_proc_start: [0,1,10001,a,service,a/.S]\n")["kind"],
            "events");
  EXPECT_EQ(described("auto", "11-23 20:27:15.444  1382  3436 I Zygote: hello\n")["kind"], "log");
  EXPECT_EQ(described("auto", "Performing Streamed Install\nSuccess\n")["kind"], "install");
  EXPECT_EQ(described("auto", "USER PID PPID VSZ RSS WCHAN ADDR S NAME\nroot 1 0 1 1 0 0 S init\n")["kind"],
            "ps");
  EXPECT_EQ(described("auto", "mCurrentFocus=Window{1 u0 a/a.B}\n")["guessed"], true);
}

constexpr std::string_view kBugreport =
    "== dumpstate: 2026-11-01 10:00:00\n"
    "------ SYSTEM LOG (logcat -v threadtime -v printable -v uid -d *:v) ------\n"
    "--------- beginning of system\n"
    "11-01 09:59:00.000  1000  1382  3436 I ActivityTaskManager: START u0 {act=a cmp=com.b/.M} from uid "
    "10147\n"
    "------ 0.1s was the duration of 'SYSTEM LOG' ------\n"
    "------ EVENT LOG (logcat -b events -v threadtime) ------\n"
    "11-01 09:59:01.000  1000  1382  3436 I am_proc_start: [0,1,10001,com.b,service,com.b/.S]\n"
    "------ SYSTEM PROPERTIES (getprop) ------\n"
    "[ro.a]: [1\n2]\n"
    "------ DUMPSYS HIGH (/system/bin/dumpsys) ------\n"
    "DUMP OF SERVICE CRITICAL activity:\n"
    "ACTIVITY MANAGER SERVICES (dumpsys activity services)\n"
    "  * ServiceRecord{1 u0 com.b/.S}\n"
    "ACTIVITY MANAGER RUNNING PROCESSES (dumpsys activity processes)\n"
    "  *APP* UID 10001 ProcessRecord{a 2:com.b/u0a1}\n"
    "--------- 0.053s was the duration of dumpsys activity, ending at: 2026-11-01 10:00:00\n"
    "-------------------------------------------------------------------------------\n"
    "DUMP OF SERVICE appops:\n"
    "Current AppOps Service state:\n  Uid u0a1:\n    Package com.b:\n      CAMERA (allow):\n"
    "DUMP OF SERVICE next.service:\nPackage too.late\n";

TEST(Describe, OfAWholeBugreportEachKindReadsItsOwnSections) {
  for (const auto& [kind, records] : {std::pair{"log", 1},
                                      {"events", 1},
                                      {"getprop", 1},
                                      {"services", 1},
                                      {"processes", 1},
                                      {"appops", 1},
                                      {"package", 0}}) {
    const json out = described(kind, kBugreport);
    EXPECT_EQ(out["records"].size(), static_cast<std::size_t>(records)) << kind << out.dump(1);
    EXPECT_EQ(out["relevant_unknown"], 0) << kind << out.dump(1);
    EXPECT_EQ(out.contains("warning"), records == 0) << kind;
  }
  const json all = described("auto", kBugreport);
  EXPECT_EQ(all["parts"].size(), 6u) << all.dump(1);
  // Line numbers are those of the file.
  const json broken =
      described("appops", std::string(kBugreport.substr(0, kBugreport.find("CAMERA"))) + "?\n");
  EXPECT_EQ(broken["unknown_lines"][0]["line"], 23) << broken.dump(1);
}

TEST(Describe, ChatterOfAdbMarginsAndUtf16DoNotMatter) {
  const std::string dump =
      "Current AppOps Service state:\n  Uid u0a1:\n    Package com.b:\n      CAMERA (allow):\n"
      "          Access: top   = 2019-08-15 14:35:08.481 (-2s)\n";
  const json plain = described("appops", dump)["records"];
  ASSERT_EQ(plain.size(), 1u);
  const std::string chatter =
      "adb server version (41) doesn't match this client (39); killing...\r\n* daemon not running; starting "
      "now "
      "at tcp:5037\r\n* daemon started successfully\r\nWARNING: linker: app_process has text "
      "relocations.\r\n";
  EXPECT_EQ(described("appops", chatter + dump)["records"], plain);
  EXPECT_EQ(described("appops", chatter + dump)["unknown_count"], 0);
  std::string margin, wide = "\xFF\xFE", bare;
  for (char c : "\n" + dump) margin += c == '\n' ? "\n        " : std::string(1, c);
  EXPECT_EQ(described("appops", margin)["records"], plain);
  for (char c : dump) bare += std::string(1, c) + std::string(1, '\0');
  EXPECT_EQ(described("appops", wide + bare)["records"], plain);
  EXPECT_EQ(described("appops", bare)["records"], plain);
}

TEST(Describe, BatteryValuesAndTimesAreNumbersInTheUnitOfTheirName) {
  const json battery =
      described("battery", "Current Battery Service state:\n  AC powered: true\n  level: 83\n");
  EXPECT_EQ(battery["records"][0]["value"], true);
  EXPECT_EQ(battery["records"][1]["value"], 83);
  const json net =
      described("netstats",
                "UID stats:\n  ident=[{type=1}] uid=10086 set=DEFAULT tag=0x0\n      st=1565787600 "
                "rb=1 rp=2 tb=3 tp=4 op=0\n");
  EXPECT_EQ(net["records"][0]["start_ms"], 1565787600000);
}

TEST(Describe, AScreenComesOutWithItsElements) {
  const std::string xml =
      "<hierarchy rotation=\"0\"><node text=\"隐私政策\" package=\"com.a\" bounds=\"[0,0][100,10]\" /><node "
      "text=\"同意\" "
      "clickable=\"true\" package=\"com.a\" bounds=\"[0,50][100,90]\" /></hierarchy>";
  const auto text = screen_to_json(xml, shipped_phrases());
  ASSERT_TRUE(text.ok()) << text.status().text();
  const json out = json::parse(*text);
  EXPECT_EQ(out["kind"], "consent");
  bool agree = false;
  for (const json& e : out["elements"])
    agree = agree || (e["role"] == "agree" && e["bounds"] == json({0, 50, 100, 90}));
  EXPECT_TRUE(agree);
  EXPECT_FALSE(screen_to_json("junk", shipped_phrases()).ok());
  EXPECT_FALSE(screen_to_json(xml, Phrases()).ok());
}

// Which parser a captured file is for, by its path. Files of many dumps or notes are for all of them.
std::vector<std::string_view> kinds_for(const std::string& path) {
  const std::pair<const char*, const char*> rules[] = {{"appops", "appops"},
                                                       {"logcat_events", "events"},
                                                       {"logcat-events", "events"},
                                                       {"logcat_system", "log"},
                                                       {"logcat", "log"},
                                                       {"activity_processes", "processes"},
                                                       {"dumpsys_app_processes", "processes"},
                                                       {"activity-processes", "processes"},
                                                       {"services", "services"},
                                                       {"broadcasts", "broadcasts"},
                                                       {"recents", "recents"},
                                                       {"activities", "activities"},
                                                       {"window", "activities"},
                                                       {"alarm", "alarm"},
                                                       {"jobscheduler", "jobscheduler"},
                                                       {"location", "location"},
                                                       {"notification", "notification"},
                                                       {"usagestats", "usagestats"},
                                                       {"netstats", "netstats"},
                                                       {"getprop", "getprop"},
                                                       {"/ps", "ps"},
                                                       {"process-commands", "ps"},
                                                       {"power", "power"},
                                                       {"dumpsys-battery.", "battery"},
                                                       {"pm-list-packages", "packages"},
                                                       {"pm-list-features", "features"},
                                                       {"pm-path", "path"},
                                                       {"install", "install"},
                                                       {"monkey", "monkey"},
                                                       {"am-start", "start"},
                                                       {"package", "package"}};
  for (const auto& [part, kind] : rules) {
    if (path.find(part) != std::string::npos) return {kind};
  }
  std::vector<std::string_view> all;
  for (const ParserKind& kind : parser_kinds()) all.push_back(kind.name);
  return all;
}

constexpr std::size_t kForeignBytes = 64u << 10;  // of a text that is for no parser in particular

TEST(DescribeCorpus, EveryCapturedTextGoesThroughItsParser) {
  NEED_CORPUS();
  int files = 0;
  for (const char* folder : {"dumpsys", "android-4.4.2/text", "logcat", "monkey", "adb"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus_path(folder))) {
      if (entry.path().extension() != ".txt") continue;
      const std::string path = std::filesystem::relative(entry.path(), corpus_path()).string();
      const std::string text = corpus_text(path);
      const auto kinds = kinds_for(path);
      const std::string_view part =
          std::string_view(text).substr(0, kinds.size() == 1 ? text.size() : kForeignBytes);
      for (const std::string_view kind : kinds) {
        const auto before = std::chrono::steady_clock::now();
        const auto out = describe_text(kind, part);
        ASSERT_TRUE(out.ok()) << path;
        EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(20))
            << path << " by " << kind;
      }
      ++files;
    }
  }
  EXPECT_GT(files, 250);
}

TEST(DescribeCorpus, ADeviceWithoutItsServicesGivesAnErrorAndNoFalseRecords) {
  NEED_CORPUS();
  for (const auto& [file, kind] : {std::pair{"dumpsys-appops", "appops"},
                                   {"dumpsys-package", "package"},
                                   {"dumpsys-alarm", "alarm"},
                                   {"dumpsys-activity-processes", "processes"},
                                   {"dumpsys-location", "location"},
                                   {"pm-path", "path"},
                                   {"dumpsys-jobscheduler", "jobscheduler"},
                                   {"dumpsys-netstats", "netstats"},
                                   {"pm-list-features", "features"}}) {
    const std::string text =
        corpus_text(std::string("android-4.4.2/text/system-server-down/") + file + ".txt");
    const json out = json::parse(describe_text(kind, text)->json);
    EXPECT_EQ(out["records"].size(), 0u) << file;
    EXPECT_TRUE(out.contains("device_error")) << file << ": " << text;
  }
}

}  // namespace
}  // namespace storesweep::android
