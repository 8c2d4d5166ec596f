// The records of a zip file (PKWARE APPNOTE 4.3, 4.5.3), read as AOSP system/libziparchive, zip_archive.cc,
// reads them. Hostile input. Pure; views into the file.
#pragma once

#include <optional>

#include "common/base/bytes.h"
#include "common/base/status.h"
#include "worker/apk/zip.h"

namespace storesweep::apk {

inline constexpr std::uint32_t kLocalHeader = 0x04034b50, kDirectoryHeader = 0x02014b50;
inline constexpr std::uint16_t kEncryptedBit = 0x0001, kSizesFollowBit = 0x0008;

struct DirectoryEnd {
  std::uint64_t at = 0;  // of the end record
  std::uint64_t count = 0, directory_bytes = 0, directory_at = 0;
  bool zip64 = false, several_disks = false;
};
// The last such record of the file counts, and its comment must end with the file.
Result<DirectoryEnd> find_directory_end(ByteView file);

// Sizes and offset of a zip64 extra field, where the record's own say 0xffffffff.
struct Zip64Sizes {
  std::optional<std::uint64_t> bytes, compressed_bytes, header_at;
};
std::optional<Zip64Sizes> read_zip64_extra(ByteView extra, std::uint32_t bytes, std::uint32_t compressed,
                                           std::optional<std::uint32_t> header_at);

// One entry of the directory; nothing where it is cut off or has no signature. A bad zip64 field leaves the
// sizes as they are, which nothing in the file can satisfy.
struct DirectoryEntry {
  ZipEntry entry;
  bool zip64 = false;
};
std::optional<DirectoryEntry> read_directory_entry(ByteReader& r);

// What stands at an entry's local header, and where its content begins.
struct LocalHeader {
  std::string_view name;
  std::uint16_t flags = 0, method = 0;
  std::uint32_t crc32 = 0;
  std::uint64_t compressed_bytes = 0, bytes = 0;
  std::uint64_t content_at = 0;
};
std::optional<LocalHeader> read_local_header(ByteView file, std::uint64_t at);

}  // namespace storesweep::apk
