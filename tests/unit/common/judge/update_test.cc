// R5.2 on runs written by hand: what an update, or its first run, made of the user's refusals.
#include "common/evidence/app_facts_json.h"
#include "tests/unit/common/judge/judged.h"

namespace storesweep {
namespace {

const std::string kCamera = "android.permission.CAMERA", kContacts = "android.permission.READ_CONTACTS";

std::string held(const std::string& permission, bool granted, const std::string& flags) {
  return permission + ": granted=" + (granted ? "true" : "false") + ", flags=[ " + flags + " ]";
}
std::string refused(const std::string& permission, const std::string& flags = "USER_SET") {
  return held(permission, false, flags);
}

// P11 from second 10 on: refused under version 3, updated to 4 at 60, or so.
RunScript updated(const std::vector<std::string>& before, const std::vector<std::string>& after,
                  const std::vector<std::string>& last, std::int64_t took_s = 5, std::int64_t at_s = 60) {
  AppFacts older;
  older.package = kTestPackage;
  older.version_code = 3;
  RunScript run;
  run.document(record_name::kOldVersion, app_facts_to_json(older))
      .package()
      .begin(Phase::kP11, 10)
      .within(5)
      .act(record_name::kInstallOld, 10)
      .act(record_name::kLaunch, 20)
      .act(record_name::kPermissionDeny, 30, "camera")
      .permissions(50, 3, before);
  run.within(took_s).act(record_name::kUpdate, at_s);
  return run.permissions(70, 4, after)
      .act(record_name::kLaunch, 71)
      .end(Phase::kP11, 90)
      .permissions(91, 4, last);
}
Finding only(const Verdict& v) {
  EXPECT_EQ(v.findings.size(), 1U);
  return v.findings.empty() ? Finding{} : v.findings.front();
}

TEST(Update, WhatStaysRefusedIsNotFound) {
  const auto still = refused(kCamera);
  EXPECT_EQ(level(judged(updated({still}, {still}, {still})), "R5.2"), Level::kNotFound);
  // A new permission, and one refused for good.
  const auto fixed = refused(kCamera, "USER_SET|USER_FIXED");
  EXPECT_EQ(level(judged(updated({fixed}, {fixed, held(kContacts, false, "")}, {fixed, refused(kContacts)})),
                  "R5.2"),
            Level::kNotFound);
}

TEST(Update, ARefusalThatIsGoneAccuses) {
  struct Case {
    std::string after, last;
    const char* what;
  };
  const auto still = refused(kCamera);
  const Case cases[] = {
      {held(kCamera, true, ""), held(kCamera, true, ""), "permission.granted_by_update"},
      {held(kCamera, true, "USER_SET"), held(kCamera, true, "USER_SET"), "permission.granted_by_update"},
      {held(kCamera, false, ""), held(kCamera, false, ""), "permission.reset_by_update"},
      {still, held(kCamera, true, "USER_SET"), "permission.granted_by_run"},
      {still, held(kCamera, false, ""), "permission.reset_by_run"}};
  for (const Case& c : cases) {
    const RunScript first = updated({still}, {c.after}, {c.last});
    const Finding f = only(judged(std::vector{first.journal()}));
    EXPECT_EQ(f.what, c.what);
    EXPECT_EQ(f.phase, Phase::kP11);
    EXPECT_EQ(f.missing, std::vector{Missing::kConfirmation});
    EXPECT_EQ(f.last_action.substr(0, 6), "update");
    RunScript second = updated({still}, {c.after}, {c.last});
    EXPECT_EQ(level(judged({first.journal(), second.device("DEVICE2").journal()}), "R5.2"), Level::kViolation)
        << c.what;
  }
}

// The platform's own rules, and what it says that it did by itself.
TEST(Update, WhatThePlatformDoesIsNeverTheApps) {
  for (const char* flag : {"REVOKE_WHEN_REQUESTED", "POLICY_FIXED", "SYSTEM_FIXED", "REVIEW_REQUIRED"}) {
    const Verdict v = judged(updated({refused(kCamera, "USER_SET|" + std::string(flag))},
                                     {held(kCamera, false, "")}, {held(kCamera, false, "")}));
    EXPECT_EQ(level(v, "R5.2"), Level::kNotTested) << flag;
    EXPECT_TRUE(v.findings.empty()) << flag;
  }
  for (const char* p : {"READ_EXTERNAL_STORAGE", "READ_MEDIA_IMAGES", "POST_NOTIFICATIONS"}) {
    const std::string name = "android.permission." + std::string(p);
    const Verdict v = judged(updated({refused(name)}, {held(name, false, "")}, {held(name, true, "")}));
    EXPECT_TRUE(v.findings.empty()) << p;
    EXPECT_EQ(level(v, "R5.2"), Level::kNotTested) << "nothing else was refused";
  }
  // A grant that is taken back, or given up by the app itself, loosens nothing.
  const Verdict v = judged(updated({held(kContacts, true, "USER_SET"), refused(kCamera)},
                                   {held(kContacts, false, ""), refused(kCamera)},
                                   {held(kContacts, false, ""), refused(kCamera)}));
  EXPECT_EQ(level(v, "R5.2"), Level::kNotFound);
}

TEST(Update, AnotherPermissionOfTheGroupInsteadIsSuspected) {
  const std::string accounts = "android.permission.GET_ACCOUNTS";
  const Verdict v = judged(
      updated({refused(kContacts, "USER_FIXED")}, {held(accounts, false, "")}, {held(accounts, false, "")}));
  EXPECT_EQ(level(v, "R5.2"), Level::kSuspected);
  EXPECT_EQ(only(v).what, "permission.refusal_dropped");
  EXPECT_EQ(only(v).missing, std::vector{Missing::kNecessity});
  // Less than before, nothing at all, or beside it: no word.
  const std::string fine = "android.permission.ACCESS_FINE_LOCATION",
                    coarse = "android.permission.ACCESS_COARSE_LOCATION";
  EXPECT_EQ(
      level(judged(updated({refused(fine)}, {held(coarse, false, "")}, {held(coarse, false, "")})), "R5.2"),
      Level::kNotFound);
  EXPECT_EQ(
      level(judged(updated({refused(kContacts)}, {held(kCamera, false, "")}, {held(kCamera, false, "")})),
            "R5.2"),
      Level::kNotFound);
  const auto both = std::vector{refused(kContacts), held(accounts, false, "")};
  EXPECT_EQ(level(judged(updated({refused(kContacts)}, both, both)), "R5.2"), Level::kNotFound);
}

TEST(Update, WithoutAnOlderVersionItIsNotTestedForThatReason) {
  const Verdict v = judged(RunScript().package());
  EXPECT_EQ(item(v, "R5.2").reasons, std::vector{Reason::kNoOldVersion});
  // One that the device did not take.
  RunScript refused_by_device;
  AppFacts older;
  older.package = kTestPackage;
  older.version_code = 3;
  refused_by_device.document(record_name::kOldVersion, app_facts_to_json(older))
      .package()
      .begin(Phase::kP11, 10)
      .act(record_name::kInstallOld, 10)
      .fail(record_name::kInstallOld, 11, "NO_OLD_VERSION")
      .end(Phase::kP11, 12);
  EXPECT_EQ(item(judged(refused_by_device), "R5.2").reasons, std::vector{Reason::kNoOldVersion});
}

TEST(Update, WhatIsInDoubtIsNotTested) {
  const auto still = refused(kCamera), gone = held(kCamera, false, "");
  // Nothing was refused; the answer of the update was lost; something of ours allowed it.
  EXPECT_EQ(item(judged(updated({gone}, {gone}, {gone})), "R5.2").reasons, std::vector{Reason::kProfile});
  RunScript lost = updated({still}, {gone}, {gone});
  lost.unsure().act(record_name::kBack, 80);
  EXPECT_EQ(level(judged(lost), "R5.2"), Level::kNotTested);
  RunScript allowed = updated({still}, {gone}, {gone});
  allowed.act(record_name::kPermissionAllow, 75);
  EXPECT_EQ(level(judged(allowed), "R5.2"), Level::kNotTested);
  EXPECT_EQ(level(judged(updated({still}, {gone}, {gone}).api(22)), "R5.2"), Level::kNotTested);
  expect_less_never_accuses(updated({still}, {gone}, {gone}));
}

// The device's clock is read before and after, so that what follows each other overlaps.
TEST(Update, ALookTellsByItsOwnVersionOnWhichSideOfTheUpdateItWasTaken) {
  const auto still = refused(kCamera), gone = held(kCamera, false, "");
  EXPECT_EQ(only(judged(updated({still}, {gone}, {gone}, 15))).what, "permission.reset_by_update");
  EXPECT_EQ(only(judged(updated({still}, {gone}, {gone}, 30, 45))).what, "permission.reset_by_update");
  EXPECT_EQ(only(judged(updated({still}, {still}, {gone}, 30, 45))).what, "permission.reset_by_run");
  EXPECT_EQ(level(judged(updated({still}, {still}, {still}, 30, 45)), "R5.2"), Level::kNotFound);
}

// What happens in P11 happens to another version, or by our hand.
TEST(Update, NothingOfThePhaseIsHeldAgainstAnotherRule) {
  const auto still = refused(kCamera);
  RunScript run = updated({still}, {still}, {still});
  run.permission_start(32).permission_dialog(33).act(record_name::kPermissionDeny, 34, "camera");
  run.permission_start(36).permission_dialog(37).own_exit(38).died(39);
  const Verdict v = judged(run);
  EXPECT_TRUE(v.findings.empty());
  EXPECT_EQ(level(v, "R5.2"), Level::kNotFound);
}

}  // namespace
}  // namespace storesweep
