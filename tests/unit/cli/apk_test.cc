// What `storesweep apk` shows, its cache, and many packages at once.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>

#include "cli/apk_batch.h"
#include "cli/render.h"
#include "tests/unit/temporary_folder.h"
#include "tests/unit/worker/apk/xml_writer.h"

namespace storesweep::cli {
namespace {
using namespace apk_test;

std::string apk_of(const std::string& package) {
  XmlWriter w;
  w.open("manifest", {{"package", str(package)}, {"versionCode", num(7)}, {"versionName", str("1.0")}});
  w.leaf("uses-sdk", {{"minSdkVersion", num(21)}, {"targetSdkVersion", num(28)}});
  w.leaf("uses-permission", {{"name", str("android.permission.CAMERA")}});
  w.leaf("uses-permission", {{"name", str("android.permission.INTERNET")}});
  w.open("application", {{"label", str("Shop")}, {"icon", str("res/i.png")}});
  w.open("receiver", {{"name", str(".Boot")}}).open("intent-filter");
  w.leaf("action", {{"name", str("android.intent.action.BOOT_COMPLETED")}});
  return zip_of({{"AndroidManifest.xml", w.bytes()}});
}

class Apk : public ::testing::Test {
 protected:
  Catalogue catalogue = *Catalogue::embedded();
  Style english{catalogue, Language::kEnglish};
  Style chinese{catalogue, Language::kChinese};
  storesweep::testing::TemporaryFolder folder;
  Cancel cancel;

  std::string file(const std::string& name, const std::string& content) {
    std::string path = folder.path() + "/" + name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  Json facts(const std::string& package) {
    return Json::parse(facts_to_json(*read_apk_files({file("one.apk", apk_of(package))}, {}, cancel)));
  }
};

TEST_F(Apk, WhatOneWantsFirstStandsFirst) {
  const std::string text = render_apk(english, facts("com.example"), "shop.apk");
  EXPECT_EQ(text.rfind("com.example  1.0 (7)  Shop\n", 0), 0u) << text;
  EXPECT_NE(text.find("API 21 and up, target 28"), std::string::npos) << text;
  EXPECT_NE(text.find("2, of which 1 dangerous"), std::string::npos) << text;
  EXPECT_NE(text.find("1 receiver (1 reachable)"), std::string::npos) << text;
  EXPECT_NE(text.find("R6.1  self-start-receiver  com.example.Boot"), std::string::npos) << text;
  EXPECT_NE(text.find("leads, not violations"), std::string::npos) << text;
}

TEST_F(Apk, ItIsSaidInChineseToo) {
  const std::string text = render_apk(chinese, facts("com.example"), "shop.apk");
  EXPECT_NE(text.find("2 项，其中危险权限 1 项"), std::string::npos) << text;
  EXPECT_NE(text.find("线索不是违规认定"), std::string::npos) << text;
}

TEST_F(Apk, ANameThatWouldMoveTheCursorDoesNot) {
  Json f = facts("com.example");
  f["label"] = "Shop\x1b[2J";
  EXPECT_EQ(render_apk(english, f, "a\x1b[1mb").find('\x1b'), std::string::npos);
}

TEST_F(Apk, EmptyFactsShowAsBlanksAndDoNotEndTheProgram) {
  EXPECT_FALSE(render_apk(english, Json::object(), "x").empty());
  EXPECT_EQ(render_apk_diff(english, Json::object()), "nothing changed\n");
}

TEST_F(Apk, ManyPackagesComeInTheirOrderAndABrokenOneStopsNothing) {
  ApkBatch batch;
  for (int i = 0; i < 40; ++i) {
    std::string name = std::to_string(i);
    batch.packages.push_back({file(name, i == 7 ? "broken" : apk_of("com.example" + name))});
  }
  batch.packages.push_back({folder.path() + "/missing"});
  batch.threads = 4;
  std::vector<std::string> seen;
  std::size_t told = 0;
  Status end = read_apks(
      batch,
      [&](ApkResult& r) {
        seen.push_back(r.error.ok() ? Json::parse(r.json)["package"].get<std::string>() : r.error.message());
      },
      [&](std::size_t done, const std::string&) { told = done; }, cancel);
  ASSERT_TRUE(end.ok()) << end.text();
  ASSERT_EQ(seen.size(), 41u);
  EXPECT_EQ(told, 41u);
  EXPECT_EQ(seen[6], "com.example6");
  EXPECT_NE(seen[7].find("/7: "), std::string::npos) << seen[7];
  EXPECT_EQ(seen[39], "com.example39");
  EXPECT_NE(seen[40].find("missing"), std::string::npos) << seen[40];
}

TEST_F(Apk, ACancelledBatchEnds) {
  cancel.cancel();
  ApkBatch batch;
  batch.packages.push_back({file("a", apk_of("com.example"))});
  Status end = read_apks(
      batch, [](ApkResult&) {}, [](std::size_t, const std::string&) {}, cancel);
  EXPECT_EQ(end.kind(), ErrorKind::kCancelled);
}

TEST_F(Apk, TheCacheKnowsOnlyItsOwnVersionAndForgetsTheOldest) {
  FactsCache cache(folder.path() + "/cache", "1", 250), other(folder.path() + "/cache", "2", 250);
  const Digest a = sha256("a"), b = sha256("b"), c = sha256("c");
  cache.keep(a, std::string(100, 'a'));
  EXPECT_EQ(cache.find(a), std::string(100, 'a'));
  EXPECT_EQ(other.find(a), std::nullopt);
  cache.keep(b, std::string(100, 'b'));
  cache.keep(c, std::string(100, 'c'));
  namespace fs = std::filesystem;
  for (const auto& e : fs::directory_iterator(folder.path() + "/cache")) {
    if (e.path().filename().string().starts_with(to_hex(b)))
      fs::last_write_time(e.path(), fs::file_time_type::clock::now() - std::chrono::hours(1));
  }
  cache.trim();
  EXPECT_TRUE(cache.find(a) && cache.find(c));
  EXPECT_EQ(cache.find(b), std::nullopt);
}

TEST_F(Apk, ACacheThatCannotBeUsedIsNone) {
  FactsCache cache(file("no folder", "x") + "/below", "1"), none("", "1");
  cache.keep(sha256("a"), "a");
  none.keep(sha256("a"), "a");
  EXPECT_EQ(cache.find(sha256("a")), std::nullopt);
  EXPECT_EQ(none.find(sha256("a")), std::nullopt);
}
}  // namespace
}  // namespace storesweep::cli
