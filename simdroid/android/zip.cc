#include "simdroid/android/zip.h"

#include <zlib.h>

#include <algorithm>

#include "common/base/bytes.h"

namespace storesweep::simdroid::android {
namespace {
// PKWARE APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16.
constexpr std::uint32_t kLocalMark = 0x04034b50;
constexpr std::uint32_t kEntryMark = 0x02014b50;
constexpr std::uint32_t kEndMark = 0x06054b50;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kLocalBytes = 30;
constexpr std::size_t kMaxCommentBytes = 65'535;
constexpr std::size_t kMaxEntries = 100'000;

std::uint32_t number(std::string_view bytes, std::size_t at, int size) {
  std::uint32_t value = 0;
  for (int i = size - 1; i >= 0; --i)
    value = (value << 8) | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
  return value;
}

std::size_t end_record(std::string_view bytes) {
  if (bytes.size() < kEndBytes) return std::string_view::npos;
  const std::size_t last = bytes.size() - kEndBytes;
  const std::size_t first = last > kMaxCommentBytes ? last - kMaxCommentBytes : 0;
  for (std::size_t at = last + 1; at-- > first;) {
    if (number(bytes, at, 4) == kEndMark) return at;
  }
  return std::string_view::npos;
}

Result<std::string> inflated(std::string_view packed, std::size_t size) {
  std::string out(size, '\0');
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return internal("zlib");
  std::string copy(packed);  // zlib takes no const input
  stream.next_in = static_cast<Bytef*>(static_cast<void*>(copy.data()));
  stream.avail_in = static_cast<uInt>(copy.size());
  stream.next_out = static_cast<Bytef*>(static_cast<void*>(out.data()));
  stream.avail_out = static_cast<uInt>(out.size());
  const int code = inflate(&stream, Z_FINISH);
  const bool whole = code == Z_STREAM_END && stream.avail_out == 0;
  inflateEnd(&stream);
  if (!whole) return corrupt("deflated data are broken");
  return out;
}
}  // namespace

Result<ZipDirectory> read_zip(std::string_view bytes) {
  const std::size_t end = end_record(bytes);
  if (end == std::string_view::npos) return corrupt("no end of central directory");
  const std::size_t count = number(bytes, end + 10, 2);
  ZipDirectory directory;
  directory.begins_at = number(bytes, end + 16, 4);
  std::size_t at = directory.begins_at;
  if (count > kMaxEntries) return exhausted("too many entries");
  for (std::size_t i = 0; i < count; ++i) {
    if (at + 46 > end || number(bytes, at, 4) != kEntryMark)
      return corrupt("the central directory is broken");
    const std::size_t name_bytes = number(bytes, at + 28, 2);
    const std::size_t more = number(bytes, at + 30, 2) + number(bytes, at + 32, 2);
    if (at + 46 + name_bytes > end) return corrupt("the central directory is broken");
    ZipEntry entry{number(bytes, at + 10, 2), number(bytes, at + 20, 4), number(bytes, at + 24, 4),
                   number(bytes, at + 42, 4)};
    directory.entries.emplace(bytes.substr(at + 46, name_bytes), entry);
    at += 46 + name_bytes + more;
  }
  return directory;
}

Result<std::string> unzip(std::string_view bytes, const ZipDirectory& directory, std::string_view name,
                          std::size_t max_bytes) {
  auto it = directory.entries.find(name);
  if (it == directory.entries.end()) return not_found(std::string(name));
  const ZipEntry& entry = it->second;
  if (entry.bytes > max_bytes) return exhausted(std::string(name) + ": too large");
  std::size_t at = entry.header_at;
  if (at + kLocalBytes > bytes.size() || number(bytes, at, 4) != kLocalMark)
    return corrupt(std::string(name));
  at += kLocalBytes + number(bytes, at + 26, 2) + number(bytes, at + 28, 2);
  if (at > bytes.size() || entry.packed_bytes > bytes.size() - at) return corrupt(std::string(name));
  const std::string_view packed = bytes.substr(at, entry.packed_bytes);
  if (entry.method == 0) return std::string(packed);
  if (entry.method != Z_DEFLATED) return unsupported(std::string(name) + ": compression method");
  return inflated(packed, entry.bytes);
}

}  // namespace storesweep::simdroid::android
