#include "worker/job/device_runner.h"

#include "common/base/text.h"
#include "worker/exercise/exercise.h"

namespace storesweep::job {
namespace {
// A device that was seen to be clean so long ago, and was nobody's since, is clean.
constexpr std::int64_t kAttestedMs = 5 * 60'000;
// A device that was fit a moment ago and is not now (the adb server died, the run before it failed) may be
// back soon. Not to wait would spend an app's attempts as fast as they can be granted.
constexpr std::int64_t kBackSoonMs = 60'000;
// A run that lost an answer on the way is made again rather than reported with holes. One that loses some
// every time is a fact about this place.
constexpr int kRuns = 3;
}  // namespace

FetchEnd DeviceRunner::fetch(const LeaseOffer& offer, const Deadline& deadline) {
  // Of a run that can never be the one that a listing rests on nobody counts the SDKs.
  const bool stands_in = offer.kind != JobKind::kConfirmation && offer.only_rules.empty();
  auto done = [&](const AppFiles& app) {
    return FetchDone{app.facts.file_set, app.facts.needs, stands_in ? app.sdks : SdkList{}, app.refused};
  };
  if (offer.file_set) {
    if (auto app = fetcher_.again(*offer.file_set)) return done(*app);
  }
  FetchedApp fetched = fetcher_.fetch(offer.listing, deadline);
  if (auto* failure = std::get_if<JobFailure>(&fetched)) return FetchFailed{std::move(*failure)};
  // Now, while no device waits. What comes of it is asked for again when the run begins.
  if (wants_policy(offer)) static_cast<void>(basis_.policies->at(offer.listing.policy_url, deadline));
  return done(std::get<AppFiles>(fetched));
}

bool DeviceRunner::wants_policy(const LeaseOffer& offer) const {
  return basis_.policies != nullptr && basis_.policies->fetches() && !offer.listing.policy_url.empty();
}

RunExtras DeviceRunner::extras_of(const RunOrder& order, const Deadline& deadline) {
  RunExtras extras = order.extras;
  if (!extras.policy.empty() || !wants_policy(order.offer)) return extras;
  const std::string& address = order.offer.listing.policy_url;
  auto page = basis_.policies->at(address, deadline);
  extras.policy_source = net::shown_url(address);
  if (!page.ok()) {
    extras.policy_unread = page.status().text();
  } else {
    extras.policy = *std::move(page);
  }
  return extras;
}

// Fetched a while ago; the cache may have lost it meanwhile.
FetchedApp DeviceRunner::files_of(const RunOrder& order, const Deadline& deadline) {
  if (auto app = fetcher_.again(order.file_set)) return std::move(*app);
  FetchedApp fetched = fetcher_.fetch(order.offer.listing, deadline);
  if (const auto* app = std::get_if<AppFiles>(&fetched); app && app->facts.file_set != order.file_set) {
    return JobFailure{FailureKind::kInfrastructure, FailureReason::kFetch,
                      "the file at its address has changed since it was fetched"};
  }
  return fetched;
}

// What some phases need beside the app: an earlier version to update from, apps that it may wake. Where no
// phase of the run asks for it, it stays at home.
void DeviceRunner::accompany(const RunOrder& order, AppFiles& app, const Deadline& deadline) {
  const auto phases =
      exercise::phases_of(order.offer.only_rules, basis_.pack, basis_.profiles.of(order.offer.depth));
  if (phases.contains(Phase::kP11)) app.older = older_of(order, app, deadline);
  if (!basis_.decoys || !phases.contains(Phase::kP9)) return;
  std::vector<ByteView> files;
  for (const CachedFile& file : app.files) files.push_back(file.bytes());
  app.decoys = std::make_shared<const DecoySet>(basis_.decoys->bring(app.facts, files, deadline));
}

std::shared_ptr<const AppFiles> DeviceRunner::older_of(const RunOrder& order, const AppFiles& app,
                                                       const Deadline& deadline) {
  if (!order.extras.old_version) return fetcher_.older_than(app, deadline);
  auto older = fetcher_.again(*order.extras.old_version);
  return older ? std::make_shared<const AppFiles>(std::move(*older)) : nullptr;
}

RunEnd DeviceRunner::run(const RunOrder& asked, const Deadline& deadline) {
  RunOrder order = asked;
  FetchedApp fetched = files_of(order, deadline);
  if (auto* failure = std::get_if<JobFailure>(&fetched)) return RunFailed{std::move(*failure)};
  auto& app = std::get<AppFiles>(fetched);
  accompany(order, app, deadline);  // before any device waits for it
  order.extras = extras_of(order, deadline);
  Result<device::LeasedDevice> leased =
      pool_.lease_this(order.device.identity, deadline.at_most_ms(kBackSoonMs));
  if (!leased.ok()) {
    JobFailure failure = failure_of(leased.status(), deadline);
    failure.kind =
        FailureKind::kInfrastructure;  // nothing was done to it, so that nothing is held against it
    return RunFailed{std::move(failure)};
  }
  RunEnd end = run_on(*leased, order, app, deadline);
  const auto* failed = std::get_if<RunFailed>(&end);
  const bool suspect = failed && failed->failure.kind == FailureKind::kDevice;
  if (failed) {
    log_.warning("a run failed", {{"device", order.device.identity},
                                  {"package", order.offer.listing.package},
                                  {"kind", std::string(name(failed->failure.kind))},
                                  {"why", failed->failure.detail}});
  }
  pool_.give_back(order.device.identity, suspect ? device::Returned::kSuspect : device::Returned::kFine,
                  suspect ? failed->failure.detail : "");
  return end;
}

RunEnd DeviceRunner::run_on(const device::LeasedDevice& leased, const RunOrder& order, const AppFiles& app,
                            const Deadline& deadline) {
  for (int run = 1;; ++run) {
    const std::int64_t began_ms = basis_.clock.steady_ms();
    RunEnd end = run_once(leased, order, app, run > 1, deadline);
    const auto* done = std::get_if<RunDone>(&end);
    const bool time_left = deadline.left_ms() > 2 * (basis_.clock.steady_ms() - began_ms);
    if (!done || !done->disturbed || run == kRuns || !time_left) return end;
    log_.warning("a run is made again: an answer was lost on the way",
                 {{"device", order.device.identity}, {"package", order.offer.listing.package}});
  }
}

RunEnd DeviceRunner::run_once(const device::LeasedDevice& leased, const RunOrder& order, const AppFiles& app,
                              bool attest, const Deadline& deadline) {
  device::Attestation hygiene = leased.attestation;
  if (attest || basis_.clock.steady_ms() - leased.attested_ms > kAttestedMs) {
    auto now = device::clean_and_attest(*leased.device, *leased.baseline, deadline);
    if (!now.ok()) return RunFailed{failure_of(now.status(), deadline)};
    hygiene = std::move(*now);
  }
  if (!hygiene.clean) {
    return RunFailed{{FailureKind::kDevice, FailureReason::kHygiene,
                      hygiene.left.empty() ? "not clean" : text(hygiene.left.front())}};
  }
  return run_app(*leased.device, order, app, hygiene, basis_, deadline);
}

}  // namespace storesweep::job
