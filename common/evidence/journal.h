// The journal of one run (schemas/evidence.capnp): appended as things happen, hash-chained, sealed and
// signed, read back and verified. A writer belongs to one thread. Reading is pure and safe for concurrent
// use.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/file.h"
#include "common/base/hash.h"
#include "common/base/status.h"
#include "common/model/lease.h"
#include "common/model/verdict.h"

namespace storesweep {

inline constexpr std::size_t kMaxFrameBytes = 16u << 20;
inline constexpr std::size_t kMaxJournalBytes = 256u << 20;
inline constexpr std::size_t kMaxJournalRecords = 1'000'000;
inline constexpr std::int64_t kMaxJournalTimeMs =
    200LL * 366 * 86'400'000;  // a device without a clock starts in 1970

struct JournalHeader {
  TokenKey token;
  JobId job;
  std::string worker;
  std::array<std::uint8_t, 32> worker_key{};
  std::vector<std::string> key_ids;
  std::string device;
  DeviceKind device_kind;
  std::string fingerprint;
  std::int64_t clock_rate_permille = 1000;
  Depth depth = Depth::kTriage;
  std::vector<std::string> only_rules;
  Digest file_set{};
  std::string package;
  std::int64_t started_wall_ms = 0;
  std::int64_t device_start_ms = 0;
  std::int32_t device_zone_minutes = 0;
  std::string worker_version;
  bool scripted = false;
};

enum class RecordKind : std::uint8_t { kMarker, kAction, kRaw, kBlob, kDocument, kLost, kFailed, kAttest };

struct Record {
  std::uint64_t sequence = 0;  // set by the writer
  std::int64_t host_ms = 0;
  std::int64_t device_ms = 0;
  Phase phase = Phase::kP0;
  RecordKind kind = RecordKind::kRaw;
  std::string name;
  std::string data;
  Digest sha256{};
  std::uint64_t bytes = 0;
  std::uint64_t count = 0;
  std::string reason;
  std::int64_t took_ms = 0;  // device clock, from device_ms on; -1: the answer was lost
};

struct JournalSeal {
  bool complete = false;
  std::string reason;
  std::int64_t ended_host_ms = 0;
};

struct SealedJournal {
  Digest sha256{};  // of the whole file: how a report names it
  std::uint64_t bytes = 0;
  std::uint64_t records = 0;
};

class JournalWriter {
 public:
  // Starts a new file; an existing one is replaced. The header goes out at once.
  static Result<JournalWriter> create(const std::string& path, const JournalHeader& header);
  JournalWriter(JournalWriter&&) noexcept = default;
  JournalWriter& operator=(JournalWriter&&) noexcept = default;

  // Written before it returns (not fsynced: a killed process loses nothing, a dead host what the disk had not
  // yet).
  Status append(Record record);
  // The seal, signed by key, then fsync.
  Result<SealedJournal> seal(const JournalSeal& seal, const SigningKey& key);
  std::uint64_t records() const { return records_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  JournalWriter() = default;
  Status write_frame(std::string_view message);

  std::string path_;
  Fd fd_;
  Digest chain_{};
  Sha256 whole_;
  std::uint64_t records_ = 0;
  std::uint64_t bytes_ = 0;
  std::vector<std::string> key_ids_;
};

struct Journal {
  JournalHeader header;
  std::vector<Record> records;
  bool sealed = false;
  bool complete = false;
  std::string incomplete_reason;
  bool signature_valid = false;  // by the key that the header names
  Digest sha256{};               // of the whole file
};

// The whole journal, its chain verified. A file cut off behind any frame is a journal that is not sealed; a
// wrong byte is kCorrupt, and the message says in which frame. Bounds: the constants above.
Result<Journal> read_journal_untrusted(ByteView file);

}  // namespace storesweep
