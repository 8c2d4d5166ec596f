#include "worker/device/identity.h"

#include <gtest/gtest.h>

#include "tests/unit/corpus.h"
#include "tests/unit/worker/device/fake_device.h"
#include "worker/device/clock_rate.h"

namespace storesweep::device {
namespace {

TEST(Identity, OfTheCapturedOldDeviceIsRead) {
  NEED_CORPUS();
  const std::string properties = corpus_text("android-4.4.2/text/getprop.txt");
  const std::string features = corpus_text("android-4.4.2/text/pm-list-features.txt");
  // The capture's emulator has an empty serial number: refused for that, and read when it has one.
  EXPECT_EQ(facts_of(properties, features).status().kind(), ErrorKind::kInvalid);
  auto facts = facts_of("[ro.serialno]: [X1]\n" + properties, features);
  ASSERT_TRUE(facts.ok()) << facts.status().text();
  EXPECT_EQ(facts->api, 19);
  EXPECT_EQ(facts->release, "4.4.2");
  EXPECT_FALSE(facts->abis.empty());
  EXPECT_FALSE(facts->features.empty());
}

TEST(Identity, TellsPhoneEmulatorAndSimulation) {
  const std::string common =
      "[ro.serialno]: [A]\n[ro.build.version.sdk]: [28]\n[ro.product.cpu.abilist]: [x86,arm]\n";
  EXPECT_EQ(facts_of(common, "")->device_class, "phone");
  EXPECT_EQ(facts_of(common + "[ro.kernel.qemu]: [1]\n", "")->device_class, "emulator");
  EXPECT_EQ(facts_of(common + "[ro.kernel.qemu]: [1]\n[ro.storesweep.simulated]: [1]\n", "")->device_class,
            "simulated");
  EXPECT_EQ(facts_of(common, "")->abis, (std::vector<std::string>{"x86", "arm"}));
}

TEST(Identity, ADeviceWithoutSerialOrApiLevelIsRefused) {
  EXPECT_EQ(facts_of("[ro.build.version.sdk]: [28]\n", "").status().kind(), ErrorKind::kInvalid);
  EXPECT_EQ(facts_of("[ro.serialno]: [A]\n", "").status().kind(), ErrorKind::kInvalid);
  EXPECT_EQ(facts_of("", "").status().kind(), ErrorKind::kInvalid);
}

TEST(DeviceTimeText, IsSecondsAndUptime) {
  auto time = parse_device_time("1606119069\r\n123.4 67.80\r\n");
  ASSERT_TRUE(time.ok());
  EXPECT_EQ(time->wall_s, 1606119069);
  EXPECT_EQ(time->up_ms, 123'400);
  for (std::string bad : {"", "12\n", "x\n1.0 2\n", "1\n-1.0\n", "1\n9999999999999999.0\n", "1\n1.x\n"}) {
    EXPECT_EQ(parse_device_time(bad).status().kind(), ErrorKind::kCorrupt) << bad;
  }
}

TEST(ClockRate, OfARealDeviceIsOneAndOfAFastOneIsWhatItIs) {
  TimedReading first{.before_ms = 0, .after_ms = 10, .device = {.up_ms = 5000, .wall_s = 0}};
  TimedReading second{.before_ms = 1010, .after_ms = 1020, .device = {.up_ms = 6010, .wall_s = 1}};
  auto rate = rate_between(first, second);
  ASSERT_TRUE(rate.ok());
  EXPECT_NEAR(rate->rate, 1.0, 0.001);
  EXPECT_LT(rate->low, 1.0);
  EXPECT_GT(rate->high, 1.0);
  second.device.up_ms = 5000 + 60 * 1010;
  EXPECT_NEAR(rate_between(first, second)->rate, 60, 0.1);
}

TEST(ClockRate, OfARebootedDeviceIsRefused) {
  TimedReading first{.before_ms = 0, .after_ms = 1, .device = {.up_ms = 5000, .wall_s = 0}};
  TimedReading second{.before_ms = 100, .after_ms = 101, .device = {.up_ms = 50, .wall_s = 1}};
  EXPECT_EQ(rate_between(first, second).status().kind(), ErrorKind::kInvalid);
  EXPECT_EQ(rate_between(first, first).status().kind(), ErrorKind::kInvalid);
}

TEST(SleepOnDevice, LastsUntilTheDevicesClockHasMovedOn) {
  FakeDevice device;
  device.on_time = [&] { device.now.up_ms += 400; };  // each look finds it 400 ms on
  EXPECT_TRUE(sleep_on_device(device, {.rate = 60}, 1000, Deadline::in_ms(10'000)).ok());
  EXPECT_EQ(device.now.up_ms, 1'000'000 + 400 * 4);
  device.on_time = [&] { device.now.up_ms -= 5000; };
  EXPECT_EQ(sleep_on_device(device, {.rate = 60}, 1000, Deadline::in_ms(10'000)).kind(), ErrorKind::kInvalid);
}

}  // namespace
}  // namespace storesweep::device
