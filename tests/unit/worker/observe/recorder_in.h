// The recorder of a run that begins now: its journal lies in the folder. The clock outlives it.
#pragma once

#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/base/hash.h"
#include "common/evidence/journal.h"
#include "worker/observe/recorder.h"

namespace storesweep::observe {

inline std::unique_ptr<Recorder> recorder_in(const std::string& folder, const SigningKey& key,
                                             const Clock& clock) {
  JournalHeader header;
  header.worker_key = key.public_key;
  auto writer = JournalWriter::create(folder + "/journal", header);
  RunClock run(1);
  run.learn({.before_ms = 0, .after_ms = 0, .device = {.up_ms = 1'000'000, .wall_s = 1'600'000'000}});
  return std::make_unique<Recorder>(std::move(*writer), run, clock, run.wall_at_up(1'000'000), 0, folder);
}

}  // namespace storesweep::observe
