// Any bytes as the pairs of an APK signing block, in a small APK where everything else is right; and the same
// bytes as the signature beside it (v4).
#include <cstdint>
#include <string>
#include <vector>

#include "tests/unit/worker/apk/apk_builder.h"
#include "tests/unit/worker/apk/apk_signer.h"
#include "worker/apk/signature.h"
#include "worker/apk/signing.h"

using namespace storesweep;

namespace {
const std::string& plain() {
  static const std::string zip = apk_test::zip_of({{"a", "one"}});
  return zip;
}
std::string pair(std::uint32_t id, const std::string& value) {
  return apk_test::number(value.size() + 4, 8) + apk_test::number(id) + value;
}
}  // namespace

std::vector<std::string> fuzz_seeds() {
  static const apk_test::TestKey a("A"), b("B");
  const std::string digest = apk_test::digest_of_zip(plain());
  const apk_test::Range old{28, 32}, young{33, 0x7fffffff};
  std::string rotation = apk_test::attribute(0x3ba06f8c, apk_test::lineage({&a, &b}));
  std::string v2 = apk_test::prefixed(apk_test::signer(a, digest));
  std::string v3 = apk_test::prefixed(
      apk_test::signer(a, digest, &old, apk_test::attribute(0x559f8b02, apk_test::number(33))));
  std::string v31 = apk_test::prefixed(apk_test::signer(b, digest, &young, rotation));
  return {pair(0x7109871a, v2), pair(0xf05368c0, v3) + pair(0x1b93ad61, v31), apk_test::number(2) + v2};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string pairs(reinterpret_cast<const char*>(data), size);
  std::string block =
      apk_test::number(size + 24, 8) + pairs + apk_test::number(size + 24, 8) + "APK Sig Block 42";
  std::string file = apk_test::with_block(plain(), {});
  std::size_t directory = file.find("PK\x01\x02");
  file = file.substr(0, directory - 32) + block + file.substr(directory);
  file.replace(file.size() - 6, 4, apk_test::number(directory - 32 + block.size()));
  auto zip = apk::ZipArchive::open(as_bytes(file));
  if (!zip.ok()) __builtin_trap();
  static_cast<void>(apk::signing_presence(as_bytes(file), *zip));
  apk::SigningContext context;
  context.min_sdk = 28;
  context.idsig = ByteView(data, size);
  apk::Budget budget(16u << 20);
  auto facts = apk::verify_signatures(as_bytes(file), *zip, context, budget);
  if (!facts.ok() && facts.status().kind() != ErrorKind::kExhausted) __builtin_trap();
  return 0;
}
