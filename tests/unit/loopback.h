// A socket that listens on a free port of 127.0.0.1, for the servers that tests make themselves.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <cstdlib>

#include "common/base/file.h"

namespace storesweep::testing {

struct Loopback {
  Fd fd;
  std::uint16_t port = 0;
};

inline Loopback listen_on_loopback() {
  Loopback out{Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(out.fd.get(), generic, size) != 0 || ::listen(out.fd.get(), 64) != 0) std::abort();
  if (::getsockname(out.fd.get(), generic, &size) != 0) std::abort();
  out.port = ntohs(address.sin_port);
  return out;
}

}  // namespace storesweep::testing
