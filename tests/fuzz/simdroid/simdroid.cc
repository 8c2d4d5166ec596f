// What any host sends to a simulated device: bytes of the ADB protocol, in the shapes of 4.4 and 13 (the
// first byte chooses). A tool of tests, but it listens on a port.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "simdroid/server.h"

namespace {
using namespace storesweep;
using namespace storesweep::simdroid;

const DeviceShape& shape(int api) {
  static const auto load = [](int level) {
    auto loaded = load_shape(SIMDROID_SHAPES, level);
    if (!loaded.ok()) std::abort();
    return std::move(loaded).value();
  };
  static const DeviceShape old = load(19), newer = load(33);
  return api == 19 ? old : newer;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const DeviceShape& of = shape(data[0] % 2 == 0 ? 19 : 33);
  FakeClock clock;
  SeededRandom random(1);
  Device device(of, {}, clock, random);
  Transport transport(transport_shape(of), {.required = data[0] % 4 >= 2}, device, random);
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  while (!rest.empty() && transport.receive(rest.substr(0, 64))) {
    rest.remove_prefix(std::min<std::size_t>(64, rest.size()));
    clock.advance_ms(50);
    device.timers().run_due();
    transport.pump();
    static_cast<void>(transport.take_output());
  }
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  const std::string hello = encode({kCnxn, kVersionChecksums, 4096, "host::"}, true);
  auto with = [&](const std::string& name, const std::string& data) {
    return hello + encode({kOpen, 7, 0, name + std::string(1, '\0')}, true) +
           encode({kWrte, 7, 1, data}, true);
  };
  const std::string sync =
      with("sync:", std::string("STAT\x01\0\0\0/LIST\x01\0\0\0/SEND\x0f\0\0\0/data/"
                                "x,3318888DATA\x01\0\0\0aDONE\0\0\0\0RECV\x07\0\0\0/data/xQUIT\0\0\0\0",
                                81));
  const std::string shell2 =
      with("shell,v2,raw:cat | wc -c; exit 3", std::string("\0\x02\0\0\0ab\x04\0\0\0\0", 12));
  return {std::string(1, '\0') + with("shell:echo 'a' > /sdcard/x && cat < /sdcard/x | grep a", ""),
          std::string(1, '\0') + sync,
          "\x01" + sync,
          "\x01" + shell2,
          "\x01" + with("exec:printf %s a", ""),
          "\x02" + hello + encode({kAuth, 2, 0, std::string(256, 's')}, true)};
}
