#include "common/base/cancel.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "common/base/clock.h"

namespace storesweep {

Cancel::Cancel() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) std::abort();  // out of descriptors before anything has begun
}

Cancel::~Cancel() { close(fd_); }

void Cancel::cancel() {
  cancelled_.store(true, std::memory_order_release);
  std::uint64_t one = 1;
  [[maybe_unused]] auto written = write(fd_, &one, sizeof one);  // full means: already readable
}

Deadline Deadline::in_ms(std::int64_t ms, const Cancel* cancel) {
  return {SystemClock().steady_ms() + ms, cancel};
}

std::int64_t Deadline::left_ms() const {
  return std::max<std::int64_t>(0, steady_ms - SystemClock().steady_ms());
}

Deadline Deadline::at_most_ms(std::int64_t ms) const {
  return {std::min(steady_ms, SystemClock().steady_ms() + ms), cancel};
}

Status wait_fd(int fd, short events, const Deadline& deadline) {
  for (;;) {
    if (deadline.cancel && deadline.cancel->cancelled()) return cancelled("the call was given up");
    pollfd fds[2] = {{fd, events, 0}, {deadline.cancel ? deadline.cancel->fd() : -1, POLLIN, 0}};
    int timeout_ms = static_cast<int>(std::min<std::int64_t>(deadline.left_ms(), 1'000'000));
    int n = poll(fds, 2, timeout_ms);
    if (n < 0 && errno != EINTR) return internal(std::string("poll: ") + std::strerror(errno));
    if (n > 0 && fds[0].revents != 0) return ok_status();
    if (n == 0 && deadline.passed()) return timed_out("the deadline passed");
  }
}

Status sleep_ms(std::int64_t ms, const Deadline& deadline) {
  Deadline mine = deadline.at_most_ms(ms);
  Status s = wait_fd(-1, 0, mine);
  if (s.kind() != ErrorKind::kTimeout) return s;
  return mine.steady_ms < deadline.steady_ms ? ok_status() : s;
}

}  // namespace storesweep
