#include "worker/device/pool_machine.h"

#include <gtest/gtest.h>

#include "common/base/random.h"

namespace storesweep::device {
namespace {

using Kind = PoolAction::Kind;

Facts facts(const std::string& serialno) {
  return {.serialno = serialno, .device_class = "phone", .api = 28, .abis = {"arm64-v8a"}};
}
adb::DeviceEntry entry(const std::string& serial, std::uint64_t id, const std::string& state = "device") {
  return {.serial = serial, .state = state, .product = "", .model = "", .device = "", .transport_id = id};
}
adb::DeviceList list(std::vector<adb::DeviceEntry> entries) { return {.devices = std::move(entries)}; }

// A machine with one device, identified and prepared.
struct OneDevice {
  PoolMachine machine{PoolRules{.worker = "w1"}};
  OneDevice() {
    EXPECT_EQ(machine.listed(list({entry("a:1", 1)}), 0).at(0).kind, Kind::kIdentify);
    auto actions = machine.identified("a:1", 1, facts("S"), 0);
    EXPECT_EQ(actions.at(0).kind, Kind::kPrepare);
    machine.prepared("S", actions.at(0).work, ok_status(), 0);
  }
  SlotState state() { return machine.slots().at("S").state; }
  std::optional<std::string> lease() { return machine.lease({}, std::nullopt, "", 0); }
};

TEST(PoolMachine, ADeviceIsIdentifiedPreparedLeasedAndPreparedAgain) {
  OneDevice one;
  EXPECT_EQ(one.state(), SlotState::kFree);
  EXPECT_EQ(one.lease(), "S");
  EXPECT_EQ(one.lease(), std::nullopt);
  auto actions = one.machine.give_back("S", Returned::kFine, "", 5);
  EXPECT_EQ(actions.at(0).kind, Kind::kPrepare);
  EXPECT_EQ(one.lease(), std::nullopt);  // not before it was seen to be clean
  one.machine.prepared("S", actions.at(0).work, ok_status(), 6);
  EXPECT_EQ(one.lease(), "S");
}

TEST(PoolMachine, ADeviceIsFitFromItsFirstCleaningThroughItsLeasesUntilSomethingIsHeldAgainstIt) {
  PoolMachine machine{PoolRules{.worker = "w1"}};
  machine.listed(list({entry("a:1", 1)}), 0);
  auto actions = machine.identified("a:1", 1, facts("S"), 0);
  const auto fit = [&] { return machine.slots().at("S").fit; };
  EXPECT_FALSE(fit());  // nobody has looked at it
  machine.prepared("S", actions.at(0).work, ok_status(), 0);
  EXPECT_TRUE(fit());
  EXPECT_TRUE(machine.lease_this("S"));
  EXPECT_FALSE(machine.lease_this("S"));
  machine.listed(list({}), 1);  // it reboots while it is leased
  EXPECT_TRUE(fit());
  machine.listed(list({entry("a:1", 2)}), 2);
  machine.identified("a:1", 2, facts("S"), 2);
  actions = machine.give_back("S", Returned::kFine, "", 3);
  EXPECT_TRUE(fit());
  EXPECT_FALSE(machine.lease_this("S"));  // it is being cleaned
  machine.prepared("S", actions.at(0).work, invalid("left something"), 4);
  EXPECT_FALSE(fit());
}

TEST(PoolMachine, ADeviceThatIsGoneIsNotFit) {
  OneDevice one;
  one.machine.listed(list({}), 1);
  EXPECT_FALSE(one.machine.slots().at("S").fit);
  EXPECT_FALSE(one.machine.lease_this("S"));
  EXPECT_FALSE(one.machine.lease_this("unknown"));
}

TEST(PoolMachine, OneDeviceUnderTwoSerialsIsOneSlot) {
  OneDevice one;
  auto actions = one.machine.listed(list({entry("a:1", 1), entry("emulator-5554", 2)}), 1);
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_TRUE(one.machine.identified("emulator-5554", 2, facts("S"), 1).empty());
  EXPECT_EQ(one.machine.slots().size(), 1u);
  EXPECT_EQ(one.machine.slots().at("S").serial, "a:1");
  // When the first way goes, the second is looked at and serves.
  actions = one.machine.listed(list({entry("emulator-5554", 2)}), 2);
  ASSERT_EQ(actions.at(0).kind, Kind::kIdentify);
  EXPECT_EQ(one.machine.identified("emulator-5554", 2, facts("S"), 2).at(0).kind, Kind::kPrepare);
  EXPECT_EQ(one.machine.slots().at("S").serial, "emulator-5554");
}

TEST(PoolMachine, ARepeatedListDoesNothing) {
  OneDevice one;
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(one.machine.listed(list({entry("a:1", 1)}), i).empty());
  EXPECT_EQ(one.state(), SlotState::kFree);
}

TEST(PoolMachine, AReconnectedDeviceIsIdentifiedAnewAndAnOldAnswerDoesNotCount) {
  OneDevice one;
  auto actions = one.machine.listed(list({entry("a:1", 9)}), 1);
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].transport_id, 9u);
  EXPECT_EQ(one.state(), SlotState::kAbsent);
  EXPECT_TRUE(one.machine.identified("a:1", 1, facts("S"), 1).empty());
  EXPECT_EQ(one.machine.identified("a:1", 9, facts("S"), 1).at(0).kind, Kind::kPrepare);
}

TEST(PoolMachine, ALeasedDeviceThatRebootsKeepsItsLeaseAndIsToldItsNewWay) {
  OneDevice one;
  one.lease();
  one.machine.listed(list({}), 1);
  EXPECT_EQ(one.state(), SlotState::kLeased);
  one.machine.listed(list({entry("a:1", 2)}), 2);
  auto actions = one.machine.identified("a:1", 2, facts("S"), 2);
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].kind, Kind::kRoute);
  EXPECT_EQ(actions[0].transport_id, 2u);
  EXPECT_EQ(one.state(), SlotState::kLeased);
}

TEST(PoolMachine, AnotherDeviceUnderALeasedSerialIsNotTakenForIt) {
  OneDevice one;
  one.lease();
  one.machine.listed(list({entry("a:1", 2)}), 1);
  auto actions = one.machine.identified("a:1", 2, facts("OTHER"), 1);
  EXPECT_EQ(actions.at(0).kind, Kind::kPrepare);
  EXPECT_EQ(actions.at(0).identity, "OTHER");
  EXPECT_TRUE(one.machine.slots().at("S").serial.empty());
}

TEST(PoolMachine, AFailedCleaningQuarantinesLongerEachTime) {
  OneDevice one;
  one.lease();
  auto actions = one.machine.give_back("S", Returned::kFine, "", 0);
  std::vector<std::int64_t> waits;
  std::int64_t now = 0;
  for (int i = 0; i < 8; ++i) {
    one.machine.prepared("S", actions.at(0).work, invalid("package left"), now);
    EXPECT_EQ(one.state(), SlotState::kQuarantined);
    EXPECT_EQ(one.lease(), std::nullopt);
    const std::int64_t until = one.machine.slots().at("S").until_ms;
    waits.push_back(until - now);
    EXPECT_TRUE(one.machine.tick(until - 1).empty());
    actions = one.machine.tick(now = until);
  }
  EXPECT_EQ(waits, (std::vector<std::int64_t>{60'000, 120'000, 240'000, 480'000, 960'000, 1'920'000,
                                              3'600'000, 3'600'000}));
  one.machine.prepared("S", actions.at(0).work, ok_status(), now);
  EXPECT_EQ(one.machine.slots().at("S").failures, 0);
}

TEST(PoolMachine, ASuspectIsQuarantinedAtOnce) {
  OneDevice one;
  one.lease();
  EXPECT_TRUE(one.machine.give_back("S", Returned::kSuspect, "it died", 7).empty());
  EXPECT_EQ(one.state(), SlotState::kQuarantined);
  EXPECT_EQ(one.machine.slots().at("S").reason, "it died");
  EXPECT_EQ(one.machine.tick(60'007).at(0).kind, Kind::kPrepare);
}

TEST(PoolMachine, AFreeDeviceIsProbedAndOneThatDoesNotAnswerIsQuarantined) {
  OneDevice one;
  EXPECT_TRUE(one.machine.tick(29'999).empty());
  auto actions = one.machine.tick(30'000);
  ASSERT_EQ(actions.at(0).kind, Kind::kProbe);
  EXPECT_EQ(one.lease(), std::nullopt);  // while it is being asked
  one.machine.prepared("S", actions[0].work, timed_out("silence"), 40'000);
  EXPECT_EQ(one.state(), SlotState::kQuarantined);
}

TEST(PoolMachine, ADeviceOfAnotherWorkerIsLeftAlone) {
  PoolMachine machine(PoolRules{.worker = "w1", .owners = {{"S", "w2"}}});
  machine.listed(list({entry("a:1", 1)}), 0);
  EXPECT_TRUE(machine.identified("a:1", 1, facts("S"), 0).empty());
  EXPECT_EQ(machine.slots().at("S").state, SlotState::kForeign);
  EXPECT_EQ(machine.slots().at("S").reason, "belongs to w2");
  EXPECT_TRUE(machine.tick(1'000'000).empty());
  EXPECT_EQ(machine.lease({}, std::nullopt, "", 0), std::nullopt);
}

TEST(PoolMachine, SerialsThatAreNotConfiguredAreNotLookedAt) {
  PoolMachine machine(PoolRules{.worker = "w1", .serials = {"a:1"}});
  auto actions = machine.listed(list({entry("b:1", 1), entry("a:1", 2)}), 0);
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].serial, "a:1");
}

TEST(PoolMachine, ADeviceThatHasNotBootedIsAskedAgainLaterAndLater) {
  PoolMachine machine(PoolRules{.worker = "w1"});
  machine.listed(list({entry("a:1", 1)}), 0);
  machine.not_identified("a:1", 1, "not booted", 0);
  EXPECT_TRUE(machine.tick(1'999).empty());
  EXPECT_EQ(machine.tick(2'000).at(0).kind, Kind::kIdentify);
  EXPECT_TRUE(machine.tick(2'001).empty());  // it is being asked
  machine.not_identified("a:1", 1, "not booted", 3'000);
  EXPECT_TRUE(machine.tick(6'999).empty());
  EXPECT_EQ(machine.tick(7'000).size(), 1u);
}

TEST(PoolMachine, RemoteDevicesAreDialledWhenAbsentAndWhenTheyStayOffline) {
  PoolMachine machine(PoolRules{.worker = "w1", .remotes = {"a:1"}});
  auto actions = machine.listed(list({}), 0);
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(actions[0].kind, Kind::kReconnect);
  EXPECT_TRUE(machine.tick(4'999).empty());
  EXPECT_EQ(machine.tick(5'000).size(), 1u);
  EXPECT_TRUE(machine.listed(list({entry("a:1", 1, "offline")}), 6'000).empty());
  for (int t = 6'000; t < 11'000; t += 250) {
    EXPECT_TRUE(machine.listed(list({entry("a:1", 1, "offline")}), t).empty()) << t;
  }
  EXPECT_EQ(machine.tick(11'000).at(0).kind, Kind::kReconnect);
}

TEST(PoolMachine, GivesOnlyWhatTheAppNeeds) {
  OneDevice one;
  EXPECT_EQ(one.machine.lease({.abis = {"x86"}}, std::nullopt, "", 0), std::nullopt);
  EXPECT_EQ(one.machine.lease({.min_api = 29}, std::nullopt, "", 0), std::nullopt);
  EXPECT_EQ(one.machine.lease({}, DeviceKind{"emulator", 28}, "", 0), std::nullopt);
  EXPECT_EQ(one.machine.lease({}, std::nullopt, "S", 0), std::nullopt);
  EXPECT_EQ(one.machine.lease({.abis = {"arm64-v8a"}, .min_api = 28}, DeviceKind{"phone", 28}, "T", 0), "S");
}

// Any order of events: a slot is lent to one at a time, and only after it was prepared.
TEST(PoolMachine, NoOrderOfEventsLendsADeviceTwiceOrUnprepared) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SeededRandom random(seed);
    PoolMachine machine(PoolRules{.worker = "w1", .remotes = {"s0", "s1"}});
    std::vector<PoolAction> open;
    std::set<std::string> lent, clean;
    std::int64_t now = 0;
    auto add = [&](const PoolActions& actions) {
      for (const PoolAction& a : actions) {
        if (a.kind == Kind::kPrepare) clean.erase(a.identity);
        open.push_back(a);
      }
    };
    for (int step = 0; step < 400; ++step) {
      now += static_cast<std::int64_t>(random.below(4'000));
      switch (random.below(6)) {
        case 0: {
          adb::DeviceList l;
          for (int i = 0; i < 4; ++i) {
            if (random.chance(0.7)) {
              l.devices.push_back(entry("s" + std::to_string(i), 1 + random.below(3),
                                        random.chance(0.8) ? "device" : "offline"));
            }
          }
          add(machine.listed(l, now));
          break;
        }
        case 1:
          add(machine.tick(now));
          break;
        case 2:
          if (auto id = machine.lease({}, std::nullopt, "", now)) {
            ASSERT_TRUE(lent.insert(*id).second) << "seed " << seed;
            ASSERT_TRUE(clean.contains(*id)) << "seed " << seed;
          }
          break;
        case 3:
          if (!lent.empty()) {
            const std::string id = *lent.begin();
            lent.erase(id);
            clean.erase(id);
            add(machine.give_back(id, random.chance(0.7) ? Returned::kFine : Returned::kSuspect, "", now));
          }
          break;
        default:
          if (open.empty()) break;
          const std::size_t at = random.below(open.size());
          const PoolAction a = open[at];
          open.erase(open.begin() + static_cast<std::ptrdiff_t>(at));
          if (a.kind == Kind::kIdentify && random.chance(0.8)) {
            add(machine.identified(a.serial, a.transport_id, facts("D" + a.serial.substr(1, 1).substr(0, 1)),
                                   now));
          } else if (a.kind == Kind::kIdentify) {
            add(machine.not_identified(a.serial, a.transport_id, "", now));
          } else if (a.kind == Kind::kPrepare || a.kind == Kind::kProbe) {
            const bool ok = random.chance(0.8);
            const auto& slot = machine.slots().at(a.identity);
            const bool counts = slot.work == a.work && slot.state == SlotState::kPreparing;
            add(machine.prepared(a.identity, a.work, ok ? ok_status() : invalid("x"), now));
            if (counts && ok) clean.insert(a.identity);
          }
      }
    }
  }
}

}  // namespace
}  // namespace storesweep::device
