#include "worker/apk/facts.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/base/random.h"
#include "tests/unit/worker/apk/apk_builder.h"

namespace storesweep {
namespace {
using namespace apk_test;

TEST(ApkFacts, TheWholeOfASmallAppIsRead) {
  std::string file = small_apk();
  auto facts = read_apk_facts(as_bytes(file));
  ASSERT_TRUE(facts.ok()) << facts.status().text();
  EXPECT_EQ(facts->package, "com.example");
  EXPECT_EQ(facts->version_code, 7);
  EXPECT_EQ(facts->min_sdk, 19);
  EXPECT_EQ(facts->target_sdk, 30);
  EXPECT_EQ(facts->label, "Example");
  EXPECT_EQ(facts->label_zh, "li zi");
  EXPECT_EQ(facts->launch_activity, "com.example.Main");
  ASSERT_EQ(facts->permissions.size(), 1u);
  EXPECT_EQ(facts->permissions[0].name, "android.permission.CAMERA");
  ASSERT_EQ(facts->components.size(), 2u);
  EXPECT_EQ(facts->components[1].name, "com.example.Boot");
  EXPECT_EQ(facts->components[1].filters[0].actions[0], "android.intent.action.BOOT_COMPLETED");
  EXPECT_TRUE(facts->behaviour_file);
  EXPECT_FALSE(facts->signing.v1 || facts->signing.v2);
}

TEST(ApkFacts, NeedsAreAbisLowestApiAndRequiredFeatures) {
  std::string file = small_apk();
  Needs needs = read_apk_facts(as_bytes(file))->needs;
  EXPECT_EQ(needs.abis, std::vector<std::string>{"arm64-v8a"});
  EXPECT_EQ(needs.min_api, 19);
  EXPECT_EQ(needs.features, std::vector<std::string>{"android.hardware.camera"});
}

TEST(ApkFacts, AUtf16ManifestSaysTheSame) {
  std::string one = zip_of({{"AndroidManifest.xml", manifest("com.example", "", true)}});
  std::string two = zip_of({{"AndroidManifest.xml", manifest("com.example", "", false)}});
  ApkFacts a = *read_apk_facts(as_bytes(one)), b = *read_apk_facts(as_bytes(two));
  b.file_set = a.file_set;
  EXPECT_EQ(a, b);
}

TEST(ApkFacts, AttributesAreKnownByTheirIdAndNotByTheirName) {
  std::string xml = manifest();
  for (std::size_t at; (at = xml.find("minSdkVersion")) != std::string::npos;)
    xml.replace(at, 13, "zzzzzzzzzzzzz");
  std::string file = zip_of({{"AndroidManifest.xml", xml}});
  EXPECT_EQ(read_apk_facts(as_bytes(file))->min_sdk, 19);
}

TEST(ApkFacts, ALabelThatCannotBeResolvedIsShownAsItsId) {
  std::string file = zip_of({{"AndroidManifest.xml", manifest()}});
  EXPECT_EQ(read_apk_facts(as_bytes(file))->label, "@0x7f010000");
  EXPECT_EQ(read_apk_facts(as_bytes(file))->label_zh, "");
}

TEST(ApkFacts, ASplitAddsWhatItHasAndTheOrderOfTheSetDoesNotMatter) {
  std::string base = small_apk();
  std::string split =
      zip_of({{"AndroidManifest.xml", manifest("com.example", "config.x86")}, {"lib/x86/liby.so", "elf"}});
  std::vector<ByteView> set = {as_bytes(split), as_bytes(base)}, other = {as_bytes(base), as_bytes(split)};
  auto facts = read_apk_facts(set);
  ASSERT_TRUE(facts.ok()) << facts.status().text();
  EXPECT_EQ(facts->abis, (std::vector<std::string>{"arm64-v8a", "x86"}));
  EXPECT_EQ(facts->splits, std::vector<std::string>{"config.x86"});
  EXPECT_EQ(*facts, *read_apk_facts(other));
}

TEST(ApkFacts, ASetThatDoesNotBelongTogetherIsRefused) {
  std::string base = small_apk(), other = small_apk("com.other");
  std::string split = zip_of({{"AndroidManifest.xml", manifest("com.other", "config.x86")}});
  std::vector<ByteView> two = {as_bytes(base), as_bytes(other)}, stranger = {as_bytes(base), as_bytes(split)},
                        alone = {as_bytes(split)};
  EXPECT_EQ(read_apk_facts(two).status().text(), "invalid: the set has two base APKs");
  auto facts = read_apk_facts(stranger);
  ASSERT_TRUE(facts.ok()) << facts.status().text();
  EXPECT_EQ(facts->refusals,
            (std::vector<FactProblem>{{"config.x86", "of another package or version than the base"}}));
  EXPECT_TRUE(facts->splits.empty()) << "what it says is not said of the app";
  EXPECT_EQ(read_apk_facts(alone).status().text(), "invalid: the set has splits and no base APK");
}

TEST(ApkFacts, TheHashOfASetIsThatOfItsSortedMembers) {
  std::string file = small_apk();
  Digest one = sha256(as_bytes(file));
  EXPECT_EQ(read_apk_facts(as_bytes(file))->file_set, sha256(one));
}

TEST(ApkFacts, JsonCarriesPackageComponentsAndNeeds) {
  std::string file = small_apk();
  auto json = nlohmann::json::parse(facts_to_json(*read_apk_facts(as_bytes(file))));
  EXPECT_EQ(json["package"], "com.example");
  EXPECT_EQ(json["components"][1]["kind"], "receiver");
  EXPECT_EQ(json["needs"]["min_api"], 19);
}

TEST(ApkFacts, ThousandsOfMutationsNeitherCrashNorHang) {
  std::string file = small_apk();
  SeededRandom random(7);
  for (int i = 0; i < 5000; ++i) {
    std::string m = file;
    for (std::uint64_t n = 1 + random.below(6); n > 0; --n)
      m[random.below(m.size())] = static_cast<char>(random.next_u64());
    auto facts = read_apk_facts(as_bytes(m));
    if (facts.ok()) {
      EXPECT_FALSE(facts_to_json(*facts).empty());
    }
  }
}
}  // namespace
}  // namespace storesweep
