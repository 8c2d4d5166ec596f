#include "worker/local.h"

#include <unistd.h>
#include <algorithm>
#include <array>
#include <filesystem>

#include "common/base/file.h"
#include "common/base/text.h"
#include "common/evidence/journal.h"
#include "common/judge/judge.h"
#include "worker/adb/client.h"
#include "worker/adb/server.h"
#include "worker/device/packages.h"
#include "worker/real_devices.h"

namespace storesweep::worker {
namespace {
namespace fs = std::filesystem;

constexpr std::int64_t kServerMs = 20'000;
constexpr std::int64_t kReadyMs = 6 * 60'000;  // until a device was looked at
constexpr std::int64_t kCleanMs = 5 * 60'000;
constexpr std::int64_t kLookMs = 100;
constexpr std::int64_t kLongestRunMs = 24 * 3'600'000;
constexpr const char* kWork = "/.work";

bool is_remote(const std::string& serial) { return serial.find(':') != std::string::npos; }

Status in_words(const job::JobFailure& failure) {
  switch (failure.kind) {
    case FailureKind::kApp:
      return invalid("the app: " + failure.detail);
    case FailureKind::kDevice:
      return unavailable("the device: " + failure.detail);
    case FailureKind::kEvasion:
      return unsupported("the app refuses this class of device: " + failure.detail);
    case FailureKind::kInfrastructure:
    case FailureKind::kJournal:
      break;
  }
  return failure.reason == FailureReason::kCancelled ? cancelled("interrupted") : unavailable(failure.detail);
}

std::string needs_in_words(const Needs& needs, const Device& device) {
  std::string out = "the device lacks what the app needs:";
  if (needs.min_api > device.kind.api)
    out +=
        " API level " + std::to_string(needs.min_api) + " (it has " + std::to_string(device.kind.api) + ")";
  for (const std::string& abi : needs.abis) out += " " + abi;
  for (const std::string& feature : needs.features) out += " " + feature;
  if (needs.quick_app_runtime) out += " a quick-app runtime";
  return out + "; choose another with --device";
}

class LocalCheck {
 public:
  LocalCheck(const LocalOrder& order, const std::function<void(const LocalStep&)>& on_step,
             const Clock& clock, Random& random, Log& log, const Cancel& cancel)
      : order_(order), on_step_(on_step), clock_(clock), random_(random), log_(log), cancel_(cancel) {}
  ~LocalCheck() {
    devices_.reset();
    std::error_code error;
    if (opened_) fs::remove_all(order_.out + kWork, error);
  }

  Result<LocalResult> run() {
    TRY(prepare());
    TRY(fetch());
    TRY(fetch_old());
    result_.listing = offer_.listing;
    TRY(ready(order_.devices.at(0)));
    TRY(run_on(order_.devices.at(0), "first"));
    const bool second = order_.devices.size() > 1;
    TRY(judge_all(!second));
    if (!result_.verdict.confirm_rules.empty() && second) TRY(confirm(order_.devices[1]));
    return std::move(result_);
  }

 private:
  // ---- what has to be there
  Status prepare() {
    TRY(address_files());
    TRY(choose_devices());
    if (fs::exists(order_.out + "/first"))
      return exists(order_.out + " holds a run already: name another folder with --out");
    TRY(make_folders(order_.out));
    opened_ = true;
    DeviceConfig config;
    config.pool.rules.worker = "storesweep check, process " + std::to_string(::getpid());
    for (const std::string& serial : order_.devices) {
      config.pool.rules.serials.insert(serial);
      if (is_remote(serial)) config.pool.rules.remotes.push_back(serial);
    }
    config.pool.server = order_.adb;
    // Always a new baseline: this device may be somebody's, and only what this app adds is to be removed.
    config.pool.baseline_folder = order_.out + kWork + "/baselines";
    config.pool.claims_folder = device::default_claims_folder();
    config.cache_folder = order_.out + kWork + "/cache";
    config.cache_bytes = std::uint64_t{1} << 40;
    config.fetch.max_apk_bytes = std::uint64_t{1} << 34;
    config.file_folders = {"/"};
    config.rules = order_.rules;
    config.decoys = order_.decoys;
    config.pictures.program = order_.tesseract;
    config.proxy = {order_.mitmdump, order_.out + kWork + "/proxy"};
    config.hooks = order_.hooks;
    config.policies.folder = order_.out + kWork + "/policies";
    std::array<std::uint8_t, 32> seed{};
    SystemRandom().fill(seed);
    key_ = signing_key_from_seed(seed);
    TRY_ASSIGN(devices_, RealDevices::open(config, "check", key_, clock_, random_, log_));
    devices_->start();
    return ok_status();
  }

  Status address_files() {
    offer_.depth = order_.depth;
    offer_.listing = order_.listing;
    offer_.listing.apk_url.clear();
    offer_.listing.apk_sha256.clear();
    TRY_ASSIGN(offer_.listing.apk_url, addresses(order_.apks));
    TRY_ASSIGN(old_address_, addresses(order_.old_apks));
    return ok_status();
  }

  static Result<std::string> addresses(const std::vector<std::string>& apks) {
    std::string out;
    for (const std::string& apk : apks) {
      std::error_code error;
      const fs::path path = fs::canonical(apk, error);
      if (error) return not_found(apk + ": " + error.message());
      out += (out.empty() ? "" : " ") + job::file_url(path.string());
    }
    return out;
  }

  // Which devices there are, before any is touched.
  Status choose_devices() {
    adb::Client client(order_.adb);
    adb::Server server(client, {});
    const Deadline deadline = Deadline::in_ms(kServerMs, &cancel_);
    TRY(server.ensure(deadline));
    for (const std::string& serial : order_.devices) {
      if (is_remote(serial)) TRY(adb::reconnect(client, serial, deadline));
    }
    TRY_ASSIGN(const adb::DeviceList list, client.devices(deadline));
    for (const std::string& serial : order_.devices) TRY(usable(list, serial));
    if (!order_.devices.empty()) return ok_status();
    std::string seen;
    std::vector<std::string> there;
    for (const adb::DeviceEntry& entry : list.devices) {
      if (entry.usable()) there.push_back(entry.serial);
      seen += "\n  " + clean_utf8(entry.serial) + "  " + clean_utf8(entry.state);
    }
    if (there.size() == 1) {
      order_.devices = there;
      return ok_status();
    }
    if (there.empty()) {
      return not_found(
          "no device: plug one in with USB debugging on and confirm the question on its screen, or start an "
          "emulator, or name one of the network with --device HOST:PORT" +
          (seen.empty() ? "" : "; adb shows:" + seen));
    }
    return invalid("several devices: name one (and one more to confirm on) with --device:" + seen);
  }

  static Status usable(const adb::DeviceList& list, const std::string& serial) {
    for (const adb::DeviceEntry& entry : list.devices) {
      if (entry.serial != serial) continue;
      if (entry.usable()) return ok_status();
      return not_found("device " + serial + " is " + entry.state +
                       (entry.state == "unauthorized" ? ": confirm the question on its screen" : ""));
    }
    return not_found("adb shows no device " + serial + ": `adb devices` lists those there are");
  }

  // Waits until the pool has looked at the device.
  Status ready(const std::string& serial) {
    const Deadline deadline = Deadline::in_ms(kReadyMs, &cancel_);
    for (;;) {
      for (const auto& [identity, slot] : devices_->pool().slots()) {
        if (slot.serial != serial) continue;
        if (slot.fit) return ok_status();
        if (slot.state == device::SlotState::kQuarantined)
          return unavailable("device " + serial + ": " + slot.reason);
      }
      TRY(sleep_ms(kLookMs, deadline));
    }
  }

  // ---- the app
  Status fetch() {
    job::FetchEnd end = devices_->runner().fetch(offer_, Deadline::in_ms(kLongestRunMs, &cancel_));
    if (const auto* failed = std::get_if<job::FetchFailed>(&end)) return in_words(failed->failure);
    const auto& done = std::get<job::FetchDone>(end);
    if (!done.refused.empty()) return invalid("the app: " + done.refused);
    file_set_ = done.file_set;
    needs_ = done.needs;
    const std::optional<job::AppFiles> app = devices_->fetcher().again(file_set_);
    if (!app) return unavailable("the APK changed while it was read: try again");
    const ApkFacts& facts = app->facts;
    if (!app->files.empty()) result_.file_sha256 = to_hex(app->files.front().sha256);
    Listing& listing = offer_.listing;
    listing.package = facts.package;
    listing.apk_sha256 = order_.listing.apk_sha256;
    if (listing.page_captured()) return ok_status();  // what does not stand there is not on the page
    if (listing.label.empty()) listing.label = facts.label_zh.empty() ? facts.label : facts.label_zh;
    if (listing.version_name.empty()) listing.version_name = facts.version_name;
    if (listing.version_code == 0) listing.version_code = facts.version_code;
    return ok_status();
  }

  // An earlier version that was named and is none would leave a rule untested without a word.
  Status fetch_old() {
    if (old_address_.empty()) return ok_status();
    Listing listing = offer_.listing;
    listing.apk_url = old_address_;
    job::FetchedApp fetched = devices_->fetcher().fetch(listing, Deadline::in_ms(kLongestRunMs, &cancel_));
    if (const auto* failure = std::get_if<job::JobFailure>(&fetched)) return in_words(*failure);
    const auto& older = std::get<job::AppFiles>(fetched);
    const auto newer = devices_->fetcher().again(file_set_);
    if (!newer) return unavailable("the APK changed while it was read: try again");
    if (!job::updates(older, *newer)) {
      return invalid("--old-version: wanted a lower version of " + newer->facts.package +
                     " by the same signer; it is version " + std::to_string(older.facts.version_code) +
                     ", the APK is " + std::to_string(newer->facts.version_code));
    }
    order_.extras.old_version = older.facts.file_set;
    return ok_status();
  }

  Result<Device> device_at(const std::string& serial) {
    for (const auto& [identity, slot] : devices_->pool().slots()) {
      if (slot.serial == serial) return model_of(slot.facts);
    }
    return not_found("device " + serial + " went away");
  }

  Status run_on(const std::string& serial, const std::string& name) {
    TRY_ASSIGN(const Device device, device_at(serial));
    if (!satisfies(device, needs_)) return unsupported(needs_in_words(needs_, device));
    TRY(not_installed(serial));
    on_step_({name == "first" ? LocalStep::Kind::kRunning : LocalStep::Kind::kConfirming, serial, ""});
    const job::RunOrder order{offer_, device, file_set_, order_.out + "/" + name, order_.extras};
    TRY(make_folders(order.folder));
    job::RunEnd end = devices_->runner().run(order, Deadline::in_ms(kLongestRunMs, &cancel_));
    leave_clean(device.identity, serial);
    if (const auto* failed = std::get_if<job::RunFailed>(&end)) return in_words(failed->failure);
    if (const auto* needs = std::get_if<job::RunNeeds>(&end))
      return unsupported(needs_in_words(needs->needs, device));
    auto& done = std::get<job::RunDone>(end);
    result_.runs.push_back({order.folder, device.identity, std::move(done.blobs), done.figures});
    return ok_status();
  }

  // Whoever has the app on it has data in it, which a run would spoil and its end remove.
  Status not_installed(const std::string& serial) {
    const Deadline deadline = Deadline::in_ms(kServerMs, &cancel_);
    TRY_ASSIGN(const auto opened, device::AdbDevice::open(order_.adb, {.serial = serial}, deadline));
    TRY_ASSIGN(const auto paths, device::package_paths(*opened, offer_.listing.package, deadline));
    if (paths.empty()) return ok_status();
    return exists(offer_.listing.package +
                  " is on the device already, with its data: remove it first: adb -s " + serial +
                  " uninstall " + offer_.listing.package);
  }

  // The pool cleans in its own time; we must not go before.
  void leave_clean(const std::string& identity, const std::string& serial) {
    const Deadline deadline = Deadline::in_ms(kCleanMs);
    do {
      for (const auto& [id, slot] : devices_->pool().slots()) {
        if (id != identity || slot.state == device::SlotState::kPreparing) continue;
        if (slot.state == device::SlotState::kQuarantined)
          on_step_({LocalStep::Kind::kNotClean, serial, slot.reason});
        return;
      }
    } while (sleep_ms(kLookMs, deadline).ok());
  }

  // ---- the verdict
  Status confirm(const std::string& serial) {
    TRY(ready(serial));
    TRY_ASSIGN(const Device second, device_at(serial));
    if (!(second.kind == result_.verdict.device_kind)) {
      on_step_({LocalStep::Kind::kNoSecond, serial,
                text(second.kind) + " is not " + text(result_.verdict.device_kind)});
      return judge_all(true);
    }
    offer_.kind = JobKind::kConfirmation;
    offer_.depth = Depth::kLab;
    offer_.only_rules = result_.verdict.confirm_rules;
    TRY(run_on(serial, "second"));
    return judge_all(false);
  }

  Status judge_all(bool single_device) {
    std::vector<Journal> journals;
    for (const LocalRun& run : result_.runs) {
      TRY_ASSIGN(const std::string bytes, read_file(run.folder + "/journal", kMaxJournalBytes));
      TRY_ASSIGN(Journal journal, read_journal_untrusted(as_bytes(bytes)));
      journals.push_back(std::move(journal));
    }
    TRY_ASSIGN(result_.verdict, judge(journals, result_.listing, devices_->pack(), {single_device}));
    return ok_status();
  }

  LocalOrder order_;
  const std::function<void(const LocalStep&)>& on_step_;
  const Clock& clock_;
  Random& random_;
  Log& log_;
  const Cancel& cancel_;
  bool opened_ = false;
  SigningKey key_;
  std::unique_ptr<RealDevices> devices_;
  LeaseOffer offer_;
  std::string old_address_;
  Digest file_set_{};
  Needs needs_;
  LocalResult result_;
};
}  // namespace

Result<LocalResult> check_locally(const LocalOrder& order,
                                  const std::function<void(const LocalStep&)>& on_step, const Clock& clock,
                                  Random& random, Log& log, const Cancel& cancel) {
  return LocalCheck(order, on_step, clock, random, log, cancel).run();
}

}  // namespace storesweep::worker
