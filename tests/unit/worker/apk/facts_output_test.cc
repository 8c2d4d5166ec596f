// Facts as JSON, differences of two versions, the bill of materials.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/worker/apk/xml_writer.h"
#include "worker/apk/cyclonedx.h"
#include "worker/apk/facts.h"
#include "worker/apk/facts_diff.h"

namespace storesweep {
namespace {
using namespace apk_test;
using Json = nlohmann::ordered_json;

ApkFacts version(int code) {
  XmlWriter w;
  w.open("manifest",
         {{"package", str("com.example")}, {"versionCode", num(static_cast<std::uint32_t>(code))}});
  w.leaf("uses-permission", {{"name", str(code == 1 ? "p.OLD" : "p.NEW")}});
  w.leaf("uses-permission", {{"name", str("p.SAME")}});
  w.open("application").leaf("activity", {{"name", str(".A")}, {"exported", flag(code == 2)}});
  std::string apk = zip_of({{"AndroidManifest.xml", w.bytes()}});
  ApkFacts f = *read_apk_facts(as_bytes(apk));
  f.code.looked_at = true;
  f.code.sdks = {
      {"x-push", "X Push", "X", "push", code == 1 ? "1.0" : "2.0", "constant a.V", 3, {"library libx.so"}}};
  f.code.calls_of_sources = {
      {"imei", "call", "a.getImei()", "c.D", code == 1 ? "m" : "n", "()V", "x-push", 1}};
  f.code.libraries = {{"lib/arm64-v8a/libx.so", "arm64-v8a", "libx.so", {}, false, "x-push"}};
  return f;
}
Json json_of(const ApkFacts& f) { return Json::parse(facts_to_json(f)); }

TEST(FactsJson, CallSitesAreWrittenAsALibraryWouldWriteThem) {
  ApkFacts f = version(1);
  const std::string odd = "a\"b\\c\n\x01\x7f" + std::string("\0", 1) + "\xe4\xbd\xa0 \xff";
  f.code.calls_of_sources = {{"imei", "call", odd, "c.D", "<init>", "(I)V", "app", 3, true},
                             {"path", "path", "/proc/x", odd, odd, odd, "unknown", 1, false}};
  const std::string text = facts_to_json(f);
  const Json json = Json::parse(text);
  EXPECT_EQ(text, json.dump(-1, ' ', false, Json::error_handler_t::replace));
  const std::string cleaned = odd.substr(0, odd.size() - 1) + "\xef\xbf\xbd";
  EXPECT_EQ(json["code"]["calls"][0], (Json{{"source", "imei"},
                                            {"how", "call"},
                                            {"target", cleaned},
                                            {"caller_class", "c.D"},
                                            {"caller_method", "<init>"},
                                            {"caller_descriptor", "(I)V"},
                                            {"owner", "app"},
                                            {"count", 3},
                                            {"weak", true}}));
  EXPECT_EQ(json["code"]["calls"][1]["caller_class"], cleaned);
  EXPECT_FALSE(json["code"]["calls"][1].contains("weak"));
  f.code.looked_at = false;
  EXPECT_FALSE(json_of(f).contains("code"));
  EXPECT_EQ(facts_to_json(f), json_of(f).dump());
}

TEST(FactsDiff, AddedAndGoneAreToldKindByKind) {
  auto diff = diff_facts(json_of(version(1)), json_of(version(2)));
  ASSERT_TRUE(diff.ok()) << diff.status().text();
  EXPECT_EQ((*diff)["permissions"], Json::parse(R"({"added":["p.NEW"],"gone":["p.OLD"]})"));
  EXPECT_EQ((*diff)["sdks"], Json::parse(R"({"added":["x-push 2.0"],"gone":["x-push 1.0"]})"));
  EXPECT_EQ((*diff)["components"], Json::parse(R"({"added":[],"gone":[]})"));
  EXPECT_EQ((*diff)["reachable"], Json::parse(R"({"added":["activity com.example.A"],"gone":[]})"));
  EXPECT_EQ((*diff)["calls"]["added"][0], "imei: c.D.n -> a.getImei() (x-push)");
  EXPECT_EQ((*diff)["changed"], Json::parse(R"([{"what":"version_code","old":1,"new":2}])"));
}

TEST(FactsDiff, TheSameFactsDifferInNothing) {
  Json diff = *diff_facts(json_of(version(1)), json_of(version(1)));
  EXPECT_TRUE(diff["changed"].empty());
  for (const char* key : {"permissions", "sdks", "calls", "components", "reachable"}) {
    EXPECT_TRUE(diff[key]["added"].empty() && diff[key]["gone"].empty()) << key;
  }
}

TEST(FactsDiff, WhatOneSideDoesNotHaveIsNotCompared) {
  Json before = json_of(version(1)), after = json_of(version(2));
  before.erase("code");
  Json diff = *diff_facts(before, after);
  EXPECT_FALSE(diff.contains("sdks"));
  EXPECT_FALSE(diff.contains("signers"));
}

TEST(FactsDiff, WhatIsNoFactsIsRefused) {
  EXPECT_EQ(diff_facts(Json::parse("[1]"), json_of(version(1))).status().text(),
            "invalid: no facts as `storesweep apk --json` writes them");
}

TEST(CycloneDx, SdksAndLibrariesAreComponentsOfTheApp) {
  Json bom = *facts_to_cyclonedx(json_of(version(1)), "2026-11-29T00:00:00Z");
  EXPECT_EQ(bom["specVersion"], "1.5");
  EXPECT_EQ(bom["metadata"]["component"]["name"], "com.example");
  ASSERT_EQ(bom["components"].size(), 2u);
  EXPECT_EQ(bom["components"][0]["name"], "X Push");
  EXPECT_EQ(bom["components"][0]["version"], "1.0");
  EXPECT_EQ(bom["components"][0]["supplier"]["name"], "X");
  EXPECT_EQ(bom["dependencies"][0]["dependsOn"],
            Json::parse(R"(["sdk:x-push","file:lib/arm64-v8a/libx.so"])"));
}

TEST(CycloneDx, AnUnknownVersionIsLeftOutAndTheSameFactsGiveTheSameBytes) {
  ApkFacts f = version(1);
  f.code.sdks[0].version.clear();
  Json bom = *facts_to_cyclonedx(json_of(f), "");
  EXPECT_FALSE(bom["components"][0].contains("version"));
  EXPECT_FALSE(bom["metadata"].contains("timestamp"));
  EXPECT_EQ(bom.dump(), facts_to_cyclonedx(json_of(f), "")->dump());
}

TEST(FactsJson, TextThatIsNoUtf8DoesNotBreakIt) {
  ApkFacts f = version(1);
  f.version_name = "\xff\xfe";
  EXPECT_FALSE(Json::parse(facts_to_json(f), nullptr, false).is_discarded());
}
}  // namespace
}  // namespace storesweep
