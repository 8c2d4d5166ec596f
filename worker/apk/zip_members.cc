// Members of a zip archive: where they lie, what they hold.
#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <memory>
#include <string>

#include "common/base/text.h"
#include "worker/apk/zip.h"
#include "worker/apk/zip_records.h"

namespace storesweep::apk {
namespace {
// Deflate gives at most 258 bytes for 2 bits, so what declares more lies (RFC 1951).
constexpr std::uint64_t kMaxDeflateRatio = 1032, kDeflateSlackBytes = 1032;

std::string named(const ZipEntry& entry) { return "zip: " + std::string(entry.name.substr(0, 256)); }

bool size_lies(const ZipEntry& entry) {
  return entry.deflated() &&
         entry.bytes / kMaxDeflateRatio > entry.compressed_bytes + kDeflateSlackBytes / kMaxDeflateRatio;
}

Status check_size(const ZipEntry& entry, std::size_t max_bytes) {
  if (entry.bytes > max_bytes) return exhausted("more than " + std::to_string(max_bytes) + " bytes");
  return size_lies(entry) ? corrupt("does not inflate to its size") : ok_status();
}

Status inflate_whole(ByteView content, std::span<std::uint8_t> out) {
  std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> inflater(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  std::size_t size = 0;
  if (!inflater ||
      libdeflate_deflate_decompress(inflater.get(), content.data(), content.size(), out.data(), out.size(),
                                    &size) != LIBDEFLATE_SUCCESS ||
      size != out.size()) {
    return corrupt("does not inflate to its size");
  }
  return ok_status();
}

// Raw deflate in pieces, for what is too large to hold.
Status inflate_in_pieces(ByteView content, std::uint64_t bytes, Budget& budget, const ZipSink& sink) {
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return exhausted("no memory to inflate");
  std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, inflateEnd);
  Bytes piece(kStreamPieceBytes);
  std::uint64_t done = 0;
  int code = Z_OK;
  while (code == Z_OK) {
    if (stream.avail_in == 0) {
      std::size_t n = std::min<std::size_t>(content.size(), kStreamPieceBytes);
      stream.next_in = const_cast<Bytef*>(content.data());  // zlib's interface; it does not write there
      stream.avail_in = static_cast<uInt>(n);
      content = content.subspan(n);
    }
    stream.next_out = piece.data();
    stream.avail_out = static_cast<uInt>(piece.size());
    code = inflate(&stream, Z_NO_FLUSH);
    std::size_t got = piece.size() - stream.avail_out;
    if (code != Z_OK && code != Z_STREAM_END) break;
    done += got;
    if (done > bytes) return corrupt("inflates to more than its size");
    TRY(budget.spend(got));
    if (got > 0) TRY(sink(ByteView(piece).first(got)));
  }
  return code == Z_STREAM_END && done == bytes ? ok_status() : corrupt("does not inflate to its size");
}
}  // namespace

Result<ByteView> ZipArchive::raw(const ZipEntry& entry) const {
  std::optional<LocalHeader> local = read_local_header(file_, entry.header_at);
  if (!local || local->content_at > directory_at_) return corrupt(named(entry) + ": no local header");
  if (local->name != entry.name) return corrupt(named(entry) + ": its local header has another name");
  if ((local->flags & kSizesFollowBit) == 0 && (local->compressed_bytes != entry.compressed_bytes ||
                                                local->bytes != entry.bytes || local->crc32 != entry.crc32)) {
    return corrupt(named(entry) + ": its local header has other sizes");
  }
  std::uint64_t room = directory_at_ - local->content_at;
  if (entry.compressed_bytes > room || entry.stored_bytes() > room) {
    return corrupt(named(entry) + ": its content would reach into the directory");
  }
  return file_.subspan(local->content_at, entry.stored_bytes());
}

Result<Bytes> ZipArchive::read(const ZipEntry& entry, std::size_t max_bytes) const {
  TRY_ASSIGN(ByteView content, raw(entry));
  if (Status s = check_size(entry, max_bytes); !s.ok()) return s.within(named(entry));
  if (!entry.deflated()) return Bytes(content.begin(), content.end());
  Bytes out(entry.bytes);
  if (Status s = inflate_whole(content, out); !s.ok()) return s.within(named(entry));
  return out;
}

Result<ByteView> ZipArchive::view(const ZipEntry& entry, std::size_t max_bytes, Bytes& room) const {
  TRY_ASSIGN(ByteView content, raw(entry));
  if (!entry.deflated()) return content;
  if (Status s = check_size(entry, max_bytes); !s.ok()) return s.within(named(entry));
  if (room.size() < entry.bytes) {
    room = {};  // before the larger one is there
    room.resize(entry.bytes);
  }
  const std::span<std::uint8_t> out = std::span(room).first(entry.bytes);
  if (Status s = inflate_whole(content, out); !s.ok()) return s.within(named(entry));
  return ByteView(out);
}

Status ZipArchive::stream(const ZipEntry& entry, Budget& budget, const ZipSink& sink) const {
  TRY_ASSIGN(ByteView content, raw(entry));
  if (size_lies(entry)) return corrupt(named(entry) + ": does not inflate to its size");
  if (entry.deflated() && entry.bytes > kMaxWholeMemberBytes) {
    return inflate_in_pieces(content, entry.bytes, budget, sink).within(named(entry));
  }
  if (entry.deflated()) {
    TRY(budget.spend(entry.bytes));
    std::unique_ptr<std::uint8_t[]> buffer(new std::uint8_t[entry.bytes]);  // not zeroed: written at once
    std::span<std::uint8_t> out(buffer.get(), entry.bytes);
    if (Status s = inflate_whole(content, out); !s.ok()) return s.within(named(entry));
    return sink(out);
  }
  while (!content.empty()) {
    ByteView piece = content.first(std::min(content.size(), kStreamPieceBytes));
    TRY(budget.spend(piece.size()));
    TRY(sink(piece));
    content = content.subspan(piece.size());
  }
  return ok_status();
}

namespace {
// Members without which nothing is installed, or runs.
bool essential(std::string_view name) {
  return name == "AndroidManifest.xml" || name == "resources.arsc" ||
         (starts_with(name, "classes") && ends_with(name, ".dex")) ||
         (starts_with(name, "lib/") && ends_with(name, ".so"));
}

void check_local(const ZipEntry& entry, const std::optional<LocalHeader>& local, std::uint64_t directory_at,
                 ZipProblems& problems) {
  using enum ZipProblemKind;
  ApiRange refused = essential(entry.name) ? ApiRange{1, kNewestApi} : ApiRange{0, 0};
  if (!local) return problems.add(kNoLocalHeader, entry.name, refused);
  if (local->name != entry.name) problems.add(kLocalNameDiffers, entry.name, refused);
  const bool follow = (local->flags & kSizesFollowBit) != 0;
  if (!follow && (local->compressed_bytes != entry.compressed_bytes || local->bytes != entry.bytes ||
                  local->crc32 != entry.crc32)) {
    problems.add(kLocalHeaderDiffers, entry.name, refused);
  } else if (local->method != entry.method || ((local->flags ^ entry.flags) & kEncryptedBit) != 0) {
    problems.add(kLocalHeaderDiffers, entry.name);
  }
  std::uint64_t room = directory_at - std::min(directory_at, local->content_at);
  if (local->content_at > directory_at || entry.compressed_bytes > room || entry.stored_bytes() > room) {
    problems.add(kBadOffset, entry.name, refused);
  }
  if (size_lies(entry)) problems.add(kSizeLies, entry.name, refused);
}
}  // namespace

Result<ZipProblems> ZipArchive::check_members(Budget& budget) const {
  ZipProblems out = problems_;
  struct Extent {
    std::uint64_t begin, end;
    std::uint32_t index;
  };
  std::vector<Extent> extents;
  extents.reserve(entries_.size());
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    if (i % 4096 == 0) TRY(budget.spend(4096));
    std::optional<LocalHeader> local = read_local_header(file_, entries_[i].header_at);
    check_local(entries_[i], local, directory_at_, out);
    if (local) extents.push_back({entries_[i].header_at, local->content_at + entries_[i].stored_bytes(), i});
  }
  std::ranges::sort(extents, {}, &Extent::begin);
  std::uint64_t reached = 0;
  for (const Extent& e : extents) {
    if (e.begin < reached) out.add(ZipProblemKind::kOverlap, entries_[e.index].name);
    reached = std::max(reached, e.end);
  }
  return out;
}

}  // namespace storesweep::apk
