#include "cli/calibrate.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>

#include "common/base/file.h"
#include "common/base/text.h"
#include "common/evidence/journal.h"
#include "worker/adb/client.h"
#include "worker/adb/server.h"
#include "worker/adb/shell.h"

namespace storesweep::cli {
namespace {
constexpr std::int64_t kLookMs = 20'000;
constexpr int kTries = 2;  // of a probe, where the device or the server fails

// What one build's devices work through together.
struct Group {
  std::vector<std::string> devices;
  std::size_t next = 0;                            // probe
  std::vector<std::vector<ProbeResult>> of_probe;  // results
  Calibration calibration;
};

// The build of each device, by a question of our own: which of them may confirm for each other.
Result<std::string> fingerprint_of(adb::Client& client, const std::string& serial, const Deadline& deadline) {
  if (serial.find(':') != std::string::npos) TRY(adb::reconnect(client, serial, deadline));
  const adb::Target target{serial, 0};
  TRY_ASSIGN(const adb::Features features, client.features(target, deadline));
  adb::ShellOptions options;
  options.v2 = features.count("shell_v2") != 0;
  TRY_ASSIGN(const adb::ShellResult said,
             adb::shell(client, target, "getprop ro.build.fingerprint", options, deadline));
  return std::string(trim(said.out));
}

// What a store would say of it: the category decides what some rules allow.
Listing listing_of(const Probe& probe) {
  Listing l;
  l.store = "calibration";
  l.package = probe.package;
  l.label = probe.label;
  l.version_name = probe.version_name;
  l.category = probe.category;
  l.developer = "probe";
  return l;
}

class Calibrating {
 public:
  Calibrating(const CalibrationOrder& order, const std::function<void(const CalibrationStep&)>& on_step,
              Log& log, const Cancel& cancel)
      : order_(order), on_step_(on_step), log_(log), cancel_(cancel) {}

  Result<std::vector<Calibration>> run() {
    TRY(group());
    std::vector<std::thread> teams;
    for (Group& g : groups_) {
      for (std::size_t i = 0; i < g.devices.size(); i += 2) {
        std::vector<std::string> team{g.devices[i]};
        if (i + 1 < g.devices.size()) team.push_back(g.devices[i + 1]);
        teams.emplace_back([this, &g, team] { work(g, team); });
      }
    }
    for (std::thread& t : teams) t.join();
    if (cancel_.cancelled()) return cancelled("interrupted");
    std::vector<Calibration> out;
    for (Group& g : groups_) out.push_back(ended(g));
    return out;
  }

 private:
  Status group() {
    adb::Client client(order_.adb);
    adb::Server server(client, {});
    const Deadline deadline = Deadline::in_ms(kLookMs, &cancel_);
    TRY(server.ensure(deadline));
    std::map<std::string, Group> found;
    for (const std::string& serial : order_.devices) {
      auto fingerprint = fingerprint_of(client, serial, deadline);
      if (!fingerprint.ok()) return fingerprint.status().within("device " + serial);
      found[*fingerprint].devices.push_back(serial);
    }
    for (auto& [fingerprint, g] : found) {
      g.calibration.where.fingerprint = fingerprint;
      g.of_probe.resize(order_.apps.size());
      groups_.push_back(std::move(g));
    }
    return ok_status();
  }

  void work(Group& g, const std::vector<std::string>& team) {
    while (!cancel_.cancelled()) {
      std::size_t at = 0;
      {
        std::lock_guard lock(mutex_);
        if (g.next == order_.apps.size()) return;
        at = g.next++;
      }
      Status status;
      for (int tries = 1; tries <= kTries; ++tries) {
        status = one(g, team, at, tries);
        if (status.ok() || cancel_.cancelled() || status.kind() != ErrorKind::kUnavailable) break;
      }
      tell(g, team, at, std::move(status));
    }
  }

  Status one(Group& g, const std::vector<std::string>& team, std::size_t at, int tries) {
    const Probe& probe = order_.apps[at];
    worker::LocalOrder order;
    order.apks = {order_.probes + "/" + probe.apk};
    if (!probe.old_apk.empty()) order.old_apks = {order_.probes + "/" + probe.old_apk};
    order.devices = team;
    order.depth = order_.depth;
    order.out = order_.out + "/" + probe.package + "-" + std::to_string(&g - groups_.data() + 1) +
                (tries > 1 ? "-again" : "");
    order.rules = order_.rules;
    order.decoys = order_.decoys;
    order.listing = listing_of(probe);
    order.adb = order_.adb;
    SystemClock clock;
    SystemRandom random;
    TRY_ASSIGN(const worker::LocalResult result,
               worker::check_locally(
                   order, [](const worker::LocalStep&) {}, clock, random, log_, cancel_));
    TRY_ASSIGN(const std::string bytes, read_file(result.runs.at(0).folder + "/journal", kMaxJournalBytes));
    TRY_ASSIGN(const Journal journal, read_journal_untrusted(as_bytes(bytes)));
    std::lock_guard lock(mutex_);
    g.of_probe[at] = hold_to_probe(probe, result.verdict);
    Calibration& c = g.calibration;
    c.where = {journal.header.fingerprint, journal.header.device_kind, journal.header.worker_version};
    c.pack_version = result.verdict.pack_version;
    for (const worker::LocalRun& run : result.runs) {
      if (std::find(c.devices.begin(), c.devices.end(), run.device) == c.devices.end())
        c.devices.push_back(run.device);
    }
    return ok_status();
  }

  void tell(Group& g, const std::vector<std::string>& team, std::size_t at, Status status) {
    std::lock_guard lock(mutex_);
    // What the device lacks the probe does not need to show there.
    if (!status.ok() && status.kind() != ErrorKind::kUnsupported)
      g.calibration.not_run.push_back(order_.apps[at].package);
    on_step_({++done_, order_.apps.size() * groups_.size(), team.front(), order_.apps[at].package,
              std::move(status), g.of_probe[at]});
  }

  static Calibration ended(Group& g) {
    Calibration& c = g.calibration;
    for (std::vector<ProbeResult>& results : g.of_probe) {
      std::move(results.begin(), results.end(), std::back_inserter(c.results));
    }
    c.rules = rule_states(c.results);
    c.wall_ms = SystemClock().wall_ms();
    return std::move(c);
  }

  const CalibrationOrder& order_;
  const std::function<void(const CalibrationStep&)>& on_step_;
  Log& log_;
  const Cancel& cancel_;
  std::vector<Group> groups_;
  std::mutex mutex_;
  std::size_t done_ = 0;
};
}  // namespace

Result<std::vector<Calibration>> calibrate(const CalibrationOrder& order,
                                           const std::function<void(const CalibrationStep&)>& on_step,
                                           Log& log, const Cancel& cancel) {
  for (const Probe& probe : order.apps) {
    for (const std::string& apk : {probe.apk, probe.old_apk}) {
      std::error_code error;
      if (!apk.empty() && !std::filesystem::exists(order.probes + "/" + apk, error))
        return not_found(order.probes + "/" + apk + " is not there: `./dev probes` builds it");
    }
  }
  TRY(make_folders(order.out));
  return Calibrating(order, on_step, log, cancel).run();
}

}  // namespace storesweep::cli
