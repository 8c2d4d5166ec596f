// What the apps of a simulated device send. The device has no network of its own: what goes out goes to the
// proxy of its settings (global/http_proxy) on a port that `adb reverse` opened, as real HTTP and real TLS,
// and anything else is lost without a word. Trust is the device's: the certificates in its system store.
// One thread; the device outlives it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "simdroid/android/state.h"
#include "simdroid/service.h"

namespace storesweep::simdroid {

class Device;

inline constexpr std::string_view kSystemCas = "/system/etc/security/cacerts";

class AppTraffic {
 public:
  explicit AppTraffic(Device& device) : device_(device) {}

  void send(const std::vector<android::Sending>& all);
  // adbd's answer to "forward:tcp:1;tcp:2", "forward:norebind:...", "killforward:tcp:1", "killforward-all",
  // "list-forward".
  std::string reverse(std::string_view words, std::shared_ptr<HostDoor> door);
  // As /proc/net/tcp prints them: the apps' ends of their connections.
  std::string sockets() const;

  // An app's end of a connection, for as long as its holder lives.
  struct Held {
    int uid = 0, local_port = 0, remote_port = 0;
  };

 private:
  struct Reverse {
    std::string destination;
    std::shared_ptr<HostDoor> door;
  };
  // The port of the proxy on this device; 0: none is set.
  int proxy_port() const;
  std::string filled(std::string text, const android::Sending& sending) const;
  std::vector<std::string> trusted() const;

  Device& device_;
  std::map<int, Reverse> reverses_;          // by the device's port
  std::map<int, std::weak_ptr<Held>> held_;  // by local port
  int last_port_ = 40'000;
};

}  // namespace storesweep::simdroid
