// Any bytes as the pairs of an APK signing block, in a small APK where everything else is right.
#include <cstdint>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "tests/unit/worker/apk/apk_builder.h"
#include "worker/apk/signing.h"

using namespace storesweep;

std::vector<std::string> fuzz_seeds() {
  std::string pairs;
  for (std::uint32_t id : {0x7109871au, 0xf05368c0u, 0x1b93ad61u}) {
    put_little(pairs, 8, 8);
    put_little(pairs, id, 4);
    pairs += "data";
  }
  return {pairs};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string plain = apk_test::zip_of({{"a", "one"}});
  ByteReader end(as_bytes(plain));
  end.seek(plain.size() - 6);  // of the end record without a comment: where the directory begins
  const std::uint32_t directory = end.u32();
  std::string block;
  put_little(block, size + 24, 8);
  block.append(reinterpret_cast<const char*>(data), size);
  put_little(block, size + 24, 8);
  block += "APK Sig Block 42";
  std::string apk = plain.substr(0, directory) + block + plain.substr(directory);
  std::string at;
  put_little(at, directory + block.size(), 4);
  apk.replace(apk.size() - 6, 4, at);
  auto zip = apk::ZipArchive::open(as_bytes(apk));
  if (!zip.ok()) __builtin_trap();
  static_cast<void>(apk::signing_presence(as_bytes(apk), *zip));
  return 0;
}
