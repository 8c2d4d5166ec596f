// Any bytes as a native library.
#include <cstdint>
#include <string>
#include <vector>

#include "tests/unit/worker/apk/code_builder.h"
#include "worker/apk/native.h"

using namespace storesweep;

std::vector<std::string> fuzz_seeds() { return {code_test::native_library()}; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto library = apk::read_native_library(ByteView(data, size));
  if (!library.ok()) return 0;
  if (library->jni_exports.size() > apk::kMaxJniExports) __builtin_trap();
  for (const std::string& name : library->jni_exports) (void)apk::jni_class(name);
  return 0;
}
