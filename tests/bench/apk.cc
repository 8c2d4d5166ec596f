// Single steps of reading a package, for ./dev bench apk:
//   storesweep-bench-apk signatures MIN_SDK FILE   verifies the signatures
//   storesweep-bench-apk hash FILE                 SHA-256 of the file
//   storesweep-bench-apk inflate FILE              inflates every member (libdeflate), SHA-256 of the file:
//                                                  what nobody who reads a package can do without
//   storesweep-bench-apk walk FILE                 the same, and goes from instruction to instruction of
//   every
//                                                  dex file: what nobody who reads its code can do without
// Prints what it found.
#include <libdeflate.h>

#include <cstdio>
#include <string>
#include <vector>

#include "common/base/file.h"
#include "common/base/hash.h"
#include "common/base/text.h"
#include "worker/apk/dex.h"
#include "worker/apk/dex_code.h"
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

// From one instruction to the next by its length; returns how many there are.
std::uint64_t instructions_of(ByteView file) {
  std::uint64_t count = 0;
  auto dexes = apk::DexFile::parse(file);
  if (!dexes.ok()) return 0;
  for (const apk::DexFile& dex : *dexes) {
    for (std::uint32_t i = 0; i < dex.class_count(); ++i) {
      apk::DexClassData data(dex, dex.class_def(i));
      while (const auto method = data.next_method()) {
        const auto code = dex.code(method->code_at);
        const apk::DexUnits units(code ? code->instructions : ByteView());
        for (std::size_t at = 0; at < units.size(); at = apk::dex_next(units, at)) ++count;
      }
    }
  }
  return count;
}

// The peer: no more than it takes, with none of our code but the table of members, and of dex files' classes.
int inflate(ByteView file, bool walk) {
  auto zip = apk::ZipArchive::open(file);
  if (!zip.ok()) return failed(zip.status());
  libdeflate_decompressor* inflater = libdeflate_alloc_decompressor();
  std::vector<std::uint8_t> out;
  std::uint64_t bytes = 0, instructions = 0;
  for (const apk::ZipEntry& entry : zip->entries()) {
    auto raw = zip->raw(entry);
    if (!raw.ok() || !entry.deflated()) continue;
    if (out.size() < entry.bytes) out.resize(entry.bytes);
    std::size_t size = 0;
    libdeflate_deflate_decompress(inflater, raw->data(), raw->size(), out.data(), entry.bytes, &size);
    bytes += size;
    if (walk) instructions += instructions_of(ByteView(out).first(size));
  }
  libdeflate_free_decompressor(inflater);
  std::printf("%llu bytes inflated, %llu instructions, %s\n", static_cast<unsigned long long>(bytes),
              static_cast<unsigned long long>(instructions), to_hex(sha256(file)).c_str());
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
  } else if (what == "inflate" || what == "walk") {
    code = inflate(file->bytes(), what == "walk");
  }
  return code;
}
