#include "worker/adb/sync.h"

#include <fmt/format.h>

#include "common/base/text.h"

namespace storesweep::adb {

Result<SyncSession> SyncSession::open(Client& client, const Target& target, bool stat_v2,
                                      const Deadline& deadline) {
  TRY_ASSIGN(Connection connection, client.open(target, "sync:", deadline));
  return SyncSession(client, std::move(connection), target.serial, stat_v2);
}

std::string SyncSession::what(std::string_view path) const {
  return fmt::format("device {}: {}", serial_, clean_utf8(path));
}

// The device's words for errno (AOSP adb: daemon/file_sync_service.cpp, SendSyncFailErrno).
Status SyncSession::refusal(std::string_view path, const SyncAnswer& fail) const {
  const std::string text = fmt::format("{}: {}", what(path), clean_utf8(fail.text));
  if (fail.text.find("No space left") != std::string::npos) return exhausted(text);
  if (fail.text.find("Permission denied") != std::string::npos) return permission(text);
  return invalid(text);
}

Result<SyncAnswer> SyncSession::answer(SyncAsked asked, std::string_view path, const Deadline& deadline) {
  for (;;) {
    TRY_ASSIGN(auto taken, take_sync(connection_.inbox(), asked));
    if (taken) {
      if (taken->kind == SyncAnswer::Kind::kFail) return refusal(path, *taken);
      return std::move(*taken);
    }
    auto open = connection_.fill(deadline);
    if (!open.ok()) return open.status().within(what(path));
    if (!*open) return client_->broken_off(what(path), deadline);
  }
}

Result<FileInfo> SyncSession::stat(std::string_view path, const Deadline& deadline) {
  TRY_ASSIGN(std::string bytes, sync_request(stat_v2_ ? "LST2" : "STAT", path));
  TRY(connection_.write(bytes, deadline));
  TRY_ASSIGN(SyncAnswer taken, answer(stat_v2_ ? SyncAsked::kStatV2 : SyncAsked::kStat, path, deadline));
  return taken.info;
}

Result<std::vector<FolderEntry>> SyncSession::list(std::string_view path, const Deadline& deadline) {
  TRY_ASSIGN(std::string bytes, sync_request("LIST", path));
  TRY(connection_.write(bytes, deadline));
  std::vector<FolderEntry> entries;
  for (;;) {
    TRY_ASSIGN(SyncAnswer taken, answer(SyncAsked::kList, path, deadline));
    if (taken.kind == SyncAnswer::Kind::kDone) return entries;
    if (taken.text == "." || taken.text == "..") continue;
    if (entries.size() == kFolderMaxEntries) {
      return exhausted(fmt::format("{}: more than {} entries", what(path), kFolderMaxEntries));
    }
    entries.push_back({.name = std::move(taken.text), .info = taken.info});
  }
}

Status SyncSession::pull(std::string_view path, const Sink& sink, const Deadline& deadline) {
  TRY_ASSIGN(std::string bytes, sync_request("RECV", path));
  TRY(connection_.write(bytes, deadline));
  for (;;) {
    TRY_ASSIGN(SyncAnswer taken, answer(SyncAsked::kPull, path, deadline));
    if (taken.kind == SyncAnswer::Kind::kDone) return ok_status();
    TRY(sink(as_bytes(taken.text)));
  }
}

Result<std::string> SyncSession::pull_all(std::string_view path, std::size_t max_bytes,
                                          const Deadline& deadline) {
  std::string content;
  auto add = [&](ByteView piece) -> Status {
    if (content.size() + piece.size() > max_bytes) {
      return exhausted(fmt::format("{}: larger than {} bytes", what(path), max_bytes));
    }
    content += as_text(piece);
    return ok_status();
  };
  TRY(pull(path, add, deadline));
  return content;
}

Status SyncSession::push(std::string_view path, ByteView content, std::uint32_t mode, std::int64_t mtime_s,
                         const Deadline& deadline) {
  if (path.find(',') != std::string_view::npos)
    return invalid(what(path) + ": a comma in the path of a push");
  TRY_ASSIGN(std::string bytes, sync_request("SEND", fmt::format("{},{}", path, 0100000 | mode)));
  Status sent = connection_.write(bytes, deadline);
  std::string_view rest = as_text(content);
  while (sent.ok() && !rest.empty() &&
         connection_.inbox().empty()) {  // an answer before the end is a refusal
    std::string_view chunk = rest.substr(0, kSyncDataMaxBytes);
    sent = connection_.write(sync_data(chunk), deadline);
    rest.remove_prefix(chunk.size());
  }
  if (sent.ok()) sent = connection_.write(sync_number("DONE", static_cast<std::uint32_t>(mtime_s)), deadline);
  // Where writing failed because the device closed, its reason may still be on the way to us.
  if (!sent.ok() && sent.kind() != ErrorKind::kUnavailable) return sent.within(what(path));
  return answer(SyncAsked::kPush, path, deadline).status();
}

Status SyncSession::quit(const Deadline& deadline) {
  return connection_.write(sync_number("QUIT", 0), deadline);
}

}  // namespace storesweep::adb
