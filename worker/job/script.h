// What a scripted run does, for the proofs that need no device: an address `script:KEY=VALUE;KEY=VALUE`. Any
// other address is a clean app whose file set is the address. Pure.
//   app=NAME           the file set: equal names are equal files (default: the whole address)
//   ms=N               how long the run takes (default: the runner's)
//   fetch_ms=N         how long the fetch takes
//   violation=both     the journal shows a violation in the first run and its confirmation; `first`: in the
//   first alone fail=KIND          each run fails: app, device, infrastructure, evasion; `fetch`: the fetch
//   does fail_runs=N        ... but only the first N of this process (default: all) min_api=N abi=NAME
//   feature=NAME   what it needs kill=worker        the run kills its worker kill=judge         the journal
//   is none: its bytes are garbage kilobytes=N        about how large the journal is (default 4)
//   sdk=ID@VERSION     holds this SDK (without @: of an unknown version); may stand there several times
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/status.h"
#include "common/model/job.h"
#include "common/model/sdk_list.h"

namespace storesweep::job {

struct Script {
  enum class Violation : std::uint8_t { kNone, kFirst, kBoth };
  enum class Kill : std::uint8_t { kNone, kWorker, kJudge };
  std::string app;
  std::optional<std::int64_t> run_ms;
  std::int64_t fetch_ms = 0;
  Violation violation = Violation::kNone;
  std::optional<FailureKind> fail;
  bool fail_fetch = false;
  std::int64_t fail_runs = INT64_MAX;
  Needs needs;
  Kill kill = Kill::kNone;
  std::int64_t kilobytes = 4;
  SdkList sdks;  // by a catalogue "scripted-1", where the script names some
};
Result<Script> parse_script(const std::string& address);

}  // namespace storesweep::job
