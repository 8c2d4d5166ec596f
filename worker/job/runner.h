// The seam between a lease's stages and the world of devices: brings an app's file set here, and runs it once
// on one device. Implementations are safe for concurrent use, one call a lease at a time; a call blocks its
// thread until it is done, its deadline passes or its cancel is pulled, and then ends soon.
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "common/base/cancel.h"
#include "worker/exercise/login.h"
#include "worker/job/stages.h"

namespace storesweep::job {

// What comes to a run beside the app: of its own company (`storesweep check`), and its policy.
struct RunExtras {
  exercise::LoginSteps login;
  // The text of its privacy policy as it came, and where it came from. Empty: the address of its listing is
  // asked.
  std::string policy, policy_source;
  std::string policy_unread;          // why that address gave none
  std::optional<Digest> old_version;  // file set of an earlier version, fetched already; else the cache's own
};

struct RunOrder {
  LeaseOffer offer;
  Device device;
  Digest file_set{};
  std::string folder;  // empty; the blobs that RunDone names go here, the journal sealed
  RunExtras extras;
};
using FetchEnd = std::variant<FetchDone, FetchFailed>;
using RunEnd = std::variant<RunDone, RunFailed, RunNeeds>;

class Runner {
 public:
  virtual ~Runner() = default;
  // The devices that are fit for use now, by identity. Cheap; called often.
  virtual std::vector<Device> devices() = 0;
  virtual FetchEnd fetch(const LeaseOffer& offer, const Deadline& deadline) = 0;
  virtual RunEnd run(const RunOrder& order, const Deadline& deadline) = 0;
  // The device failed in a run: it comes back among devices() only after it was found clean.
  virtual void suspect(const std::string& device_identity) = 0;
};

}  // namespace storesweep::job
