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
  const auto text = parse_to_json("appops", "Uid mode: CAMERA: ignore\nwhat is this\xFF\n");
  ASSERT_TRUE(text.ok()) << text.status().text();
  const json out = json::parse(*text);
  EXPECT_EQ(out["records"][0]["op"], "CAMERA");
  EXPECT_EQ(out["unknown_lines"][0]["line"], 2);
  EXPECT_EQ(out["relevant_unknown"], 1);
}

TEST(Describe, AnUnknownKindNamesThoseThatThereAre) {
  const auto text = parse_to_json("nosuch", "");
  ASSERT_FALSE(text.ok());
  EXPECT_NE(text.status().message().find("appops, events"), std::string::npos);
}

TEST(Describe, EachKindReadsAnyTextAndSaysSo) {
  EXPECT_GE(parser_kinds().size(), 20u);
  for (const ParserKind& kind : parser_kinds()) {
    EXPECT_FALSE(kind.help.empty());
    for (const char* text : {"", "x", "\n\n", "Can't find service: x\n", "[[[", "\xFF\xFE\x00"}) {
      const auto out = parse_to_json(kind.name, text);
      ASSERT_TRUE(out.ok()) << kind.name;
      EXPECT_TRUE(json::accept(*out)) << kind.name;
    }
  }
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
        const auto out = parse_to_json(kind, part);
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
    const json out = json::parse(*parse_to_json(kind, text));
    EXPECT_EQ(out["records"].size(), 0u) << file;
    EXPECT_TRUE(out.contains("device_error")) << file << ": " << text;
  }
}

}  // namespace
}  // namespace storesweep::android
