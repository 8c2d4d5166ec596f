// Runs without devices, for proofs and rehearsals: an app does what its address says (script.h). It writes a
// real journal of about 4 KiB, marked as scripted, on devices of class "simulated"; nothing of it passes for
// real.
#pragma once

#include <map>
#include <mutex>

#include "common/base/clock.h"
#include "common/base/hash.h"
#include "worker/job/runner.h"
#include "worker/job/script.h"

namespace storesweep::job {

struct ScriptedOptions {
  std::string worker;  // its devices are NAME-d0, NAME-d1, ...
  std::size_t devices = 1;
  int api = 28;
  std::vector<std::string> abis = {"arm64-v8a"};
  std::vector<std::string> features;
  std::int64_t run_ms = 0;  // where the script says nothing
  SigningKey key;
};

class ScriptedRunner final : public Runner {
 public:
  ScriptedRunner(ScriptedOptions options, const Clock& clock) : options_(std::move(options)), clock_(clock) {}

  std::vector<Device> devices() override;
  FetchEnd fetch(const LeaseOffer& offer, const Deadline& deadline) override;
  RunEnd run(const RunOrder& order, const Deadline& deadline) override;
  void suspect(const std::string&) override {}  // its devices are always clean

 private:
  bool fails_now(const Script& script);
  Result<RunDone> write_run(const RunOrder& order, const Script& script, std::int64_t run_ms);
  Result<BlobRef> write_journal(const RunOrder& order, const Script& script);

  ScriptedOptions options_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, std::int64_t> failures_;  // by app
};

}  // namespace storesweep::job
