// R1.3, R3.1 and R3.2 by what left the device: guilty runs, innocent ones that look alike, and what may not
// accuse.
#include <gtest/gtest.h>

#include "common/base/hash.h"
#include "common/traffic/canary.h"
#include "common/traffic/encodings.h"
#include "tests/unit/common/judge/judged.h"

namespace storesweep {
namespace {

constexpr int kAppUid = 10'101, kOtherUid = 10'050;
constexpr std::string_view kThird = "log.thirdparty.example", kOwn = "api.example.com",
                           kUnknown = "cdn.unknown.test";

std::string android_id(std::uint64_t seed) {
  for (const traffic::Canary& c : traffic::canaries_of(seed)) {
    if (c.name == "android_id") return c.value;
  }
  return "";
}

// A run through a proxy, with its dialog at 5 s, agreed to at 200 s.
class ProxiedRun : public RunScript {
 public:
  explicit ProxiedRun(std::uint64_t seed = 1, bool trusted = true) : seed_(seed) {
    attest(record_name::kProxy,
           std::string(R"({"trusted":)") + (trusted ? "true" : "false") + R"(,"answers":true,"why":""})");
    attest(record_name::kCanaries,
           R"({"seed":")" + std::to_string(seed) + R"(","planted":["android_id"],"lacking":{}})");
    raw(record_name::kAppOps, 1, "Uid 10101:\n");
  }
  // One connection with one request whose body is this.
  ProxiedRun& sends(std::int64_t at_s, std::string_view host, const std::string& body, int uid = kAppUid) {
    connect(at_s, uid);
    line(at_s, R"("kind":"request","connection":")" + id() +
                   R"(","flow":"f","method":"POST","scheme":"https","host":")" + std::string(host) +
                   R"(","port":443,"path":"/v1","path_bytes":3,"headers":[],"headers_cut":false,"body":")" +
                   traffic::base64_of(body, false) + R"(","body_bytes":)" + std::to_string(body.size()));
    return *this;
  }
  ProxiedRun& closes(std::int64_t at_s, std::string_view host, bool took_certificate) {
    connect(at_s, kAppUid);
    line(at_s, R"("kind":"tls","connection":")" + id() + R"(","host":")" + std::string(host) +
                   R"(","port":443,"trusted":)" +
                   (took_certificate ? "true" : R"(false,"error":"tlsv1 alert unknown ca")"));
    line(at_s, R"("kind":"close","connection":")" + id() + "\"");
    return *this;
  }
  ProxiedRun& phases() {
    first_launch(button("不同意", 900) + button("同意", 1100));
    begin(Phase::kP4, 200).act(record_name::kAgree, 200, "同意").end(Phase::kP4, 220);
    return *this;
  }
  std::string id_value() const { return android_id(seed_); }
  std::string telling() const { return R"({"aid":")" + id_value() + "\"}"; }

 private:
  void connect(std::int64_t at_s, int uid) {
    ++connections_;
    line(at_s, R"("kind":"open","connection":")" + id() + "\"");
    if (uid < 0) return;
    char row[160];
    std::snprintf(row, sizeof row,
                  "   0: 0100007F:%04X 0100007F:1F90 01 00000000:00000000 00:00000000 00000000 %5d 0 1\n",
                  static_cast<unsigned>(40'000 + connections_), uid);
    raw(record_name::kSockets, at_s, id() + "\n" + row);
  }
  std::string id() const { return "c" + std::to_string(connections_); }
  void line(std::int64_t at_s, const std::string& fields) {
    raw(record_name::kTraffic, at_s, R"({"ms":)" + std::to_string(at_s) + "," + fields + "}");
  }
  std::uint64_t seed_;
  int connections_ = 0;
};

const Finding* found(const Verdict& v, std::string_view rule, std::string_view what) {
  for (const Finding& f : v.findings) {
    if (f.rule == rule && f.what == what) return &f;
  }
  return nullptr;
}
bool lacks(const Finding& f, Missing m) {
  return std::find(f.missing.begin(), f.missing.end(), m) != f.missing.end();
}
std::vector<Journal> two(const ProxiedRun& first, ProxiedRun second) {
  return {first.journal(), second.device("DEVICE2").journal()};
}
ProxiedRun early(std::uint64_t seed, std::string_view host = kThird) {
  ProxiedRun run(seed);
  run.sends(10, host, run.telling()).phases();
  return run;
}

TEST(TrafficItems, WhatLeftBeforeConsentIsAViolationWhenAnotherCanaryLeftInTheSecondRun) {
  const Verdict v = judged(two(early(1), early(2)));
  EXPECT_EQ(level(v, "R1.3"), Level::kViolation);
  EXPECT_EQ(level(v, "R3.2"), Level::kViolation);
  const Finding* f = found(v, "R3.2", "traffic.third_party_before_consent");
  ASSERT_TRUE(f);
  EXPECT_TRUE(f->missing.empty());
  EXPECT_EQ(f->phase, Phase::kP1);
  EXPECT_NE(f->last_action.find("launch"), std::string::npos) << f->last_action;
  ASSERT_EQ(f->evidence.size(), 2u);
  EXPECT_NE(f->evidence[0].excerpt.find("POST https://log.thirdparty.example/v1"), std::string::npos);
  EXPECT_NE(f->evidence[0].excerpt.find("⟦" + android_id(1) + "⟧"), std::string::npos)
      << f->evidence[0].excerpt;
  EXPECT_NE(f->evidence[1].excerpt.find("⟦" + android_id(2) + "⟧"), std::string::npos)
      << f->evidence[1].excerpt;
}

TEST(TrafficItems, ASecondRunWithTheSameCanariesConfirmsNothing) {
  const Verdict v = judged(two(early(1), early(1)));
  EXPECT_EQ(level(v, "R1.3"), Level::kSuspected);
  EXPECT_EQ(level(v, "R3.2"), Level::kSuspected);
}

TEST(TrafficItems, OneRunAloneIsSuspectedAndAsksForASecond) {
  const Verdict v = judged(early(1));
  EXPECT_EQ(level(v, "R3.2"), Level::kSuspected);
  EXPECT_TRUE(lacks(*found(v, "R3.2", "traffic.third_party_before_consent"), Missing::kConfirmation));
  EXPECT_EQ(v.confirm_rules, (std::vector<std::string>{"R1.3", "R3.2"}));
}

TEST(TrafficItems, NoncesTimesAndValuesThatWereNotPlantedAreNothing) {
  ProxiedRun run;
  run.sends(10, kThird,
            R"({"nonce":"5f2a9c0011223344","t":1600000000123,"n":7,"aid":")" + android_id(99) + "\"}")
      .phases();
  const Verdict v = judged(run);
  EXPECT_EQ(level(v, "R1.3"), Level::kNotTested);
  EXPECT_EQ(level(v, "R3.1"), Level::kNotTested);
  EXPECT_EQ(level(v, "R3.2"), Level::kNotTested);
}

TEST(TrafficItems, WhatLeftAfterConsentToTheAppsOwnHostIsNothing) {
  ProxiedRun run;
  run.phases().sends(210, kOwn, android_id(1));
  const Verdict v = judged(run);
  EXPECT_EQ(level(v, "R1.3"), Level::kNotTested);
  EXPECT_EQ(level(v, "R3.1"), Level::kNotTested);
  EXPECT_EQ(item(v, "R3.1").reasons, std::vector{Reason::kNativePath});
}

TEST(TrafficItems, WhatMayHaveLeftAfterConsentIsNotBeforeIt) {
  ProxiedRun run;
  run.phases();
  run.within(20);  // the request lies somewhere in these
  run.raw(record_name::kTraffic, 190, R"({"kind":"open","ms":1,"connection":"late"})");
  run.within(20);
  run.raw(
      record_name::kTraffic, 190,
      R"({"kind":"request","ms":2,"connection":"late","host":"log.thirdparty.example","port":443,"path":"/","path_bytes":1,"body":")" +
          traffic::base64_of(run.telling(), false) + R"(","body_bytes":)" +
          std::to_string(run.telling().size()) + "}");
  EXPECT_EQ(level(judged(run), "R3.2"), Level::kNotTested);
}

// Two devices with canaries of their own show it, and it is no violation for want of this.
void expect_suspected(ProxiedRun (*run)(std::uint64_t seed), Missing lacking) {
  const Verdict v = judged(two(run(1), run(2)));
  EXPECT_EQ(level(v, "R3.2"), Level::kSuspected);
  EXPECT_TRUE(lacks(*found(v, "R3.2", "traffic.third_party_before_consent"), lacking));
}

TEST(TrafficItems, ADigestIsSuspectedAtMost) {
  expect_suspected(
      [](std::uint64_t seed) {
        ProxiedRun run(seed);
        run.sends(10, kThird, R"({"aid":")" + to_hex(sha256(as_bytes(run.id_value()))) + "\"}").phases();
        return run;
      },
      Missing::kDigestOnly);
}

TEST(TrafficItems, WhatAnotherAppSentIsNotHeldAgainstThisOne) {
  ProxiedRun run;
  run.sends(10, kThird, run.telling(), kOtherUid).phases();
  const Verdict v = judged(run);
  EXPECT_EQ(level(v, "R1.3"), Level::kNotTested);
  EXPECT_EQ(level(v, "R3.1"), Level::kNotTested);
  EXPECT_EQ(level(v, "R3.2"), Level::kNotTested);
}

TEST(TrafficItems, OfAConnectionThatNobodyWasSeenToOwnItIsSuspectedAtMost) {
  expect_suspected(
      [](std::uint64_t seed) {
        ProxiedRun run(seed);
        run.sends(9, kOwn, "hello").sends(10, kThird, run.telling(), -1).phases();
        return run;
      },
      Missing::kCallerUnknown);
}

TEST(TrafficItems, WithoutADialogItIsNotProvenThatNobodyHadAgreed) {
  ProxiedRun run;
  run.sends(10, kThird, run.telling());
  run.package().begin(Phase::kP1, 2).act(record_name::kLaunch, 2).page(5).end(Phase::kP1, 72);
  const Verdict v = judged(run);
  EXPECT_EQ(level(v, "R1.3"), Level::kSuspected);
  EXPECT_TRUE(lacks(*found(v, "R1.3", "traffic.before_consent"), Missing::kConsentUnproven));
}

TEST(TrafficItems, AHostThatNobodyKnowsStaysUnknown) {
  ProxiedRun run;
  run.phases().sends(210, kUnknown, android_id(1));
  const Verdict v = judged(run);
  EXPECT_EQ(level(v, "R3.1"), Level::kSuspected);
  EXPECT_EQ(level(v, "R3.2"), Level::kNotTested);
  EXPECT_TRUE(lacks(*found(v, "R3.1", "traffic.unknown_host"), Missing::kHostOwner));
}

TEST(TrafficItems, AThirdPartyThatThePolicyNamesIsTold) {
  const auto with = [](const std::string& policy) {
    ProxiedRun run;
    run.phases().sends(210, kThird, android_id(1));
    run.document(record_name::kPolicyText, policy);
    return judged(run);
  };
  const std::string head =
      "示例应用隐私政策\n我们非常重视您的个人信息。我们会收集您的设备信息。com.example.app\n";
  EXPECT_EQ(level(with(head + "我们使用自检第三方统计SDK，用于统计分析。"), "R3.1"), Level::kNotTested);
  const Verdict untold = with(head);
  EXPECT_EQ(level(untold, "R3.1"), Level::kSuspected);
  EXPECT_TRUE(lacks(*found(untold, "R3.1", "traffic.third_party_untold"), Missing::kPolicyWords));
}

TEST(TrafficItems, WithoutAProxyAndWithoutTrustNothingWasTested) {
  RunScript none;
  none.first_launch(RunScript::button("同意", 900));
  EXPECT_EQ(item(judged(none), "R3.2").reasons, std::vector{Reason::kNoProxy});
  RunScript failed;
  failed.first_launch(RunScript::button("同意", 900)).fail(record_name::kTraffic, 1, "NO_PROXY");
  EXPECT_EQ(item(judged(failed), "R3.2").reasons, std::vector{Reason::kNoProxy});
  ProxiedRun untrusted(1, false);
  untrusted.closes(10, kThird, false).phases();
  EXPECT_EQ(item(judged(untrusted), "R3.2").reasons, (std::vector{Reason::kCaUserOnly, Reason::kNativePath}));
}

TEST(TrafficItems, PinnedIsWhoLeavesTwiceOrRefusesACaThatTheDeviceTrusts) {
  ProxiedRun once, twice, refused;
  once.closes(10, kThird, true).phases();
  EXPECT_EQ(item(judged(once), "R3.2").reasons, std::vector{Reason::kNativePath});
  twice.closes(10, kThird, true).closes(20, kThird, true).phases();
  EXPECT_EQ(item(judged(twice), "R3.2").reasons, (std::vector{Reason::kPinned, Reason::kNativePath}));
  refused.closes(10, kThird, false).phases();
  EXPECT_EQ(item(judged(refused), "R3.2").reasons, (std::vector{Reason::kPinned, Reason::kNativePath}));
}

TEST(TrafficItems, AProxyThatDiedTakesNothingBackAndAcquitsNobody) {
  ProxiedRun run = early(1);
  run.fail(record_name::kTraffic, 100, "HOOK_DEAD");
  const Verdict v = judged(run);
  EXPECT_EQ(level(v, "R3.2"), Level::kSuspected);
  ProxiedRun quiet;
  quiet.phases().fail(record_name::kTraffic, 100, "HOOK_DEAD");
  EXPECT_EQ(item(judged(quiet), "R3.2").reasons, (std::vector{Reason::kHookDead, Reason::kNativePath}));
}

TEST(TrafficItems, WhatAnAppWritesIntoItsRequestsMarksNothing) {
  ProxiedRun run;
  run.sends(10, kThird, "⟦fake⟧ " + run.telling()).phases();
  const std::string excerpt =
      found(judged(run), "R3.2", "traffic.third_party_before_consent")->evidence[0].excerpt;
  EXPECT_EQ(excerpt.find("⟦"), excerpt.find("⟦" + android_id(1))) << excerpt;
}

TEST(TrafficItems, ACanaryInsideOtherWrappingsIsFound) {
  ProxiedRun run;
  run.sends(10, kThird, "d=" + traffic::base64_of("xx" + run.telling() + "yyyyyyyyyyyyyyyyyyyyyyyy", false))
      .phases();
  EXPECT_EQ(level(judged(run), "R3.2"), Level::kSuspected);
}

TEST(TrafficItems, LessNeverAccuses) { expect_less_never_accuses(early(1)); }

}  // namespace
}  // namespace storesweep
