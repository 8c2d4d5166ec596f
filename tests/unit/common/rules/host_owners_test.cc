#include "common/rules/host_owners.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace storesweep {
namespace {

TEST(HostOwners, AHostBelongsToTheLongestDomainThatIsKnown) {
  HostOwners owners;
  owners.add("umeng.com", {"友盟统计", "友盟"});
  owners.add("push.umeng.com", {"友盟推送", "友盟"});
  EXPECT_EQ(owners.of("ulogs.umeng.com")->name, "友盟统计");
  EXPECT_EQ(owners.of("a.push.umeng.com")->name, "友盟推送");
  EXPECT_EQ(owners.of("umeng.com")->name, "友盟统计");
  EXPECT_EQ(owners.of("notumeng.com"), nullptr);
  EXPECT_EQ(owners.of("com"), nullptr);
  EXPECT_EQ(owners.of(""), nullptr);
}

TEST(HostOwners, TheCatalogueOfSdksSaysWhoseTheyAre) {
  const auto owners = load_host_owners(std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules");
  ASSERT_TRUE(owners.ok()) << owners.status().text();
  ASSERT_TRUE(owners->of("sdk.jpush.cn"));
  EXPECT_EQ(owners->of("sdk.jpush.cn")->company, "极光");
}

TEST(HostOwners, APackageIsNamedAfterADomain) {
  EXPECT_EQ(own_domain("com.example.app"), "example.com");
  EXPECT_EQ(own_domain("cn.com.example.app"), "example.com.cn");
  EXPECT_EQ(own_domain("cn.com"), "");
  EXPECT_EQ(own_domain("single"), "");
  EXPECT_TRUE(below_domain("api.example.com", "example.com"));
  EXPECT_TRUE(below_domain("example.com", "example.com"));
  EXPECT_FALSE(below_domain("badexample.com", "example.com"));
  EXPECT_FALSE(below_domain("example.com", ""));
}

}  // namespace
}  // namespace storesweep
