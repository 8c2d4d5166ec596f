#include "worker/adb/server.h"

#include <fmt/format.h>

#include "common/base/child.h"
#include "common/base/text.h"

namespace storesweep::adb {

namespace {
constexpr std::int64_t kAnswerMs = 3000;  // a healthy server answers in a millisecond
constexpr std::int64_t kPauseMs = 100;    // between two looks
constexpr std::size_t kOutputMaxBytes = 64 * 1024;

// Waits until the device is usable; kTimeout when it stayed something else.
Status wait_usable(Client& client, const Target& target, const Deadline& deadline) {
  for (;;) {
    auto state = client.state(target, deadline);
    if (state.ok() && *state == "device") return ok_status();
    if (!state.ok() && state.status().kind() != ErrorKind::kNotFound) return state.status();
    TRY(sleep_ms(kPauseMs, deadline));
  }
}
}  // namespace

Status Server::ensure(const Deadline& deadline) {
  auto version = client_->version(deadline.at_most_ms(kAnswerMs));
  const ServerAddress& address = client_->address();
  const bool ours = options_.own && (address.host == "127.0.0.1" || address.host == "localhost");
  if (version.ok() || version.status().kind() != ErrorKind::kUnavailable || !ours) return version.status();
  ++starts_;
  ChildOptions child;
  // The program starts a server on no host but the one of this very name.
  child.command = {options_.program, "-L", fmt::format("tcp:localhost:{}", address.port), "start-server"};
  child.extra = options_.extra;
  child.extra.try_emplace("ADB_LOCAL_TRANSPORT_MAX_PORT", "5553");
  TRY_ASSIGN(ChildOutput output, run_child(child, "", kOutputMaxBytes, deadline));
  for (;;) {
    version = client_->version(deadline.at_most_ms(kAnswerMs));
    if (version.ok() || version.status().kind() == ErrorKind::kCancelled) return version.status();
    if (output.exit_code != 0 || deadline.passed()) {
      return unavailable(fmt::format("adb server: `{} start-server` ended with {}: {}", options_.program,
                                     output.exit_code, clean_utf8(trim(output.out))));
    }
    TRY(sleep_ms(kPauseMs, deadline));
  }
}

Status reconnect(Client& client, const std::string& address, const Deadline& deadline,
                 std::int64_t offline_ms) {
  const Target target{.serial = address};
  for (;;) {
    Status s = client.connect(address, deadline);
    if (s.ok()) s = wait_usable(client, target, deadline.at_most_ms(offline_ms));
    if (s.ok() || s.kind() == ErrorKind::kUnavailable || s.kind() == ErrorKind::kCancelled) return s;
    if (deadline.passed()) return not_found(fmt::format("device {} did not come: {}", address, s.message()));
    TRY(client.disconnect(address, deadline));
    TRY(sleep_ms(kPauseMs, deadline));
  }
}

}  // namespace storesweep::adb
