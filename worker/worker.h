// The worker program's shell: one thread owns the connection, the sessions and the clock; a pool of threads
// fetches, runs, writes the spool and uploads. One process can hold many workers (benchmarks, rehearsals).
// Everything handed over outlives the call.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/cancel.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/transport/zmq_channel.h"
#include "worker/core.h"
#include "worker/job/runner.h"
#include "worker/job/spool.h"
#include "worker/vitals.h"

namespace storesweep::worker {

struct WorkerSetup {
  std::string name;
  std::vector<WorkerEndpoint> coordinators;  // one leads, whichever it is
  std::string spool_folder;
  job::SpoolLimits spool;
  job::StageLimits stages;
  std::size_t slots = 64;
  bool scripted = false;
  job::Runner* runner = nullptr;
};
struct ShellOptions {
  std::size_t threads = 8;   // at least as many as runs at once
  std::string ca_file;       // of the evidence addresses; empty: the system's
  Vitals* vitals = nullptr;  // told how it goes; outlives the call. Null: nobody asks
};

// Works until `drain` was pulled and every worker has finished: what began is finished, what is spooled
// answered.
Status run_workers(const std::vector<WorkerSetup>& setups, const ShellOptions& options, const Cancel& drain,
                   const Clock& clock, Random& random, Log& log);

}  // namespace storesweep::worker
