// What a device says through the server: shell packets, the old shell's text, sync answers. The first byte
// chooses which; each must end in messages, a wait for more, or an error.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "worker/adb/shell_protocol.h"
#include "worker/adb/sync_protocol.h"

namespace {
using namespace storesweep::adb;

void read_shell(Inbox& inbox) {
  for (auto p = take_shell_packet(inbox); p.ok() && *p; p = take_shell_packet(inbox)) {
    if ((*p)->data.size() > kShellPacketMaxBytes) std::abort();
  }
}

void read_sync(Inbox& inbox, SyncAsked asked) {
  for (auto a = take_sync(inbox, asked); a.ok() && *a; a = take_sync(inbox, asked)) {
    if ((*a)->text.size() > kSyncDataMaxBytes) std::abort();
  }
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  Inbox inbox;
  inbox.feed(bytes);
  if (data[0] % 7 == 0) read_shell(inbox);
  if (data[0] % 7 == 1) parse_old_shell(bytes, 1);
  if (data[0] % 7 >= 2) read_sync(inbox, SyncAsked{data[0] % 7 - 2});
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  using namespace std::string_literals;
  return {"\0\x01\x03\0\0\0out\x03\x01\0\0\0\0"s,
          "\x01text\r\nexit-1=0\r\n",
          "\x02STAT\xa4\x81\0\0\x06\0\0\0\x03\x9d\x04\x6b"s,
          "\x03LST2"s + std::string(68, '\0'),
          "\x04"
          "DENT\xa4\x81\0\0\x06\0\0\0\x03\x9d\x04\x6b\x01\0\0\0aDONE"s +
              std::string(16, '\0'),
          "\x05"
          "DATA\x03\0\0\0abcDONE\0\0\0\0"s,
          "\x06"
          "FAIL\x02\0\0\0no"s};
}
