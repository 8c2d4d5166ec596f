// One request of a simulated app through an HTTP proxy: CONNECT, TLS by OpenSSL, a POST, and the connection
// kept alive for a while, as Android's own client does. One thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "simdroid/app_traffic.h"
#include "simdroid/service.h"
#include "simdroid/timers.h"

namespace storesweep::simdroid {

struct AppRequest {
  std::string url;  // http://... or https://...
  std::string body;
  std::vector<std::string> trusted;  // certificates of authorities, PEM
  bool pinned = false;  // after the handshake it sees another certificate than it knows, and leaves
};

// `held` lives as long as the connection.
std::unique_ptr<Service> open_app_connection(AppRequest request, std::shared_ptr<AppTraffic::Held> held,
                                             Timers& timers, std::shared_ptr<Outlet> outlet);

}  // namespace storesweep::simdroid
