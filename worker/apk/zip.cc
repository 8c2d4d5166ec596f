#include "worker/apk/zip.h"

#include <libdeflate.h>

#include <algorithm>
#include <memory>
#include <string>

#include "common/base/text.h"

namespace storesweep::apk {
namespace {
// Signatures and sizes: PKWARE APPNOTE 4.3.
constexpr std::uint32_t kLocalHeader = 0x04034b50, kDirectoryHeader = 0x02014b50, kDirectoryEnd = 0x06054b50;
constexpr std::size_t kDirectoryEndBytes = 22, kMaxCommentBytes = 65535;
constexpr std::uint16_t kDeflated = 8, kSizesFollow = 0x0008;

struct DirectoryEnd {
  std::size_t at = 0;
  std::uint16_t count = 0;
  std::uint32_t directory_bytes = 0, directory_at = 0;
};

std::uint32_t word_at(ByteView file, std::size_t at) {
  ByteReader r(file);
  r.seek(at);
  return r.u32();
}

// The last such record of the file counts, and its comment must end with the file.
Result<DirectoryEnd> find_end(ByteView file) {
  if (file.size() < kDirectoryEndBytes) return corrupt("zip: too short to be one");
  std::size_t lowest = file.size() - std::min(file.size(), kDirectoryEndBytes + kMaxCommentBytes);
  for (std::size_t at = file.size() - kDirectoryEndBytes + 1; at-- > lowest;) {
    if (word_at(file, at) != kDirectoryEnd) continue;
    ByteReader r(file);
    r.seek(at + 8);  // disk numbers mean nothing here
    r.skip(2);
    DirectoryEnd end{at, r.u16(), r.u32(), r.u32()};
    if (at + kDirectoryEndBytes + r.u16() != file.size())
      return corrupt("zip: bytes after the end record's comment");
    if (std::uint64_t{end.directory_at} + end.directory_bytes > at) {
      return corrupt("zip: the directory would reach past its end record");
    }
    if (end.count == 0) return corrupt("zip: empty");
    return end;
  }
  return corrupt("zip: no end record");
}
}  // namespace

Result<ZipArchive> ZipArchive::open(ByteView file) {
  TRY_ASSIGN(DirectoryEnd end, find_end(file));
  ZipArchive zip;
  zip.file_ = file;
  zip.directory_at_ = end.directory_at;
  zip.prefixed_ = word_at(file, 0) != kLocalHeader;
  TRY(zip.read_directory(file.subspan(end.directory_at, end.directory_bytes), end.count));
  return zip;
}

Status ZipArchive::read_directory(ByteView directory, std::size_t count) {
  ByteReader r(directory);
  for (std::size_t i = 0; i < count; ++i) {
    std::string here = "zip: directory entry " + std::to_string(i);
    if (r.u32() != kDirectoryHeader || !r.ok()) return corrupt(here + ": no signature");
    ZipEntry entry;
    r.skip(4 + 2);  // versions, flags: encryption is not looked at
    entry.method = r.u16();
    r.skip(4 + 4);  // time, CRC
    entry.compressed_bytes = r.u32();
    entry.bytes = r.u32();
    std::uint16_t name_bytes = r.u16();
    std::size_t rest = r.u16();
    rest += r.u16();
    r.skip(2 + 2 + 4);
    entry.header_at = r.u32();
    entry.name = as_text(r.take(name_bytes));
    r.skip(rest);
    if (!r.ok()) return corrupt(here + ": cut off");
    if (entry.header_at >= directory_at_) return corrupt(here + ": its content would lie in the directory");
    if (!valid_utf8(entry.name) || entry.name.find('\0') != std::string_view::npos) {
      return corrupt(here + ": a name that is not UTF-8");
    }
    entries_.push_back(entry);
  }
  by_name_.resize(entries_.size());
  for (std::uint32_t i = 0; i < by_name_.size(); ++i) by_name_[i] = i;
  auto name = [this](std::uint32_t i) { return entries_[i].name; };
  std::ranges::sort(by_name_, {}, name);
  auto twice = std::ranges::adjacent_find(by_name_, {}, name);
  if (twice != by_name_.end()) return corrupt("zip: '" + std::string(name(*twice)) + "' is there twice");
  return ok_status();
}

const ZipEntry* ZipArchive::find(std::string_view name) const {
  auto at =
      std::ranges::lower_bound(by_name_, name, {}, [this](std::uint32_t i) { return entries_[i].name; });
  return at != by_name_.end() && entries_[*at].name == name ? &entries_[*at] : nullptr;
}

Result<Bytes> ZipArchive::read(const ZipEntry& entry, std::size_t max_bytes) const {
  std::string here = "zip: " + std::string(entry.name);
  ByteReader r(file_);
  r.seek(entry.header_at);
  if (r.u32() != kLocalHeader) return corrupt(here + ": no local header");
  r.skip(2);
  std::uint16_t flags = r.u16();
  r.skip(2 + 4 + 4);
  std::uint32_t compressed = r.u32(), bytes = r.u32();
  std::uint16_t name_bytes = r.u16(), extra_bytes = r.u16();
  std::string_view name = as_text(r.take(name_bytes));
  r.skip(extra_bytes);
  if (!r.ok() || name != entry.name) return corrupt(here + ": its local header has another name");
  if ((flags & kSizesFollow) == 0 && (compressed != entry.compressed_bytes || bytes != entry.bytes)) {
    return corrupt(here + ": its local header has other sizes");
  }
  if (entry.bytes > max_bytes) return exhausted(here + ": more than " + std::to_string(max_bytes) + " bytes");
  bool deflated = entry.method == kDeflated;
  ByteView content = r.take(deflated ? entry.compressed_bytes : entry.bytes);
  if (!r.ok() || r.at() > directory_at_)
    return corrupt(here + ": its content would reach into the directory");
  if (!deflated) return Bytes(content.begin(), content.end());
  Bytes out(entry.bytes);
  std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> inflate(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  std::size_t size = 0;
  if (!inflate ||
      libdeflate_deflate_decompress(inflate.get(), content.data(), content.size(), out.data(), out.size(),
                                    &size) != LIBDEFLATE_SUCCESS ||
      size != out.size()) {
    return corrupt(here + ": does not inflate to its size");
  }
  return out;
}

}  // namespace storesweep::apk
