// Any bytes as a device's screenshot, which the report draws anew.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "common/base/file.h"
#include "common/report/screenshot.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace storesweep;
  auto small = small_png_untrusted({reinterpret_cast<const char*>(data), size}, 16);
  if (small.ok() && small->substr(1, 3) != "PNG") std::abort();
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  const char* source = std::getenv("STORESWEEP_SOURCE");
  return {storesweep::read_file(std::string(source ? source : ".") + "/tests/data/report/tiny.png", 1 << 20)
              .value_or("")};
}
