// What goes wrong on purpose. A device has one set of faults, changed by a script (--faults, by device and
// time) or by `setprop storesweep.fault "..."` on the device itself. Values; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace storesweep::simdroid {

struct Faults {
  std::int64_t slow_ms = 0;      // slow MS: each command starts that much later (host time)
  std::int64_t starve_ms = 0;    // starve MS: and each further one of its line that much after the one before
  bool garbage = false;          // garbage: commands print noise instead of their output
  bool never_idle = false;       // never_idle: uiautomator finds no idle state
  bool full_disk = false;        // full_disk: nothing more can be written
  bool die_mid_install = false;  // die_mid_install: the next install ends with a dead connection
  bool forgets_refusals =
      false;                 // forgets_refusals: an update clears what users had refused, as no Android does
  bool locked_cas = false;   // locked_cas: no certificate can be put into the system's store
  bool kills_hooks = false;  // kills_hooks: apps find the hooks in their processes and end them
  std::string unknown_grammar;  // unknown_grammar BLOCK: lines of that template carry junk
  std::int64_t offline_ms = 0;  // offline MS: adbd is gone that long (host time)
  std::int64_t hang_ms = 0;     // hang MS: connected, but silent that long (host time)
  bool reboot = false;          // reboot: the device restarts by itself
};

// "slow 200", "garbage", "none" (heals all that lasts), ...: applied to `faults`. One-shot faults (offline,
// hang, reboot) are set for the caller to act upon and clear.
Status apply_fault(Faults& faults, std::string_view text);

// One line of a fault script: on which device, when, what.
struct ScriptedFault {
  int device = -1;            // index from 0; -1 is every device
  std::int64_t after_ms = 0;  // host time since the start
  std::string fault;
};
// YAML (or JSON, which is YAML): a list of {device: 0 | all, after_ms: 5000, fault: "slow 200"}. Errors name
// the line.
Result<std::vector<ScriptedFault>> parse_fault_script(const std::string& name, const std::string& text);

}  // namespace storesweep::simdroid
