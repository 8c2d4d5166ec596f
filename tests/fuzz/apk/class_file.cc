// Any bytes as a Java class file, scanned as an SDK's is.
#include <cstdint>
#include <string>
#include <vector>

#include "tests/fuzz/apk/code.h"
#include "tests/unit/worker/apk/code_builder.h"

using namespace storesweep;

std::vector<std::string> fuzz_seeds() { return {code_test::class_file()}; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto file = apk::ClassFile::parse(ByteView(data, size));
  if (!file.ok()) return 0;
  if (fuzz_scanner().scan(*file).classes.size() != 1) __builtin_trap();
  (void)file->constant("VERSION_NAME");
  return 0;
}
