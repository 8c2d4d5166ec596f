// What a shell service answers: packets where the device has shell_v2 (AOSP adb: shell_protocol.h), else the
// bytes of a pseudo terminal, from which line ends and the exit code have to be recovered. Pure; safe for
// concurrent use.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/status.h"
#include "worker/adb/inbox.h"

namespace storesweep::adb {

inline constexpr std::size_t kShellPacketMaxBytes = 1024 * 1024;  // adbd's largest payload

enum class ShellId : std::uint8_t { kStdin = 0, kStdout = 1, kStderr = 2, kExit = 3, kCloseStdin = 4 };

struct ShellPacket {
  ShellId id = ShellId::kStdout;
  std::string data;
};
// One byte id, four bytes length (little endian), data.
std::string shell_packet(ShellId id, std::string_view data);
// See protocol.h; an id that a device never sends is kCorrupt.
Result<std::optional<ShellPacket>> take_shell_packet(Inbox& inbox);

// The old shell tells no exit code, and a stream that broke off looks like one that ended. So the command is
// followed by an echo of `$?` behind a mark that its output does not hold, and an answer without the mark is
// incomplete.
std::string old_shell_command(std::string_view command, std::uint64_t nonce);
struct OldShellOutput {
  std::string out;
  int exit_code = 0;
};
// Nothing when the mark is not at the end. The output comes with LF line ends.
std::optional<OldShellOutput> parse_old_shell(std::string_view raw, std::uint64_t nonce);

// A pseudo terminal sends CR LF for each LF; this gives back exactly the bytes that the program wrote.
std::string without_pty_crlf(std::string_view raw);

}  // namespace storesweep::adb
