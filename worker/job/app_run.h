// One run of one app on one clean device: attested, installed, exercised, recorded and sealed. Knows no pool
// and no coordinator, so that tests run it on a device made of values. Functions; safe for concurrent use on
// different devices.
#pragma once

#include <string>

#include "common/base/cancel.h"
#include "common/base/clock.h"
#include "common/base/hash.h"
#include "common/rules/pack.h"
#include "common/rules/profile.h"
#include "worker/device/device.h"
#include "worker/device/hygiene.h"
#include "worker/job/fetcher.h"
#include "worker/job/policies.h"
#include "worker/job/runner.h"
#include "worker/observe/hook_kit.h"
#include "worker/observe/picture_reader.h"
#include "worker/observe/proxy_process.h"

namespace storesweep::job {

// What all runs of a worker share.
struct RunBasis {
  const RulePack& pack;
  const Profiles& profiles;
  const Clock& clock;
  std::string worker;
  SigningKey key;
  DecoyMaker* decoys = nullptr;        // safe for concurrent use
  observe::ProxyKit* proxy = nullptr;  // likewise
  const observe::HookKit* hooks = nullptr;
  observe::PictureReader* pictures = nullptr;  // safe for concurrent use
  Policies* policies = nullptr;                // likewise; null: addresses of policies are not asked
};

// Blocks until the run is over. The journal and the screenshots go to order.folder, hashed as RunDone names
// them. The app is uninstalled at the end as well as can be; whether the device is clean then, the caller has
// to see. What it cannot do is typed: needs, app, device or infrastructure.
RunEnd run_app(device::Device& device, const RunOrder& order, const AppFiles& app,
               const device::Attestation& hygiene, const RunBasis& basis, const Deadline& deadline);

// Whose fault an error of a device is. Pure.
JobFailure failure_of(const Status& error, const Deadline& deadline);
// What the outcome of a failed install means for an app with these facts on that device. Pure.
RunEnd refusal_of(const adb::InstallOutcome& outcome, const ApkFacts& facts, const Device& device);

}  // namespace storesweep::job
