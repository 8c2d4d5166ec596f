// As much of a zip file as an installer needs to find an app's own files: the central directory, stored and
// deflated entries. simdroid's own, so that it shares nothing with the product's parser. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "common/base/status.h"

namespace storesweep::simdroid::android {

struct ZipEntry {
  std::uint32_t method = 0;
  std::uint32_t packed_bytes = 0;
  std::uint32_t bytes = 0;
  std::uint32_t header_at = 0;
};
struct ZipDirectory {
  std::map<std::string, ZipEntry, std::less<>> entries;
  std::size_t begins_at = 0;  // of the central directory: the APK signing block ends there
};

// kCorrupt when it is no zip.
Result<ZipDirectory> read_zip(std::string_view bytes);
// The content of an entry of at most max_bytes. kNotFound, kExhausted, kCorrupt.
Result<std::string> unzip(std::string_view bytes, const ZipDirectory& directory, std::string_view name,
                          std::size_t max_bytes);

}  // namespace storesweep::simdroid::android
