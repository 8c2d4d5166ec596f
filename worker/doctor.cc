#include "worker/doctor.h"

#include <unistd.h>

#include <cmath>
#include <map>

#include "common/base/child.h"
#include "common/base/clock.h"
#include "common/base/text.h"
#include "common/rules/pack.h"
#include "worker/adb/client.h"
#include "worker/adb/shell.h"

namespace storesweep::worker {
namespace {
constexpr std::int64_t kLookMs = 5'000;
constexpr std::int64_t kSkewMs = 120'000;
constexpr std::size_t kMaxOutBytes = 64u << 10;
constexpr std::uint64_t kMiB = 1u << 20;

std::string advice_for(const std::string& state) {
  if (state == "unauthorized")
    return "allow this host's adb key on the device (docs/worker.yaml, adb.environment: HOME)";
  if (state == "offline") return "look at cable or network; `adb reconnect`, or restart the device";
  if (starts_with(state, "no permissions"))
    return "a udev rule for its USB vendor, or run the adb server as its owner";
  return "wait until it has started; a device in recovery or sideload is of no use";
}

void look_at_keys(const Config& c, Checkup& out) {
  const std::string advice = "storesweep-worker keygen " + c.name + " --folder " + c.key_folder;
  out.told("transport key", read_key_pair(c.key_folder + "/" + c.name + ".key").status(),
           c.key_folder + "/" + c.name + ".key", advice);
  out.told("signing key", read_signing_key(c.key_folder, c.name).status(),
           c.key_folder + "/" + c.name + ".seed", advice);
}

void look_at_program(const std::string& what, const std::string& program, const std::string& option,
                     Checkup& out, const Deadline& deadline) {
  ChildOptions child;
  child.command = {program, option};
  child.stderr_file = "/dev/null";
  const auto done = run_child(child, "", kMaxOutBytes, deadline.at_most_ms(30'000));
  Status s = done.status();
  if (s.ok() && done->exit_code != 0) s = unavailable("exit code " + std::to_string(done->exit_code));
  const std::string first = done.ok() ? std::string(trim(done->out.substr(0, done->out.find('\n')))) : "";
  out.told(what, s.ok() ? s : s.within(program), program + ": " + clean_utf8(first.substr(0, 80)),
           "install it, or write its path into the configuration");
}

class Devices {
 public:
  Devices(const DeviceConfig& config, Checkup& out, const Deadline& deadline)
      : config_(config), out_(out), deadline_(deadline), client_(config.pool.server) {}

  void look() {
    const adb::ServerAddress& server = config_.pool.server;
    const std::string where = server.host + ":" + std::to_string(server.port);
    const auto version = client_.version(deadline_.at_most_ms(kLookMs));
    if (!version.ok() && config_.pool.server_options.own)
      return out_.doubtful("adb server", where + ": nobody answers",
                           "the worker starts one itself (adb.start); devices cannot be looked at before");
    out_.told("adb server", version.status(), where + ": version " + std::to_string(version.value_or(0)),
              "start it there, or set adb.start");
    if (!version.ok()) return;
    const auto all = client_.devices(deadline_.at_most_ms(kLookMs));
    if (!all.ok()) return out_.bad("devices", all.status().message(), "");
    std::set<std::string> missing = config_.pool.rules.serials;
    std::size_t fit = 0;
    for (const adb::DeviceEntry& d : all->devices) {
      const auto& wanted = config_.pool.rules.serials;
      if (!wanted.empty() && !wanted.contains(d.serial)) continue;
      missing.erase(d.serial);
      fit += d.usable() ? 1u : 0u;
      d.usable() ? one(d) : out_.bad("device " + d.serial, d.state, advice_for(d.state));
    }
    for (const std::string& serial : missing)
      out_.bad("device " + serial, "the adb server does not show it",
               "connect it, or strike it from devices.serials");
    if (fit == 0 && missing.empty())
      out_.bad("devices", "none is fit for use", "connect one; `adb devices` must show it as `device`");
  }

 private:
  void one(const adb::DeviceEntry& d) {
    const std::string what = "device " + d.serial;
    const auto said =
        adb::shell(client_, {d.serial, 0},
                   "getprop ro.serialno; getprop ro.build.version.sdk; getprop sys.boot_completed; date +%s",
                   {.v2 = false, .old_exit_code = false}, deadline_.at_most_ms(kLookMs));
    if (!said.ok()) return out_.bad(what, said.status().message(), "restart it");
    const auto words = lines(said->out);
    if (words.size() < 4) return out_.bad(what, "it answers nothing of itself", "restart it");
    const std::string identity(trim(words[0]));
    const auto [other, first] = seen_.try_emplace(identity, d.serial);
    if (identity.empty())
      return out_.bad(what, "ro.serialno is empty",
                      "every device needs a serial number of its own (docs/operate.md)");
    if (!first)
      return out_.bad(what, "ro.serialno " + identity + " is that of " + other->second + " too",
                      "one device under two names counts once; two emulators need serial numbers of their "
                      "own (docs/operate.md)");
    if (trim(words[2]) != "1") return out_.doubtful(what, identity + " has not finished starting", "wait");
    const std::int64_t skew_ms =
        parse_int<std::int64_t>(trim(words[3])).value_or(0) * 1000 - SystemClock().wall_ms();
    const std::string found = identity + ", API " + std::string(trim(words[1]));
    if (std::llabs(skew_ms) > kSkewMs)
      return out_.doubtful(
          what, found + ", its clock is off by " + std::to_string(skew_ms / 1000) + " s",
          "set it: policies and releases are dated by it (simulated clocks run as they like)");
    out_.good(what, found);
  }

  const DeviceConfig& config_;
  Checkup& out_;
  const Deadline& deadline_;
  adb::Client client_;
  std::map<std::string, std::string> seen_;  // identity -> serial
};

void look_at_kvm(Checkup& out) {
  if (::access("/dev/kvm", F_OK) != 0)
    return out.doubtful(
        "KVM", "/dev/kvm is not there",
        "only emulators on this host need it: enable virtualisation, or pass the device into the container");
  if (::access("/dev/kvm", R_OK | W_OK) != 0)
    return out.doubtful("KVM", "/dev/kvm is not ours to use",
                        "only emulators on this host need it: add this user to the group kvm");
  out.good("KVM", "/dev/kvm");
}
}  // namespace

Checkup look_at(const Config& c, const Deadline& deadline) {
  Checkup out;
  look_at_keys(c, out);
  for (const std::string& address : c.coordinators) {
    const std::string place = address.substr(starts_with(address, "tcp://") ? 6 : 0);
    out.told("coordinator", somebody_listens(place, deadline.at_most_ms(kLookMs)),
             place + ": somebody listens", "start it there, look at firewalls, or mend coordinator.address");
  }
  out.folder("spool", c.spool_folder, 64 * kMiB, c.spool.max_bytes);
  out.clock();
  if (!c.devices) return out;
  const DeviceConfig& d = *c.devices;
  const auto pack = load_rule_pack(d.rules);
  out.told("rule pack", pack.status(), d.rules + ": " + (pack.ok() ? pack->version : ""),
           "name the folder `rules` of this version");
  out.folder("cache", d.cache_folder, 256 * kMiB, d.cache_bytes);
  if (d.pool.server_options.own)
    look_at_program("adb", d.pool.server_options.program, "version", out, deadline);
  if (!d.proxy.program.empty()) look_at_program("mitmdump", d.proxy.program, "--version", out, deadline);
  look_at_kvm(out);
  Devices(d, out, deadline).look();
  return out;
}

}  // namespace storesweep::worker
