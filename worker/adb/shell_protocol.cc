#include "worker/adb/shell_protocol.h"

#include <fmt/format.h>

#include "common/base/bytes.h"
#include "common/base/text.h"

namespace storesweep::adb {

namespace {
std::string mark(std::uint64_t nonce) { return fmt::format("exit-{:x}=", nonce); }
}  // namespace

std::string shell_packet(ShellId id, std::string_view data) {
  std::string packet(1, static_cast<char>(id));
  put_little(packet, data.size(), 4);
  packet += data;
  return packet;
}

Result<std::optional<ShellPacket>> take_shell_packet(Inbox& inbox) {
  ByteReader reader(as_bytes(inbox.view()));
  if (reader.left() < 5) return std::optional<ShellPacket>();
  const std::uint8_t id = reader.u8();
  const std::uint32_t length = reader.u32();
  if (id < 1 || id > 3) return corrupt(fmt::format("device: a shell packet with the id {}", id));
  if (length > kShellPacketMaxBytes)
    return corrupt(fmt::format("device: a shell packet of {} bytes", length));
  if (reader.left() < length) return std::optional<ShellPacket>();
  ShellPacket packet{.id = ShellId{id}, .data = std::string(as_text(reader.take(length)))};
  if (packet.id == ShellId::kExit && packet.data.size() != 1) {
    return corrupt(fmt::format("device: an exit code of {} bytes", packet.data.size()));
  }
  inbox.drop(5 + length);
  return std::optional(std::move(packet));
}

std::string old_shell_command(std::string_view command, std::uint64_t nonce) {
  return fmt::format("{}; echo {}$?", command, mark(nonce));
}

std::optional<OldShellOutput> parse_old_shell(std::string_view raw, std::uint64_t nonce) {
  std::string text = without_pty_crlf(raw);
  const std::string wanted = mark(nonce);
  const std::size_t at = text.rfind(wanted);
  if (at == std::string::npos || text.back() != '\n') return std::nullopt;
  auto code =
      parse_int<int>(std::string_view(text).substr(at + wanted.size(), text.size() - at - wanted.size() - 1));
  if (!code) return std::nullopt;
  text.resize(at);
  return OldShellOutput{.out = std::move(text), .exit_code = *code};
}

std::string without_pty_crlf(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\r' && i + 1 < raw.size() && raw[i + 1] == '\n') continue;
    out += raw[i];
  }
  return out;
}

}  // namespace storesweep::adb
