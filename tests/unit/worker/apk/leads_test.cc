// Static leads, and what a listing says beside a package. Each guilty case stands beside an innocent one.
#include "worker/apk/leads.h"

#include <gtest/gtest.h>

#include "common/rules/listing_check.h"
#include "common/rules/permission_groups.h"
#include "worker/apk/app_facts.h"

namespace storesweep {
namespace {

Component component(ComponentKind kind, const std::string& name, std::vector<std::string> actions = {}) {
  Component c;
  c.kind = kind;
  c.name = name;
  if (!actions.empty()) {
    c.filters.push_back({std::move(actions), {}, {}, {}, {}, {}, {}, 0, false});
    c.reachable = true;
  }
  return c;
}
ApkFacts app(std::vector<Component> components = {}) {
  ApkFacts f;
  f.package = "com.example";
  f.label = "Example";
  f.icon = "res/i.png";
  f.components = std::move(components);
  return f;
}
std::vector<std::string> subjects(const ApkFacts& f, std::string_view kind) {
  std::vector<std::string> out;
  for (const Lead& l : find_leads(f)) {
    if (l.kind == kind) out.push_back(l.subject);
  }
  return out;
}
using Names = std::vector<std::string>;

TEST(Leads, AReceiverOfASystemBroadcastIsOneAndOfThePushServersIsNone) {
  ApkFacts f =
      app({component(ComponentKind::kReceiver, "a.Boot", {"android.intent.action.BOOT_COMPLETED", "x"}),
           component(ComponentKind::kReceiver, "a.Push", {"com.google.android.c2dm.intent.RECEIVE"}),
           component(ComponentKind::kService, "a.S", {"android.intent.action.BOOT_COMPLETED"})});
  EXPECT_EQ(subjects(f, "self-start-receiver"), Names{"a.Boot"});
  EXPECT_EQ(find_leads(f)[0].detail, "android.intent.action.BOOT_COMPLETED");
}

TEST(Leads, ADisabledComponentIsNone) {
  ApkFacts f = app({component(ComponentKind::kReceiver, "a.Boot", {"android.intent.action.BOOT_COMPLETED"})});
  f.components[0].enabled = false;
  EXPECT_TRUE(find_leads(f).empty());
}

TEST(Leads, AServiceThatAnybodyMayStartIsOneWhereItStaysAlive) {
  ApkFacts f = app({component(ComponentKind::kService, "a.KeepAliveService", {"x"}),
                    component(ComponentKind::kService, "a.Far", {"x"}),
                    component(ComponentKind::kService, "a.Near", {"x"}),
                    component(ComponentKind::kService, "a.Guarded", {"x"}),
                    component(ComponentKind::kService, "a.Daemon")});
  f.components[1].process = ":far";
  f.components[3].process = ":far";
  f.components[3].permission = "a.P";
  EXPECT_EQ(subjects(f, "keep-alive-service"), (Names{"a.KeepAliveService", "a.Far"}));
}

TEST(Leads, AnActivityHiddenInATaskOfItsOwnIsOne) {
  ApkFacts f =
      app({component(ComponentKind::kActivity, "a.OnePixelActivity"),
           component(ComponentKind::kActivity, "a.Hidden"), component(ComponentKind::kActivity, "a.Plain")});
  f.components[1].exclude_from_recents = true;
  f.components[1].task_affinity = "";
  f.components[2].exclude_from_recents = true;
  EXPECT_EQ(subjects(f, "one-pixel-activity"), (Names{"a.OnePixelActivity", "a.Hidden"}));
}

TEST(Leads, AccountSyncAndJobsAreLeadsByTheManifestAndByTheCode) {
  ApkFacts f = app({component(ComponentKind::kService, "a.Sync", {"android.content.SyncAdapter"}),
                    component(ComponentKind::kService, "a.Job")});
  f.components[1].permission = "android.permission.BIND_JOB_SERVICE";
  f.code.calls_of_sources = {
      {"alarm", "call", "android.app.AlarmManager.setExact", "a.B", "m", "()V", "sdk-x", 1},
      {"alarm", "call", "android.app.AlarmManager.setExact", "a.C", "m", "()V", "sdk-x", 1}};
  EXPECT_EQ(subjects(f, "account-sync"), Names{"a.Sync"});
  EXPECT_EQ(subjects(f, "alarm-or-job"), (Names{"a.Job", "a.B.m"}));
  EXPECT_EQ(find_leads(f).back().owner, "sdk-x");
  EXPECT_EQ(find_leads(f).back().detail, "android.app.AlarmManager.setExact, 2 places");
}

TEST(Leads, APermissionIsWithoutACallSiteOnlyWhereAllCodeWasLookedAt) {
  ApkFacts f = app();
  f.permissions = {{"android.permission.CAMERA"},
                   {"android.permission.RECORD_AUDIO"},
                   {"android.permission.INTERNET"},
                   {"android.permission.READ_SMS"}};
  f.code.looked_at = true;
  f.code.permissions_known = {"android.permission.CAMERA", "android.permission.RECORD_AUDIO",
                              "android.permission.INTERNET"};
  f.code.permissions_used = {"android.permission.RECORD_AUDIO"};
  EXPECT_EQ(subjects(f, "permission-without-call-site"), Names{"android.permission.CAMERA"});
  f.code.gaps = {"classes2.dex: broken"};
  EXPECT_TRUE(find_leads(f).empty());
  f.code = {};
  EXPECT_TRUE(find_leads(f).empty());
}

TEST(Leads, OnlyAListenerMakesASensorAShake) {
  ApkFacts f = app();
  f.code.calls_of_sources = {
      {"sensors", "call", "android.hardware.SensorManager.getSensorList", "a.B", "m", "", "app", 1}};
  EXPECT_TRUE(find_leads(f).empty());
  f.code.calls_of_sources[0].target = "android.hardware.SensorManager.registerListener";
  EXPECT_EQ(subjects(f, "shake-listener"), Names{"a.B.m"});
}

TEST(Leads, ALauncherWithoutNameOrIconIsOne) {
  ApkFacts f = app();
  f.launch_activity = "a.Main";
  EXPECT_TRUE(find_leads(f).empty());
  f.label = " ";
  f.icon.clear();
  EXPECT_EQ(subjects(f, "hidden-icon"), (Names{"a.Main", "a.Main"}));
}

TEST(Leads, EachKindNamesItsRule) {
  for (const LeadKind& kind : lead_kinds()) {
    EXPECT_EQ(lead_kind(kind.id), &kind);
    EXPECT_TRUE(kind.rule.starts_with("R")) << kind.id;
  }
  EXPECT_EQ(lead_kind("none"), nullptr);
}

// -- listings

Listing listing() {
  Listing l;
  l.package = "com.example";
  l.label = "示例";
  l.developer = "示例有限公司";
  l.version_name = "1.2.3";
  l.version_code = 7;
  l.permissions = {{"android.permission.CAMERA", "扫码"}};
  l.policy_url = "https://example.com/policy";
  l.filing_number = "京ICP备1号-2A";
  return l;
}
ApkFacts listed_app() {
  ApkFacts f = app();
  f.label_zh = "示例";
  f.labels = {{"", "Example"}, {"zh-CN", "示例"}};
  f.version_name = "1.2.3";
  f.version_code = 7;
  f.permissions = {{"android.permission.CAMERA"}, {"android.permission.INTERNET"}};
  return f;
}
Names found(const Listing& l, const ApkFacts& f, bool firm_only = false) {
  Names out;
  for (const ListingDifference& d : compare_listing(l, app_facts_of(f))) {
    if (d.firm || !firm_only) out.emplace_back(listing_difference_name(d.kind));
  }
  return out;
}

TEST(ListingCheck, APageThatSaysTheSameShowsNoDifference) {
  EXPECT_EQ(found(listing(), listed_app()), Names{});
}

TEST(ListingCheck, SpellingsOfTheSameNameAreNoDifference) {
  Listing l = listing();
  for (const char* label : {" 示例 ", "Example", "ｅｘａｍｐｌｅ", "EXAMPLE"}) {
    l.label = label;
    EXPECT_EQ(found(l, listed_app()), Names{}) << label;
  }
}

TEST(ListingCheck, ASuffixIsALeadAndAnotherNameIsFirm) {
  Listing l = listing();
  l.label = "示例（极速版）";
  EXPECT_EQ(found(l, listed_app()), Names{"label-variant"});
  EXPECT_EQ(found(l, listed_app(), true), Names{});
  l.label = "别的";
  EXPECT_EQ(found(l, listed_app(), true), Names{"label-differs"});
}

TEST(ListingCheck, ALabelThatCannotBeResolvedProvesNothing) {
  ApkFacts f = listed_app();
  f.label = "@0x7f010000";
  f.label_zh.clear();
  f.labels.clear();
  EXPECT_EQ(found(listing(), f), Names{});
}

TEST(AppFacts, AnEntryThatNamesItselfOtherwiseLeavesTheLabelUnread) {
  ApkFacts f = listed_app();
  f.label = "Example";
  f.launch_activity = "com.example.Main";
  f.components = {component(ComponentKind::kActivity, "com.example.Main")};
  EXPECT_TRUE(app_facts_of(f).labels_read);
  f.components[0].label = "Example";
  EXPECT_TRUE(app_facts_of(f).labels_read);
  f.components[0].label = "扫一扫";
  EXPECT_FALSE(app_facts_of(f).labels_read) << "launchers show the entry's own label";
  f.launch_activity = "com.example.Other";
  EXPECT_TRUE(app_facts_of(f).labels_read) << "another activity's label is a title";
}

TEST(ListingCheck, AnEmptyPageLacksEverythingThatItMustShow) {
  Listing l;
  l.package = "com.example";
  EXPECT_EQ(found(l, listed_app(), true), (Names{"label-missing", "developer-missing", "version-missing",
                                                 "permissions-missing", "policy-missing"}));
}

TEST(ListingCheck, VersionsDifferByNameOrByCode) {
  Listing l = listing();
  l.version_name = "V1.2.3";
  EXPECT_EQ(found(l, listed_app()), Names{});
  l.version_name = "1.2.4";
  l.version_code = 8;
  EXPECT_EQ(found(l, listed_app()), (Names{"version-differs", "version-differs"}));
}

TEST(ListingCheck, AGroupThatIsNamedCoversItsPermissions) {
  ApkFacts f = listed_app();
  f.permissions = {{"android.permission.ACCESS_FINE_LOCATION"}, {"android.permission.CAMERA"}};
  Listing l = listing();
  l.permissions = {{"位置信息", "附近的门店"}, {"相机", ""}};
  EXPECT_EQ(found(l, f), Names{"purpose-missing"});
  l.permissions = {{"位置信息", "附近的门店"}, {"麦克风", "语音"}};
  EXPECT_EQ(found(l, f), (Names{"permission-undeclared", "permission-not-requested"}));
}

TEST(ListingCheck, TheCertificatesCompanyIsComparedWhereItNamesOne) {
  ApkFacts f = listed_app();
  f.signature.identity.resize(1);
  f.signature.identity[0].subject = "CN=x,O=别的有限公司,C=CN";
  EXPECT_EQ(found(listing(), f), Names{"developer-differs"});
  f.signature.identity[0].subject = "CN=x,O=dev,C=CN";
  EXPECT_EQ(found(listing(), f), Names{});
}

TEST(PermissionGroups, WordsOfStoresAndNamesOfPermissionsMeetInGroups) {
  EXPECT_EQ(permission_group("android.permission.READ_PHONE_STATE"), "PHONE");
  EXPECT_FALSE(dangerous_permission("android.permission.INTERNET"));
  EXPECT_FALSE(dangerous_permission("com.other.CAMERA"));
  EXPECT_EQ(groups_named("读取手机状态和身份"), std::vector<std::string_view>{"PHONE"});
  EXPECT_EQ(groups_named("相机、录音"), (std::vector<std::string_view>{"CAMERA", "MICROPHONE"}));
}
}  // namespace
}  // namespace storesweep
