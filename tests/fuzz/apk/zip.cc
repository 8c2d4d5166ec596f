// Any bytes as a zip file; every member is read, within a bound.
#include <cstdint>
#include <string>
#include <vector>

#include "tests/unit/worker/apk/apk_builder.h"
#include "worker/apk/zip.h"

using namespace storesweep;

std::vector<std::string> fuzz_seeds() {
  return {apk_test::zip_of({{"a", "one"}, {"b/c", "two", 8}}),
          apk_test::zip_of({{"a", "one", 21, 1}}, "dex", "comment")};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto zip = apk::ZipArchive::open(ByteView(data, size));
  if (!zip.ok()) return 0;
  for (const apk::ZipEntry& e : zip->entries()) {
    if (zip->find(e.name) == nullptr) __builtin_trap();
    if (auto bytes = zip->read(e, 1 << 20); bytes.ok() && bytes->size() > 1 << 20) __builtin_trap();
  }
  return 0;
}
