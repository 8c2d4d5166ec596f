// R1.3 by API hooks: guilty runs, innocent ones that look alike, and what may not accuse.
#include <gtest/gtest.h>

#include "common/judge/hook_items.h"
#include "tests/unit/common/judge/judged.h"

namespace storesweep {
namespace {

constexpr const char* kId = R"("type":"string","value":"9774d56d682e549c")";
constexpr const char* kDenied = R"("threw":"java.lang.SecurityException: getSerial")";
constexpr const char* kGetString = "android.provider.Settings$Secure.getString";
// Frames as the script gives them.
std::string frames(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& frame : list) out += (out.empty() ? "\"" : ",\"") + frame + "\"";
  return out;
}
const std::string kApiFrame = "android.provider.Settings$Secure.getString(Native Method)";
const std::string kAppFrame = "com.example.app.App.onCreate(App.java:3)";
const std::string kSdkStack = frames({kApiFrame, "com.umeng.commonsdk.a.b.c(Unknown Source:7)", kAppFrame});
const std::string kOwnStack = frames({kApiFrame, kAppFrame});
const std::string kObfuscated = frames({kApiFrame, "a.b.c.d(Unknown Source:7)"});

// A run with hooks in the app's process, its dialog at 5 s, agreed to at 200 s.
class HookedRun : public RunScript {
 public:
  HookedRun() {
    attest(record_name::kHooked, R"({"frida":"17.2.1","sources":"1"})");
    raw(record_name::kAppOps, 1, "Uid 10101:\n");
    line(2, R"("kind":"hello","script":"1","hooked":9,"absent":0,"unhooked":[])");
  }
  HookedRun& calls(std::int64_t at_s, const std::string& source, const std::string& api,
                   const std::string& gave, const std::string& stack = kOwnStack,
                   const std::string& more = "") {
    line(at_s, R"("kind":"call","took":0,"tid":1,"source":")" + source + R"(","api":")" + api +
                   R"(","args":[],)" + gave + R"(,"thread":"main","stack":[)" + stack + "]" +
                   (more.empty() ? "" : "," + more));
    return *this;
  }
  HookedRun& beat(std::int64_t at_s, std::uint64_t lost = 0) {
    lost_ = lost;
    line(at_s, R"("kind":"beat","queued":0)");
    return *this;
  }
  HookedRun& skip() {
    ++number_;
    return *this;
  }
  HookedRun& phases() {
    first_launch(button("不同意", 900) + button("同意", 1100));
    begin(Phase::kP4, 200).act(record_name::kAgree, 200, "同意").end(Phase::kP4, 220);
    return *this;
  }

 private:
  void line(std::int64_t at_s, const std::string& fields) {
    raw(record_name::kHooks, at_s,
        "0 4000 com.example.app\n{\"up\":" + std::to_string(at_s * 1000 + 100'000) +
            R"(,"pid":4000,"depth":0,"n":)" + std::to_string(number_++) +
            ",\"lost\":" + std::to_string(lost_) + "," + fields + "}");
  }
  std::uint64_t number_ = 0, lost_ = 0;
};

const Finding* found(const Verdict& v, std::string_view what) {
  for (const Finding& f : v.findings) {
    if (f.rule == "R1.3" && f.what == what) return &f;
  }
  return nullptr;
}
bool lacks(const Finding& f, Missing m) {
  return std::find(f.missing.begin(), f.missing.end(), m) != f.missing.end();
}
std::string value(const Finding& f, std::string_view key) {
  for (const auto& [k, v] : f.values) {
    if (k == key) return v;
  }
  return "";
}
HookedRun early(const std::string& gave = kId, const std::string& stack = kSdkStack) {
  HookedRun run;
  run.calls(10, "android_id", kGetString, gave, stack).phases();
  return run;
}
std::vector<Journal> two(const HookedRun& first, HookedRun second) {
  return {first.journal(), second.device("DEVICE2").journal()};
}
std::set<Reason> reasons(const Verdict& v) {
  const auto& r = item(v, "R1.3").reasons;
  return {r.begin(), r.end()};
}

TEST(HookItems, AValueReadBeforeConsentIsAViolationThatASecondDeviceConfirms) {
  const Verdict v = judged(two(early(), early()));
  EXPECT_EQ(level(v, "R1.3"), Level::kViolation);
  const Finding* f = found(v, "hook.before_consent_sdk");
  ASSERT_TRUE(f);
  EXPECT_EQ(value(*f, "owner"), "友盟统计");
  EXPECT_EQ(value(*f, "kind"), "android_id");
  EXPECT_EQ(f->evidence.size(), 2u);
  for (const char* part :
       {"9774d56d682e549c", "thread main", "at com.umeng.commonsdk.a.b.c", "at com.example.app.App.onCreate"})
    EXPECT_NE(f->evidence[0].excerpt.find(part), std::string::npos) << part;
  EXPECT_EQ(level(judged(early()), "R1.3"), Level::kSuspected) << "one run alone";
}

TEST(HookItems, TheAppItselfIsNamedByNoSdkAndAnObfuscatedClassIsNobodys) {
  EXPECT_TRUE(found(judged(early(kId, kOwnStack)), "hook.before_consent"));
  EXPECT_TRUE(found(judged(early(kId, kObfuscated)), "hook.before_consent")) << "an SDK is never guessed";
}

TEST(HookItems, WhatWasReadAfterConsentIsNothing) {
  HookedRun run;
  run.phases().calls(210, "android_id", kGetString, kId, kSdkStack);
  const Verdict v = judged(run);
  EXPECT_EQ(level(v, "R1.3"), Level::kNotTested);
  EXPECT_EQ(reasons(v), std::set<Reason>{Reason::kNativePath})
      << "hooks were there, native code goes past them";
}

TEST(HookItems, WhatMayHaveBeenReadAfterConsentIsNothing) {
  HookedRun run;
  run.within(20);
  run.calls(190, "android_id", kGetString, kId).phases();
  EXPECT_EQ(level(judged(run), "R1.3"), Level::kNotTested);
}

TEST(HookItems, AnAttemptThatWasRefusedIsSuspectedAtMost) {
  for (const char* gave :
       {kDenied, R"("null":true)", R"("type":"string","value":"unknown")", R"("type":"string","value":"")",
        R"("type":"string","value":"02:00:00:00:00:00")", R"("type":"java.util.ArrayList","size":0)",
        R"("type":"android.database.Cursor")"}) {
    const Verdict v = judged(two(early(gave), early(gave)));
    EXPECT_EQ(level(v, "R1.3"), Level::kSuspected) << gave;
    const Finding* f = found(v, "hook.attempt_before_consent_sdk");
    ASSERT_TRUE(f) << gave;
    EXPECT_TRUE(lacks(*f, Missing::kValueUnseen)) << gave;
  }
}

TEST(HookItems, AListOfAppsIsAValueAndALookUpIsNotKnownToBe) {
  const auto apps = [](const char* method) {
    HookedRun run;
    run.calls(10, "app_list", std::string("android.app.ApplicationPackageManager.") + method,
              R"("type":"java.util.ArrayList","size":80)", kSdkStack)
        .phases();
    return level(judged(two(run, run)), "R1.3");
  };
  EXPECT_EQ(apps("getInstalledPackages"), Level::kViolation);
  EXPECT_EQ(apps("queryIntentActivities"), Level::kSuspected);
}

TEST(HookItems, WhatThePlatformReadsByItselfIsNotTheAppsWish) {
  const std::string system = frames({kApiFrame, "android.app.ActivityThread.main(ActivityThread.java:1)",
                                     "com.android.internal.os.ZygoteInit.main(ZygoteInit.java:1)"});
  const std::string web =
      frames({"org.chromium.base.X.y(X.java:1)", "android.webkit.WebView.<init>(WebView.java:1)"});
  EXPECT_EQ(level(judged(early(kId, system)), "R1.3"), Level::kNotTested);
  EXPECT_EQ(level(judged(early(kId, web)), "R1.3"), Level::kNotTested);
  EXPECT_EQ(level(judged(early(kId, "")), "R1.3"), Level::kNotTested)
      << "a stack that says nothing accuses nobody";
}

TEST(HookItems, ALayerThatEveryAppCarriesIsSuspectedAtMost) {
  const std::string react =
      frames({kApiFrame, "com.facebook.react.X.y(X.java:1)", "android.app.Y.z(Y.java:1)"});
  const Verdict v = judged(two(early(kId, react), early(kId, react)));
  EXPECT_EQ(level(v, "R1.3"), Level::kSuspected);
  EXPECT_TRUE(lacks(*found(v, "hook.before_consent"), Missing::kCallerUnknown));
}

TEST(HookItems, KindsThatDoNotCountAreNothing) {
  HookedRun run;
  run.calls(10, "sensors", "android.hardware.SensorManager.registerListener",
            R"("type":"boolean","value":"true")")
      .calls(11, "operator", "android.telephony.TelephonyManager.getSimOperator",
             R"("type":"string","value":"46000")")
      .phases();
  EXPECT_EQ(level(judged(run), "R1.3"), Level::kNotTested);
}

TEST(HookItems, OneCallThatTwoHooksSawIsOneAndAnInnerOneAloneProvesNoValue) {
  const char* proxy = "com.android.internal.telephony.IPhoneSubInfo$Stub$Proxy.getDeviceId";
  const char* outer = "android.telephony.TelephonyManager.getDeviceId";
  const char* imei = R"("type":"string","value":"860000000000001")";
  HookedRun both, inner;
  both.calls(10, "imei", proxy, imei, kOwnStack, R"("depth":1)");
  both.calls(10, "imei", outer, imei, kOwnStack).phases();
  inner.calls(10, "imei", proxy, imei, kOwnStack, R"("depth":1)").phases();
  const Verdict v = judged(two(both, both));
  EXPECT_EQ(
      std::count_if(v.findings.begin(), v.findings.end(), [](const Finding& f) { return f.rule == "R1.3"; }),
      1);
  EXPECT_EQ(level(v, "R1.3"), Level::kViolation);
  EXPECT_EQ(level(judged(two(inner, inner)), "R1.3"), Level::kSuspected);
}

TEST(HookItems, WithoutADialogNobodyIsKnownNotToHaveAgreed) {
  HookedRun run;
  run.calls(10, "android_id", kGetString, kId, kSdkStack);
  run.begin(Phase::kP1, 0).end(Phase::kP1, 70);
  const Verdict v = judged(two(run, run));
  EXPECT_EQ(level(v, "R1.3"), Level::kSuspected);
  EXPECT_TRUE(lacks(*found(v, "hook.before_consent_sdk"), Missing::kConsentUnproven));
}

TEST(HookItems, WithoutHooksNothingIsNotFound) {
  RunScript none;
  none.first_launch(RunScript::button("同意", 900)).raw(record_name::kAppOps, 1, "Uid 10101:\n");
  EXPECT_EQ(level(judged(none), "R1.3"), Level::kNotTested);
  EXPECT_TRUE(reasons(judged(none)).contains(Reason::kHookAbsent));
  HookedRun quiet;
  quiet.phases();
  EXPECT_EQ(level(judged(quiet), "R1.3"), Level::kNotTested) << "nor with them";
  HookedRun dead;
  dead.phases().fail(record_name::kHooks, 100, "HOOK_DEAD");
  EXPECT_TRUE(reasons(judged(dead)).contains(Reason::kHookDead));
  RunScript refused;
  refused.first_launch(RunScript::button("同意", 900)).fail(record_name::kHooks, 1, "HOOK_ABSENT");
  refused.raw(record_name::kAppOps, 1, "Uid 10101:\n");
  EXPECT_EQ(reasons(judged(refused)), std::set<Reason>{Reason::kHookAbsent});
}

TEST(HookItems, LossAndLiesOfTheScriptAreTold) {
  HookedRun lossy, gap, forged;
  lossy.beat(20, 5).phases();
  gap.skip().beat(20).phases();
  forged.phases().raw(record_name::kHooks, 150, "0 4000 com.example.app\n{\"kind\":\"dance\"}");
  EXPECT_TRUE(reasons(judged(lossy)).contains(Reason::kHookDead));
  EXPECT_TRUE(reasons(judged(gap)).contains(Reason::kHookDead));
  EXPECT_TRUE(reasons(judged(forged)).contains(Reason::kGrammar));
}

TEST(HookItems, LossTakesNothingBack) {
  HookedRun run = early();
  run.beat(30, 7).fail(record_name::kHooks, 100, "HOOK_DEAD");
  EXPECT_EQ(level(judged(run), "R1.3"), Level::kSuspected);
}

TEST(HookItems, EachRecordLessNeverAccusesMore) {
  HookedRun run;
  run.calls(10, "imei", "x.y.IPhone.getDeviceId", R"("type":"string","value":"1234567")", kOwnStack,
            R"("depth":1)");
  run.calls(10, "imei", "android.telephony.TelephonyManager.getDeviceId", kDenied).beat(11);
  run.calls(12, "serial", "android.os.Build.getSerial", kDenied).phases();
  const std::vector<Journal> whole = two(run, run);
  const Level all = level(judged(whole), "R1.3");
  EXPECT_EQ(all, Level::kSuspected);
  for (std::size_t i = 0; i < whole[0].records.size(); ++i) {
    if (whole[0].records[i].name != record_name::kHooks) continue;
    std::vector<Journal> less = whole;
    for (Journal& j : less) j.records.erase(j.records.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_GE(level(judged(less), "R1.3"), all) << i;
    EXPECT_NE(level(judged(less), "R1.3"), Level::kNotFound) << i;
  }
}

TEST(HookItems, LessNeverAccuses) { expect_less_never_accuses(early()); }

TEST(HooksSeen, AFrameNamesItsClass) {
  EXPECT_EQ(class_of_frame("cn.sdk.Reader$1.read(Reader.java:7)"), "cn.sdk.Reader$1");
  EXPECT_EQ(class_of_frame("cn.sdk.Reader.<init>(Native Method)"), "cn.sdk.Reader");
  EXPECT_EQ(class_of_frame("garbage"), "");
  EXPECT_EQ(class_of_frame(""), "");
}

}  // namespace
}  // namespace storesweep
