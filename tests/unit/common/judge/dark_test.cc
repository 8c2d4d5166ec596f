// Rules that apps with known faults have shown not to be decidable on a class of devices.
#include <gtest/gtest.h>

#include "tests/unit/common/judge/judged.h"

namespace storesweep {
namespace {

using B = RunScript;
RunScript guilty() { return RunScript().first_launch(B::button("我知道了", 1100)); }
DeviceClass class_of(const Journal& j) {
  return {j.header.fingerprint, j.header.device_kind, j.header.worker_version};
}

TEST(Dark, ARuleIsNotTestedOnDevicesOfThatClassAndOthersAreJudged) {
  const Journal run = guilty().journal();
  JudgeContext context;
  context.dark = {{class_of(run), "R1.7"}};
  const Verdict v = judge(std::vector{run}, listing(), test_pack(), context).value();
  EXPECT_EQ(level(v, "R1.7"), Level::kNotTested);
  EXPECT_EQ(item(v, "R1.7").reasons, std::vector{Reason::kNotCalibrated});
  EXPECT_EQ(level(v, "R1.8"), level(judged(guilty()), "R1.8"));
  context.dark.front().where.fingerprint += "/other";
  EXPECT_EQ(level(judge(std::vector{run}, listing(), test_pack(), context).value(), "R1.7"),
            Level::kSuspected);
}

TEST(Dark, ARunOnSuchADeviceConfirmsNothing) {
  RunScript second = guilty();
  second.device("DEVICE2");
  const std::vector<Journal> runs{guilty().journal(), second.journal()};
  EXPECT_EQ(level(judge(runs, listing(), test_pack(), {}).value(), "R1.7"), Level::kViolation);
  // The same build on another version of our tools is another class.
  std::vector<Journal> other = runs;
  other[1].header.worker_version += ".1";
  JudgeContext context;
  context.dark = {{class_of(other[1]), "R1.7"}};
  EXPECT_EQ(level(judge(other, listing(), test_pack(), context).value(), "R1.7"), Level::kSuspected);
}

}  // namespace
}  // namespace storesweep
