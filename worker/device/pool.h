// The devices of this worker: follows the adb server (and starts it again when it died), identifies, prepares
// and probes devices, and lends them out one at a time. The thin shell around PoolMachine: one thread follows
// the server, each action runs in a thread of its own. Safe for concurrent use; stop() or the destructor ends
// everything. Clock and log outlive it; leased devices may outlive it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/metrics/metrics.h"
#include "worker/adb/server.h"
#include "worker/device/adb_device.h"
#include "worker/device/claim.h"
#include "worker/device/hygiene.h"
#include "worker/device/pool_machine.h"

namespace storesweep::device {

struct PoolOptions {
  PoolRules rules;
  adb::ServerAddress server;
  adb::ServerOptions server_options;
  std::string baseline_folder;        // what each device looked like when this worker first saw it
  std::string claims_folder;          // the same for all that use devices of this host
  std::int64_t identify_ms = 30'000;  // deadlines of what is done to a device
  std::int64_t prepare_ms = 300'000;
  std::int64_t probe_ms = 10'000;
  std::int64_t dial_ms = 15'000;
  Metrics* metrics = nullptr;  // outlives the pool; null: nobody counts
};

struct LeasedDevice {
  std::shared_ptr<Device> device;
  std::string identity;
  Attestation attestation;       // of the last cleaning: covered, what was removed
  std::int64_t attested_ms = 0;  // when, on the pool's steady clock
  std::shared_ptr<const Snapshot> baseline;
};

class DevicePool {
 public:
  DevicePool(PoolOptions options, const Clock& clock, Log& log);
  ~DevicePool();
  DevicePool(const DevicePool&) = delete;
  DevicePool& operator=(const DevicePool&) = delete;

  void start();
  void stop();

  // Waits for a free device that has what the app needs, is of that kind and is not `not_on`. kTimeout when
  // none became free in time.
  Result<LeasedDevice> lease(const Needs& needs, const std::optional<DeviceKind>& kind,
                             const std::string& not_on, const Deadline& deadline);
  // Waits for this one; kTimeout says what it is instead of free.
  Result<LeasedDevice> lease_this(const std::string& identity, const Deadline& deadline);
  // Ends a lease: the device is cleaned before it is free again, or quarantined.
  void give_back(const std::string& identity, Returned how, const std::string& reason);

  struct View {
    std::string identity;
    Slot slot;
  };
  std::vector<View> slots() const;  // as they are now
  // Whether the adb server answers, as it was last seen to.
  bool server_answers() const { return server_answers_.load(); }
  // Those that were seen to be clean, leased ones and those between two apps too.
  std::vector<storesweep::Device> fit_devices() const;

 private:
  struct Held {
    std::shared_ptr<AdbDevice> device;
    std::optional<Claim> claim;
    std::shared_ptr<const Snapshot> baseline;
    Attestation attestation;
    std::int64_t attested_ms = 0;
  };
  struct Job {
    std::thread thread;
    bool done = false;
  };

  void follow();
  void count();  // under mutex_
  Status follow_once();
  void apply(const PoolActions& actions);  // under mutex_
  void run(const PoolAction& action);
  void identify(const PoolAction& action);
  void route(const PoolAction& action);  // under mutex_
  Status prepare(const PoolAction& action);
  Status take_baseline(const PoolAction& action, AdbDevice& device, const Deadline& deadline);
  Status probe(const PoolAction& action);
  void reap();
  LeasedDevice leased(const std::string& identity) const;  // under mutex_
  // One turn of waiting for a device; an error when there is no point in going on.
  Status wait_change(std::unique_lock<std::mutex>& lock, const Deadline& deadline);
  std::shared_ptr<AdbDevice> device_of(const std::string& identity) const;

  const PoolOptions options_;
  const Clock& clock_;
  Log& log_;
  Cancel cancel_;
  std::atomic<bool> server_answers_{false};
  adb::Client client_;
  adb::Server server_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  PoolMachine machine_;
  std::map<std::string, Held> held_;  // by identity
  std::list<Job> jobs_;
  std::thread follower_;
};

}  // namespace storesweep::device
