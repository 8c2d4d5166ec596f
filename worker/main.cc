// storesweep-worker: `run` works for a coordinator until SIGTERM, which drains; a second SIGTERM ends it at
// once (what is spooled is kept). `keygen` makes an identity and prints its line for the coordinator's list
// of workers; `enrol` makes one and brings it there itself. `doctor` looks at the set-up.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>

#include <CLI/CLI.hpp>

#include "common/base/file.h"
#include "common/base/text.h"
#include "common/metrics/metrics.h"
#include "worker/config.h"
#include "worker/doctor.h"
#include "worker/enrol.h"
#include "worker/job/scripted_runner.h"
#include "worker/real_devices.h"
#include "worker/vitals.h"
#include "worker/worker.h"

namespace {
using namespace storesweep;

Cancel* drain_on_signal = nullptr;  // for the handler alone

void on_signal(int number) {
  if (drain_on_signal->cancelled()) std::_Exit(128 + number);
  drain_on_signal->cancel();
}

std::string name_of(const std::string& name, std::size_t count, std::size_t i) {
  return count == 1 ? name : name + "-" + std::to_string(i);
}

int fail(const Status& status) {
  std::fprintf(stderr, "%s\n", status.text().c_str());
  return status.kind() == ErrorKind::kInvalid ? 2 : 1;
}

int keygen(const std::string& folder, const std::string& name, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    Result<std::string> line = worker::make_identity(folder, name_of(name, count, i));
    if (!line.ok()) return fail(line.status());
    std::printf("%s\n", line->c_str());
  }
  return 0;
}

// What `storesweep evidence verify --trust` reads.
int trust(const std::string& folder, const std::string& name) {
  const Result<SigningKey> key = worker::read_signing_key(folder, name);
  if (!key.ok()) return fail(key.status());
  std::printf("worker %s %s\n", to_hex(key->public_key).c_str(), name.c_str());
  return 0;
}

constexpr std::int64_t kEnrolMs = 60'000;
constexpr std::size_t kMaxTokenBytes = 4'096;

int enrol(worker::EnrolOptions options, const std::string& token_file) {
  if (!token_file.empty()) {
    auto token = read_file(token_file, kMaxTokenBytes);
    if (!token.ok()) return fail(token.status().within("--token-file"));
    options.token = std::string(trim(*token));
  }
  SystemRandom random;
  const auto snippet = worker::enrol(options, random, Deadline::in_ms(kEnrolMs));
  if (!snippet.ok()) return fail(snippet.status());
  std::printf("%s", snippet->c_str());
  return 0;
}

struct Crew {
  std::vector<std::unique_ptr<worker::RealDevices>> devices;
  std::vector<std::unique_ptr<job::Runner>> runners;
  std::vector<worker::WorkerSetup> setups;
};
struct World {
  SystemClock clock;
  SystemRandom random;
  Log log;
};

// The runner of one worker: on real devices or on scripted ones.
Result<job::Runner*> runner_for(const worker::Config& config, const std::string& name, World& world,
                                Crew& crew) {
  TRY_ASSIGN(SigningKey key, worker::read_signing_key(config.key_folder, name));
  if (config.devices) {
    TRY_ASSIGN(auto devices,
               worker::RealDevices::open(*config.devices, name, key, world.clock, world.random, world.log));
    devices->start();
    crew.devices.push_back(std::move(devices));
    return static_cast<job::Runner*>(&crew.devices.back()->runner());
  }
  const worker::ScriptedConfig& s = *config.scripted;
  job::ScriptedOptions scripted{name, s.devices, s.api, s.abis, s.features, s.run_ms, key};
  crew.runners.push_back(std::make_unique<job::ScriptedRunner>(std::move(scripted), world.clock));
  return crew.runners.back().get();
}

Status enlist(const worker::Config& config, const std::string& name, World& world, Crew& crew) {
  worker::WorkerSetup setup;
  setup.name = name;
  TRY_ASSIGN(KeyPair keys, read_key_pair(config.key_folder + "/" + name + ".key"));
  for (const std::string& address : config.coordinators)
    setup.coordinators.push_back({address, config.coordinator_key, keys});
  setup.spool_folder = config.spool_folder + "/" + name;
  setup.spool = config.spool;
  setup.stages = config.stages;
  setup.slots = config.slots;
  setup.scripted = config.scripted.has_value();
  TRY_ASSIGN(setup.runner, runner_for(config, name, world, crew));
  crew.setups.push_back(std::move(setup));
  return ok_status();
}

// Each run may block a thread; beyond that a few for fetches, the spool and uploads.
std::size_t threads_for(const worker::Config& config, std::size_t count) {
  const std::size_t runs = config.scripted ? config.scripted->devices * count : config.slots;
  return std::min<std::size_t>(runs + 4, 256);
}

// Whether the adb server answers; empty for scripted workers, which have none.
std::function<bool()> adb_of(const Crew& crew) {
  if (crew.devices.empty()) return {};
  return [&crew] {
    return std::all_of(crew.devices.begin(), crew.devices.end(),
                       [](const auto& devices) { return devices->pool().server_answers(); });
  };
}

Result<std::unique_ptr<worker::Door>> open_door(const worker::Config::MetricsConfig& config,
                                                worker::Vitals& vitals, Log& log) {
  if (config.address.empty()) return std::unique_ptr<worker::Door>();
  auto door = worker::Door::open(
      config.address, config.port, [&vitals](std::string_view path) { return vitals.answer(path); }, log);
  if (door.ok())
    log.info("its door is open", {{"address", config.address}, {"port", static_cast<int>((*door)->port())}});
  return door;
}

int run(const std::string& config_file, std::size_t count, bool json, bool debug) {
  Cancel drain;
  drain_on_signal = &drain;
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGTERM, on_signal);
  std::signal(SIGINT, on_signal);
  Result<worker::Config> config = worker::read_config(config_file);
  if (!config.ok()) return fail(config.status());
  if (count > 1 && !config->scripted) {
    return fail(invalid("--count: several workers in one process are for scripted devices only"));
  }
  World world{{},
              {},
              Log("worker", debug ? LogLevel::kDebug : LogLevel::kInfo,
                  json ? Log::Format::kJson : Log::Format::kText)};
  const std::unique_ptr<Metrics> metrics = make_metrics();
  if (config->devices) config->devices->pool.metrics = metrics.get();
  Crew crew;
  for (std::size_t i = 0; i < count; ++i) {
    if (Status s = enlist(*config, name_of(config->name, count, i), world, crew); !s.ok()) return fail(s);
  }
  worker::Vitals vitals(*metrics, world.clock, config->metrics.silence_ms, adb_of(crew));
  const auto door = open_door(config->metrics, vitals, world.log);
  if (!door.ok()) return fail(door.status().within("metrics.listen"));
  const worker::ShellOptions options{threads_for(*config, count), config->evidence_ca, &vitals};
  const Status status =
      worker::run_workers(crew.setups, options, drain, world.clock, world.random, world.log);
  return status.ok() ? 0 : fail(status);
}

int look(const std::string& config_file) {
  std::signal(SIGPIPE, SIG_IGN);
  const auto config = worker::read_config(config_file);
  if (!config.ok()) return fail(config.status());
  const Checkup found = worker::look_at(*config, Deadline::in_ms(300'000));
  std::printf("%s", found.text().c_str());
  return found.sound() ? 0 : 1;
}
}  // namespace

int main(int argc, char** argv) {
  CLI::App app("storesweep-worker: drives devices for a storesweep coordinator");
  app.require_subcommand(1);
  std::string config_file, folder = "keys", name;
  std::size_t count = 1;
  bool json = false, debug = false;
  CLI::App* run_command = app.add_subcommand("run", "work until SIGTERM");
  run_command->add_option("--config", config_file, "YAML file")->required();
  run_command
      ->add_option("--count", count, "so many workers NAME-0, NAME-1, ... in this process (scripted only)")
      ->check(CLI::Range(1, 4096));
  run_command->add_flag("--json", json, "log as JSON");
  run_command->add_flag("--debug", debug, "log more");
  CLI::App* doctor_command =
      app.add_subcommand("doctor", "what is wrong with this set-up, and what to do; changes nothing");
  doctor_command->add_option("--config", config_file, "YAML file")->required();
  CLI::App* keygen_command =
      app.add_subcommand("keygen", "make an identity; prints its line for the coordinator");
  keygen_command->add_option("name", name, "the worker's name")->required();
  keygen_command->add_option("--folder", folder, "where NAME.key and NAME.seed go (default: keys)");
  keygen_command->add_option("--count", count, "NAME-0, NAME-1, ...")->check(CLI::Range(1, 4096));
  CLI::App* trust_command =
      app.add_subcommand("trust", "the line of its signing key for a file of trusted keys (evidence verify)");
  trust_command->add_option("name", name, "the worker's name")->required();
  trust_command->add_option("--folder", folder, "where NAME.seed lies (default: keys)");
  worker::EnrolOptions enrolling{"", "", "keys", ""};
  std::string token_file;
  CLI::App* enrol_command = app.add_subcommand(
      "enrol",
      "make an identity and bring it to the coordinator's list; prints what belongs into the configuration");
  enrol_command->add_option("--coordinator", enrolling.coordinator, "http(s)://HOST:PORT of its API")
      ->required();
  auto* tokens = enrol_command->add_option_group("token", "what `storesweep workers enrol` printed");
  tokens->add_option("--token", enrolling.token, "itself (others on this machine may see it)");
  tokens->add_option("--token-file", token_file, "the file that it stands in");
  tokens->require_option(1);
  enrol_command->add_option("--folder", enrolling.key_folder,
                            "where NAME.key and NAME.seed go (default: keys)");
  enrol_command->add_option("--ca-file", enrolling.ca_file, "PEM of whom the coordinator is believed");
  CLI11_PARSE(app, argc, argv);
  if (enrol_command->parsed()) return enrol(enrolling, token_file);
  if (trust_command->parsed()) return trust(folder, name);
  if (doctor_command->parsed()) return look(config_file);
  return keygen_command->parsed() ? keygen(folder, name, count) : run(config_file, count, json, debug);
}
