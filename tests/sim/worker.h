// A simulated worker process: the real session and stages, a spool that a crash may keep or lose, devices
// that may vanish. One thread.
#pragma once

#include <map>
#include <memory>

#include "tests/sim/world.h"
#include "worker/job/stages.h"
#include "worker/link/session.h"

namespace storesweep::sim {

class SimWorker {
 public:
  SimWorker(World& world, std::string name, std::vector<Device> devices);

  void start();
  void crash(bool keep_spool, std::int64_t back_after_ms);
  void cut_off(std::int64_t ms) { cut_off_until_ms_ = well_since_ms_ = world_.now() + ms; }
  // It is up, reachable and has all its devices, and has been for a while.
  bool well() const { return up() && gone_.empty() && world_.now() >= well_since_ms_ + 6'000; }
  bool cut_off() const { return world_.now() < cut_off_until_ms_; }
  void vanish(std::size_t device, std::int64_t back_after_ms);
  void receive(std::vector<ToWorker> turn);

  const std::string& name() const { return name_; }
  bool up() const { return session_ != nullptr; }
  bool holds(const Token& token) const;  // a lease that has not expired by its own clock
  const std::vector<Device>& devices() const { return devices_; }
  bool has(std::size_t device) const { return gone_.count(devices_[device].identity) == 0; }
  bool spool_empty() const { return spool_.empty(); }
  std::size_t spooled() const { return spool_.size(); }

 private:
  struct Job {
    std::unique_ptr<job::JobStages> stages;
    LeaseOffer offer;
    std::optional<job::WantDevice> wants;
    std::string device;
    std::uint64_t under_way = 0;  // number of the fetch or run whose answer is awaited
  };
  void feed(const link::SessionEvent& event);
  void feed(const Token& token, const job::StageEvent& event);
  void act(const link::SessionAction& action);
  void act(const Token& token, const job::StageAction& action);
  void tick();
  void devices_changed();
  void give_devices();
  void fetch(const Token& token);
  void run(const Token& token, const Device& device);
  void run_ends(const Token& token, const Device& device);
  void keep(const Token& token, Outcome outcome);
  void upload(const Token& token);
  void dropped(const link::DropEntry& drop);
  // Later, unless the process has died meanwhile.
  void later(std::int64_t ms, std::function<void()> what);
  Job* job_of(const Token& token);

  World& world_;
  std::string name_;
  std::vector<Device> devices_;
  std::set<std::string> gone_;
  std::unique_ptr<link::Session> session_;
  std::uint64_t life_ = 0;
  std::int64_t cut_off_until_ms_ = 0, well_since_ms_ = 0;
  std::map<TokenKey, Job> jobs_;
  std::uint64_t numbers_ = 0;
  // On disk.
  std::map<std::uint64_t, Outcome> spool_;
  std::map<TokenKey, std::pair<Token, Digest>> notes_;  // runs that began
  std::uint64_t sequence_ = 0;
};

}  // namespace storesweep::sim
