#include "worker/apk/mentions.h"

#include "common/base/text.h"
#include "worker/apk/dex.h"
#include "worker/apk/zip.h"

namespace storesweep {
namespace {
constexpr std::size_t kMaxDexBytes = 64u << 20;   // of one file: code longer than a dex file can index
constexpr std::size_t kMaxAllBytes = 512u << 20;  // of one app

bool is_code(std::string_view name) { return starts_with(name, "classes") && ends_with(name, ".dex"); }

// A dex file's strings are sorted; by bytes, as far as both are ASCII.
bool has_string(const apk::DexFile& dex, std::string_view name) {
  std::uint32_t low = 0, high = dex.string_count();
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    const std::string_view here = dex.string(middle);
    if (here == name) return true;
    (here < name ? low : high) = here < name ? middle + 1 : middle;
  }
  return false;
}
}  // namespace

std::set<std::string> mentioned(std::span<const ByteView> apks, const std::vector<std::string>& names) {
  std::set<std::string> out;
  std::size_t read = 0;
  for (const ByteView& apk : apks) {
    const auto zip = apk::ZipArchive::open(apk);
    if (!zip.ok()) continue;
    for (const apk::ZipEntry& entry : zip->entries()) {
      if (!is_code(entry.name) || entry.bytes > kMaxAllBytes - read) continue;
      const auto code = zip->read(entry, kMaxDexBytes);
      if (!code.ok()) continue;
      read += code->size();
      const auto files = apk::DexFile::parse(*code);
      if (!files.ok()) continue;
      for (const apk::DexFile& dex : *files) {
        for (const std::string& name : names) {
          if (!out.contains(name) && has_string(dex, name)) out.insert(name);
        }
      }
    }
  }
  return out;
}

}  // namespace storesweep
