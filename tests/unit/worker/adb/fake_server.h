// An adb server made of a script, on a port of its own: each connection runs the script in a thread. For
// tests.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/base/file.h"
#include "worker/adb/connection.h"

namespace storesweep::adb {

// One accepted connection, as the script sees it.
class Peer {
 public:
  explicit Peer(int fd) : fd_(fd) {}
  // n bytes; fewer when the client closed.
  std::string read(std::size_t n) {
    std::string out;
    char c[4096];
    while (out.size() < n) {
      ssize_t got = recv(fd_, c, std::min(sizeof c, n - out.size()), 0);
      if (got <= 0) break;
      out.append(c, static_cast<std::size_t>(got));
    }
    return out;
  }
  // The next "000chost:version" without its length; nothing when the client closed.
  std::optional<std::string> request() {
    std::string length = read(4);
    unsigned n = 0;
    if (length.size() < 4) return std::nullopt;
    std::from_chars(length.data(), length.data() + 4, n, 16);
    return read(n);
  }
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  void frame(std::string_view text) {
    char length[5];
    snprintf(length, sizeof length, "%04x", static_cast<unsigned>(text.size()));
    send(std::string(length) + std::string(text));
  }
  void fail(std::string_view text) {
    send("FAIL");
    frame(text);
  }
  // Waits until the client has closed; false when it has not within the time.
  bool closed_within(int ms) {
    pollfd p{fd_, POLLIN, 0};
    char c;
    return poll(&p, 1, ms) == 1 && recv(fd_, &c, 1, 0) <= 0;
  }
  // Accepts any transport and answers the device's service request.
  std::optional<std::string> service() {
    auto transport = request();
    if (!transport) return std::nullopt;
    send("OKAY");
    return request();
  }

 private:
  int fd_;
};

class FakeServer {
 public:
  using Script = std::function<void(Peer&, int connection)>;
  explicit FakeServer(Script script) : script_(std::move(script)) {
    listener_ = Fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in in{};
    in.sin_family = AF_INET;
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(listener_.get(), reinterpret_cast<sockaddr*>(&in), sizeof in);
    listen(listener_.get(), 64);
    socklen_t size = sizeof in;
    getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&in), &size);
    port_ = ntohs(in.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~FakeServer() { stop(); }
  // Nobody answers from now on; open connections are cut.
  void stop() {
    if (!acceptor_.joinable()) return;
    shutdown(listener_.get(), SHUT_RDWR);
    acceptor_.join();
    listener_.reset();
    std::lock_guard lock(mutex_);
    for (Fd& fd : peers_) shutdown(fd.get(), SHUT_RDWR);
    for (std::thread& t : threads_) t.join();
    threads_.clear();
  }
  ServerAddress address() const { return {.host = "127.0.0.1", .port = port_}; }
  int connections() const { return count_; }

 private:
  void accept_all() {
    for (;;) {
      Fd fd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!fd) return;
      std::lock_guard lock(mutex_);
      const int number = count_++;
      const int raw = fd.get();
      peers_.push_back(std::move(fd));
      threads_.emplace_back([this, raw, number] {
        Peer peer(raw);
        script_(peer, number);
        shutdown(raw, SHUT_RDWR);
      });
    }
  }

  Script script_;
  Fd listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> count_{0};
  std::mutex mutex_;
  std::vector<Fd> peers_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace storesweep::adb
