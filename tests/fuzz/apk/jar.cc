// Any bytes as the signature block, the signature file and the manifest of JAR signing.
#include <cstdint>
#include <string>
#include <vector>

#include "worker/apk/jar_block.h"
#include "worker/apk/jar_manifest.h"
#include "worker/apk/pkcs7.h"

using namespace storesweep;

std::vector<std::string> fuzz_seeds() {
  std::string oid("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", 11);
  std::string indefinite =
      std::string("\x30\x80", 2) + oid + std::string("\xa0\x80\x30\x80\x00\x00\x00\x00\x00\x00", 10);
  return {"Manifest-Version: 1.0\r\nCreated-By: 1\r\n\r\nName: a\r\n b\r\nSHA1-Digest: AAAA\r\n\r\n",
          "Signature-Version: 1.0\nSHA-256-Digest-Manifest: AAAA\n\nName: x\nSHA-256-Digest: AA==\n\n",
          indefinite, std::string(64, '\x30')};
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView bytes(data, size);
  if (auto manifest = apk::JarManifest::parse(as_text(bytes))) {
    for (std::size_t i = 0; i < manifest->sections().size(); ++i) {
      if (!manifest->names()[i].empty() && !manifest->find(manifest->names()[i])) __builtin_trap();
      static_cast<void>(apk::digests_to_verify(manifest->sections()[i], "-Digest", 1));
    }
    static_cast<void>(apk::digests_to_verify(manifest->main(), "-Digest-Manifest", 24));
  }
  ByteView rest = bytes;
  while (apk::take_ber(rest)) {
  }
  if (auto block = apk::parse_signed_data(bytes)) {
    for (const apk::SignerInfo& s : block->signers) static_cast<void>(apk::find_certificate(*block, s));
  }
  static_cast<void>(apk::parse_public_key(bytes));
  std::vector<apk::SignatureProblem> found;
  apk::Problems problems(found, apk::Scheme::kV1, true);
  apk::Signer signer;
  if (apk::verify_jar_block(bytes, bytes, 24, 1, signer, problems)) __builtin_trap();
  if (found.empty()) __builtin_trap();
  return 0;
}
