// File transfer: the packets of `sync:` (AOSP packages/modules/adb: SYNC.TXT, file_sync_protocol.h), versions
// 1 and 2 of stat. Pure; safe for concurrent use.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/status.h"
#include "worker/adb/inbox.h"

namespace storesweep::adb {

inline constexpr std::size_t kSyncDataMaxBytes = 64 * 1024;
inline constexpr std::size_t kSyncPathMaxBytes = 1024;
inline constexpr std::size_t kSyncNameMaxBytes = 4096;          // of a folder's entry
inline constexpr std::size_t kSyncMessageMaxBytes = 64 * 1024;  // of FAIL

// A four-letter id, a length, and the path. kInvalid for a path that is empty, too long or holds a NUL.
Result<std::string> sync_request(std::string_view id, std::string_view path);
std::string sync_data(std::string_view chunk);                  // "DATA", chunk <= kSyncDataMaxBytes
std::string sync_number(std::string_view id, std::uint32_t n);  // "DONE" with a time, "QUIT" with 0

struct FileInfo {
  std::uint32_t error = 0;  // errno of the device, version 2 only
  std::uint32_t mode = 0;   // as in stat(2)
  std::uint64_t size = 0;   // of version 1: modulo 4 GiB
  std::int64_t mtime_s = 0;
  bool exists() const { return mode != 0 && error == 0; }  // version 1 answers zeros for what is not there
  bool folder() const { return (mode & 0170000) == 0040000; }
  bool link() const { return (mode & 0170000) == 0120000; }
  bool file() const { return (mode & 0170000) == 0100000; }
};

struct SyncAnswer {
  enum class Kind { kStat, kEntry, kData, kDone, kOkay, kFail };
  Kind kind = Kind::kDone;
  FileInfo info;     // kStat, kEntry
  std::string text;  // kEntry: the name; kData: the bytes; kFail: the message
};
// What was asked decides how an answer is read: the DONE that ends a list is as long as an entry.
enum class SyncAsked { kStat, kStatV2, kList, kPull, kPush };
// See protocol.h; an id that does not belong to what was asked is kCorrupt.
Result<std::optional<SyncAnswer>> take_sync(Inbox& inbox, SyncAsked asked);

}  // namespace storesweep::adb
