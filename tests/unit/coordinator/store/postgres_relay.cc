#include "tests/unit/coordinator/store/postgres_relay.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <vector>

namespace storesweep::testing {
namespace {
// The end of a turn that ends a transaction; other turns end with Flush.
constexpr std::string_view kSync("S\0\0\0\4", 5);

sockaddr_un address(const std::string& path) {
  sockaddr_un a{};
  a.sun_family = AF_UNIX;
  if (path.size() >= sizeof a.sun_path) std::abort();
  std::memcpy(a.sun_path, path.data(), path.size());
  return a;
}

bool readable(int fd, int wait_ms) {
  pollfd p{fd, POLLIN, 0};
  return poll(&p, 1, wait_ms) > 0;
}

std::string take(int fd) {
  std::string bytes(1 << 16, '\0');
  const ssize_t n = read(fd, bytes.data(), bytes.size());
  bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return bytes;
}

void give(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}
}  // namespace

PostgresRelay::PostgresRelay(const std::string& folder, const std::string& server)
    : server_(server), path_(folder + "/.s.PGSQL.5432") {
  listening_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un a = address(path_);
  if (bind(listening_, reinterpret_cast<const sockaddr*>(&a), sizeof a) != 0 || listen(listening_, 16) != 0)
    std::abort();
  thread_ = std::thread([this] { serve(); });
}

PostgresRelay::~PostgresRelay() {
  over_ = true;
  thread_.join();
  close(listening_);
  unlink(path_.c_str());
}

void PostgresRelay::cut(Cut how, std::function<void()> then) {
  std::lock_guard lock(mutex_);
  how_ = how;
  then_ = std::move(then);
}

void PostgresRelay::serve() {
  std::vector<std::thread> relays;
  while (!over_) {
    if (!readable(listening_, 20)) continue;
    const int client = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client >= 0) relays.emplace_back([this, client] { relay(client); });
  }
  for (std::thread& t : relays) t.join();
}

void PostgresRelay::relay(int client) {
  const int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un a = address(server_);
  bool going = connect(server, reinterpret_cast<const sockaddr*>(&a), sizeof a) == 0;
  while (going && !over_) {
    if (held_) {
      usleep(20'000);
      continue;
    }
    pollfd both[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    if (poll(both, 2, 20) <= 0) continue;
    if (both[1].revents != 0) {
      const std::string bytes = take(server);
      if (bytes.empty()) break;
      give(client, bytes);
    }
    if (both[0].revents != 0) {
      const std::string bytes = take(client);
      going = !bytes.empty() && !cut_here(client, server, bytes);
    }
  }
  close(server);
  close(client);
}

// Passes on what the client sent; true: the connection is cut.
bool PostgresRelay::cut_here(int client, int server, const std::string& sent) {
  std::lock_guard lock(mutex_);
  const bool commit = sent.size() >= kSync.size() && sent.substr(sent.size() - kSync.size()) == kSync;
  if (how_ == Cut::kNone || !commit) {
    give(server, sent);
    return false;
  }
  if (how_ == Cut::kAfter) {
    give(server, sent);
    while (readable(server, 500) && !take(server).empty()) {
    }
  }
  how_ = Cut::kNone;
  ++cuts_;
  shutdown(server, SHUT_RDWR);
  if (then_) then_();
  shutdown(client, SHUT_RDWR);
  return true;
}

}  // namespace storesweep::testing
