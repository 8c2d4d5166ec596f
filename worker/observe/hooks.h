// API hooks during one run: frida-inject and the script on the device, and one of them in each of the app's
// processes as soon as it is seen, from a thread of its own. What a process does before that is not seen.
// Needs root. What cannot be had is a typed record and no error: the run goes on without it. begin and end
// are called from one thread; what it is given outlives it.
#pragma once

#include <list>
#include <string>
#include <thread>
#include <vector>

#include "common/base/cancel.h"
#include "worker/observe/hook_kit.h"
#include "worker/observe/hook_session.h"

namespace storesweep::observe {

inline constexpr std::uint64_t kMaxHookBytes = 16u << 20;  // of one run, in the journal
inline constexpr std::size_t kMaxHookedProcesses = 16;     // at once
inline constexpr std::string_view kHookFolder = "/data/local/tmp/storesweep-hooks";

// The app's processes in a list of all: its package's own, and those it names after it. Sees only the text.
std::vector<HookedProcess> processes_of(std::string_view ps, const std::string& package);

class Hooks {
 public:
  Hooks(const Scene& scene, const HookKit& kit) : scene_(scene), kit_(kit) {}
  ~Hooks();
  Hooks(const Hooks&) = delete;
  Hooks& operator=(const Hooks&) = delete;

  // Attested, or a failed record of its name. An error only when the device is gone.
  Status begin(const Deadline& deadline);
  // What the hooks have said until now is recorded; the device is as it was.
  void end(const Deadline& deadline);

 private:
  Status set_up(const Deadline& deadline);
  void run();
  void look();
  void attach(const HookedProcess& process);
  void drain();

  Scene scene_;
  const HookKit& kit_;
  bool there_ = false;
  Cancel stopping_;
  std::thread thread_;
  // Of the thread alone.
  std::list<HookSession> sessions_;
  std::int64_t looked_ms_ = 0;
  int started_ = 0;
  bool too_many_ = false;
  std::uint64_t bytes_ = 0, left_out_ = 0;
};

}  // namespace storesweep::observe
