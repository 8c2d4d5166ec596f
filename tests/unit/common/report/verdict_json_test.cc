#include "common/report/verdict_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace storesweep {
namespace {

Verdict example() {
  Verdict v = untested_verdict(Reason::kProfile);
  v.simulated = true;
  v.pack_version = "2026.11";
  v.judge_version = "1";
  v.device_kind = {"simulated", 28};
  v.depth = Depth::kLab;
  v.runs = 2;
  v.rows[4] = {5, Level::kSuspected, 7, 4, {Reason::kProfile, Reason::kNotIdle}};
  v.items = {{"R5.7", Level::kSuspected, {}}, {"R5.2", Level::kNotTested, {Reason::kNoOldVersion}}};
  Finding f;
  f.rule = "R5.7";
  f.clause = "4.6";
  f.edition = "T/TAF 078.4-2023";
  f.phase = Phase::kP10;
  f.device_ms = 61'000;
  f.what = "permission.again_same_run";
  f.values = {{"permission", "CAMERA"}, {"count", "2"}};
  f.missing = {Missing::kSingleDevice};
  f.evidence = {{sha256("journal"), 17, "START u0 {act=...}"}};
  f.last_action = "tap 同意, 60 s before";
  v.findings = {f};
  v.confirm_rules = {"R5.7"};
  v.coverage.phase_run[10] = true;
  v.coverage.phase_device_ms[10] = 120'000;
  v.coverage.observers = {"appops", "events"};
  v.look_ups = {
      true, 7, true, {{Sought::kAccountEnd, "注销账号", 3, {sha256("journal"), 31, "注销账号"}}}, {"邮寄"}};
  return v;
}

TEST(VerdictJson, SaysWhatIsSimulatedFirstAndUsesTheNamesOfTheModel) {
  const std::string text = dump_json(verdict_json(example()));
  EXPECT_EQ(text.rfind("{\"simulated\":true,", 0), 0u) << text;
  EXPECT_NE(text.find("{\"task\":5,\"level\":\"suspected\",\"items\":7,\"items_judged\":4,"
                      "\"reasons\":[\"PROFILE\",\"NOT_IDLE\"]}"),
            std::string::npos);
  EXPECT_NE(text.find("\"missing\":[\"SINGLE_DEVICE\"]"), std::string::npos);
}

TEST(VerdictJson, ReadsBackWhatItWrote) {
  const auto json = verdict_json(example());
  const auto again = verdict_from_json(json);
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(dump_json(verdict_json(*again)), dump_json(json));
  EXPECT_EQ(again->findings.at(0).evidence.at(0).journal, sha256("journal"));
  EXPECT_EQ(again->look_ups.places.at(0).taps, 3);
}

TEST(VerdictJson, AVerdictFromBeforeThereWereLookUpsSaysThatNothingWasWalked) {
  auto json = verdict_json(example());
  json.erase("look_ups");
  const auto v = verdict_from_json(json);
  ASSERT_TRUE(v.ok()) << v.status().message();
  EXPECT_FALSE(v->look_ups.walked);
  json = verdict_json(example());
  json["look_ups"]["places"][0]["sought"] = "anything";
  EXPECT_EQ(verdict_from_json(json).status().message(), "look_ups.places[0].sought: is no known name");
}

TEST(VerdictJson, ReadsBackListings) {
  Listing l;
  l.id = ListingId(7);
  l.place = PlaceKind::kPreset;
  l.subject = SubjectKind::kQuickApp;
  l.store = "小米应用商店";
  l.package = "com.example";
  l.permissions = {{"android.permission.CAMERA", "扫码"}};
  const auto again = listing_from_json(listing_json(l));
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_EQ(dump_json(listing_json(*again)), dump_json(listing_json(l)));
}

TEST(VerdictJson, NamesTheFieldThatIsWrong) {
  auto json = verdict_json(example());
  json["rows"][2]["task"] = 11;
  EXPECT_EQ(verdict_from_json(json).status().message(), "rows[2].task: wanted 1 to 10");
  json = verdict_json(example());
  json["findings"][0]["evidence"][0]["journal"] = "zz";
  EXPECT_EQ(verdict_from_json(json).status().message(),
            "findings[0].evidence[0].journal: wanted a SHA-256 in hex");
  json = verdict_json(example());
  json["rows"][4]["reasons"][0] = "BECAUSE";
  EXPECT_FALSE(verdict_from_json(json).ok());
  json["rows"] = 3;
  EXPECT_EQ(verdict_from_json(json).status().message(), "rows: wanted a list");
  EXPECT_FALSE(verdict_from_json(nlohmann::ordered_json::array()).ok());
  EXPECT_FALSE(parse_json("{").ok());
}

TEST(VerdictJson, WithoutAllItsRowsOrAWordOnSimulationItIsNone) {
  auto json = verdict_json(example());
  json["rows"].erase(7);
  EXPECT_EQ(verdict_from_json(json).status().message(), "rows: the one of task 8 is missing");
  json = verdict_json(example());
  json.erase("simulated");
  EXPECT_FALSE(verdict_from_json(json).ok());
  EXPECT_FALSE(verdict_from_json(nlohmann::ordered_json::object()).ok());
}

TEST(VerdictJson, ReplacesBytesOfADeviceThatAreNoUtf8) {
  Verdict v = example();
  v.findings[0].evidence[0].excerpt = "a\xff";
  EXPECT_NE(dump_json(verdict_json(v)).find("a\xEF\xBF\xBD"), std::string::npos);
}

}  // namespace
}  // namespace storesweep
