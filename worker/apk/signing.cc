#include "worker/apk/signing.h"

#include "common/base/text.h"

namespace storesweep::apk {
namespace {
constexpr std::string_view kMagic = "APK Sig Block 42";
constexpr std::uint32_t kV2 = 0x7109871a, kV3 = 0xf05368c0, kV31 = 0x1b93ad61;
constexpr int kMaxPairs = 1024;

// The pairs of the block that ends where the directory begins, or empty.
ByteView block_pairs(ByteView file, std::size_t directory_at) {
  if (directory_at < 32 || as_text(file.subspan(directory_at - 16, 16)) != kMagic) return {};
  ByteReader r(file);
  r.seek(directory_at - 24);
  std::uint64_t size = r.u64();  // without the first size word
  if (size < 24 || size > directory_at - 8) return {};
  ByteReader head(file);
  head.seek(directory_at - static_cast<std::size_t>(size) - 8);
  if (head.u64() != size) return {};
  return file.subspan(head.at(), static_cast<std::size_t>(size) - 24);
}

bool in_meta_inf(std::string_view name) {
  return starts_with(name, "META-INF/") && name.find('/', 9) == std::string_view::npos;
}
}  // namespace

SigningPresence signing_presence(ByteView file, const ZipArchive& zip) {
  SigningPresence out;
  bool signature_file = false, signature_block = false;
  for (const ZipEntry& e : zip.entries()) {
    if (!in_meta_inf(e.name)) continue;
    signature_file |= ends_with(e.name, ".SF");
    signature_block |= ends_with(e.name, ".RSA") || ends_with(e.name, ".DSA") || ends_with(e.name, ".EC");
  }
  out.v1 = signature_file && signature_block && zip.find("META-INF/MANIFEST.MF") != nullptr;
  ByteReader r(block_pairs(file, zip.directory_at()));
  for (int i = 0; i < kMaxPairs && r.left() >= 12; ++i) {
    std::uint64_t size = r.u64();
    if (size < 4 || size > r.left()) break;
    std::uint32_t id = r.u32();
    out.v2 |= id == kV2;
    out.v3 |= id == kV3;
    out.v3_1 |= id == kV31;
    r.skip(static_cast<std::size_t>(size) - 4);
  }
  return out;
}

}  // namespace storesweep::apk
