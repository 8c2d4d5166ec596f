#include "common/traffic/sockets.h"

#include "common/base/text.h"

namespace storesweep::traffic {
namespace {
constexpr int kEstablished = 1;

// "0100007F:1F90" -> 0x1F90; the address may be of either family.
std::optional<int> port_of(std::string_view address) {
  const std::size_t colon = address.find(':');
  if (colon != 8 && colon != 32) return std::nullopt;
  return parse_int<int>(address.substr(colon + 1), 16);
}

// sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid ...
std::optional<Socket> socket_of(std::string_view line) {
  const auto columns = words(line);
  if (columns.size() < 8 || !ends_with(columns[0], ":")) return std::nullopt;
  const auto local = port_of(columns[1]), remote = port_of(columns[2]);
  const auto state = parse_int<int>(columns[3], 16), uid = parse_int<int>(columns[7]);
  if (!local || !remote || !state || !uid || *uid < 0) return std::nullopt;
  return Socket{*local, *remote, *state, *uid};
}
}  // namespace

std::vector<Socket> parse_sockets(std::string_view table) {
  std::vector<Socket> out;
  for (std::string_view line : lines(table)) {
    if (out.size() >= kMaxSockets) break;
    if (auto one = socket_of(line)) out.push_back(*one);
  }
  return out;
}

std::string lines_to_port(std::string_view table, int port) {
  std::string out;
  for (std::string_view line : lines(table)) {
    const auto one = socket_of(line);
    if (one && one->remote_port == port && one->state == kEstablished) out += std::string(line) + "\n";
  }
  return out;
}

std::optional<int> SocketOwners::take(std::string_view table) {
  std::set<Socket> now;
  std::set<int> uids;
  for (const Socket& s : parse_sockets(table)) {
    now.insert(s);
    if (!known_.contains(s)) uids.insert(s.uid);
  }
  known_ = std::move(now);
  return uids.size() == 1 ? std::optional(*uids.begin()) : std::nullopt;
}

}  // namespace storesweep::traffic
