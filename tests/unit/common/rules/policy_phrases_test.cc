#include "common/rules/policy_phrases.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "common/base/file.h"
#include "common/policy/policy.h"
#include "tests/unit/temporary_folder.h"

namespace storesweep {
namespace {

std::string rules_folder() { return std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules"; }

// The rules' own file with one text in place of another; what loading it says.
std::string error_of(const std::string& from, const std::string& to) {
  storesweep::testing::TemporaryFolder folder;
  for (const char* name : {"sources.yaml", "policy.yaml"}) {
    std::string text = *read_file(rules_folder() + "/" + name, 1 << 20);
    if (name == std::string("policy.yaml")) {
      const std::size_t at = text.find(from);
      EXPECT_NE(at, std::string::npos) << from;
      if (at != std::string::npos) text.replace(at, from.size(), to);
    }
    EXPECT_TRUE(write_file_durably(folder.path() + "/" + name, text).ok());
  }
  const auto loaded = load_policy_phrases(folder.path());
  return loaded.ok() ? "" : loaded.status().message();
}
void expect_error(const std::string& from, const std::string& to, const std::string& says) {
  const std::string error = error_of(from, to);
  EXPECT_NE(error.find(says), std::string::npos) << error;
  EXPECT_NE(error.find("policy.yaml"), std::string::npos) << error;
}

TEST(PolicyPhrases, LoadAsTheyAre) { EXPECT_EQ(error_of("edition:", "edition:"), ""); }

TEST(PolicyPhrases, EveryErrorIsTold) {
  expect_error("  imsi: [", "  imsy: [", "the kind imsi of sources.yaml has no words");
  expect_error("  imsi: [", "  imsy: [", "imsy is no kind of sources.yaml");
  expect_error("  imsi: [", "  silent_install: [", "silent_install is no kind");
  expect_error("covers: [ip, wifi", "covers: [ipp, wifi", "ipp is no kind of sources.yaml");
  expect_error("  device_info:", "  imei:", "imei is a kind of its own");
  expect_error("  deny: [", "  denies: [", "denies");
  expect_error("  imsi: [IMSI, ", "  imsi: [IMEI, ", "`imei` stands twice");
  expect_error("  imsi: [IMSI, ", "  imsi: [I, ", "too short");
}
TEST(PolicyPhrases, AnOldPackWithoutThemReadsNoPolicy) {
  storesweep::testing::TemporaryFolder folder;
  const auto none = load_policy_phrases(folder.path());
  ASSERT_TRUE(none.ok());
  const auto policy =
      policy::read_policy_untrusted("隐私政策\n我们会收集您的位置。您好，您。", policy::Book(*none));
  ASSERT_TRUE(policy.ok());
  EXPECT_FALSE(policy->recognised);
}
TEST(PolicyPhrases, ALineIsNamed) {
  const std::string error = error_of("  imsi: [", "  imsy: [");
  EXPECT_NE(error.find("policy.yaml:11:"), std::string::npos) << error;
}

}  // namespace
}  // namespace storesweep
