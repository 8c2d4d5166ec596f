// A zip file as Android's installer reads it (AOSP system/libziparchive, zip_archive.cc): the central
// directory rules, its sizes and offsets count, the encryption flag means nothing, a name stands there once,
// and what is not deflated is stored, whatever its method says (AOSP libs/androidfw, ApkAssets). Hostile
// input; every count and size is bounded. The bytes must outlive the archive. Values; one thread.
#pragma once

#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/status.h"

namespace storesweep::apk {

struct ZipEntry {
  std::string_view name;  // bytes of the archive; valid UTF-8 without NUL
  std::uint16_t method = 0;
  std::uint32_t compressed_bytes = 0;
  std::uint32_t bytes = 0;
  std::uint32_t header_at = 0;  // of the local header
};

class ZipArchive {
 public:
  // kCorrupt for what the platform would not open either.
  static Result<ZipArchive> open(ByteView file);

  const std::vector<ZipEntry>& entries() const { return entries_; }  // in the directory's order
  const ZipEntry* find(std::string_view name) const;
  // The member's content; kExhausted when it says that it is larger than max_bytes.
  Result<Bytes> read(const ZipEntry& entry, std::size_t max_bytes) const;

  std::uint32_t directory_at() const { return directory_at_; }
  // The file does not begin with a member: a platform patched against Janus (2017) refuses it.
  bool prefixed() const { return prefixed_; }

 private:
  Status read_directory(ByteView directory, std::size_t count);

  ByteView file_;
  std::vector<ZipEntry> entries_;
  std::vector<std::uint32_t> by_name_;  // indices of entries_, sorted by name
  std::uint32_t directory_at_ = 0;
  bool prefixed_ = false;
};

}  // namespace storesweep::apk
