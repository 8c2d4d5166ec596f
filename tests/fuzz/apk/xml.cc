// Any bytes as a binary AndroidManifest.xml.
#include <cstdint>
#include <string>
#include <vector>

#include "tests/unit/worker/apk/apk_builder.h"
#include "worker/apk/manifest.h"

using namespace storesweep;

std::vector<std::string> fuzz_seeds() {
  return {apk_test::manifest(), apk_test::manifest("a.b", "split", false)};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto document = apk::XmlDocument::parse(ByteView(data, size));
  if (document.ok()) (void)apk::read_manifest(*document, apk::ResourceTable());
  return 0;
}
