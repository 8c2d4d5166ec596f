// Commands on a device, by shell v2 where the device has it and by the old shell where not, and raw `exec:`.
// Free functions on a Client; safe for concurrent use. Streams: one thread at a time, the client outlives
// them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/cancel.h"
#include "common/base/status.h"
#include "worker/adb/client.h"

namespace storesweep::adb {

inline constexpr std::size_t kLineMaxBytes = 64 * 1024;

struct ShellOptions {
  bool v2 = true;                            // the device has the feature "shell_v2"
  std::string_view input;                    // standard input (v2 only); it is closed behind it
  std::size_t max_bytes = 64 * 1024 * 1024;  // of output; kExhausted beyond
  bool old_exit_code =
      true;  // old shell: ask for `$?`; without it the exit code is unknown and a cut goes unseen
};
struct ShellResult {
  std::string out;
  std::string err;               // v2 only; the old shell mixes it into out
  std::optional<int> exit_code;  // nothing where the old shell was not asked for it
};
// Runs to the end. An answer that ended before its exit code is an error (broken_off), never a short output:
// adb's own `shell` exits 0 there. The old shell's CR LF is undone, so binary output arrives as the program
// wrote it.
Result<ShellResult> shell(Client& client, const Target& target, std::string_view command,
                          const ShellOptions& options, const Deadline& deadline);

// `exec:`: the command's output without a terminal and without an exit code; a cut goes unseen. Input may be
// empty; the stream's end is the command's end. kUnsupported on devices before Android 5.
Result<std::string> exec(Client& client, const Target& target, std::string_view command,
                         std::string_view input, std::size_t max_bytes, const Deadline& deadline);

// The lines of a command that runs on and on (logcat).
class LineStream {
 public:
  static Result<LineStream> start(Client& client, const Target& target, std::string_view command, bool v2,
                                  const Deadline& deadline);
  // The next line without its end (LF or CR LF); lines beyond kLineMaxBytes come in pieces. Nothing when the
  // command ended by itself. kTimeout: no line yet, go on. kNotFound or kUnavailable: it broke off (v2; the
  // old shell cannot tell and ends).
  Result<std::optional<std::string>> next(const Deadline& deadline);
  std::optional<int> exit_code() const { return exit_code_; }

 private:
  LineStream(Client& client, Connection connection, std::string command, bool v2)
      : client_(&client), connection_(std::move(connection)), command_(std::move(command)), v2_(v2) {}
  std::optional<std::string> take_line();
  Status unpack();

  Client* client_;
  Connection connection_;
  std::string command_;
  bool v2_;
  Inbox text_;  // v2: the packets' data
  std::optional<int> exit_code_;
};

}  // namespace storesweep::adb
