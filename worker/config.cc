#include "worker/config.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "common/base/file.h"
#include "common/base/random.h"
#include "common/base/text.h"
#include "common/config/config.h"

namespace storesweep::worker {
namespace {
constexpr std::size_t kMaxSeedFileBytes = 4096, kMaxCoordinators = 16;

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

// "127.0.0.1:5037"
void read_server(ConfigMap map, adb::ServerAddress& server) {
  const std::string text = map.string("server", "127.0.0.1:5037");
  const std::size_t colon = text.rfind(':');
  const auto port = colon == std::string::npos ? std::nullopt : parse_int<int>(text.substr(colon + 1));
  if (!port || *port < 1 || *port > 65535 || colon == 0) {
    return map.error("server", "`" + text + "` is no HOST:PORT of an adb server, such as 127.0.0.1:5037");
  }
  server = {text.substr(0, colon), static_cast<std::uint16_t>(*port)};
}

// "0.0.0.0:9090", "[::]:9090"
void read_metrics(ConfigMap map, Config::MetricsConfig& out) {
  out.silence_ms = map.integer("silence_ms", 120'000, {1'000, 24 * 3'600'000});
  const std::string listen = map.string("listen", "");
  if (listen.empty()) return;
  const std::size_t colon = listen.rfind(':');
  const auto port =
      colon == std::string::npos ? std::nullopt : parse_int<std::uint16_t>(listen.substr(colon + 1));
  out.address = listen.substr(0, colon);
  if (starts_with(out.address, "[") && ends_with(out.address, "]"))
    out.address = out.address.substr(1, out.address.size() - 2);
  out.port = port.value_or(0);
  if (out.port == 0 || out.address.empty()) map.error("listen", "wanted ADDRESS:PORT, not `" + listen + "`");
}

// host:port, and none that the adb server takes for an emulator by itself.
void check_remotes(ConfigMap map, std::string_view key, const std::vector<std::string>& remotes) {
  for (const std::string& remote : remotes) {
    const std::size_t colon = remote.rfind(':');
    const auto port = colon == std::string::npos ? std::nullopt : parse_int<int>(remote.substr(colon + 1));
    if (!port || *port < 1 || *port > 65535)
      map.error(key, "`" + remote + "`: a device to connect to is HOST:PORT");
  }
}

void read_adb(ConfigMap map, device::PoolOptions& pool) {
  read_server(map, pool.server);
  pool.server_options.own = map.boolean("start", true);
  pool.server_options.program = map.string("program", "adb");
  for (auto& [name, value] : map.string_map("environment")) pool.server_options.extra[name] = value;
  pool.rules.remotes = map.strings("connect");
  check_remotes(map, "connect", pool.rules.remotes);
}

void read_devices(ConfigMap map, const std::string& worker, device::PoolOptions& pool) {
  pool.rules.worker = worker;
  for (std::string& serial : map.strings("serials")) pool.rules.serials.insert(std::move(serial));
  for (auto& [identity, owner] : map.string_map("owners")) pool.rules.owners[identity] = owner;
  const IntRange range{100, 24 * 3'600'000};
  pool.rules.quarantine_ms = map.integer("quarantine_ms", pool.rules.quarantine_ms, range);
  pool.rules.quarantine_max_ms = map.integer("quarantine_max_ms", pool.rules.quarantine_max_ms, range);
  pool.rules.probe_ms = map.integer("probe_ms", pool.rules.probe_ms, range);
  pool.prepare_ms = map.integer("clean_ms", pool.prepare_ms, range);
  pool.baseline_folder = map.path("baselines", "baselines") + "/" + worker;
  const std::string claims = map.string("claims", "");
  pool.claims_folder = claims.empty() ? device::default_claims_folder() : map.path("claims", "");
}

DeviceConfig read_device_config(ConfigMap root, const std::string& worker,
                                const std::filesystem::path& here) {
  DeviceConfig out;
  read_adb(root.map("adb"), out.pool);
  read_devices(root.map("devices"), worker, out.pool);
  ConfigMap apks = root.map("apks");
  out.cache_folder = apks.path("cache", "cache") + "/" + worker;
  const IntRange bytes{1 << 20, std::int64_t{1} << 50};
  out.cache_bytes = static_cast<std::uint64_t>(
      apks.integer("cache_bytes", static_cast<std::int64_t>(out.cache_bytes), bytes));
  out.fetch.max_apk_bytes = static_cast<std::uint64_t>(
      apks.integer("max_bytes", static_cast<std::int64_t>(out.fetch.max_apk_bytes), bytes));
  for (const std::string& folder : apks.strings("file_folders")) out.file_folders.push_back(here / folder);
  out.fetch_ca = apks.path("ca", "");
  ConfigMap policies = root.map("policies");
  out.policies.folder = apks.path("cache", "cache") + "/" + worker + ".policies";
  out.policies.fetch_ms = policies.integer("fetch_ms", out.policies.fetch_ms, {0, 600'000});
  out.rules = root.path("rules", "rules");
  ConfigMap decoys = root.map("decoys");
  out.decoys.maker = decoys.path("maker", "");
  out.decoys.folder = decoys.path("folder", "decoys");
  ConfigMap traffic = root.map("traffic");
  out.proxy.program = traffic.string("mitmdump", "");
  out.proxy.folder = traffic.path("folder", "proxy") + "/" + worker;
  ConfigMap hooks = root.map("hooks");
  out.hooks.frida_inject = hooks.path("frida_inject", "");
  out.hooks.script = hooks.path("script", "");
  if (!out.hooks.frida_inject.empty() && out.hooks.script.empty())
    hooks.error("script", "the file that `./dev hooks` builds (build/hooks/storesweep-hooks.js) is missing");
  const std::string& server = out.pool.server.host;
  if (!out.proxy.program.empty() && server != "127.0.0.1" && server != "localhost")
    traffic.error("mitmdump", "devices reach a proxy through their adb server: it must be on this host");
  ConfigMap pictures = root.map("pictures");
  out.pictures.program = pictures.string("tesseract", out.pictures.program);
  out.pictures.at_once = static_cast<int>(pictures.integer("at_once", 0, {0, 1'000}));
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
  out.coordinators = coordinator.has("addresses")
                         ? coordinator.strings("addresses")
                         : std::vector<std::string>{coordinator.required_string("address")};
  if (coordinator.has("addresses") && coordinator.has("address"))
    coordinator.error("address", "either this or `addresses`");
  if (out.coordinators.empty() || out.coordinators.size() > kMaxCoordinators)
    coordinator.error("addresses", "1 to " + std::to_string(kMaxCoordinators));
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
  read_metrics(root.map("metrics"), out.metrics);
  const bool scripted = root.has("scripted");
  const bool real = root.has("adb") || root.has("devices");
  if (scripted && real)
    root.error("scripted", "either scripted devices or real ones (adb:, devices:), not both");
  if (!scripted && !real) root.error("", "`adb:` or `devices:` (real devices) or `scripted:` is missing");
  if (scripted) {
    out.scripted = read_scripted(root.map("scripted"));
  } else {
    out.devices = read_device_config(root, out.name, std::filesystem::path(path).parent_path());
  }
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
