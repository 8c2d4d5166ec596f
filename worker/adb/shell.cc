#include "worker/adb/shell.h"

#include <fmt/format.h>

#include "common/base/text.h"
#include "worker/adb/shell_protocol.h"

namespace storesweep::adb {

namespace {

std::string shown(std::string_view command) {
  return fmt::format("shell {}", clean_utf8(command.substr(0, 120)));
}

// Every device has a shell: one that refuses it is failing.
Result<Connection> open_shell(Client& client, const Target& target, std::string_view service,
                              const Deadline& deadline) {
  auto connection = client.open(target, service, deadline);
  if (connection.ok() || connection.status().kind() != ErrorKind::kUnsupported) return connection;
  return not_found(connection.status().message());
}

Status too_much(std::string_view command, std::size_t limit) {
  return exhausted(fmt::format("{}: more than {} bytes of output", shown(command), limit));
}

// Everything that comes, until the other side closes.
Result<std::string> read_to_end(Connection& connection, std::string_view command, std::size_t max_bytes,
                                const Deadline& deadline) {
  for (;;) {
    if (connection.inbox().size() > max_bytes) return too_much(command, max_bytes);
    TRY_ASSIGN(bool open, connection.fill(deadline));
    if (!open) return connection.inbox().take_all();
  }
}

Status send_input(Connection& connection, std::string_view input, const Deadline& deadline) {
  while (!input.empty()) {
    std::string_view chunk = input.substr(0, kShellPacketMaxBytes / 16);
    TRY(connection.write(shell_packet(ShellId::kStdin, chunk), deadline));
    input.remove_prefix(chunk.size());
  }
  return connection.write(shell_packet(ShellId::kCloseStdin, {}), deadline);
}

Result<ShellResult> shell_v2(Client& client, const Target& target, std::string_view command,
                             const ShellOptions& options, const Deadline& deadline) {
  TRY_ASSIGN(Connection connection,
             open_shell(client, target, fmt::format("shell,v2,raw:{}", command), deadline));
  Status sent =
      send_input(connection, options.input, deadline);  // a command may end without reading its input
  if (!sent.ok() && sent.kind() != ErrorKind::kUnavailable) return sent.within(shown(command));
  ShellResult result;
  for (;;) {
    TRY_ASSIGN(auto packet, take_shell_packet(connection.inbox()));
    if (!packet) {
      auto open = connection.fill(deadline);
      if (!open.ok()) return open.status().within(shown(command));
      if (!*open) return client.broken_off(shown(command), deadline);
      continue;
    }
    if (packet->id == ShellId::kExit) {
      result.exit_code = static_cast<unsigned char>(packet->data[0]);
      return result;
    }
    (packet->id == ShellId::kStdout ? result.out : result.err) += packet->data;
    if (result.out.size() + result.err.size() > options.max_bytes)
      return too_much(command, options.max_bytes);
  }
}

Result<ShellResult> shell_old(Client& client, const Target& target, std::string_view command,
                              const ShellOptions& options, const Deadline& deadline) {
  if (!options.input.empty()) return unsupported("the old shell takes no input: push a file");
  const std::uint64_t nonce = client.counters().commands + 1;
  const std::string sent = options.old_exit_code ? old_shell_command(command, nonce) : std::string(command);
  TRY_ASSIGN(Connection connection, open_shell(client, target, "shell:" + sent, deadline));
  auto raw = read_to_end(connection, command, options.max_bytes, deadline);
  if (!raw.ok()) return raw.status().within(shown(command));
  if (!options.old_exit_code) return ShellResult{.out = without_pty_crlf(*raw), .err = "", .exit_code = {}};
  auto parsed = parse_old_shell(*raw, nonce);
  if (!parsed) return client.broken_off(shown(command), deadline);
  return ShellResult{.out = std::move(parsed->out), .err = "", .exit_code = parsed->exit_code};
}

}  // namespace

Result<ShellResult> shell(Client& client, const Target& target, std::string_view command,
                          const ShellOptions& options, const Deadline& deadline) {
  return (options.v2 ? shell_v2 : shell_old)(client, target, command, options, deadline);
}

Result<std::string> exec(Client& client, const Target& target, std::string_view command,
                         std::string_view input, std::size_t max_bytes, const Deadline& deadline) {
  TRY_ASSIGN(Connection connection, client.open(target, fmt::format("exec:{}", command), deadline));
  Status sent =
      connection.write(input, deadline);  // one that fails early ends the stream: its words are waiting
  if (!sent.ok() && sent.kind() != ErrorKind::kUnavailable) return sent.within(shown(command));
  auto out = read_to_end(connection, command, max_bytes, deadline);
  return out.ok() ? std::move(out) : out.status().within(shown(command));
}

Result<LineStream> LineStream::start(Client& client, const Target& target, std::string_view command, bool v2,
                                     const Deadline& deadline) {
  const std::string service = fmt::format("{}{}", v2 ? "shell,v2,raw:" : "shell:", command);
  TRY_ASSIGN(Connection connection, open_shell(client, target, service, deadline));
  return LineStream(client, std::move(connection), std::string(command), v2);
}

Result<std::optional<std::string>> LineStream::next(const Deadline& deadline) {
  for (;;) {
    if (v2_) TRY(unpack());
    if (auto line = take_line()) return std::optional(std::move(*line));
    if (exit_code_) break;
    TRY_ASSIGN(bool open, connection_.fill(deadline));
    if (open) continue;
    if (v2_) return client_->broken_off(shown(command_), deadline);
    break;
  }
  Inbox& text = v2_ ? text_ : connection_.inbox();
  if (text.empty()) return std::optional<std::string>();
  return std::optional(text.take_all());  // a last line without an end
}

// Moves the data of whole packets into text_.
Status LineStream::unpack() {
  while (!exit_code_) {
    TRY_ASSIGN(auto packet, take_shell_packet(connection_.inbox()));
    if (!packet) break;
    if (packet->id == ShellId::kExit) {
      exit_code_ = static_cast<unsigned char>(packet->data[0]);
    } else {
      text_.feed(packet->data);
    }
  }
  return ok_status();
}

std::optional<std::string> LineStream::take_line() {
  Inbox& inbox = v2_ ? text_ : connection_.inbox();
  std::string_view text = inbox.view();
  const std::size_t end = text.substr(0, kLineMaxBytes + 1).find('\n');
  if (end == std::string_view::npos && text.size() <= kLineMaxBytes) return std::nullopt;
  const std::size_t taken = end == std::string_view::npos ? kLineMaxBytes : end;
  std::string line(text.substr(0, taken));
  inbox.drop(end == std::string_view::npos ? taken : taken + 1);
  if (end != std::string_view::npos && !line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

}  // namespace storesweep::adb
