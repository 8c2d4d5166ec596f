// Any bytes as a dex file, scanned as a package's is.
#include <cstdint>
#include <string>
#include <vector>

#include "tests/fuzz/apk/code.h"
#include "tests/unit/worker/apk/code_builder.h"

using namespace storesweep;

std::vector<std::string> fuzz_seeds() {
  auto flow = code_test::asking();
  flow.more_strings = {"getDeviceId", "content://sms/inbox", "getMethod"};
  flow.more_types = {"Landroid/telephony/TelephonyManager;", "Ljava/lang/Class;"};
  flow.more_methods = {{3, 5}, {4, 7}};
  flow.code = {0x001c, 3, 0x011a, 5, 0x206e, 2, 0x0010, 0x0038, 2, 0xf828, 0x000e};
  auto container = code_test::asking();
  container.version = "041";
  const std::string one = code_test::dex_of(container);
  return {code_test::dex_of(code_test::asking()), code_test::dex_of(flow),
          one + code_test::dex_of(container, one.size())};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto dexes = apk::DexFile::parse(ByteView(data, size));
  if (!dexes.ok()) return 0;
  for (const apk::DexFile& dex : *dexes) {
    const apk::CodeFacts facts = fuzz_scanner().scan(dex);
    if (facts.call_sites.size() > apk::kMaxCallSites) __builtin_trap();
    for (std::uint32_t i = 0; i < dex.class_count() && i < 100; ++i) (void)dex.constant(i, "VERSION_NAME");
    for (std::uint32_t i = 0; i < dex.call_site_count() && i < 100; ++i) (void)dex.methods_of_call_site(i);
    (void)dex.checksum_holds();
  }
  return 0;
}
