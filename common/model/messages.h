// The messages between worker and coordinator as plain values. schemas/wire.capnp is their form on the wire,
// common/wire translates; queue, service, the worker's link and the simulation only ever see these.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "common/model/figures.h"
#include "common/model/lease.h"
#include "common/model/sdk_list.h"

namespace storesweep {

inline constexpr std::uint32_t kProtocolVersion = 1;
inline constexpr std::size_t kMaxLeasesPerWorker = 64;
inline constexpr std::size_t kMaxBlobsPerReport = 512;

enum class Stage : std::uint8_t {
  kQueued,
  kFetching,
  kWaiting,
  kStatic,
  kDevice,
  kRunning,
  kUploading,
  kReporting
};

// ---- worker to coordinator

struct Running {
  Token token;
  Stage stage = Stage::kQueued;
  bool began = false;  // answered "run", the APK was touched
  Digest file_set{};   // zero: not known yet
  bool operator==(const Running&) const = default;
};
struct Spooled {
  Token token;
  Digest file_set{};
  std::uint64_t sequence = 0;
  bool operator==(const Spooled&) const = default;
};

struct Hello {
  std::uint32_t protocol = kProtocolVersion;
  std::string worker;  // its name; the link has checked it against the CURVE key
  // Of this process: the wall clock's milliseconds at its start << 20, and 20 random bits. A later process of
  // the same worker has a greater one, so that a late hello of a dead one is known as such.
  std::uint64_t incarnation = 0;
  std::uint64_t epoch_seen = 0;  // the highest; a coordinator of an older one is refused
  std::vector<Device> devices;
  std::vector<Running> running;
  std::vector<Spooled> spooled;
  bool scripted = false;  // its runs are scripted or simulated
  bool operator==(const Hello&) const = default;
};
// Asks for leases. A grant counts only as the answer to an open request of this incarnation.
struct Ask {
  std::uint64_t incarnation = 0;
  std::uint64_t request = 0;
  std::uint32_t leases = 0;
  std::vector<std::string> free_devices;  // identities
  bool operator==(const Ask&) const = default;
};
// After the fetch: the hash of the file set and what the app needs.
struct Fetched {
  Token token;
  Digest file_set{};
  Needs needs;
  bool operator==(const Fetched&) const = default;
};
// "I touch the APK now": with this an attempt has begun.
struct Began {
  Token token;
  bool operator==(const Began&) const = default;
};
// Leases are counted from the sending of the heartbeat that was answered.
struct Heartbeat {
  std::uint64_t incarnation = 0;
  std::uint64_t sequence = 0;
  std::vector<Running> running;
  bool operator==(const Heartbeat&) const = default;
};
struct BlobRef {
  std::string name;  // journal, screen-0001.png, ...
  Digest sha256{};
  std::uint64_t bytes = 0;
  bool operator==(const BlobRef&) const = default;
};
// A complete run. blobs[0] is the journal. Sent again until answered.
struct Report {
  Token token;
  std::uint64_t sequence = 0;  // of the spool
  bool again = false;          // not the first sending
  Digest file_set{};
  Device device;
  Depth depth = Depth::kTriage;
  std::vector<BlobRef> blobs;
  std::string hint;  // the worker's own verdict, encoded: only a hint
  RunFigures figures;
  SdkList sdks;  // of the file set
  bool operator==(const Report&) const = default;
};
enum class FailureReason : std::uint8_t {
  kOther,
  kDiedInToken,
  kFetch,
  kHash,
  kInstall,
  kDeviceLost,
  kHygiene,
  kTimeout,
  kDiskFull,
  kEvaded,
  kCancelled,
  kJournalRefused  // the coordinator's own word; never said by a worker
};
struct Failure {
  Token token;
  std::uint64_t sequence = 0;
  FailureKind kind = FailureKind::kInfrastructure;
  FailureReason reason = FailureReason::kOther;
  std::string detail;
  std::string device;  // identity; empty: none was involved
  Digest file_set{};
  bool operator==(const Failure&) const = default;
};
// The worker lacks what the app needs: no failure, costs no attempt unless it adds nothing to what is known.
struct NeedsMore {
  Token token;
  std::uint64_t sequence = 0;
  Needs needs;
  bool operator==(const NeedsMore&) const = default;
};
// How a lease went, as the spool keeps it until the coordinator has answered.
using Outcome = std::variant<Report, Failure, NeedsMore>;
inline const Token& token_of(const Outcome& o) {
  return std::visit([](const auto& m) -> const Token& { return m.token; }, o);
}
inline std::uint64_t sequence_of(const Outcome& o) {
  return std::visit([](const auto& m) { return m.sequence; }, o);
}
struct Bye {
  std::uint64_t incarnation = 0;
  bool operator==(const Bye&) const = default;
};

using FromWorker = std::variant<Hello, Ask, Fetched, Began, Heartbeat, Report, Failure, NeedsMore, Bye>;

// ---- coordinator to worker; every one carries the epoch, and workers refuse an older one

struct Welcome {
  std::uint64_t epoch = 0;
  std::uint32_t protocol = kProtocolVersion;
  std::int64_t lease_ms = 0;
  std::int64_t heartbeat_ms = 0;
  std::vector<Token> ended;   // of those named in the hello: stop them, drop them
  std::string evidence_base;  // where this leader takes evidence, whoever gave the address; empty: as given
  bool operator==(const Welcome&) const = default;
};
struct Grant {
  std::uint64_t epoch = 0;
  std::uint64_t request = 0;
  std::vector<LeaseOffer> leases;  // may be empty: nothing to do now, ask again after retry_ms
  std::int64_t retry_ms = 0;
  bool operator==(const Grant&) const = default;
};
enum class FileSetAnswer : std::uint8_t { kRun, kReuse, kWait, kNeedsMore, kEnded };
struct FetchedAnswer {
  std::uint64_t epoch = 0;
  Token token;
  FileSetAnswer answer = FileSetAnswer::kRun;
  bool operator==(const FetchedAnswer&) const = default;
};
struct HeartbeatAnswer {
  std::uint64_t epoch = 0;
  std::uint64_t sequence = 0;
  std::vector<Token> ended;  // of those named in the heartbeat: these leases are over
  bool operator==(const HeartbeatAnswer&) const = default;
};
enum class ReportAnswer : std::uint8_t { kAcknowledged, kEnded, kEvidenceMissing, kNotLeader };
// The answer to a Report, Failure or NeedsMore. A spool entry goes only after kAcknowledged and kEnded.
struct Answer {
  std::uint64_t epoch = 0;
  Token token;
  std::uint64_t sequence = 0;
  ReportAnswer answer = ReportAnswer::kAcknowledged;
  bool operator==(const Answer&) const = default;
};
// "Say hello": the coordinator does not know this incarnation (it has started anew).
struct WhoAreYou {
  std::uint64_t epoch = 0;
  bool operator==(const WhoAreYou&) const = default;
};
struct Drain {
  std::uint64_t epoch = 0;
  bool operator==(const Drain&) const = default;
};

using ToWorker = std::variant<Welcome, Grant, FetchedAnswer, HeartbeatAnswer, Answer, WhoAreYou, Drain>;

}  // namespace storesweep
