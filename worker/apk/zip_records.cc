#include "worker/apk/zip_records.h"

#include <algorithm>

namespace storesweep::apk {
namespace {
constexpr std::uint32_t kDirectoryEnd = 0x06054b50, kZip64Locator = 0x07064b50, kZip64End = 0x06064b50;
constexpr std::size_t kDirectoryEndBytes = 22, kZip64LocatorBytes = 20, kZip64EndBytes = 56;
constexpr std::size_t kMaxCommentBytes = 65535;
constexpr std::uint32_t kIn64 = 0xffffffff;
constexpr std::uint16_t kZip64Extra = 0x0001;

ByteReader reader_at(ByteView file, std::uint64_t at) {
  ByteReader r(file);
  r.seek(static_cast<std::size_t>(std::min<std::uint64_t>(at, file.size() + 1)));
  return r;
}

// The locator stands right before the end record.
Status read_zip64_end(ByteView file, DirectoryEnd& end) {
  if (end.at <= kZip64LocatorBytes) return corrupt("zip: no room for a zip64 locator");
  ByteReader locator = reader_at(file, end.at - kZip64LocatorBytes);
  if (locator.u32() != kZip64Locator) return corrupt("zip: the zip64 locator is missing");
  locator.skip(4);
  std::uint64_t at = locator.u64(), last = end.at - kZip64LocatorBytes;
  if (last <= kZip64EndBytes || at > last - kZip64EndBytes) return corrupt("zip: bad zip64 offset");
  ByteReader r = reader_at(file, at);
  if (r.u32() != kZip64End) return corrupt("zip: the zip64 end record is missing");
  r.skip(8 + 2 + 2 + 4 + 4 + 8);
  end.count = r.u64();
  end.directory_bytes = r.u64();
  end.directory_at = r.u64();
  end.zip64 = true;
  if (at <= end.directory_bytes || end.directory_at > at - end.directory_bytes) {
    return corrupt("zip: the directory would reach past its zip64 end record");
  }
  return ok_status();
}

Result<DirectoryEnd> read_end(ByteView file, std::size_t at) {
  ByteReader r = reader_at(file, at + 4);
  DirectoryEnd end{.at = at};
  std::uint16_t disk = r.u16(), first_disk = r.u16(), count_here = r.u16();
  end.count = r.u16();
  end.several_disks = disk != 0 || first_disk != 0 || count_here != end.count;
  end.directory_bytes = r.u32();
  end.directory_at = r.u32();
  if (at + kDirectoryEndBytes + r.u16() != file.size()) {
    return corrupt("zip: bytes after the end record's comment");
  }
  if (end.directory_bytes == kIn64 || end.directory_at == kIn64) TRY(read_zip64_end(file, end));
  if (end.directory_at + end.directory_bytes > at) {
    return corrupt("zip: the directory would reach past its end record");
  }
  if (end.count == 0) return corrupt("zip: empty");
  return end;
}
}  // namespace

Result<DirectoryEnd> find_directory_end(ByteView file) {
  if (file.size() < kDirectoryEndBytes) return corrupt("zip: too short to be one");
  std::size_t lowest = file.size() - std::min(file.size(), kDirectoryEndBytes + kMaxCommentBytes);
  for (std::size_t at = file.size() - kDirectoryEndBytes + 1; at-- > lowest;) {
    if (file[at] == 'P' && reader_at(file, at).u32() == kDirectoryEnd) return read_end(file, at);
  }
  return corrupt("zip: no end record");
}

std::optional<Zip64Sizes> read_zip64_extra(ByteView extra, std::uint32_t bytes, std::uint32_t compressed,
                                           std::optional<std::uint32_t> header_at) {
  ByteReader r(extra);
  while (r.left() > 4) {
    std::uint16_t id = r.u16(), size = r.u16();
    ByteView data = r.take(size);
    if (!r.ok()) return std::nullopt;
    if (id != kZip64Extra) continue;
    if (data.size() == 28) data = data.first(24);  // the disk's number means nothing
    const bool complete = data.size() == 24;
    ByteReader field(data);
    Zip64Sizes out;
    if (bytes == kIn64 || complete) out.bytes = field.u64();
    if (compressed == kIn64 || complete) out.compressed_bytes = field.u64();
    if (header_at == kIn64 || complete) out.header_at = field.u64();
    if (!field.ok() || field.left() != 0 || field.at() == 0) return std::nullopt;
    return out;
  }
  return std::nullopt;
}

std::optional<DirectoryEntry> read_directory_entry(ByteReader& r) {
  if (r.u32() != kDirectoryHeader) return std::nullopt;
  DirectoryEntry out;
  ZipEntry& entry = out.entry;
  r.skip(4);  // versions
  entry.flags = r.u16();
  entry.method = r.u16();
  r.skip(4);  // time
  entry.crc32 = r.u32();
  std::uint32_t compressed = r.u32(), bytes = r.u32();
  std::uint16_t name_bytes = r.u16(), extra_bytes = r.u16(), comment_bytes = r.u16();
  r.skip(2 + 2 + 4);  // disk, attributes
  std::uint32_t header_at = r.u32();
  entry.name = as_text(r.take(name_bytes));
  ByteView extra = r.take(extra_bytes);
  r.skip(comment_bytes);
  if (!r.ok()) return std::nullopt;
  Zip64Sizes wide;
  out.zip64 = compressed == kIn64 || bytes == kIn64 || header_at == kIn64;
  if (out.zip64) wide = read_zip64_extra(extra, bytes, compressed, header_at).value_or(Zip64Sizes());
  entry.compressed_bytes = wide.compressed_bytes.value_or(compressed);
  entry.bytes = wide.bytes.value_or(bytes);
  entry.header_at = wide.header_at.value_or(header_at);
  return out;
}

std::optional<LocalHeader> read_local_header(ByteView file, std::uint64_t at) {
  ByteReader r = reader_at(file, at);
  if (r.u32() != kLocalHeader) return std::nullopt;
  LocalHeader out;
  r.skip(2);  // version
  out.flags = r.u16();
  out.method = r.u16();
  r.skip(4);  // time
  out.crc32 = r.u32();
  std::uint32_t compressed = r.u32(), bytes = r.u32();
  std::uint16_t name_bytes = r.u16(), extra_bytes = r.u16();
  out.name = as_text(r.take(name_bytes));
  ByteView extra = r.take(extra_bytes);
  if (!r.ok()) return std::nullopt;
  Zip64Sizes wide;
  if (compressed == kIn64 && bytes == kIn64) {
    wide = read_zip64_extra(extra, bytes, compressed, std::nullopt).value_or(Zip64Sizes());
  }
  out.compressed_bytes = wide.compressed_bytes.value_or(compressed);
  out.bytes = wide.bytes.value_or(bytes);
  out.content_at = r.at();
  return out;
}

}  // namespace storesweep::apk
