#include "common/report/calibration_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "common/report/verdict_json.h"

namespace storesweep {
namespace {

Calibration example() {
  Calibration c;
  c.where = {"google/sdk/generic:9/1", {"simulated", 28}, "1.0"};
  c.wall_ms = 1'700'000'000'000;
  c.pack_version = "2026.11.24";
  c.devices = {"SIM1", "SIM2"};
  c.results = {
      {"com.a", "R5.3", Level::kViolation, Level::kNotTested, {Reason::kTimeout}, ProbeOutcome::kMissed},
      {"com.b", "R5.3", {}, Level::kNotFound, {}, ProbeOutcome::kSilent}};
  c.not_run = {"com.c"};
  c.rules = {{"R5.3", RuleState::kFailed}, {"R6.1", RuleState::kUnproven}};
  return c;
}

TEST(CalibrationJson, ComesBackAsItWas) {
  const auto json = calibration_json(example());
  EXPECT_EQ(json["simulated"], true);
  const auto back = calibration_from_json(json);
  ASSERT_TRUE(back.ok()) << back.status().message();
  EXPECT_EQ(dump_json(calibration_json(*back)), dump_json(json));
}

TEST(CalibrationJson, NamesTheFieldThatIsWrong) {
  const auto wrong = [](const char* pointer, nlohmann::ordered_json value) {
    auto json = calibration_json(example());
    json[nlohmann::ordered_json::json_pointer(pointer)] = std::move(value);
    return calibration_from_json(json).status().message();
  };
  EXPECT_NE(wrong("/rules/R5.3", "fine").find("rules.R5.3"), std::string::npos);
  EXPECT_NE(wrong("/results/0/outcome", "odd").find("results[0].outcome"), std::string::npos);
  EXPECT_NE(wrong("/fingerprint", "").find("fingerprint"), std::string::npos);
  EXPECT_NE(wrong("/api", "28").find("api"), std::string::npos);
}

}  // namespace
}  // namespace storesweep
