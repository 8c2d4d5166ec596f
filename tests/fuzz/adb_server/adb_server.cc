// What an adb server says to us: replies, frames and lists of devices. The first byte cuts the rest in two
// pieces: however bytes are cut, the same messages must come out.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "worker/adb/protocol.h"

namespace {
using namespace storesweep::adb;

std::string read_all(std::string_view bytes, std::size_t cut) {
  Inbox inbox;
  std::string seen;
  for (std::string_view piece : {bytes.substr(0, cut), bytes.substr(cut)}) {
    inbox.feed(piece);
    for (auto reply = take_reply(inbox); reply.ok() && *reply; reply = take_reply(inbox))
      seen += (*reply)->message;
    for (auto frame = take_frame(inbox); frame.ok() && *frame; frame = take_frame(inbox)) {
      seen += **frame + std::to_string(parse_devices(**frame).devices.size());
      seen += std::to_string(parse_features(**frame).size());
    }
  }
  return seen;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  read_all(bytes, std::min<std::size_t>(data[0], bytes.size()));
  Inbox whole, single;  // frames alone do not depend on the cut
  whole.feed(bytes);
  auto one = take_frame(whole);
  auto other = take_frame(single);
  for (char c : bytes) {
    if (!other.ok() || *other) break;
    single.feed({&c, 1});
    other = take_frame(single);
  }
  if (one.ok() != other.ok() || (one.ok() && *one != *other)) std::abort();
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  return {"\x05OKAY0016127.0.0.1:5655\tdevice\n",
          "\x02"
          "FAIL000edevice offline",
          "\x09OKAY002f127.0.0.1:5655         offline transport_id:22\n0000", "\x30OKAY000ccmd,shell_v2"};
}
