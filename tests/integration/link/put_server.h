// A tiny HTTP server that takes PUT alone and keeps the bodies by path: where the evidence of a test goes.
// One connection at a time is read to its end on one thread.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/base/file.h"
#include "common/base/text.h"
#include "tests/unit/loopback.h"

namespace storesweep {

class PutServer {
 public:
  PutServer() : thread_([this] { run(); }) {}
  ~PutServer() {
    stop_ = true;
    thread_.join();
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(listening_.port); }
  // The body that was put to the path; empty when none was.
  std::string body(const std::string& path) {
    std::lock_guard lock(mutex_);
    return bodies_[path];
  }

 private:
  struct Peer {
    Fd fd;
    std::string in;
  };

  void run() {
    std::vector<Peer> peers;
    while (!stop_) {
      std::vector<pollfd> fds{{listening_.fd.get(), POLLIN, 0}};
      for (const Peer& p : peers) fds.push_back({p.fd.get(), POLLIN, 0});
      if (::poll(fds.data(), fds.size(), 50) <= 0) continue;
      for (std::size_t i = peers.size(); i-- > 0;) {
        if (fds[i + 1].revents != 0 && !read_some(peers[i]))
          peers.erase(peers.begin() + static_cast<long>(i));
      }
      if (fds[0].revents != 0)
        peers.push_back({Fd(::accept4(listening_.fd.get(), nullptr, nullptr, SOCK_CLOEXEC)), ""});
    }
  }

  bool read_some(Peer& peer) {
    char buffer[65536];
    const ssize_t n = ::read(peer.fd.get(), buffer, sizeof buffer);
    if (n <= 0) return false;
    peer.in.append(buffer, static_cast<std::size_t>(n));
    while (take_request(peer)) {
    }
    return true;
  }

  bool take_request(Peer& peer) {
    const auto head_end = peer.in.find("\r\n\r\n");
    if (head_end == std::string::npos) return false;
    const std::string head = peer.in.substr(0, head_end);
    std::size_t length = 0;
    for (std::string_view line : lines(head)) {
      if (starts_with(line, "Content-Length:"))
        length = parse_int<std::size_t>(trim(line.substr(15))).value_or(0);
    }
    if (peer.in.size() < head_end + 4 + length) return false;
    const auto request = words(lines(head)[0]);
    {
      std::lock_guard lock(mutex_);
      bodies_[std::string(request.at(1))] = peer.in.substr(head_end + 4, length);
    }
    peer.in.erase(0, head_end + 4 + length);
    const std::string answer = "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n";
    return ::send(peer.fd.get(), answer.data(), answer.size(), MSG_NOSIGNAL) > 0;
  }

  const testing::Loopback listening_ = testing::listen_on_loopback();
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  std::map<std::string, std::string> bodies_;
  std::thread thread_;
};

}  // namespace storesweep
