// A small real HTTP server on a free port of 127.0.0.1 for tests: a thread for each connection, and a handler
// that writes whatever bytes the test wants, wrong ones too. Stops and joins in its destructor.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/unit/loopback.h"

namespace storesweep::testing {

struct HttpTestRequest {
  std::string method, target, head, body;
  int connection = 0;  // 0 for the first connection, 1 for the second, ...
  // The value of a header as it was sent; name in lower case with its colon: "range:".
  std::string header(std::string_view name) const {
    for (std::size_t at = head.find("\r\n"); at != std::string::npos; at = head.find("\r\n", at + 2)) {
      std::string line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
      std::string lower = line;
      for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      if (lower.rfind(name, 0) == 0) return line.substr(line.find_first_not_of(' ', name.size()));
    }
    return {};
  }
};

class HttpTestServer {
 public:
  // Writes bytes to the socket; false when the peer has gone.
  using Send = std::function<bool(std::string_view)>;
  // true keeps the connection for the next request.
  using Handler = std::function<bool(const HttpTestRequest&, const Send&)>;

  explicit HttpTestServer(Handler handler) : handler_(std::move(handler)) {
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~HttpTestServer() {
    stopping_ = true;
    acceptor_.join();
    for (auto& t : connections_) t.join();
  }
  std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(listening_.port) + path;
  }
  int requests() const { return requests_; }
  bool stopping() const { return stopping_; }

 private:
  void accept_all() {
    for (int number = 0; !stopping_;) {
      pollfd p{listening_.fd.get(), POLLIN, 0};
      if (poll(&p, 1, 20) <= 0) continue;
      int fd = accept4(listening_.fd.get(), nullptr, nullptr, SOCK_CLOEXEC);
      if (fd >= 0) connections_.emplace_back([this, fd, number] { serve(fd, number); });
      ++number;
    }
  }
  void serve(int fd, int number) {
    std::string input;
    Send send_bytes = [this, fd](std::string_view bytes) {
      while (!bytes.empty() && !stopping_) {
        ssize_t n = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
      }
      return bytes.empty();
    };
    HttpTestRequest request;
    request.connection = number;
    while (read_request(fd, input, request)) {
      ++requests_;
      if (!handler_(request, send_bytes)) break;
    }
    close(fd);
  }
  bool fill(int fd, std::string& input) {
    char buffer[65536];
    while (!stopping_) {
      pollfd p{fd, POLLIN, 0};
      if (poll(&p, 1, 20) <= 0) continue;
      ssize_t n = recv(fd, buffer, sizeof buffer, 0);
      if (n <= 0) return false;
      input.append(buffer, static_cast<std::size_t>(n));
      return true;
    }
    return false;
  }
  bool read_request(int fd, std::string& input, HttpTestRequest& request) {
    std::size_t end;
    while ((end = input.find("\r\n\r\n")) == std::string::npos) {
      if (!fill(fd, input)) return false;
    }
    request.head = input.substr(0, end + 2);
    input.erase(0, end + 4);
    std::string length = request.header("content-length:");
    std::size_t body = length.empty() ? 0 : std::stoul(length);
    while (input.size() < body) {
      if (!fill(fd, input)) return false;
    }
    request.body = input.substr(0, body);
    input.erase(0, body);
    std::size_t space = request.head.find(' ');
    request.method = request.head.substr(0, space);
    request.target = request.head.substr(space + 1, request.head.find(' ', space + 1) - space - 1);
    return true;
  }

  Handler handler_;
  const Loopback listening_ = listen_on_loopback();
  std::atomic<bool> stopping_{false};
  std::atomic<int> requests_{0};
  std::thread acceptor_;
  std::vector<std::thread> connections_;
};

// A whole answer with its Content-Length.
inline std::string http_answer(const std::string& status, const std::string& headers,
                               const std::string& body) {
  return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

}  // namespace storesweep::testing
