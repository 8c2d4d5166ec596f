// A job: one app to be tested once, for one listing of one sweep (or as a confirmation or a retest). How it
// can fail and how it can end. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/hash.h"
#include "common/model/ids.h"

namespace storesweep {

enum class JobKind : std::uint8_t { kSweep, kConfirmation, kRetest };
// Where an order came from.
enum class Origin : std::uint8_t { kSweep, kClue, kComplaint, kRetest, kSelfCheck, kControl };

enum class FailureKind : std::uint8_t {
  kApp,             // a fact about the app: it does not install, its package is broken
  kDevice,          // quarantine the device, try elsewhere
  kInfrastructure,  // try later
  kEvasion,         // the app refuses this class of device: escalate to another
  kJournal,         // what came as its evidence is no journal of this run: never said by a worker
};
inline constexpr std::size_t kFailureKinds = 5;

// How a job ended; it ends once.
enum class EndKind : std::uint8_t { kVerdict = 1, kBuried, kCancelled, kNoDevice };

// What an app needs of a device, known only after the fetch.
struct Needs {
  std::vector<std::string> abis;      // any one of them; empty: any device
  int min_api = 0;                    // lowest API level; 0: any
  std::vector<std::string> features;  // all of them
  bool quick_app_runtime = false;
  std::string other_than_class;  // a device class that the app evaded; empty: none
  bool operator==(const Needs&) const = default;
  bool empty() const { return *this == Needs{}; }
};

enum class Depth : std::uint8_t { kTriage, kLab };

// What kind of device a run was made on; runs compare and are reused only within one kind.
struct DeviceKind {
  std::string device_class;  // emulator, phone, simulated
  int api = 0;
  bool operator==(const DeviceKind&) const = default;
  bool simulated() const { return device_class == "simulated"; }
};
std::string text(const DeviceKind& kind);  // "emulator/28"

std::string_view name(JobKind kind);
std::string_view name(FailureKind kind);
std::string_view name(EndKind kind);
std::string_view name(Depth depth);

}  // namespace storesweep
