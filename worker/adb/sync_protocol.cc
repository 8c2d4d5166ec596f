#include "worker/adb/sync_protocol.h"

#include <fmt/format.h>

#include "common/base/bytes.h"
#include "common/base/text.h"

namespace storesweep::adb {

namespace {

using Taken = Result<std::optional<SyncAnswer>>;

Taken more() { return std::optional<SyncAnswer>(); }
Taken taken(Inbox& inbox, std::size_t size, SyncAnswer answer) {
  inbox.drop(size);
  return std::optional(std::move(answer));
}

// "STAT": mode, size, time, 4 bytes each.
FileInfo read_info_v1(ByteReader& r) {
  FileInfo info;
  info.mode = r.u32();
  info.size = r.u32();
  info.mtime_s = r.u32();
  return info;
}

// "STA2"/"LST2": error, dev, ino, mode, nlink, uid, gid, size, atime, mtime, ctime.
FileInfo read_info_v2(ByteReader& r) {
  FileInfo info;
  info.error = r.u32();
  r.skip(16);
  info.mode = r.u32();
  r.skip(12);
  info.size = r.u64();
  r.skip(8);
  info.mtime_s = static_cast<std::int64_t>(r.u64());
  r.skip(8);
  return info;
}

Taken take_stat(Inbox& inbox, bool v2) {
  const std::size_t size = v2 ? 72 : 16;
  if (inbox.size() < size) return more();
  ByteReader r(as_bytes(inbox.view()));
  r.skip(4);
  SyncAnswer answer{
      .kind = SyncAnswer::Kind::kStat, .info = v2 ? read_info_v2(r) : read_info_v1(r), .text = ""};
  return taken(inbox, size, std::move(answer));
}

Taken take_entry(Inbox& inbox, bool done) {
  if (inbox.size() < 20) return more();
  ByteReader r(as_bytes(inbox.view()));
  r.skip(4);
  SyncAnswer answer{.kind = done ? SyncAnswer::Kind::kDone : SyncAnswer::Kind::kEntry};
  answer.info = read_info_v1(r);
  const std::size_t length = r.u32();
  if (done) return taken(inbox, 20, std::move(answer));
  if (length > kSyncNameMaxBytes) return corrupt(fmt::format("device: a file name of {} bytes", length));
  if (r.left() < length) return more();
  answer.text = as_text(r.take(length));
  return taken(inbox, 20 + length, std::move(answer));
}

Taken take_block(Inbox& inbox, SyncAnswer::Kind kind, std::size_t limit) {
  if (inbox.size() < 8) return more();
  ByteReader r(as_bytes(inbox.view()));
  r.skip(4);
  const std::size_t length = r.u32();
  if (length > limit)
    return corrupt(fmt::format("device: a sync block of {} bytes, the limit is {}", length, limit));
  if (r.left() < length) return more();
  SyncAnswer answer{.kind = kind, .info = {}, .text = std::string(as_text(r.take(length)))};
  return taken(inbox, 8 + length, std::move(answer));
}

Taken take_word(Inbox& inbox, SyncAnswer::Kind kind) {
  if (inbox.size() < 8) return more();
  return taken(inbox, 8, SyncAnswer{.kind = kind});
}

}  // namespace

Result<std::string> sync_request(std::string_view id, std::string_view path) {
  if (path.empty() || path.size() > kSyncPathMaxBytes || path.find('\0') != std::string_view::npos) {
    return invalid(fmt::format("sync: '{}' is no path of 1 to {} bytes", clean_utf8(path.substr(0, 80)),
                               kSyncPathMaxBytes));
  }
  std::string out(id);
  put_little(out, path.size(), 4);
  return out.append(path);
}

std::string sync_data(std::string_view chunk) {
  std::string out = "DATA";
  put_little(out, chunk.size(), 4);
  return out.append(chunk);
}

std::string sync_number(std::string_view id, std::uint32_t n) {
  std::string out(id);
  put_little(out, n, 4);
  return out;
}

Result<std::optional<SyncAnswer>> take_sync(Inbox& inbox, SyncAsked asked) {
  if (inbox.size() < 4) return more();
  const std::string_view id = inbox.view().substr(0, 4);
  if (id == "FAIL") return take_block(inbox, SyncAnswer::Kind::kFail, kSyncMessageMaxBytes);
  switch (asked) {
    case SyncAsked::kStat:
      if (id == "STAT") return take_stat(inbox, false);
      break;
    case SyncAsked::kStatV2:
      if (id == "STA2" || id == "LST2") return take_stat(inbox, true);
      break;
    case SyncAsked::kList:
      if (id == "DENT" || id == "DONE") return take_entry(inbox, id == "DONE");
      break;
    case SyncAsked::kPull:
      if (id == "DATA") return take_block(inbox, SyncAnswer::Kind::kData, kSyncDataMaxBytes);
      if (id == "DONE") return take_word(inbox, SyncAnswer::Kind::kDone);
      break;
    case SyncAsked::kPush:
      if (id == "OKAY") return take_word(inbox, SyncAnswer::Kind::kOkay);
      break;
  }
  return corrupt(fmt::format("device: an unexpected sync answer '{}'", clean_utf8(id)));
}

}  // namespace storesweep::adb
