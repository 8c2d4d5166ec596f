// simdroid: simulated Android devices that speak the device side of ADB on loopback ports.
#include <CLI/CLI.hpp>

#include <sys/resource.h>

#include <csignal>
#include <cstdio>

#include "common/base/file.h"
#include "common/base/text.h"
#include "simdroid/server.h"

namespace storesweep::simdroid {
namespace {
constexpr int kMaxDevices = 2000;
constexpr std::size_t kMaxScriptFileBytes = 1U << 20;
Cancel* stop_on_signal = nullptr;  // a signal handler reaches nothing else

struct Options {
  int devices = 1;
  int port = 5601;
  int first = 1;
  std::string apis = "28";
  double rate = 1;
  std::string shapes = SIMDROID_SHAPES;
  std::string faults;
  std::string auth = "none";
  std::string keys;
  std::uint64_t seed = 1;
};

constexpr const char* kFooter = R"(
Each device listens on 127.0.0.1: `adb connect 127.0.0.1:5601`. Ports 5555 to 5585 are kept off, since the adb server
takes them for emulators. When a device is ready, one line says
  device 127.0.0.1:5601 api=28 serial=SIM2800001 rate=1
and "ready" follows the last. --api lists API levels in turn: 28,33 gives device 1 level 28, device 2 level 33, device 3
level 28 again. On the device the properties ro.storesweep.simulated and ro.storesweep.rate tell what it is.

Faults: a YAML list, times in milliseconds of this host after the start:
  - {device: 0, after_ms: 5000, fault: "offline 3000"}
  - {device: all, fault: "slow 200"}
or at any time on the device: adb shell setprop storesweep.fault "never_idle". Faults: slow MS, starve MS (each
further program of a line starts that much later), offline MS, hang MS, garbage, never_idle, full_disk, die_mid_install,
kills_hooks (apps end what is injected into them), unknown_grammar BLOCK (a block of the shape's templates), reboot; none heals. `getprop storesweep.filled` names the
blocks that were printed so far. What an app calls comes from assets/storesweep/behaviour.json inside its APK (see schemas/BEHAVIOUR.md); without
it an app shows its label and calls nothing.
)";

void describe(CLI::App& app, Options& options) {
  app.add_option("--devices", options.devices, "how many devices")
      ->check(CLI::Range(1, kMaxDevices))
      ->capture_default_str();
  app.add_option("--port", options.port, "port of the first; the others follow; 0 chooses free ones")
      ->capture_default_str();
  app.add_option("--first", options.first,
                 "number in the serial of the first: several simulators, no serial twice")
      ->check(CLI::Range(1, 99'999 - kMaxDevices))
      ->capture_default_str();
  app.add_option("--api", options.apis, "API levels, dealt out in turn (shapes: 19, 28, 33)")
      ->capture_default_str();
  app.add_option("--rate", options.rate, "how much faster than life the devices' clocks run")
      ->check(CLI::Range(0.01, 10000.0))
      ->capture_default_str();
  app.add_option("--shapes", options.shapes, "folder of shapes: what the devices print, by API level")
      ->capture_default_str();
  app.add_option("--faults", options.faults, "script of faults (YAML)");
  app.add_option("--auth", options.auth, "none; accept: any key is accepted; known: only those of --keys")
      ->check(CLI::IsMember({"none", "accept", "known"}))
      ->capture_default_str();
  app.add_option("--keys", options.keys, "public keys, one a line, as in adb_keys");
  app.add_option("--seed", options.seed, "of everything random")->capture_default_str();
  app.footer(kFooter);
}

Result<AuthPolicy> auth_policy(const Options& options) {
  AuthPolicy policy;
  policy.required = options.auth != "none";
  policy.accept_new_keys = options.auth == "accept";
  if (!options.keys.empty()) {
    TRY_ASSIGN(const std::string text, read_file(options.keys, kMaxScriptFileBytes));
    for (std::string_view line : lines(text)) policy.known_keys.emplace_back(line);
  }
  return policy;
}

Result<std::vector<DeviceShape>> load_shapes(const Options& options) {
  std::vector<DeviceShape> shapes;
  for (std::string_view word : split(options.apis, ',')) {
    auto api = parse_int<int>(trim(word));
    if (!api) return invalid("--api: not a level: " + std::string(word));
    TRY_ASSIGN(DeviceShape shape, load_shape(options.shapes, *api));
    shapes.push_back(std::move(shape));
  }
  return shapes;
}

Status plan_faults(const Options& options, Server& server) {
  if (options.faults.empty()) return ok_status();
  TRY_ASSIGN(const std::string text, read_file(options.faults, kMaxScriptFileBytes));
  TRY_ASSIGN(const std::vector<ScriptedFault> script, parse_fault_script(options.faults, text));
  for (const ScriptedFault& fault : script) {
    for (std::size_t i = 0; i < server.device_count(); ++i) {
      if (fault.device >= 0 && static_cast<std::size_t>(fault.device) != i) continue;
      Device& device = server.device(i);
      device.timers().after_host(
          fault.after_ms, [&device, text_of = fault.fault] { static_cast<void>(device.inject(text_of)); });
    }
  }
  return ok_status();
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

Status serve(const Options& options) {
  if (options.port + options.devices > 5555 && options.port <= 5585 && options.port != 0) {
    return invalid("--port: 5555 to 5585 belong to emulators: choose one above 5585, such as 5601");
  }
  TRY_ASSIGN(const std::vector<DeviceShape> shapes, load_shapes(options));
  TRY_ASSIGN(const AuthPolicy auth, auth_policy(options));
  SystemClock clock;
  SeededRandom random(options.seed);
  std::vector<std::unique_ptr<Device>> devices;
  const auto tools = std::make_shared<SharedTools>(true);
  for (int i = 0; i < options.devices; ++i) {
    DeviceOptions one;
    one.index = options.first - 1 + i;
    one.port = options.port == 0 ? 0 : options.port + i;
    one.rate = options.rate;
    one.wall_start_ms = clock.wall_ms();
    one.auth = auth;
    one.tools = tools;
    devices.push_back(std::make_unique<Device>(shapes[static_cast<std::size_t>(i) % shapes.size()],
                                               std::move(one), clock, random));
  }
  Server server(std::move(devices), random);
  TRY(server.listen());
  TRY(plan_faults(options, server));
  Cancel cancel;
  stop_on_signal = &cancel;
  for (int number : {SIGINT, SIGTERM}) {
    std::signal(number, [](int) { stop_on_signal->cancel(); });
  }
  for (std::size_t i = 0; i < server.device_count(); ++i) {
    Device& device = server.device(i);
    std::printf("device 127.0.0.1:%d api=%d serial=%s rate=%g\n", server.port_of(i), device.shape().api,
                device.serial().c_str(), options.rate);
  }
  std::printf("ready\n");
  std::fflush(stdout);
  return server.run(cancel);
}
}  // namespace
}  // namespace storesweep::simdroid

int main(int argc, char** argv) {
  storesweep::simdroid::Options options;
  CLI::App app("simulated Android devices behind ADB");
  storesweep::simdroid::describe(app, options);
  CLI11_PARSE(app, argc, argv);
  storesweep::simdroid::raise_descriptor_limit();
  const storesweep::Status status = storesweep::simdroid::serve(options);
  if (!status.ok()) {
    std::fprintf(stderr, "simdroid: %s\n", status.message().c_str());
    return 1;
  }
  return 0;
}
