// Who listens to which sensor: connections and registrations in the printing of 6 to 16.
#include "common/android/sensors.h"

#include <gtest/gtest.h>

#include "common/android/describe.h"

namespace storesweep::android {
namespace {

using Kind = SensorUse::Kind;

const std::string kFront =
    "Captured at: 22:06:00.123\nSensor Device:\nTotal 2 h/w sensors, 1 running 0 disabled clients:\n"
    "0x00000001) active-count = 1; sampling_period(ms) = {66.7}, selected = 66.67 ms; batching_period(ms) = "
    "{0.0}, selected = 0.00 ms\nSensor List:\n"
    "0000000000) Proximity, front         | Maker           | ver: 1 | type: android.sensor.proximity(8) | "
    "perm: "
    "n/a | flags: 0x00000003\n\ton-change | maxDelay=0us | non-wakeUp | \n"
    "0x00000001) Acc-3 Accelerometer      | Maker           | ver: 1 | type: android.sensor.accelerometer(1) "
    "| "
    "perm: n/a | flags: 0x00000000\n\tcontinuous | minRate=2.00Hz | non-wakeUp | \n"
    "Fusion States:\n9-axis fusion disabled (0 clients), gyro-rate= 200.00Hz\n"
    "Recent Sensor events:\nAcc-3 Accelerometer: last 1 events\n\t 1 (ts=9.1, wall=22:05:34.000) 0.1, 0.2, "
    "9.8,\n"
    "Active sensors:\nAcc-3 Accelerometer (handle=0x00000001, connections=1)\n"
    "Socket Buffer size = 984 events\nWakeLock Status: not held \nMode : NORMAL\nSensor Privacy: disabled\n";

TEST(Sensors, ConnectionsAndRegistrationsOf8To13) {
  const auto p = parse_sensors(
      kFront +
      "1 active connections\nConnection Number: 0 \n\tOperating Mode: NORMAL\n"
      "\t com.shop.ShakeView | WakeLockRefCount 0 | uid 10231 | cache size 0 | max cache size 0\n"
      "\t Acc-3 Accelerometer 0x00000001 | status: active | pending flush events 0 \n"
      "\t events recvd: 7 | sent 7 | cache 0 | dropped 0 | total_acks_needed 0 | total_acks_recvd 0\n"
      "1 direct connections\nDirect connection 0:\n"
      "\tPackage com.shop, HAL channel handle 3, total sensor activated 1\n\t\tSensor 00000000, rate 2\n"
      "Previous Registrations:\n"
      "22:05:33 + 0x00000001 pid= 7001 uid=10231 package=com.shop.ShakeView samplingPeriod=66667us "
      "batchingPeriod=0us\n"
      "22:04:01 - 0x00000000 pid=  781 uid= 1000 package=i1.t\n");
  EXPECT_EQ(p.unknown_count, 0u);
  ASSERT_EQ(p.records.size(), 4u);
  const SensorUse& active = p.records[0];
  EXPECT_EQ(active.kind, Kind::kActive);
  EXPECT_EQ(active.sensor + "|" + active.listener, "Acc-3 Accelerometer|com.shop.ShakeView");
  EXPECT_EQ(active.handle, 1);
  EXPECT_EQ(active.uid, 10231);
  EXPECT_EQ(p.records[1].kind, Kind::kDirect);
  EXPECT_EQ(p.records[1].listener + "|" + p.records[1].sensor, "com.shop|Proximity, front");
  const SensorUse& began = p.records[2];
  EXPECT_EQ(began.kind, Kind::kBegan);
  EXPECT_EQ(began.time + "|" + began.sensor, "22:05:33|Acc-3 Accelerometer");
  EXPECT_EQ(began.pid, 7001);
  EXPECT_EQ(began.sampling_us, 66667);
  EXPECT_EQ(began.batching_us, 0);
  EXPECT_EQ(p.records[3].kind, Kind::kCeased);
  EXPECT_EQ(p.records[3].uid, 1000);
  EXPECT_EQ(p.records[3].sampling_us, -1);
}

TEST(Sensors, LaterVersionsSayAccessResultAndDuration) {
  const auto p = parse_sensors(
      kFront +
      "1 open event connections\nConnection Number: 0 \n\tOperating Mode: NORMAL\n"
      "\t com.shop.ShakeView | WakeLockRefCount 0 | uid 10231 | cache size 0 | max cache size 0 | has sensor "
      "access: false\n"
      "\t Acc-3 Accelerometer 0x00000001 | first flush pending: false | pending flush events 0 \n"
      "\t\tSession Start: 22:05:33 | Active Duration: 00:00:27 | Suspended Duration: 00:00:00\n"
      "1 open direct connections\nDirect connection 0:\n"
      "\tcom.shop | HAL channel handle 3 | uid 10231 | pid 7001\n\tActivated sensor count: 0\n"
      "\tBackup sensor (opened but UID idle) count: 1\n\t\tAcc-3 Accelerometer 0x00000001 | rate 2\n"
      "Previous Registrations:\n"
      "22:05:33 + 0x00000001 pid= 7001 uid=10231 samplingPeriod=   66667us batchingPeriod=       0us "
      "result=PERMISSION_DENIED (sensor, package): (Proximity, front           , com.shop.ShakeView$1)\n"
      "22:05:31 - 0x00000001 pid= 7001 uid=10231 samplingPeriod=  N/A  us batchingPeriod=  N/A  us result=OK "
      "(sensor, package): (Acc-3 Accelerometer        , com.shop.ShakeView)\n"
      "    Final Duration: 00:00:10 | Active Time: 100% (Suspended for 00:00:00 due to sensor access "
      "restriction)\n");
  EXPECT_EQ(p.unknown_count, 0u);
  ASSERT_EQ(p.records.size(), 4u);
  EXPECT_FALSE(p.records[0].access);
  EXPECT_EQ(p.records[1].kind, Kind::kBackup);
  EXPECT_EQ(p.records[1].pid, 7001);
  EXPECT_EQ(p.records[2].result + "|" + p.records[2].sensor, "PERMISSION_DENIED|Proximity, front");
  EXPECT_EQ(p.records[2].listener, "com.shop.ShakeView$1");
  EXPECT_EQ(p.records[2].sampling_us, 66667);
  EXPECT_EQ(p.records[3].kind, Kind::kCeased);
  EXPECT_EQ(p.records[3].result, "OK");
}

TEST(Sensors, SixAndSevenHaveWordsForSignsAndNoUid) {
  const auto p = parse_sensors(
      "Previous Registrations:\n"
      "22:05:33 activated package=com.shop.A handle=0x00000001 samplingRate=66667us maxReportLatency=0us\n"
      "22:05:31 de-activated handle=0x00000001 package=com.shop.A\n");
  ASSERT_EQ(p.records.size(), 2u);
  EXPECT_EQ(p.records[0].listener, "com.shop.A");
  EXPECT_EQ(p.records[0].sampling_us, 66667);
  EXPECT_EQ(p.records[1].kind, Kind::kCeased);
  EXPECT_EQ(p.records[1].uid, -1);
}

TEST(Sensors, WhatStandsForAUseIsRelevantWhenIllegible) {
  const auto p = parse_sensors(
      "2 active connections\nConnection Number: 0 \n\tcom.shop.A uid 10231\n\t Acc 0x00000001 | status: "
      "active\n"
      "Previous Registrations:\n22:05:33 + 0x00000001 pid= 7001 user=shop package=a\nMaker's own line\n");
  EXPECT_TRUE(p.records.empty());
  EXPECT_EQ(p.unknown_count, 4u);
  EXPECT_EQ(p.relevant_unknown, 3u);
}

TEST(Sensors, ADeviceWithoutSensorsHasNoUses) {
  const auto p = parse_sensors("No Sensors on the device\ndevInitCheck : 0\n");
  EXPECT_TRUE(p.records.empty());
  EXPECT_TRUE(p.trusted());
  EXPECT_NE(describe_text("auto", kFront)->json.find("\"kind\": \"sensors\""), std::string::npos);
}

}  // namespace
}  // namespace storesweep::android
