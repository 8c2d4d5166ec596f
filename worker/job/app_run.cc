#include "worker/job/app_run.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "common/base/random.h"
#include "common/base/text.h"
#include "common/evidence/app_facts_json.h"
#include "common/evidence/journal.h"
#include "common/evidence/listing_json.h"
#include "common/evidence/names.h"
#include "worker/adb/client.h"
#include "worker/device/clock_rate.h"
#include "worker/device/packages.h"
#include "worker/exercise/exercise.h"
#include "worker/observe/hooks.h"
#include "worker/observe/recorder.h"
#include "worker/observe/traffic.h"

namespace storesweep::job {
namespace {
constexpr std::int64_t kRateMs = 1'000;           // between the two readings of the device's clock
constexpr double kRealRate = 0.05;                // a real device's clock may seem to be off by so much
constexpr std::int64_t kInstallMs = 10 * 60'000;  // starved devices take minutes
constexpr std::int64_t kSettleMs = 60'000;        // after an install that was not answered: until `pm` tells
constexpr std::int64_t kAskAgainMs = 2'000;
constexpr std::int64_t kUninstallMs = 60'000;
constexpr const char* kJournal = "journal";
constexpr const char* kPolicy = "policy";
constexpr const char* kWorkerVersion = "1";  // of what a journal looks like

JobFailure because(FailureKind kind, FailureReason reason, std::string detail) {
  return {kind, reason, std::move(detail)};
}

std::string decoys_json(const std::vector<std::string>& installed, const std::vector<std::string>& lacking,
                        const std::string& why) {
  return nlohmann::json{{"installed", installed}, {"lacking", lacking}, {"why", why}}.dump();
}

class AppRun {
 public:
  AppRun(device::Device& device, const RunOrder& order, const AppFiles& app,
         const device::Attestation& hygiene, const RunBasis& basis, const Deadline& deadline)
      : device_(device),
        order_(order),
        app_(app),
        hygiene_(hygiene),
        basis_(basis),
        deadline_(deadline),
        before_(device.counters()) {}

  RunEnd run() {
    if (Status s = start(); !s.ok()) return RunFailed{failure_of(s, deadline_)};
    recorder_->begin(Phase::kP0);
    document();
    if (app_.decoys) attest_decoys();
    if (auto refused = install()) return *refused;
    if (Status s = attest_behaviour(); !s.ok()) return RunFailed{failure_of(s, deadline_)};
    if (Status s = begin_traffic(); !s.ok()) return RunFailed{failure_of(s, deadline_)};
    if (Status s = begin_hooks(); !s.ok()) return RunFailed{failure_of(s, deadline_)};
    recorder_->end();
    return exercise_and_seal();
  }

 private:
  // ---- the device's clock, and the journal's head
  Status start() {
    TRY_ASSIGN(const double rate, attested_rate());
    TRY_ASSIGN(const int zone_minutes, observe::read_zone_minutes(device_, deadline_));
    observe::RunClock clock(rate);
    TRY(observe::read_closely(device_, basis_.clock, deadline_, clock));
    const std::int64_t host_ms = basis_.clock.steady_ms();
    JournalHeader header = head();
    header.clock_rate_permille = std::llround(rate * 1000);
    header.device_zone_minutes = zone_minutes;
    header.device_start_ms = clock.wall_at_host(host_ms);
    TRY_ASSIGN(JournalWriter writer, JournalWriter::create(order_.folder + "/" + kJournal, header));
    observe::RecorderLimits limits;
    limits.blobs = kMaxBlobsPerReport - 2;
    recorder_ = std::make_unique<observe::Recorder>(std::move(writer), clock, basis_.clock,
                                                    header.device_start_ms, host_ms, order_.folder, limits);
    return ok_status();
  }

  // Real clocks run as ours does: a reading that says otherwise is a device whose times mean nothing.
  Result<double> attested_rate() {
    TRY_ASSIGN(const device::ClockRate rate,
               device::attest_clock_rate(device_, basis_.clock, kRateMs, deadline_));
    if (!order_.device.kind.simulated()) {
      if (rate.low < 1 + kRealRate && rate.high > 1 - kRealRate) return 1.0;
      return not_found("the device's clock runs at " + std::to_string(rate.rate) + " times this host's");
    }
    return rate.low <= 1 && rate.high >= 1 ? 1.0 : rate.rate;
  }

  JournalHeader head() const {
    const LeaseOffer& offer = order_.offer;
    JournalHeader header;
    header.token = key(offer.token);
    header.job = offer.token.job;
    header.worker = basis_.worker;
    header.worker_key = basis_.key.public_key;
    header.device = order_.device.identity;
    header.device_kind = order_.device.kind;
    header.fingerprint = device_.facts().fingerprint;
    header.depth = offer.depth;
    header.only_rules = offer.only_rules;
    header.file_set = order_.file_set;
    header.package = app_.facts.package;
    header.started_wall_ms = basis_.clock.wall_ms();
    header.worker_version = kWorkerVersion;
    return header;
  }

  // ---- P0
  void document() {
    recorder_->document(record_name::kListing, listing_to_json(order_.offer.listing));
    recorder_->document(record_name::kFacts, facts_to_json(app_.facts));
    if (const RunExtras& extras = order_.extras; !extras.policy.empty()) {
      recorder_->document(record_name::kPolicySource, clean_utf8(extras.policy_source));
      recorder_->attach(record_name::kPolicy, kPolicy, extras.policy);
      recorder_->document(record_name::kPolicyText, extras.policy);  // for the judge, who opens no blobs
    } else if (!extras.policy_unread.empty()) {
      recorder_->document(record_name::kPolicySource, clean_utf8(extras.policy_source));
      recorder_->failed(record_name::kPolicyText, Reason::kDocumentReview, clean_utf8(extras.policy_unread));
    }
    recorder_->document(record_name::kAppFacts, app_facts_to_json(app_.app_facts));
    if (app_.older) recorder_->document(record_name::kOldVersion, app_facts_to_json(app_.older->app_facts));
    recorder_->attest(record_name::kClockRate, std::to_string(recorder_->rate_permille()));
    recorder_->attest(record_name::kHygiene, hygiene_text());
  }

  // "clean; covered packages, files" and what the app before had left.
  std::string hygiene_text() const {
    std::string out = hygiene_.clean ? "clean" : "not clean";
    for (const auto& [title, list] : {std::pair{"removed", &hygiene_.removed}, {"left", &hygiene_.left}}) {
      for (const device::Difference& d : *list) out += std::string("\n") + title + ": " + text(d);
    }
    out += "\ncovered:";
    for (const std::string& part : hygiene_.covered) out += " " + part;
    return out;
  }

  // What cannot be put there is lacking: a fact about this run, no failure.
  void attest_decoys() {
    std::vector<std::string> lacking = app_.decoys->lacking;
    std::string why = app_.decoys->why;
    for (const Decoy& decoy : app_.decoys->decoys) {
      auto there = device::package_paths(device_, decoy.package, deadline_.at_most_ms(kSettleMs));
      if (there.ok() && !there->empty()) {  // the app itself is on the device
        decoys_there_.push_back(decoy.package);
        continue;
      }
      const auto outcome = device_.install({{.name = "base.apk", .bytes = decoy.file.bytes()}},
                                           {.replace = false}, deadline_.at_most_ms(kInstallMs));
      decoys_put_.push_back(decoy.package);
      if (outcome.ok() && outcome->success) {
        decoys_there_.push_back(decoy.package);
      } else {
        lacking.push_back(decoy.package);
        why = clean_utf8(outcome.ok() ? outcome->reason : outcome.status().message());
      }
    }
    recorder_->attest(record_name::kDecoys, decoys_json(decoys_there_, lacking, why));
  }

  // Nothing: it is installed.
  std::optional<RunEnd> install() {
    const std::vector<device::ApkFile> files = version_of(app_).files;
    recorder_->action(record_name::kInstall, {.target = app_.facts.package});
    const Deadline limit = deadline_.at_most_ms(kInstallMs);
    Result<adb::InstallOutcome> outcome = device_.install(files, {.replace = false}, limit);
    if (outcome.ok() && outcome->success) return std::nullopt;
    const bool server = !outcome.ok() && adb::blame_of(outcome.status()) == adb::Blame::kServer;
    const bool unclear = !outcome.ok() || outcome->blame == adb::InstallBlame::kUnknown;
    if (unclear && !server && installed_after_all(outcome.ok() ? 0 : kSettleMs)) return std::nullopt;
    if (!outcome.ok()) return RunFailed{failure_of(outcome.status(), deadline_)};
    return refusal_of(*outcome, app_.facts, order_.device);
  }

  static exercise::AppVersion version_of(const AppFiles& app) {
    exercise::AppVersion out;
    out.launch_activity = app.facts.launch_activity;
    for (std::size_t i = 0; i < app.files.size(); ++i) {
      const std::string name = app.files.size() == 1 ? "base.apk" : "file" + std::to_string(i) + ".apk";
      out.files.push_back({.name = name, .bytes = app.files[i].bytes()});
    }
    return out;
  }

  // A device completes an install minutes after its client gave up: what `pm` says counts.
  bool installed_after_all(std::int64_t settle_ms) {
    const Deadline limit = deadline_.at_most_ms(settle_ms);
    do {
      auto paths = device::package_paths(device_, app_.facts.package, deadline_.at_most_ms(kSettleMs));
      if (paths.ok() && !paths->empty()) return true;
    } while (sleep_ms(kAskAgainMs, limit).ok() && !limit.passed());
    return false;
  }

  // What a simulated app calls comes from a file inside its APK; without it silence means nothing.
  Status attest_behaviour() {
    if (!order_.device.kind.simulated()) return ok_status();
    const std::string property = "storesweep.behaviour." + app_.facts.package;
    TRY_ASSIGN(device::ShellOutput output, device_.shell("getprop " + property, deadline_));
    const std::string said(trim(output.out));
    recorder_->attest(record_name::kBehaviour, said == "present" ? said : said.empty() ? "absent" : said);
    return ok_status();
  }

  // What is typed in a log-in would stand in the bodies of requests, encoded in whatever way.
  Status begin_traffic() {
    if (!basis_.proxy || !basis_.proxy->wanted()) return ok_status();
    if (!order_.extras.login.steps.empty()) {
      recorder_->failed(record_name::kTraffic, Reason::kNoProxy, "a log-in's secrets would be in it");
      return ok_status();
    }
    const observe::Scene scene{device_, *recorder_, basis_.clock, app_.facts.package};
    traffic_ = std::make_unique<observe::Traffic>(scene, *basis_.proxy);
    return traffic_->begin(SystemRandom().next_u64(), deadline_);
  }

  // What is typed in a log-in would be hashed and encrypted before the hooks' eyes.
  Status begin_hooks() {
    if (!basis_.hooks || !basis_.hooks->wanted()) return ok_status();
    if (!order_.extras.login.steps.empty()) {
      recorder_->failed(record_name::kHooks, Reason::kHookAbsent, "a log-in's secrets would be in it");
      return ok_status();
    }
    hooks_ = std::make_unique<observe::Hooks>(
        observe::Scene{device_, *recorder_, basis_.clock, app_.facts.package}, *basis_.hooks);
    return hooks_->begin(deadline_);
  }

  // ---- P1 and on
  RunEnd exercise_and_seal() {
    exercise::ExerciseOrder order;
    order.package = app_.facts.package;
    order.versions.current = version_of(app_);
    if (app_.older && !app_.older->facts.launch_activity.empty())
      order.versions.older = version_of(*app_.older);
    order.target_sdk = app_.facts.target_sdk;
    for (const UsesPermission& p : app_.facts.permissions) order.permissions.push_back(p.name);
    order.depth = order_.offer.depth;
    order.only_rules = order_.offer.only_rules;
    order.login = order_.extras.login;
    Result<exercise::ExerciseEnd> end =
        exercise::exercise(device_, *recorder_, order, basis_.pack, basis_.profiles.of(order.depth),
                           basis_.clock, deadline_, basis_.pictures);
    if (hooks_) hooks_->end(deadline_);
    if (traffic_) traffic_->end(deadline_);
    const Status cause = end.ok() ? end->cause : end.status();
    // What this app cannot be made to do (nothing of it can be launched) is a fact about it: reported, and
    // not tested.
    if (!cause.ok() && cause.kind() != ErrorKind::kUnsupported) {
      // For whoever looks at the folder.
      static_cast<void>(recorder_->seal(false, end.ok() ? end->reason : cause.text(), basis_.key));
      return RunFailed{failure_of(cause, deadline_)};
    }
    Result<RunDone> done = end.ok() ? seal(*end) : end.status();
    uninstall();
    if (!done.ok()) return RunFailed{failure_of(done.status(), deadline_)};
    return std::move(*done);
  }

  Result<RunDone> seal(const exercise::ExerciseEnd& end) {
    TRY(recorder_->health());
    TRY_ASSIGN(const SealedJournal sealed, recorder_->seal(end.complete, end.reason, basis_.key));
    RunDone done;
    done.blobs = {{kJournal, sealed.sha256, sealed.bytes}};
    for (BlobRef& blob : recorder_->blobs()) done.blobs.push_back(std::move(blob));
    done.figures = end.figures;
    done.disturbed = end.disturbed;
    const adb::Counters now = device_.counters();
    done.figures.commands = static_cast<std::int64_t>(now.commands - before_.commands);
    done.figures.bytes_to_device = static_cast<std::int64_t>(now.bytes_out - before_.bytes_out);
    done.figures.bytes_from_device = static_cast<std::int64_t>(now.bytes_in - before_.bytes_in);
    return done;
  }

  void uninstall() {
    for (const std::string& decoy : decoys_put_)
      static_cast<void>(device_.uninstall(decoy, deadline_.at_most_ms(kUninstallMs)));
    static_cast<void>(device_.uninstall(app_.facts.package, deadline_.at_most_ms(kUninstallMs)));
  }

  device::Device& device_;
  const RunOrder& order_;
  const AppFiles& app_;
  const device::Attestation& hygiene_;
  const RunBasis& basis_;
  const Deadline deadline_;
  const adb::Counters before_;
  std::unique_ptr<observe::Recorder> recorder_;
  std::unique_ptr<observe::Traffic> traffic_;  // writes into the recorder
  std::unique_ptr<observe::Hooks> hooks_;      // likewise
  std::vector<std::string> decoys_put_, decoys_there_;
};
}  // namespace

RunEnd run_app(device::Device& device, const RunOrder& order, const AppFiles& app,
               const device::Attestation& hygiene, const RunBasis& basis, const Deadline& deadline) {
  return AppRun(device, order, app, hygiene, basis, deadline).run();
}

JobFailure failure_of(const Status& error, const Deadline& deadline) {
  if (error.kind() == ErrorKind::kCancelled || (deadline.cancel && deadline.cancel->cancelled())) {
    return because(FailureKind::kInfrastructure, FailureReason::kCancelled, "cancelled");
  }
  if (deadline.passed())
    return because(FailureKind::kInfrastructure, FailureReason::kTimeout, error.message());
  if (error.kind() == ErrorKind::kExhausted)
    return because(FailureKind::kInfrastructure, FailureReason::kDiskFull, error.message());
  if (adb::blame_of(error) == adb::Blame::kServer)
    return because(FailureKind::kInfrastructure, FailureReason::kOther, error.message());
  return because(FailureKind::kDevice, FailureReason::kDeviceLost, error.text());
}

RunEnd refusal_of(const adb::InstallOutcome& outcome, const ApkFacts& facts, const Device& device) {
  std::string said = outcome.reason.empty() ? "the install failed" : outcome.reason;
  if (!outcome.detail.empty()) said += ": " + clean_utf8(outcome.detail);
  switch (outcome.blame) {
    case adb::InstallBlame::kNeeds: {
      Needs needs = facts.needs;
      if (outcome.reason == "INSTALL_FAILED_OLDER_SDK")
        needs.min_api = std::max(needs.min_api, device.kind.api + 1);
      // A need that says nothing against this device sends nobody elsewhere.
      if (!satisfies(device, needs)) return RunNeeds{needs};
      return RunFailed{because(FailureKind::kApp, FailureReason::kInstall, said)};
    }
    case adb::InstallBlame::kLeftover:
      return RunFailed{because(FailureKind::kDevice, FailureReason::kHygiene, said)};
    case adb::InstallBlame::kDevice:
      return RunFailed{because(FailureKind::kDevice, FailureReason::kInstall, said)};
    case adb::InstallBlame::kUnknown:
      return RunFailed{because(FailureKind::kInfrastructure, FailureReason::kInstall, said)};
    case adb::InstallBlame::kApp:
    case adb::InstallBlame::kNobody:
      break;
  }
  return RunFailed{because(FailureKind::kApp, FailureReason::kInstall, said)};
}

}  // namespace storesweep::job
