// What the driver does for P11: another version of the app takes its place.
#include "common/evidence/names.h"
#include "worker/adb/install.h"
#include "worker/device/packages.h"
#include "worker/exercise/driver.h"

namespace storesweep::exercise {
namespace {
constexpr std::int64_t kSettleMs = 60'000;  // after an install that was not answered: until `pm` tells

// An older version starts as on a device that never had the app. Never a downgrade.
Result<adb::InstallOutcome> put(device::Device& device, const std::string& package, const AppVersion& version,
                                bool older, const Deadline& deadline) {
  if (!older) return device.install(version.files, {.replace = true}, deadline);
  TRY(device.uninstall(package, deadline).status());
  TRY_ASSIGN(const auto left, device::package_paths(device, package, deadline.at_most_ms(kSettleMs)));
  if (!left.empty()) return unavailable(package + " could not be removed");
  return device.install(version.files, {.replace = false}, deadline);
}
}  // namespace

// What the device refuses is a fact about these two versions on it: without both there is nothing to compare.
Result<Event> Driver::install(const InstallVersion& which, const Deadline& deadline) {
  const std::string_view record = which.older ? record_name::kInstallOld : record_name::kUpdate;
  const AppVersion& version = which.older ? versions_.older : versions_.current;
  watcher_.acted();
  TRY_ASSIGN(observe::Stamp at, observe::device_moment(scene_, deadline));
  at.took_ms = -1;  // until it is known when it had ended
  auto outcome = put(scene_.device, scene_.package, version, which.older, deadline);
  auto ended = observe::device_moment(scene_, deadline);
  if (outcome.ok() && ended.ok()) at.took_ms = ended->device_ms + ended->took_ms - at.device_ms;
  scene_.recorder.action(record, {.target = scene_.package}, at);
  if (!outcome.ok() && observe::device_gone(outcome.status())) return outcome.status();
  TRY(ended.status());
  if (outcome.ok() && outcome->success) {
    activity_ = version.launch_activity;
    return Event(Done{});
  }
  const std::string said =
      outcome.ok() ? outcome->reason + ": " + outcome->detail : outcome.status().message();
  scene_.recorder.failed(record, Reason::kNoOldVersion, said);
  return Event(Done{false, said});
}

}  // namespace storesweep::exercise
