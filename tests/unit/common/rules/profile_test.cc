#include "common/rules/profile.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/unit/temporary_folder.h"

namespace storesweep {
namespace {

std::string source() { return std::string(std::getenv("STORESWEEP_SOURCE")) + "/rules"; }

TEST(Profiles, TheOnesThatShipAreSound) {
  auto profiles = load_profiles(source());
  ASSERT_TRUE(profiles.ok()) << profiles.status().message();
  EXPECT_EQ(profiles->lab.silence_ms, 10 * 60'000) << "the reference's length";
  EXPECT_EQ(profiles->lab.background_ms, 30 * 60'000);
  EXPECT_EQ(profiles->lab.booted_ms, 15 * 60'000);
  EXPECT_LT(profiles->triage.background_ms, profiles->lab.background_ms);
  EXPECT_EQ(profiles->triage.phases.size(), 12u);
  EXPECT_EQ(&profiles->of(Depth::kLab), &profiles->lab);
}

TEST(Profiles, EveryErrorNamesItsLine) {
  storesweep::testing::TemporaryFolder folder;
  std::ifstream in(source() + "/profiles.yaml");
  std::string text{std::istreambuf_iterator<char>(in), {}};
  text.replace(text.find("[P1, P2"), 7, "[P0, P2");
  text.replace(text.find("silence_ms: 60 s"), 16, "silence_mss: 60 s");
  std::ofstream(folder.path() + "/profiles.yaml") << text;
  auto profiles = load_profiles(folder.path());
  ASSERT_FALSE(profiles.ok());
  const std::string message = profiles.status().message();
  EXPECT_NE(message.find("profiles.yaml:7:"), std::string::npos) << message;
  EXPECT_NE(message.find("'P0' is no phase"), std::string::npos) << message;
  EXPECT_NE(message.find("silence_mss"), std::string::npos) << message;
  EXPECT_NE(message.find("silence_ms"), std::string::npos) << message;
}

}  // namespace
}  // namespace storesweep
