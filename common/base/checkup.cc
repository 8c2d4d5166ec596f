#include "common/base/checkup.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "common/base/file.h"

namespace storesweep {
namespace {
std::string mib(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

// One address, until the deadline.
Status dial(const addrinfo& to, const Deadline& deadline) {
  const Fd fd(::socket(to.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return errno_status("a socket", errno);
  if (::connect(fd.get(), to.ai_addr, to.ai_addrlen) == 0) return ok_status();
  if (errno != EINPROGRESS) return errno_status("connecting", errno);
  TRY(wait_fd(fd.get(), POLLOUT, deadline));
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error == 0 ? ok_status() : errno_status("connecting", error);
}
}  // namespace

void Checkup::told(std::string what, const Status& status, std::string found, std::string advice) {
  if (status.ok()) return good(std::move(what), std::move(found));
  bad(std::move(what), status.message(), std::move(advice));
}

void Checkup::folder(std::string what, const std::string& path, std::uint64_t low, std::uint64_t wanted) {
  const std::string probe = path + "/.doctor-" + std::to_string(::getpid());
  Status s = make_folders(path);
  if (s.ok()) s = write_file_durably(probe, "can it be written to?\n");
  ::unlink(probe.c_str());
  if (!s.ok()) return bad(std::move(what), s.message(), "make it, and give it to whom this program runs as");
  const auto free = disk_free_bytes(path);
  if (!free.ok()) return bad(std::move(what), free.status().message(), "");
  const std::string found = path + ": " + mib(*free) + " free";
  if (*free < low) return bad(std::move(what), found + ", less than " + mib(low), "make room");
  if (*free < wanted)
    return doubtful(std::move(what), found + "; it may take " + mib(wanted), "make room before it is needed");
  good(std::move(what), found);
}

void Checkup::clock() {
  timex t{};
  const int state = ::adjtimex(&t);
  if (state < 0) return doubtful("clock", "the kernel does not tell whether it is kept", "");
  if (state == TIME_ERROR || (t.status & STA_UNSYNC) != 0)
    return doubtful("clock", "nobody keeps it (the kernel says unsynchronised)",
                    "run chrony or systemd-timesyncd: logs and evidence are stamped by it");
  good("clock", "kept, within " + std::to_string(t.maxerror / 1000) + " ms");
}

Status somebody_listens(const std::string& host_and_port, const Deadline& deadline) {
  const std::size_t colon = host_and_port.rfind(':');
  std::string host = host_and_port.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  const std::string port = colon == std::string::npos ? "" : host_and_port.substr(colon + 1);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0)
    return not_found(host_and_port + ": " + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, ::freeaddrinfo);
  Status s = unavailable("no address");
  for (const addrinfo* a = all.get(); a != nullptr && !s.ok(); a = a->ai_next) s = dial(*a, deadline);
  return s.ok() ? s : s.within(host_and_port);
}

bool Checkup::sound() const {
  return std::none_of(lines_.begin(), lines_.end(), [](const Line& l) { return l.how == How::kBad; });
}

std::string Checkup::text() const {
  static constexpr const char* kMarks[] = {"good  ", "?     ", "BAD   "};
  std::size_t counts[3] = {};
  std::string out;
  for (const Line& l : lines_) {
    ++counts[static_cast<std::size_t>(l.how)];
    out += kMarks[static_cast<std::size_t>(l.how)] + l.what + ": " + l.found + "\n";
    if (!l.advice.empty()) out += "      -> " + l.advice + "\n";
  }
  return out + std::to_string(counts[0]) + " good, " + std::to_string(counts[1]) + " doubtful, " +
         std::to_string(counts[2]) + " bad\n";
}

}  // namespace storesweep
