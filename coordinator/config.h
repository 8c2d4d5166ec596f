// The coordinator's configuration: docs/coordinator.yaml shows and explains every key. Values; read once by
// main.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/artifact/s3_store.h"
#include "common/base/log.h"
#include "common/base/status.h"
#include "coordinator/http/access.h"
#include "coordinator/http/server.h"
#include "coordinator/schedule/timetable.h"
#include "coordinator/service/garbage.h"
#include "coordinator/store/postgres_connection.h"

namespace storesweep {

struct CoordinatorConfig {
  LogLevel log_level = LogLevel::kInfo;
  Log::Format log_format = Log::Format::kText;

  struct StoreOptions {
    std::string sqlite;        // the file; empty: PostgreSQL
    PostgresOptions postgres;  // where it has a connection
  } store;
  struct BlobOptions {
    std::string folder;
    std::optional<S3StoreOptions> s3;   // instead of the folder
    bool shared = false;                // other coordinators of the same store keep theirs there too
    std::int64_t low_water_bytes = 0;   // below it nothing is leased
    std::int64_t high_water_bytes = 0;  // above it leasing goes on
    // On this machine's disk: the evidence, or what is on its way into the bucket.
    const std::string& disk() const { return s3 ? s3->spool : folder; }
  } blobs;
  RetentionWish retention;  // of evidence, where gc is not told otherwise
  struct EvidenceOptions {
    std::string key_file;  // of the coordinator's signing key; made at the first start
    std::string heads;     // folder; empty: no head is written
  } evidence;
  struct LinkOptions {
    std::string listen;  // tcp://ADDRESS:PORT
    std::string key_file;
    std::string workers_file;
    std::vector<std::string> addresses;  // where workers that enrol find it
  } link;
  struct LeaseOptions {
    std::int64_t lease_ms = 0, drift_ms = 0;
    std::int64_t app_attempts = 0, device_attempts = 0, infrastructure_attempts = 0, evasion_attempts = 0,
                 journal_attempts = 0;
    std::int64_t retry_ms = 0;
    std::int64_t reuse_ms = 0;
    std::int64_t no_device_ms = 0;
  } leases;
  struct JudgingOptions {
    std::string program;       // storesweep-judge; empty: beside the coordinator's own program
    std::string rules;         // folder of the rule pack
    std::string observations;  // folder of what was parsed of journals
    std::int64_t children = 0;
    std::int64_t budget_ms = 0;
    std::int64_t memory_bytes = 0;
  } judging;
  struct CatalogueOptions {
    std::vector<std::string> folders;  // file: addresses are read below these alone
    std::string rejects;               // folder
  } catalogues;

  struct ControlOptions {
    std::string folder;   // of probe apps; empty: no control goes out
    std::string address;  // where workers fetch them
    std::int64_t one_in = 0;
  } controls;

  Timetable timetable;
  std::string audit_file;  // who did what; empty: it is not kept

  http::ServerOptions http;
  std::string public_url;  // where workers reach it; empty: http://ADDRESS:PORT
  std::vector<http::AccessToken> tokens;
};

// kInvalid with every error at once, each with its line.
Result<CoordinatorConfig> read_coordinator_config(const std::string& path);

}  // namespace storesweep
