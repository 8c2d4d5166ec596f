// What leaves the device during one run: a proxy beside the run, the device sent through it, and every line
// that the proxy prints in the journal, in a thread of its own. What cannot be had is a typed record and no
// error: the run goes on without it. begin and end are called from one thread; what it is given outlives it.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "common/base/cancel.h"
#include "worker/observe/device_proxy.h"
#include "worker/observe/observer.h"
#include "worker/observe/proxy_process.h"

namespace storesweep::observe {

inline constexpr std::uint64_t kMaxTrafficBytes = 24u << 20;  // of one run, in the journal

class Traffic {
 public:
  Traffic(const Scene& scene, ProxyKit& kit) : scene_(scene), kit_(kit) {}
  ~Traffic();
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  // Canaries by the seed, proxy, certificate, settings: attested, or a failed record of its name. An error
  // only when the device is gone.
  Status begin(std::uint64_t seed, const Deadline& deadline);
  // What the proxy has printed until now is recorded; the device is as it was.
  void end(const Deadline& deadline);

 private:
  Status set_up(std::uint64_t seed, const Deadline& deadline);
  Status point_device(const Deadline& deadline);
  void run();
  bool take(const std::string& line);
  void own(const std::string& connection, std::int64_t opened_ms);
  void keep_way_open();

  Scene scene_;
  ProxyKit& kit_;
  Planting planting_;
  bool trusted_ = false, pointed_ = false;
  std::string ca_;
  int port_ = 0;
  std::unique_ptr<ProxyProcess> proxy_;
  Cancel stopping_;
  std::thread thread_;
  // Of the thread alone.
  std::uint64_t bytes_ = 0, left_out_ = 0;
  std::int64_t looked_ms_ = 0;
};

}  // namespace storesweep::observe
