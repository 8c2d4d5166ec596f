// Any bytes as the text manifest of a library.
#include <cstdint>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "worker/apk/manifest.h"
#include "worker/apk/text_xml.h"

using namespace storesweep;

std::vector<std::string> fuzz_seeds() {
  return {
      "<?xml version='1.0'?><manifest xmlns:a='http://schemas.android.com/apk/res/android' package='com.lib'>"
      "<application><service a:name='.S' a:exported='true'>text</service></application></manifest>"};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto document = apk::parse_text_xml(as_text(ByteView(data, size)));
  if (document.ok()) (void)apk::read_manifest(*document, apk::Resources());
  return 0;
}
