#include "simdroid/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/base/file.h"

namespace storesweep::simdroid {
namespace {
constexpr int kMaxWaitMs = 1000;
constexpr std::size_t kReadBytes = 256 * 1024;
constexpr std::size_t kMaxOutputBytes = 8U << 20;  // of one connection; beyond, nothing more is read from it
constexpr std::uint64_t kListenerTag = 1ULL << 32;
constexpr std::uint64_t kCancelTag = 1ULL << 33;

}  // namespace

TransportShape transport_shape(const DeviceShape& shape) {
  TransportShape t;
  if (shape.old_shell) {
    t.version = kVersionChecksums;
    t.max_payload_bytes = 4096;
    t.close_from_zero = t.checks_every_sum = t.answers_unasked_auth = t.drops_last_of_name = true;
  }
  t.banner = shape.banner();
  return t;
}

struct Server::Port {
  std::size_t device = 0;
  int number = 0;
  Fd listener;
  std::vector<int> connections;
};

struct Server::Connection {
  Connection(Fd socket, std::size_t index, Device& d, Random& random)
      : fd(std::move(socket)),
        device(index),
        transport(transport_shape(d.shape()), d.options().auth, d, random) {}
  Fd fd;
  std::size_t device;
  Transport transport;
  std::string output;
  std::uint32_t watched = 0;
  bool waiting = false;  // 4.4 serves one connection at a time
};

Server::Server(std::vector<std::unique_ptr<Device>> devices, Random& random)
    : devices_(std::move(devices)), random_(random), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    ports_.emplace_back();
    ports_.back().device = i;
    ports_.back().number = devices_[i]->options().port;
  }
}

Server::~Server() {
  connections_.clear();
  dropped_.clear();
  if (epoll_ >= 0) close(epoll_);
}

Status Server::listen() {
  for (Port& port : ports_) TRY(open_port(port));
  return ok_status();
}

int Server::port_of(std::size_t device) const { return ports_[device].number; }

Status Server::open_port(Port& port) {
  Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int one = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port.number));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t length = sizeof address;
  if (bind(fd.get(), generic, length) != 0 || ::listen(fd.get(), 64) != 0) {
    return unavailable("port " + std::to_string(port.number) + ": " + std::strerror(errno) +
                       ": choose another --port");
  }
  getsockname(fd.get(), generic, &length);
  port.number = ntohs(address.sin_port);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kListenerTag | port.device;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd.get(), &event) != 0) return internal("epoll: cannot add a port");
  port.listener = std::move(fd);
  return ok_status();
}

void Server::accept_all(Port& port) {
  for (;;) {
    Fd fd(accept4(port.listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd) return;
    const int one = 1;
    setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    const auto number = static_cast<std::size_t>(fd.get());
    if (connections_.size() <= number) connections_.resize(number + 1);
    Device& device = *devices_[port.device];
    auto connection = std::make_unique<Connection>(std::move(fd), port.device, device, random_);
    connection->waiting = device.shape().old_shell && !port.connections.empty();
    epoll_event event{};
    event.data.u64 = number;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, static_cast<int>(number), &event);
    connections_[number] = std::move(connection);
    port.connections.push_back(static_cast<int>(number));
    watch(*connections_[number]);
  }
}

void Server::watch(Connection& connection) {
  std::uint32_t wanted = 0;
  const bool silent = connection.waiting || devices_[connection.device]->hanging();
  if (!silent && connection.output.size() < kMaxOutputBytes) wanted |= EPOLLIN;
  if (!silent && !connection.output.empty()) wanted |= EPOLLOUT;
  if (wanted == connection.watched) return;
  connection.watched = wanted;
  epoll_event event{};
  event.events = wanted;
  event.data.u64 = static_cast<std::uint64_t>(connection.fd.get());
  epoll_ctl(epoll_, EPOLL_CTL_MOD, connection.fd.get(), &event);
}

void Server::read_from(Connection& connection) {
  static thread_local std::string buffer(kReadBytes, '\0');
  const ssize_t n = recv(connection.fd.get(), buffer.data(), buffer.size(), 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0 || !connection.transport.receive(std::string_view(buffer.data(), static_cast<std::size_t>(n)))) {
    flush(connection);
    return drop(connection.fd.get());
  }
}

void Server::flush(Connection& connection) {
  if (devices_[connection.device]->hanging()) return;
  if (connection.transport.has_output()) connection.output += connection.transport.take_output();
  while (!connection.output.empty()) {
    const ssize_t n =
        send(connection.fd.get(), connection.output.data(), connection.output.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    connection.output.erase(0, static_cast<std::size_t>(n));
  }
}

void Server::drop(int fd) {
  std::unique_ptr<Connection>& connection = connections_[static_cast<std::size_t>(fd)];
  if (!connection) return;
  std::vector<int>& of_port = ports_[connection->device].connections;
  std::erase(of_port, fd);
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  if (!of_port.empty()) connections_[static_cast<std::size_t>(of_port.front())]->waiting = false;
  dropped_.push_back(std::move(connection));
}

// What devices did by themselves: output of their services, ports that close and open again.
void Server::follow_devices() {
  for (Port& port : ports_) {
    Device& device = *devices_[port.device];
    device.timers().run_due();
    const std::vector<int> open = port.connections;
    for (int fd : open) {
      Connection& connection = *connections_[static_cast<std::size_t>(fd)];
      connection.transport.pump();
      flush(connection);
      watch(connection);
      if (!device.reachable() || connection.transport.dropped()) drop(fd);
    }
    if (!device.reachable() && port.listener) {
      epoll_ctl(epoll_, EPOLL_CTL_DEL, port.listener.get(), nullptr);
      port.listener.reset();
    } else if (device.reachable() && !port.listener) {
      static_cast<void>(open_port(port));  // taken meanwhile: tried again in the next round
    }
  }
  dropped_.clear();
}

int Server::wait_ms() const {
  std::int64_t wait = kMaxWaitMs;
  for (const auto& device : devices_) {
    if (auto next = device->timers().next_host_ms()) wait = std::min(wait, *next);
  }
  return static_cast<int>(wait);
}

Status Server::run(const Cancel& cancel) {
  epoll_event stop{};
  stop.events = EPOLLIN;
  stop.data.u64 = kCancelTag;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, cancel.fd(), &stop);
  epoll_event events[64];
  while (!cancel.cancelled()) {
    follow_devices();
    const int n = epoll_wait(epoll_, events, 64, wait_ms());
    if (n < 0 && errno != EINTR) return internal(std::string("epoll_wait: ") + std::strerror(errno));
    for (int i = 0; i < n; ++i) {
      const std::uint64_t tag = events[i].data.u64;
      if ((tag & kCancelTag) != 0) break;
      if ((tag & kListenerTag) != 0) {
        accept_all(ports_[tag & 0xffffffff]);
      } else if (Connection* connection = connections_[tag].get()) {
        if ((events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read_from(*connection);
      }
    }
  }
  epoll_ctl(epoll_, EPOLL_CTL_DEL, cancel.fd(), nullptr);
  return ok_status();
}

}  // namespace storesweep::simdroid
