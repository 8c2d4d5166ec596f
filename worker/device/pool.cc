#include "worker/device/pool.h"

#include <chrono>

#include "common/base/text.h"
#include "worker/device/baseline_file.h"
#include "worker/device/device_clock.h"

namespace storesweep::device {

namespace {
using Kind = PoolAction::Kind;
constexpr std::int64_t kTickMs = 250;
constexpr std::int64_t kServerStartMs = 20'000;
constexpr std::int64_t kServerPauseMs = 1'000;
}  // namespace

DevicePool::DevicePool(PoolOptions options, const Clock& clock, Log& log)
    : options_(std::move(options)),
      clock_(clock),
      log_(log),
      client_(options_.server),
      server_(client_, options_.server_options),
      machine_(options_.rules) {}

DevicePool::~DevicePool() { stop(); }

void DevicePool::start() {
  follower_ = std::thread([this] { follow(); });
}

void DevicePool::stop() {
  cancel_.cancel();
  if (follower_.joinable()) follower_.join();  // from here on nobody starts a job but jobs that end
  for (;;) {
    std::list<Job> ending;
    {
      std::lock_guard lock(mutex_);
      ending.swap(jobs_);
    }
    if (ending.empty()) break;
    for (Job& job : ending) job.thread.join();
  }
  changed_.notify_all();
}

void DevicePool::follow() {
  while (!cancel_.cancelled()) {
    Status s = follow_once();
    if (s.kind() == ErrorKind::kCancelled) return;
    server_answers_ = false;
    if (options_.metrics) options_.metrics->counter(metric::kAdbLosses).add();
    log_.warning("the adb server is gone", {{"error", s.text()}});
    {
      std::lock_guard lock(mutex_);
      for (auto& [identity, held] : held_)
        held.device->set_transport_id(0);  // ids start anew with the server
      apply(machine_.listed({}, clock_.steady_ms()));
    }
    if (!sleep_ms(kServerPauseMs, Deadline::in_ms(2 * kServerPauseMs, &cancel_)).ok()) return;
  }
}

// One life of the server: until it ends.
Status DevicePool::follow_once() {
  TRY(server_.ensure(Deadline::in_ms(kServerStartMs, &cancel_)));
  TRY_ASSIGN(auto tracker, adb::DeviceTracker::start(client_, Deadline::in_ms(kServerStartMs, &cancel_)));
  for (;;) {
    auto list = tracker.next(Deadline::in_ms(kTickMs, &cancel_));
    if (!list.ok() && list.status().kind() != ErrorKind::kTimeout) return list.status();
    server_answers_ = true;
    std::lock_guard lock(mutex_);
    reap();
    if (list.ok()) apply(machine_.listed(*list, clock_.steady_ms()));
    apply(machine_.tick(clock_.steady_ms()));
    count();
  }
}

void DevicePool::count() {
  if (!options_.metrics) return;
  std::map<SlotState, int> devices;
  for (const auto& [identity, slot] : machine_.slots()) ++devices[slot.state];
  for (SlotState state : kSlotStates)
    options_.metrics->gauge(metric::kWorkerDevices, {name(state)}).set(devices[state]);
}

void DevicePool::apply(const PoolActions& actions) {
  for (const PoolAction& action : actions) {
    if (action.kind == Kind::kRoute) {
      route(action);
      continue;
    }
    if (cancel_.cancelled()) continue;
    Job& job = jobs_.emplace_back();
    job.thread = std::thread([this, action, &job] {
      run(action);
      std::lock_guard lock(mutex_);
      job.done = true;
    });
  }
  changed_.notify_all();
}

void DevicePool::reap() {
  for (auto it = jobs_.begin(); it != jobs_.end();) {
    if (it->done) it->thread.join();
    it = it->done ? jobs_.erase(it) : std::next(it);
  }
}

void DevicePool::route(const PoolAction& action) {
  auto it = held_.find(action.identity);
  if (it != held_.end() && it->second.device->serial() == action.serial) {
    it->second.device->set_transport_id(action.transport_id);
  }
}

void DevicePool::run(const PoolAction& action) {
  if (action.kind == Kind::kIdentify) return identify(action);
  if (action.kind == Kind::kReconnect) {
    Status s = adb::reconnect(client_, action.serial, Deadline::in_ms(options_.dial_ms, &cancel_));
    if (!s.ok())
      log_.debug("a device could not be dialled", {{"serial", action.serial}, {"error", s.text()}});
    return;
  }
  const Status s = action.kind == Kind::kPrepare ? prepare(action) : probe(action);
  if (s.kind() == ErrorKind::kCancelled) return;
  if (!s.ok()) {
    if (options_.metrics) options_.metrics->counter(metric::kQuarantines).add();
    log_.warning("device quarantined", {{"device", action.identity}, {"error", s.text()}});
  }
  std::lock_guard lock(mutex_);
  apply(machine_.prepared(action.identity, action.work, s, clock_.steady_ms()));
}

void DevicePool::identify(const PoolAction& action) {
  const adb::Target target{.serial = action.serial, .transport_id = action.transport_id};
  auto device = AdbDevice::open(options_.server, target, Deadline::in_ms(options_.identify_ms, &cancel_));
  std::lock_guard lock(mutex_);
  const std::int64_t now_ms = clock_.steady_ms();
  if (!device.ok()) {
    log_.debug("a device was not identified", {{"serial", action.serial}, {"error", device.status().text()}});
    apply(machine_.not_identified(action.serial, action.transport_id, device.status().text(), now_ms));
    return;
  }
  const Facts facts = (*device)->facts();
  auto actions = machine_.identified(action.serial, action.transport_id, facts, now_ms);
  const auto slot = machine_.slots().find(facts.serialno);
  const bool our_way = slot != machine_.slots().end() && slot->second.serial == action.serial;
  // The holder of a lease keeps its object, which is told the new way.
  if (our_way && slot->second.state != SlotState::kLeased) held_[facts.serialno].device = std::move(*device);
  apply(actions);
}

std::shared_ptr<AdbDevice> DevicePool::device_of(const std::string& identity) const {
  std::lock_guard lock(mutex_);
  auto it = held_.find(identity);
  return it == held_.end() ? nullptr : it->second.device;
}

Status DevicePool::prepare(const PoolAction& action) {
  std::shared_ptr<AdbDevice> device = device_of(action.identity);
  if (!device) return not_found("the device is gone");
  const Deadline deadline = Deadline::in_ms(options_.prepare_ms, &cancel_);
  TRY(take_baseline(action, *device, deadline));
  std::shared_ptr<const Snapshot> baseline;
  {
    std::lock_guard lock(mutex_);
    baseline = held_[action.identity].baseline;
  }
  TRY_ASSIGN(Attestation attestation, clean_and_attest(*device, *baseline, deadline));
  if (!attestation.clean) {
    return invalid("hygiene: " + text(attestation.left.front()) + " could not be undone (" +
                   std::to_string(attestation.left.size()) + " differences)");
  }
  std::lock_guard lock(mutex_);
  held_[action.identity].attestation = std::move(attestation);
  held_[action.identity].attested_ms = clock_.steady_ms();
  return ok_status();
}

// The device is claimed first; the baseline of an earlier life of this worker comes before a new one.
Status DevicePool::take_baseline(const PoolAction& action, AdbDevice& device, const Deadline& deadline) {
  {
    std::lock_guard lock(mutex_);
    Held& held = held_[action.identity];
    if (!held.claim) {
      TRY_ASSIGN(held.claim, Claim::take(options_.claims_folder, action.identity, options_.rules.worker));
    }
    if (held.baseline) return ok_status();
  }
  TRY_ASSIGN(auto baseline, load_baseline(options_.baseline_folder, device.facts()));
  if (!baseline) {
    TRY(restore_noted_clock(device, deadline));
    TRY_ASSIGN(baseline, take_snapshot(device, deadline));
    TRY(save_baseline(options_.baseline_folder, device.facts(), *baseline));
  }
  std::lock_guard lock(mutex_);
  held_[action.identity].baseline = std::make_shared<const Snapshot>(std::move(*baseline));
  return ok_status();
}

Status DevicePool::probe(const PoolAction& action) {
  std::shared_ptr<AdbDevice> device = device_of(action.identity);
  if (!device) return not_found("the device is gone");
  return device->time(Deadline::in_ms(options_.probe_ms, &cancel_)).status();
}

Result<LeasedDevice> DevicePool::lease(const Needs& needs, const std::optional<DeviceKind>& kind,
                                       const std::string& not_on, const Deadline& deadline) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (auto identity = machine_.lease(needs, kind, not_on, clock_.steady_ms())) return leased(*identity);
    TRY(wait_change(lock, deadline));
  }
}

Result<LeasedDevice> DevicePool::lease_this(const std::string& identity, const Deadline& deadline) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (machine_.lease_this(identity)) return leased(identity);
    if (Status s = wait_change(lock, deadline); !s.ok()) {
      const auto slot = machine_.slots().find(identity);
      if (slot == machine_.slots().end() || s.kind() == ErrorKind::kCancelled) return s;
      return timed_out("device " + identity + " is " + std::string(name(slot->second.state)) + ": " +
                       slot->second.reason);
    }
  }
}

LeasedDevice DevicePool::leased(const std::string& identity) const {
  const Held& held = held_.at(identity);
  return LeasedDevice{.device = held.device,
                      .identity = identity,
                      .attestation = held.attestation,
                      .attested_ms = held.attested_ms,
                      .baseline = held.baseline};
}

Status DevicePool::wait_change(std::unique_lock<std::mutex>& lock, const Deadline& deadline) {
  if (cancel_.cancelled() || (deadline.cancel && deadline.cancel->cancelled())) {
    return cancelled("waiting for a device");
  }
  if (deadline.passed()) return timed_out("no device became free");
  changed_.wait_for(lock, std::chrono::milliseconds(std::min<std::int64_t>(kTickMs, deadline.left_ms() + 1)));
  return ok_status();
}

void DevicePool::give_back(const std::string& identity, Returned how, const std::string& reason) {
  std::lock_guard lock(mutex_);
  apply(machine_.give_back(identity, how, reason, clock_.steady_ms()));
}

std::vector<DevicePool::View> DevicePool::slots() const {
  std::lock_guard lock(mutex_);
  std::vector<View> views;
  for (const auto& [identity, slot] : machine_.slots()) views.push_back({identity, slot});
  return views;
}

std::vector<storesweep::Device> DevicePool::fit_devices() const {
  std::lock_guard lock(mutex_);
  std::vector<storesweep::Device> out;
  for (const auto& [identity, slot] : machine_.slots()) {
    if (slot.fit) out.push_back(model_of(slot.facts));
  }
  return out;
}

}  // namespace storesweep::device
