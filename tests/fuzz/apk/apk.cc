// Any bytes as an APK.
#include <cstdint>
#include <string>
#include <vector>

#include "tests/unit/worker/apk/apk_builder.h"
#include "worker/apk/facts.h"

using namespace storesweep;

std::vector<std::string> fuzz_seeds() {
  return {apk_test::small_apk(), apk_test::zip_of({{"AndroidManifest.xml", apk_test::manifest()}})};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto facts = read_apk_facts(ByteView(data, size));
  if (facts.ok() && facts_to_json(*facts).empty()) __builtin_trap();
  return 0;
}
