#include "coordinator/doctor.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>

#include "common/artifact/folder_store.h"
#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/rules/pack.h"
#include "common/transport/keys.h"
#include "coordinator/store/postgres_connection.h"

namespace storesweep {
namespace {
constexpr std::int64_t kLookMs = 5'000, kLookAtBucketMs = 15'000;
constexpr std::int64_t kMaxSkewS = 60;
constexpr rlim_t kOtherFiles = 512;  // as main.cc asks for

void look_at_keys(const CoordinatorConfig& c, Checkup& out) {
  out.told("transport key", read_key_pair(c.link.key_file).status(), c.link.key_file,
           "storesweep-coordinator keygen " + c.link.key_file);
  const auto workers = read_authorised(c.link.workers_file);
  out.told("workers", workers.status(),
           c.link.workers_file + ": " + std::to_string(workers.ok() ? workers->size() : 0),
           "storesweep-worker keygen NAME --folder FOLDER prints a worker's line");
  if (workers.ok() && workers->empty())
    out.doubtful("workers", "nobody may connect",
                 "a worker's line is what `storesweep-worker keygen` prints");
  std::error_code error;
  if (std::filesystem::exists(c.evidence.key_file, error)) {
    out.good("signing key", c.evidence.key_file);
  } else if (c.blobs.shared) {
    out.bad("signing key", c.evidence.key_file + " is not there",
            "coordinators that share evidence share this key: openssl rand -hex 32");
  } else {
    out.doubtful("signing key", c.evidence.key_file + " is not there",
                 "it is made at the first start; keep a copy then");
  }
}

void look_at_store(const CoordinatorConfig& c, Checkup& out) {
  if (!c.store.sqlite.empty()) {
    const std::string folder = std::filesystem::path(c.store.sqlite).parent_path().string();
    out.folder("store (SQLite)", folder.empty() ? "." : folder, 64u << 20, 1u << 30);
    return;
  }
  PostgresOptions options = c.store.postgres;
  options.patience_ms = std::min(options.patience_ms, kLookMs);
  PostgresConnection connection(options);
  out.told("store (PostgreSQL)", connection.open(), options.connection + ": it takes writes",
           "docs/postgres.md says what must be there");
}

void look_at_bucket(const S3Options& options, Checkup& out) {
  const SystemClock clock;
  SystemRandom random;
  S3Bucket bucket(options, clock, random);
  const Deadline deadline = Deadline::in_ms(kLookAtBucketMs);
  const auto checked = bucket.checks_addresses(deadline);
  out.told("bucket", checked.status(), bucket.shown(options.prefix) + ": it takes and removes",
           "endpoint, bucket, region, style, keys and ca_file of blobs.s3 (docs/operate.md)");
  if (!checked.ok()) return;
  if (!*checked)
    out.doubtful("bucket, addresses", "the server does not check what is put to a presigned address",
                 "nothing to do: evidence passes the coordinator instead, which costs its network");
  const auto ahead_ms = bucket.clock_ahead_ms(deadline);
  out.told("bucket, listing", ahead_ms.status(), "it can be listed", "`gc` finds nothing there until it can");
  const std::int64_t seconds = ahead_ms.value_or(0) / 1000;
  if (seconds > kMaxSkewS || -seconds > kMaxSkewS)
    out.doubtful("bucket, clock", "the server's is " + std::to_string(seconds) + " s ahead of ours",
                 "keep both by NTP: from 15 minutes on it refuses what we sign");
}

void look_at_evidence(const CoordinatorConfig& c, Checkup& out) {
  using Sharing = FolderStore::Sharing;
  out.folder(c.blobs.s3 ? "spool of evidence" : "evidence", c.blobs.disk(),
             static_cast<std::uint64_t>(c.blobs.low_water_bytes),
             static_cast<std::uint64_t>(c.blobs.high_water_bytes));
  if (c.blobs.s3) return look_at_bucket(c.blobs.s3->bucket, out);
  if (!c.blobs.shared) return;
  out.told("evidence, shared", FolderStore::open(c.blobs.folder, Sharing::kWithOthers).status(),
           "its locks work", "a coordinator without blobs.shared has it, or this file system knows no locks");
}

void look_at_audit(const CoordinatorConfig& c, Checkup& out) {
  if (c.audit_file.empty() && c.tokens.empty()) return;  // nobody has a name here
  if (c.audit_file.empty())
    return out.doubtful("audit log", "who did what is not kept",
                        "name audit.file (docs/operate.md, Audit log)");
  const std::string folder = std::filesystem::path(c.audit_file).parent_path().string();
  out.folder("audit log", folder.empty() ? "." : folder, 64u << 20, 1u << 30);
}

void look_at_limits(const CoordinatorConfig& c, Checkup& out) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  const rlim_t wanted = c.http.max_connections + kOtherFiles;
  const std::string found =
      std::to_string(files.rlim_max) + " allowed, " + std::to_string(wanted) + " wanted";
  if (files.rlim_max >= wanted) return out.good("open files", found);
  out.bad("open files", found, "raise `ulimit -Hn` (systemd: LimitNOFILE), or lower http.max_connections");
}

void look_at_timetable(const CoordinatorConfig& c, Checkup& out) {
  for (const DailySweep& daily : c.timetable.sweeps) {
    const auto next = next_of(c.timetable, daily, SystemClock().wall_ms());
    out.good("timetable", daily.name + " at " + time_text(daily.at_minute) + " " + c.timetable.zone +
                              (next ? ", next on " + next->date : ""));
  }
}
}  // namespace

Checkup look_at(const CoordinatorConfig& c, const std::string& judge, const Deadline& deadline) {
  Checkup out;
  look_at_keys(c, out);
  look_at_store(c, out);
  look_at_evidence(c, out);
  look_at_audit(c, out);
  const auto pack = load_rule_pack(c.judging.rules);
  out.told("rule pack", pack.status(), c.judging.rules + ": " + (pack.ok() ? pack->version : ""),
           "name the folder `rules` of this version");
  out.told("judge", ::access(judge.c_str(), X_OK) == 0 ? ok_status() : errno_status(judge, errno), judge,
           "install storesweep-judge beside this program, or name it in judging.program");
  look_at_limits(c, out);
  look_at_timetable(c, out);
  out.clock();
  const bool anywhere = c.http.address == "0.0.0.0" || c.http.address == "::";
  const std::string place = (anywhere ? "127.0.0.1" : c.http.address) + ":" + std::to_string(c.http.port);
  const Status listens = somebody_listens(place, deadline.at_most_ms(kLookMs));
  if (listens.ok()) {
    out.good("HTTP", place + ": somebody listens");
  } else {
    out.doubtful("HTTP", listens.message(), "no coordinator runs there now: start it, if it should");
  }
  return out;
}

}  // namespace storesweep
