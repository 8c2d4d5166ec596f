#include "worker/door.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/base/clock.h"
#include "common/base/text.h"

namespace storesweep::worker {
namespace {
constexpr std::size_t kMaxGuests = 16, kMaxHeadBytes = 8u << 10;
constexpr std::int64_t kGuestMs = 5'000;  // from its coming to its going
constexpr int kTurnMs = 1'000;            // between two looks at who has stayed too long

struct Address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};
Result<Address> address_of(const std::string& text, std::uint16_t port) {
  Address out;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&out.bytes);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.bytes);
  if (::inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    out.size = sizeof(sockaddr_in);
  } else if (::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    out.size = sizeof(sockaddr_in6);
  } else {
    return invalid("`" + text + "` is no IP address to listen on");
  }
  return out;
}

std::uint16_t port_of(int fd) {
  Address a;
  a.size = sizeof a.bytes;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&a.bytes), &a.size) != 0) return 0;
  return ntohs(a.bytes.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&a.bytes)->sin6_port
                                             : reinterpret_cast<sockaddr_in*>(&a.bytes)->sin_port);
}

std::string_view reason_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 503:
      return "Service Unavailable";
    default:
      return "Bad Request";
  }
}

std::string written(const DoorAnswer& a, bool with_body) {
  return "HTTP/1.1 " + std::to_string(a.status) + " " + std::string(reason_of(a.status)) +
         "\r\nContent-Type: " + a.content_type + "\r\nContent-Length: " + std::to_string(a.body.size()) +
         "\r\nX-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n" +
         (with_body ? a.body : "");
}
}  // namespace

Result<std::unique_ptr<Door>> Door::open(const std::string& address, std::uint16_t port, Answer answer,
                                         Log& log) {
  TRY_ASSIGN(const Address a, address_of(address, port));
  const std::string place = address + " port " + std::to_string(port);
  Fd fd(::socket(a.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return errno_status(place, errno);
  const int on = 1;
  (void)::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&a.bytes), a.size) != 0 ||
      ::listen(fd.get(), kMaxGuests) != 0) {
    return unavailable("cannot listen on " + place + ": " + std::strerror(errno));
  }
  std::unique_ptr<Door> door(new Door(std::move(fd), std::move(answer), log));
  door->port_ = port_of(door->listener_.get());
  door->thread_ = std::thread([d = door.get()] { d->serve(); });
  return door;
}

Door::~Door() {
  close_.cancel();
  if (thread_.joinable()) thread_.join();
}

void Door::serve() {
  const SystemClock clock;
  while (!close_.cancelled()) {
    std::vector<pollfd> all{{close_.fd(), POLLIN, 0}};
    for (const Guest& g : guests_)
      all.push_back({g.fd.get(), static_cast<short>(g.out.empty() ? POLLIN : POLLOUT), 0});
    const bool room = guests_.size() < kMaxGuests;
    if (room) all.push_back({listener_.get(), POLLIN, 0});
    if (::poll(all.data(), all.size(), kTurnMs) < 0) {
      if (errno == EINTR) continue;
      return log_.error("the door is closed", {{"why", std::strerror(errno)}});
    }
    const std::int64_t now_ms = clock.steady_ms();
    for (std::size_t i = 0; i < guests_.size(); ++i) {
      attend(guests_[i], all[i + 1].revents);
      if (now_ms >= guests_[i].until_ms) guests_[i].over = true;
    }
    std::erase_if(guests_, [](const Guest& g) { return g.over; });
    if (room && (all.back().revents & POLLIN) != 0) welcome(now_ms);
  }
}

void Door::welcome(std::int64_t now_ms) {
  Fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!fd) return;  // it has gone again
  Guest& guest = guests_.emplace_back();
  guest.fd = std::move(fd);
  guest.until_ms = now_ms + kGuestMs;
}

void Door::attend(Guest& guest, short happened) {
  if (happened == 0) return;
  if ((happened & POLLIN) != 0) return read_from(guest);
  if ((happened & POLLOUT) != 0) return write_to(guest);
  guest.over = true;
}

void Door::read_from(Guest& guest) {
  char bytes[2048];
  const ssize_t n = ::recv(guest.fd.get(), bytes, sizeof bytes, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) return guest.over = true, void();
  guest.in.append(bytes, static_cast<std::size_t>(n));
  const std::size_t end = guest.in.find("\r\n\r\n");
  if (end != std::string::npos) {
    guest.out = response_to(std::string_view(guest.in).substr(0, end));
  } else if (guest.in.size() > kMaxHeadBytes) {
    guest.over = true;
  }
}

void Door::write_to(Guest& guest) {
  const ssize_t n =
      ::send(guest.fd.get(), guest.out.data() + guest.sent, guest.out.size() - guest.sent, MSG_NOSIGNAL);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  guest.sent += static_cast<std::size_t>(std::max<ssize_t>(n, 0));
  guest.over = n <= 0 || guest.sent == guest.out.size();
}

// "GET /metrics HTTP/1.1"
std::string Door::response_to(std::string_view head) const {
  const auto line = words(head.substr(0, head.find("\r\n")));
  if (line.size() != 3 || !starts_with(line[2], "HTTP/1."))
    return written({400, "text/plain", "not HTTP/1.1\n"}, true);
  const bool is_head = line[0] == "HEAD";
  if (line[0] != "GET" && !is_head) return written({405, "text/plain", "only GET\n"}, true);
  return written(answer_(line[1].substr(0, line[1].find('?'))), !is_head);
}

}  // namespace storesweep::worker
