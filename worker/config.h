// The worker's configuration file (docs/worker.yaml is its manual) as a plain value, checked as a
// whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/hash.h"
#include "common/base/status.h"
#include "common/transport/keys.h"
#include "worker/job/spool.h"
#include "worker/job/stages.h"
#include "worker/real_devices.h"

namespace storesweep::worker {

// Devices that exist in name only: for proofs and rehearsals.
struct ScriptedConfig {
  std::size_t devices = 1;
  int api = 28;
  std::vector<std::string> abis;
  std::vector<std::string> features;
  std::int64_t run_ms = 0;
};
struct Config {
  std::string name;
  std::vector<std::string> coordinators;  // tcp://host:port of each; one of them leads
  std::string coordinator_key;            // their public key, Z85
  std::string key_folder;    // NAME.key: the transport's pair; NAME.seed: the seed that signs journals
  std::string spool_folder;  // a folder NAME in it
  std::string evidence_ca;   // PEM of whom evidence addresses are believed; empty: the system's
  std::size_t slots = 64;
  struct MetricsConfig {
    std::string address;  // empty: there is no door
    std::uint16_t port = 0;
    std::int64_t silence_ms = 0;  // of the coordinator, to a worker that is well
  } metrics;
  job::SpoolLimits spool;
  job::StageLimits stages;
  // One of the two.
  std::optional<ScriptedConfig> scripted;
  std::optional<DeviceConfig> devices;
};
Result<Config> read_config(const std::string& path);

// Both files of a worker's identity; refuses to replace one. Returns its line for the coordinator's list.
Result<std::string> make_identity(const std::string& key_folder, const std::string& name);
Result<SigningKey> read_signing_key(const std::string& key_folder, const std::string& name);

}  // namespace storesweep::worker
