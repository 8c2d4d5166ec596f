// Single steps of reading a package, for ./dev bench apk:
//   storesweep-bench-apk signatures MIN_SDK FILE   verifies the signatures
//   storesweep-bench-apk hash FILE                 SHA-256 of the file
//   storesweep-bench-apk inflate FILE              inflates every member (libdeflate), SHA-256 of the file:
//   what
//                                                  nobody who reads a package can do without
// Prints what it found.
#include <libdeflate.h>

#include <cstdio>
#include <string>
#include <vector>

#include "common/base/file.h"
#include "common/base/hash.h"
#include "common/base/text.h"
#include "worker/apk/signature.h"
#include "worker/apk/zip.h"

using namespace storesweep;

namespace {
int failed(const Status& status) {
  std::fprintf(stderr, "storesweep-bench-apk: %s\n", status.text().c_str());
  return 1;
}

int signatures(ByteView file, int min_sdk) {
  auto zip = apk::ZipArchive::open(file);
  if (!zip.ok()) return failed(zip.status());
  apk::SigningContext context;
  context.min_sdk = min_sdk;
  apk::Budget budget;
  auto facts = apk::verify_signatures(file, *zip, context, budget);
  if (!facts.ok()) return failed(facts.status());
  std::printf("%s\n", facts->verified ? "verified" : "not verified");
  return 0;
}

// The peer: no more than it takes, with none of our code but the table of members.
int inflate(ByteView file) {
  auto zip = apk::ZipArchive::open(file);
  if (!zip.ok()) return failed(zip.status());
  libdeflate_decompressor* inflater = libdeflate_alloc_decompressor();
  std::vector<std::uint8_t> out;
  std::uint64_t bytes = 0;
  for (const apk::ZipEntry& entry : zip->entries()) {
    auto raw = zip->raw(entry);
    if (!raw.ok() || !entry.deflated()) continue;
    if (out.size() < entry.bytes) out.resize(entry.bytes);
    std::size_t size = 0;
    libdeflate_deflate_decompress(inflater, raw->data(), raw->size(), out.data(), entry.bytes, &size);
    bytes += size;
  }
  libdeflate_free_decompressor(inflater);
  std::printf("%llu bytes inflated, %s\n", static_cast<unsigned long long>(bytes),
              to_hex(sha256(file)).c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 2 ? argv[1] : "";
  auto file = MappedFile::open(argc > 2 ? argv[argc - 1] : "");
  if (!file.ok()) return failed(file.status());
  int code = 2;
  if (what == "signatures" && argc == 4) {
    code = signatures(file->bytes(), parse_int<int>(argv[2]).value_or(1));
  } else if (what == "hash") {
    std::printf("%s\n", to_hex(sha256(file->bytes())).c_str());
    code = 0;
  } else if (what == "inflate") {
    code = inflate(file->bytes());
  }
  return code;
}
