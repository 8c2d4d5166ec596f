#include "worker/adb/connection.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace storesweep::adb {

namespace {

constexpr std::size_t kReadBytes = 64 * 1024;
constexpr std::size_t kInboxMaxBytes = 8 * 1024 * 1024;  // taken in while we write

Result<sockaddr_in> numeric_address(const ServerAddress& address) {
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_port = htons(address.port);
  const std::string host = address.host == "localhost" ? "127.0.0.1" : address.host;
  if (inet_pton(AF_INET, host.c_str(), &in.sin_addr) != 1) {
    return invalid(fmt::format("adb server: '{}' is no IPv4 address", address.host));
  }
  return in;
}

Status connect_error(const ServerAddress& address, int error) {
  return unavailable(fmt::format("adb server {}:{}: {}", address.host, address.port, std::strerror(error)));
}

}  // namespace

Result<Connection> Connection::open(const ServerAddress& address, Tally* tally, const Deadline& deadline) {
  TRY_ASSIGN(sockaddr_in in, numeric_address(address));
  Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return exhausted(fmt::format("adb: no socket: {}", std::strerror(errno)));
  int on = 1;
  setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&in), sizeof in) != 0) {
    if (errno != EINPROGRESS) return connect_error(address, errno);
    TRY(wait_fd(fd.get(), POLLOUT, deadline).within("connecting to the adb server"));
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return connect_error(address, error);
  }
  return Connection(std::move(fd), tally);
}

// A socket that is always ready must not carry a call past its deadline.
Status Connection::alive(const Deadline& deadline) {
  if (!fd_) return unavailable("the connection to the adb server is closed");
  if (deadline.cancel && deadline.cancel->cancelled()) {
    close();
    return cancelled("the call was given up");
  }
  return deadline.passed() ? timed_out("the deadline passed") : ok_status();
}

Status Connection::write(std::string_view bytes, const Deadline& deadline) {
  while (!bytes.empty()) {
    TRY(alive(deadline));
    const ssize_t n = send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n > 0) {
      tally_->bytes_out += static_cast<std::uint64_t>(n);
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      TRY(wait_to_write(deadline));
    } else if (errno != EINTR) {
      ended_ = true;
      return unavailable(fmt::format("the connection to the adb server broke: {}", std::strerror(errno)));
    }
  }
  return ok_status();
}

Status Connection::wait_to_write(const Deadline& deadline) {
  const bool take_in = inbox_.size() < kInboxMaxBytes && !ended_;
  const short events = take_in ? POLLIN | POLLOUT : POLLOUT;
  if (Status s = wait_fd(fd_.get(), events, deadline); !s.ok()) {
    if (s.kind() == ErrorKind::kCancelled) close();
    return s;
  }
  if (!take_in) return ok_status();
  TRY_ASSIGN(bool open, read_once());
  return open ? ok_status() : unavailable("the other side closed while it was written to");
}

Result<bool> Connection::fill(const Deadline& deadline) {
  for (;;) {
    TRY(alive(deadline));
    const std::size_t before = inbox_.size();
    TRY_ASSIGN(bool open, read_once());
    if (!open || inbox_.size() > before) return open;
    if (Status s = wait_fd(fd_.get(), POLLIN, deadline); !s.ok()) {
      if (s.kind() == ErrorKind::kCancelled) close();
      return s;
    }
  }
}

// Takes what is there without waiting; false at the end. A reset is an end too: the server was killed, or
// ended a service whose input we had not finished.
Result<bool> Connection::read_once() {
  std::array<char, kReadBytes> buffer;
  const ssize_t n = recv(fd_.get(), buffer.data(), buffer.size(), 0);
  if (n > 0) {
    tally_->bytes_in += static_cast<std::uint64_t>(n);
    inbox_.feed({buffer.data(), static_cast<std::size_t>(n)});
    return true;
  }
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return true;
  if (n < 0 && errno != ECONNRESET) return internal(fmt::format("adb: recv: {}", std::strerror(errno)));
  ended_ = true;
  return false;
}

}  // namespace storesweep::adb
