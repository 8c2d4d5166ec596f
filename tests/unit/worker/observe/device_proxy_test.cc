#include "worker/observe/device_proxy.h"

#include <gtest/gtest.h>

#include "common/traffic/canary.h"
#include "tests/unit/worker/observe/proxied_phone.h"

namespace storesweep::observe {
namespace {

const Deadline kSoon = Deadline::in_ms(60'000);

TEST(DeviceProxy, TheCertificateLiesUnderTheNameByWhichAndroidLooksForIt) {
  // openssl x509 -subject_hash_old
  EXPECT_EQ(*ca_file_name(test_ca()), "c8750f0d.0");
  EXPECT_EQ(ca_file_name("no certificate").status().kind(), ErrorKind::kInvalid);
  ProxiedPhone phone;
  ASSERT_TRUE(trust_ca(phone, test_ca(), kSoon).ok());
  EXPECT_EQ(phone.contents.count("/system/etc/security/cacerts/c8750f0d.0"), 1u);
  forget_ca(phone, test_ca(), kSoon);
  EXPECT_TRUE(phone.contents.empty());
}

TEST(DeviceProxy, AStoreThatCannotBeWrittenIsAnErrorAndNoTrust) {
  ProxiedPhone phone;
  phone.locked = true;
  EXPECT_EQ(trust_ca(phone, test_ca(), kSoon).kind(), ErrorKind::kPermission);
  ProxiedPhone later;
  later.own_facts.api = 34;
  EXPECT_EQ(trust_ca(later, test_ca(), kSoon).kind(), ErrorKind::kUnsupported);
  EXPECT_TRUE(later.contents.empty());
}

TEST(DeviceProxy, TheSettingIsReadBackAndUndone) {
  ProxiedPhone phone;
  ASSERT_TRUE(set_proxy(phone, 8080, kSoon).ok());
  EXPECT_EQ(phone.settings["global/http_proxy"], "127.0.0.1:8080");
  EXPECT_EQ(phone.reversed, std::set<int>{8080});
  ASSERT_TRUE(set_proxy(phone, 8080, kSoon).ok()) << "the way is there already";
  unset_proxy(phone, 8080, kSoon);
  EXPECT_EQ(phone.settings.count("global/http_proxy"), 0u);
  EXPECT_TRUE(phone.reversed.empty());
  ProxiedPhone deaf;
  deaf.deaf = true;
  EXPECT_EQ(set_proxy(deaf, 8080, kSoon).kind(), ErrorKind::kUnsupported);
}

TEST(DeviceProxy, PlantsWhatAppsOfThisDeviceWouldRead) {
  ProxiedPhone old;
  old.own_facts.api = 25;
  old.settings["secure/android_id"] = "feedfacefeedface";
  const auto planted = plant(old, 1, kSoon);
  ASSERT_TRUE(planted.ok()) << planted.status().text();
  EXPECT_EQ(planted->planted, std::vector<std::string>{"android_id"});
  std::string wanted;
  for (const traffic::Canary& c : traffic::canaries_of(1)) {
    if (c.name == "android_id") wanted = c.value;
  }
  EXPECT_EQ(old.settings["secure/android_id"], wanted);
  EXPECT_EQ(planted->lacking.size() + 1, traffic::canaries_of(1).size())
      << "each is planted, or it is said why not";
  unplant(old, *planted, kSoon);
  EXPECT_EQ(old.settings["secure/android_id"], "feedfacefeedface");
}

TEST(DeviceProxy, PlantsNoIdThatNoAppWouldRead) {
  ProxiedPhone phone;  // Android 9
  const auto planted = plant(phone, 1, kSoon);
  ASSERT_TRUE(planted.ok());
  EXPECT_TRUE(planted->planted.empty());
  EXPECT_NE(planted->lacking.at("android_id").find("Android 8"), std::string::npos);
  EXPECT_EQ(phone.settings.count("secure/android_id"), 0u);
}

}  // namespace
}  // namespace storesweep::observe
