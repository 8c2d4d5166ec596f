#include "common/rules/decoys.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "common/base/file.h"
#include "common/rules/pack.h"

namespace storesweep {
namespace {

std::string rules_folder() { return std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules"; }

TEST(Decoys, TheProjectsOwnListHoldsAndNamesNothingThatComesWithDevices) {
  const auto rules = load_decoys(rules_folder());
  ASSERT_TRUE(rules.ok()) << rules.status().text();
  const auto pack = load_rule_pack(rules_folder());
  const std::set<std::string> all(rules->known.begin(), rules->known.end());
  DecoyRules roomy = *rules;
  roomy.most = 100;
  EXPECT_EQ(decoys_for(roomy, "com.example.app", all, pack->system_packages).install.size(),
            rules->always.size() + rules->known.size());
}

TEST(Decoys, AreThoseThatTheAppNamesNeverItselfNorTheSystem) {
  const DecoyRules rules{.always = {"com.tencent.mm"}, .known = {}, .most = 3};
  const auto wanted = [&](const std::set<std::string>& named,
                          const std::string& package = "com.example.app") {
    return decoys_for(rules, package, named, {"com.android", "com.xiaomi"});
  };
  EXPECT_EQ(
      wanted({"com.b", "com.android.settings", "com.xiaomi", "com.example.app", "com.tencent.mm"}).install,
      (std::vector<std::string>{"com.tencent.mm", "com.b"}));
  EXPECT_TRUE(wanted({}, "com.tencent.mm").install.empty());
  const DecoysWanted many = wanted({"com.a", "com.b", "com.c", "com.d"});
  EXPECT_EQ(many.install.size(), 3U);
  EXPECT_EQ(many.left_out, (std::vector<std::string>{"com.c", "com.d"})) << "and it is said";
}

TEST(Decoys, ErrorsAreToldWithTheirLines) {
  const std::string folder = testing::TempDir() + "decoys";
  ASSERT_TRUE(make_folders(folder).ok());
  ASSERT_TRUE(
      write_file_durably(folder + "/decoys.yaml", "always: [com.a, 'no package']\nknown: []\nmost: 0\n")
          .ok());
  const Status status = load_decoys(folder).status();
  EXPECT_EQ(status.kind(), ErrorKind::kInvalid);
  for (const char* line : {":1:", ":3:"})
    EXPECT_NE(status.message().find(line), std::string::npos) << status.message();
}

}  // namespace
}  // namespace storesweep
