// Any text as lines of the proxy and as a device's table of sockets: bounded, and no connection ends twice.
#include <cstdint>
#include <cstdlib>
#include <set>

#include "common/base/text.h"
#include "common/traffic/flow_lines.h"
#include "common/traffic/sockets.h"

using namespace storesweep;
using namespace storesweep::traffic;

namespace {
void must(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  FlowReader reader;
  std::multiset<std::string> opened;
  for (std::string_view line : lines(text)) {
    const auto read = parse_flow_line(line);
    if (!read.ok()) continue;
    must(read->from_ms <= read->ms && read->headers.size() <= kMaxFlowHeaders && read->body.size() <= size);
    must(read->port >= 0 && read->port <= 65'535);
    if (read->kind == FlowKind::kOpen) opened.insert(read->connection);
    const auto ended = reader.take(*read);
    must(!ended || read->kind == FlowKind::kClose);
    must(!ended || opened.erase(ended->connection) > 0);
  }
  const auto sockets = parse_sockets(text);
  must(sockets.size() <= kMaxSockets);
  for (const Socket& s : parse_sockets(lines_to_port(text, 8080)))
    must(s.remote_port == 8080 && s.state == 1);
  SocketOwners owners;
  const auto owner = owners.take(text);
  must(!owner || !sockets.empty());
  must(!owners.take(text));  // nothing in it is new
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  return {
      "{\"kind\":\"open\",\"ms\":1,\"connection\":\"a\"}\n"
      "{\"kind\":\"tunnel\",\"ms\":2,\"connection\":\"a\",\"host\":\"h\",\"port\":443}\n"
      "{\"kind\":\"tls\",\"ms\":3,\"connection\":\"a\",\"host\":\"h\",\"port\":443,\"trusted\":false,"
      "\"error\":\"unknown ca\"}\n{\"kind\":\"close\",\"ms\":4,\"connection\":\"a\"}\n",
      "{\"kind\":\"request\",\"ms\":9,\"from_ms\":7,\"connection\":\"a\",\"flow\":\"f\",\"method\":\"POST\","
      "\"path\":\"/\",\"path_bytes\":1,\"headers\":[[\"A\",\"b\"]],\"headers_cut\":false,"
      "\"body\":\"aGk=\",\"body_bytes\":2}",
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
      "   0: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000 10101        0 7 1\n"
      "   1: 0000000000000000FFFF00000100007F:C351 0000000000000000FFFF00000100007F:1F90 01 "
      "00000000:00000000 00:00000000 00000000 10102        0 8 1\n"};
}
