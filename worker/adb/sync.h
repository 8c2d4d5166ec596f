// Files of a device. A session is one `sync:` stream for any number of calls; an error ends it. One thread at
// a time; the client outlives it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/cancel.h"
#include "common/base/status.h"
#include "worker/adb/client.h"
#include "worker/adb/sync_protocol.h"

namespace storesweep::adb {

inline constexpr std::size_t kFolderMaxEntries = 100'000;

struct FolderEntry {
  std::string name;  // without a path; "." and ".." are left out
  FileInfo info;
};

class SyncSession {
 public:
  // stat_v2: the device has that feature.
  static Result<SyncSession> open(Client& client, const Target& target, bool stat_v2,
                                  const Deadline& deadline);

  // A file that is not there is no error: exists() says so. Links are not followed.
  Result<FileInfo> stat(std::string_view path, const Deadline& deadline);
  // A folder that is not there, or may not be read, is empty: the device does not tell. A path that is a link
  // to a folder needs a slash at its end.
  Result<std::vector<FolderEntry>> list(std::string_view path, const Deadline& deadline);
  // Pieces of the file, in order; what the sink returns as an error ends the pull.
  using Sink = std::function<Status(ByteView)>;
  Status pull(std::string_view path, const Sink& sink, const Deadline& deadline);
  Result<std::string> pull_all(std::string_view path, std::size_t max_bytes, const Deadline& deadline);
  // Writes the content to path with these permission bits. Stops as soon as the device refuses. A missing
  // folder is made by some devices and others end the stream without a word (kNotFound).
  Status push(std::string_view path, ByteView content, std::uint32_t mode, std::int64_t mtime_s,
              const Deadline& deadline);
  // Says goodbye; a session may also just be dropped.
  Status quit(const Deadline& deadline);

 private:
  SyncSession(Client& client, Connection connection, std::string serial, bool stat_v2)
      : client_(&client), connection_(std::move(connection)), serial_(std::move(serial)), stat_v2_(stat_v2) {}
  Result<SyncAnswer> answer(SyncAsked asked, std::string_view path, const Deadline& deadline);
  Status refusal(std::string_view path, const SyncAnswer& fail) const;
  std::string what(std::string_view path) const;

  Client* client_;
  Connection connection_;
  std::string serial_;
  bool stat_v2_;
};

}  // namespace storesweep::adb
