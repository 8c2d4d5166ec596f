// Golden pages: what an operator sees, in both languages.
#include "cli/render.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/screen_text.h"
#include "common/report/verdict_json.h"

namespace storesweep::cli {
namespace {

class Render : public testing::Test {
 protected:
  Catalogue catalogue = *Catalogue::embedded();
  Style english{catalogue, Language::kEnglish};
  Style chinese{catalogue, Language::kChinese};
  Json sweep = Json::parse(R"({"simulated":true,"id":3,"name":"nightly","state":"running","depth":"triage",
    "created":"2020-09-13T12:26:40.000Z","total":1000,"ended":{"verdict":240,"buried":2},"ended_total":242,
    "leased":16,"waiting":742,"confirmations_open":3,"rate_per_s":0.5,"left_ms":1516000,"stopped_why":"",
    "shards":[{"shard":0,"total":500,"ended":142,"leased":8,"paused":false},
              {"shard":1,"total":500,"ended":100,"leased":8,"paused":true}]})");

  static Json result() {
    Verdict v = untested_verdict(Reason::kProfile);
    v.simulated = true;
    v.device_kind = {"simulated", 28};
    v.pack_version = "2026.11";
    v.rows[4] = {5, Level::kSuspected, 7, 4, {Reason::kNotIdle}};
    Finding f;
    f.rule = "R5.7";
    f.clause = "4.6";
    f.edition = "T/TAF 078.4-2023";
    f.phase = Phase::kP10;
    f.device_ms = 61'000;
    f.what = "permission.again_same_run";
    f.values = {{"permission", "CAMERA\x1b[2J"}};
    f.missing = {Missing::kSingleDevice};
    f.evidence = {{sha256("journal"), 17, "START u0 {act=REQUEST}"}};
    v.findings = {f};
    v.coverage.phase_run[1] = v.coverage.phase_run[10] = true;
    v.coverage.phase_device_ms[10] = 120'000;
    v.coverage.screens = 14;
    return {{"simulated", true},
            {"job", 17},
            {"end", "verdict"},
            {"end_reason", ""},
            {"listing",
             {{"label", "示例"},
              {"package", "com.example"},
              {"version_name", "1.2"},
              {"store", "应用宝"},
              {"developer", "示例公司"}}},
            {"verdict", verdict_json(v)}};
  }
};

TEST_F(Render, AVerdictInEnglish) {
  const std::string text = render_verdict(english, result());
  for (const char* wanted : {"示例 1.2  com.example  应用宝  示例公司\n[SIMULATED] from simulated devices",
                             "SUSPECTED   4/7  the screen never came to rest",
                             "\nSUSPECTED  R5.7  clause 4.6 (T/TAF 078.4-2023)\n"
                             "  CAMERA?[2J was asked for again in the same run after a refusal\n"
                             "  P10 permissions refused, device time 61 s\n"
                             "  missing: there is no second device of this kind\n"
                             "  evidence: record 17 of journal",
                             "coverage: phases P1 P10, 2 min, 14 screens, 0 unknown lines, 0 records lost\n"
                             "simulated/28  triage  rule pack 2026.11, 1 runs\n"}) {
    EXPECT_NE(text.find(wanted), std::string::npos) << wanted << "\n---\n" << text;
  }
  EXPECT_EQ(text.find('\x1b'), std::string::npos) << "an app's text must not reach the terminal raw";
}

TEST_F(Render, AVerdictInChineseWithItsTenRows) {
  const std::string text = render_verdict(chinese, result());
  for (int task = 1; task <= kTaskCount; ++task) {
    EXPECT_NE(text.find(catalogue.task(Language::kChinese, task)), std::string::npos) << task;
  }
  EXPECT_NE(text.find("【模拟】"), std::string::npos);
  EXPECT_NE(text.find("疑似"), std::string::npos);
  EXPECT_NE(text.find("拒绝后在同次运行中再次申请"), std::string::npos);
}

TEST_F(Render, AVerdictIsColouredOnATerminalOnly) {
  Style style = english;
  style.colour = true;
  EXPECT_NE(render_verdict(style, result()).find("\033[33mSUSPECTED"), std::string::npos);
}

TEST_F(Render, ASweepAsALineAndAsABar) {
  EXPECT_EQ(render_sweep_line(english, sweep),
            "sweep 3 running  242/1,000 24%  30.0/min, 25 min left  judged 240, buried 2 [simulated]\n");
  EXPECT_EQ(render_progress(english, sweep, 120),
            "█████░░░░░░░░░░░░░░░░░░░ 242/1,000 24%  16 running  30.0/min, 25 min left  judged 240, buried 2 "
            "[simulated]");
  EXPECT_EQ(width(render_progress(chinese, sweep, 60)), 60u) << "a line that is too long is cut, not wrapped";
}

TEST_F(Render, WhyNothingIsLeasedComesFirst) {
  sweep["stopped_why"] = "disk low: 1.2 GiB free";
  const std::string line = render_progress(english, sweep, 200);
  EXPECT_LT(line.find("NOTHING IS LEASED: disk low"), line.find("16 running")) << line;
}

TEST_F(Render, ASweepWithItsShards) {
  const std::string text = render_sweep(english, sweep);
  EXPECT_NE(text.find("shard  ended  total    %  leased\n"
                      "    0    142    500  28%       8\n"
                      "    1    100    500  20%       8  paused\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("16 leased, 742 waiting, 3 confirmations open"), std::string::npos);
}

TEST_F(Render, ASummaryByStore) {
  const Json summary = Json::parse(R"({"simulated":false,"rows":[
    {"group":"应用宝","task":5,"rule":"","level":"suspected","count":1200},
    {"group":"应用宝","task":5,"rule":"","level":"not_found","count":3},
    {"group":"","task":5,"rule":"R5.7","level":"suspected","count":9}]})");
  const std::string text = render_summary(english, summary, "store");
  EXPECT_NE(
      text.find(
          "应用宝  5 Permissions forced, frequent or excessive          .      1,200           .          3"),
      std::string::npos)
      << text;
  EXPECT_EQ(text.find("R5.7"), std::string::npos) << "rules only when they were asked for";
  EXPECT_NE(render_summary(english, summary, "rule").find("R5.7"), std::string::npos);
}

TEST_F(Render, SdksWithTheirVersionsAndWhatIsNotKnown) {
  const Json sdks = Json::parse(R"({"simulated":false,"looked":8,"not_looked":2,"left_out":0,
    "catalogues":{"2026.11.24":8},"rows":[
    {"sdk":"bugly","name":"Bugly","company":"腾讯","kind":"crash","version":null,"rest":false,"listings":1},
    {"sdk":"jpush","name":"极光推送","company":"极光","kind":"push","version":null,"rest":false,"listings":1},
    {"sdk":"jpush","name":"极光推送","company":"极光","kind":"push","version":"4.1\u001b","rest":false,"listings":1200},
    {"sdk":"jpush","name":"极光推送","company":"极光","kind":"push","version":null,"rest":true,"listings":3}]})");
  EXPECT_EQ(render_sdks(english, sdks),
            "8 apps were looked through (SDK catalogue 2026.11.24); of 2 more nothing is known\n"
            "SDKs   name      company  kind   version           apps\n"
            "jpush  极光推送  极光     push   all versions     1,204\n"
            "                                 version unknown      1\n"
            "                                 4.1?             1,200\n"
            "                                 the rest             3\n"
            "bugly  Bugly     腾讯     crash  version unknown      1\n");
}

TEST_F(Render, ResultsWithOneLetterATask) {
  const Json page =
      Json::parse(R"({"rows":[{"job":17,"label":"示例","package":"p","version_name":"1","store":"s",
    "rows":["violation","suspected","not_tested","not_found","not_applicable"],"findings":2,"end":"verdict",
    "simulated":true}],"next":""})");
  const std::string text = render_results(english, page);
  EXPECT_NE(text.find("17  示例  1        s      Vs-./         2  judged  simulated"), std::string::npos)
      << text;
}

TEST_F(Render, AFindingOnOneLineWithWhatItLacks) {
  Json page = Json::parse(R"({"rows":[{"job":17,"label":"示例","findings":1},{"job":18}],"next":""})");
  page["rows"][0]["verdict"] = result()["verdict"];
  const std::string text = render_findings(english, page);
  EXPECT_NE(
      text.find("17  示例  R5.7  SUSPECTED  CAMERA?[2J was asked for again in the same run after a refusal  "
                "there is no second device of this kind"),
      std::string::npos)
      << text;
  EXPECT_EQ(render_findings(english, Json::parse(R"({"rows":[{"job":1}]})")), "");
}

TEST_F(Render, EmptyPagesSayWhatToDoNext) {
  const Json empty = Json::parse(R"({"rows":[]})");
  EXPECT_NE(render_sweeps(english, empty).find("storesweep sweep start"), std::string::npos);
  EXPECT_NE(render_workers(english, empty).find("start storesweep-worker"), std::string::npos);
  EXPECT_NE(render_devices(english, empty).find("adb devices"), std::string::npos);
}

TEST_F(Render, WhatANewerCoordinatorSaysDoesNotBreakIt) {
  for (const char* text :
       {"{}", "[]", "3", "null", R"({"rows":3})", R"({"rows":[3,null]})", R"({"verdict":3})"}) {
    const Json json = Json::parse(text);
    render_sweep(english, json);
    render_sweeps(english, json);
    render_campaign(english, json);
    render_summary(english, json, "");
    render_sdks(english, json);
    render_results(english, json);
    render_findings(english, json);
    render_announcement(english, json);
    render_verdict(english, json);
    render_evidence(english, json);
    render_workers(english, json);
    render_devices(english, json);
    render_import(english, json);
  }
}

TEST_F(Render, AnEventOnOneLine) {
  EXPECT_EQ(render_event(english, "ended", R"({"job":4,"app":"示例"})"), "ended      job=4 app=示例\n");
  EXPECT_EQ(render_event(english, "x", "not json\x1b"), "x          not json?\n");
}

}  // namespace
}  // namespace storesweep::cli
