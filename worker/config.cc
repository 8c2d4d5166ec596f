#include "worker/config.h"

#include <sys/stat.h>

#include <algorithm>

#include "common/base/file.h"
#include "common/base/random.h"
#include "common/base/text.h"
#include "common/config/config.h"

namespace storesweep::worker {
namespace {
constexpr std::size_t kMaxSeedFileBytes = 4096;

void read_limits(ConfigMap map, job::StageLimits& limits) {
  const IntRange range{1'000, 7LL * 24 * 3'600'000};
  limits.fetch_ms = map.integer("fetch_ms", limits.fetch_ms, range);
  limits.device_wait_ms = map.integer("device_wait_ms", limits.device_wait_ms, range);
  limits.triage_run_ms = map.integer("triage_run_ms", limits.triage_run_ms, range);
  limits.lab_run_ms = map.integer("lab_run_ms", limits.lab_run_ms, range);
}

ScriptedConfig read_scripted(ConfigMap map) {
  ScriptedConfig out;
  out.devices = static_cast<std::size_t>(map.integer("devices", 1, {1, 64}));
  out.api = static_cast<int>(map.integer("api", 28, {1, 100}));
  out.abis = map.strings("abis");
  if (out.abis.empty()) out.abis = {"arm64-v8a", "armeabi-v7a"};
  out.features = map.strings("features");
  out.run_ms = map.integer("run_ms", 0, {0, 24 * 3'600'000});
  return out;
}
}  // namespace

Result<Config> read_config(const std::string& path) {
  TRY_ASSIGN(ConfigDocument document, ConfigDocument::from_file(path));
  ConfigMap root = document.root();
  Config out;
  out.name = root.required_string("name");
  if (!out.name.empty() && !good_worker_name(out.name)) {
    root.error("name",
               "letters, digits, '.', '_' and '-' only, at most " + std::to_string(kMaxWorkerNameBytes));
  }
  ConfigMap coordinator = root.map("coordinator");
  out.coordinator = coordinator.required_string("address");
  out.coordinator_key = coordinator.required_string("public_key");
  if (!out.coordinator_key.empty() && !good_key(out.coordinator_key)) {
    coordinator.error("public_key",
                      "not a key: 40 characters of Z85, as `storesweep-coordinator keygen` prints it");
  }
  out.evidence_ca = coordinator.path("evidence_ca", "");
  out.key_folder = root.path("key_folder", "keys");
  out.slots = static_cast<std::size_t>(root.integer("slots", 64, {1, 64}));
  ConfigMap spool = root.map("spool");
  out.spool_folder = spool.path("folder", "spool");
  out.spool.max_bytes = static_cast<std::uint64_t>(spool.integer(
      "max_bytes", static_cast<std::int64_t>(out.spool.max_bytes), {1 << 20, std::int64_t{1} << 50}));
  read_limits(root.map("limits"), out.stages);
  if (root.has("scripted")) out.scripted = read_scripted(root.map("scripted"));
  TRY(document.finish());
  return out;
}

Result<std::string> make_identity(const std::string& key_folder, const std::string& name) {
  if (!good_worker_name(name)) return invalid("`" + name + "`: letters, digits, '.', '_' and '-' only");
  TRY(make_folders(key_folder));
  const std::string seed_file = key_folder + "/" + name + ".seed";
  struct stat there {};
  if (::lstat(seed_file.c_str(), &there) == 0)
    return exists(seed_file + ": there already; a new key makes a new worker");
  TRY_ASSIGN(KeyPair keys, make_key_pair());
  TRY(write_key_pair(key_folder + "/" + name + ".key", keys));
  std::array<std::uint8_t, 32> seed{};
  SystemRandom().fill(seed);
  TRY(write_file_durably(seed_file, to_hex(seed) + "\n", 0600));
  return name + " " + keys.public_key;
}

Result<SigningKey> read_signing_key(const std::string& key_folder, const std::string& name) {
  const std::string path = key_folder + "/" + name + ".seed";
  TRY_ASSIGN(std::string text, read_file(path, kMaxSeedFileBytes));
  const std::optional<Digest> seed = digest_from_hex(trim(text));
  if (!seed) return invalid(path + ": 64 hexadecimal digits expected");
  return signing_key_from_seed(*seed);
}

}  // namespace storesweep::worker
