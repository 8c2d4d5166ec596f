#include "common/rules/sources.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "common/base/file.h"
#include "common/rules/pack.h"
#include "tests/unit/temporary_folder.h"

namespace storesweep {
namespace {

std::string rules_folder() { return std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules"; }

TEST(Sources, HoldEveryKindOfTheReference) {
  auto catalogue = load_sources(rules_folder());
  ASSERT_TRUE(catalogue.ok()) << catalogue.status().text();
  // The rows of the rule reference, section 4, in its order.
  const std::vector<std::string> wanted = {
      "imei",  "imsi",  "iccid",  "own_number",  "operator",  "serial",   "android_id", "oaid",   "gaid",
      "mac",   "wifi",  "ip",     "app_list",    "location",  "contacts", "call_log",   "sms",    "calendar",
      "files", "audio", "camera", "fingerprint", "clipboard", "sensors",  "health",     "browser"};
  std::vector<std::string> kinds;
  for (const Source& s : catalogue->sources) {
    if (!s.mark) kinds.push_back(s.id);
  }
  EXPECT_EQ(kinds, wanted);
  for (const Source& s : catalogue->sources) {
    EXPECT_FALSE(s.methods.empty() && s.fields.empty() && s.settings.empty() && s.uris.empty()) << s.id;
  }
}

TEST(Sources, NameEveryApiOfTheReference) {
  auto catalogue = load_sources(rules_folder());
  ASSERT_TRUE(catalogue.ok());
  auto has = [&](const char* id, const std::string& owner, const std::string& name) {
    const Source& s = catalogue->sources.at(catalogue->find(id).value());
    auto named = [&](const SourceMember& m) { return m.owner == owner && m.name == name; };
    return std::ranges::any_of(s.methods, named) || std::ranges::any_of(s.fields, named) ||
           std::ranges::any_of(s.weak_methods, named);
  };
  EXPECT_TRUE(has("imei", "android.telephony.TelephonyManager", "getMeid"));
  EXPECT_TRUE(has("iccid", "android.telephony.SubscriptionInfo", "getIccId"));
  EXPECT_TRUE(has("serial", "android.os.Build", "SERIAL"));
  EXPECT_TRUE(has("mac", "java.net.NetworkInterface", "getHardwareAddress"));
  EXPECT_TRUE(has("app_list", "android.content.pm.PackageManager", "getPackageInfo"));
  EXPECT_TRUE(has("clipboard", "android.content.ClipboardManager", "getPrimaryClipDescription"));
  EXPECT_TRUE(has("sensors", "android.hardware.SensorManager", "registerListener"));
  EXPECT_FALSE(has("imei", "android.telephony.TelephonyManager", "getSimState"));
}

// The background ops of the pack and the ops of the kinds are one world.
TEST(Sources, NameTheOpsThatThePackCountsInTheBackground) {
  auto catalogue = load_sources(rules_folder());
  auto pack = load_rule_pack(rules_folder());
  ASSERT_TRUE(catalogue.ok() && pack.ok());
  for (const auto& [op, kind] : pack->background_ops) {
    const auto at = catalogue->find(kind);
    if (!at) continue;  // a kind that the pack splits more finely
    EXPECT_TRUE(std::ranges::count(catalogue->sources[*at].ops, op)) << op << " of " << kind;
  }
}

TEST(Sources, APatternMatchesTheWholeText) {
  EXPECT_TRUE(pattern_matches("content://sms*", "content://sms/inbox"));
  EXPECT_TRUE(pattern_matches("ril.*imei*", "ril.gsm.imei"));
  EXPECT_TRUE(pattern_matches("ro.serialno", "ro.serialno"));
  EXPECT_TRUE(pattern_matches("a*b*c", "aXbXbc"));
  EXPECT_FALSE(pattern_matches("ro.serialno", "ro.serialno2"));
  EXPECT_FALSE(pattern_matches("ril.*imei", "ril.gsm.imei.x"));
  EXPECT_FALSE(pattern_matches("abc*", "ab"));
}

TEST(Sources, EveryErrorNamesItsLine) {
  storesweep::testing::TemporaryFolder folder;
  const std::string text = R"(version: "1"
kinds:
  - id: a
    zh: 甲
    en: a
    methods:
      TelephonyManager: [getDeviceId]
    uris: ["http://a"]
    properties: ["ro*"]
  - id: a
    zh: 甲
    en: a
    methds: {}
)";
  ASSERT_TRUE(write_file_durably(folder.path() + "/sources.yaml", text).ok());
  auto catalogue = load_sources(folder.path());
  ASSERT_FALSE(catalogue.ok());
  const std::string message = catalogue.status().message();
  EXPECT_NE(message.find("sources.yaml:7:"), std::string::npos) << message;
  EXPECT_NE(message.find("is no class"), std::string::npos) << message;
  EXPECT_NE(message.find("is no content:// URI"), std::string::npos) << message;
  EXPECT_NE(message.find("before its first *"), std::string::npos) << message;
  EXPECT_NE(message.find("a stands twice"), std::string::npos) << message;
  EXPECT_NE(message.find("methds"), std::string::npos) << message;
}

}  // namespace
}  // namespace storesweep
