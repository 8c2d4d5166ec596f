// The hooks in one process of the app, from the moment frida-inject is started for it: its lines into the
// journal, and whether it lives. An app may stop it or keep it silent: that is told, once, as a failed
// record. One thread; what the scene names outlives it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "common/hooks/hook_lines.h"
#include "worker/observe/observer.h"

namespace storesweep::observe {

// On the host's clock: a script that says nothing for so long is not there, or no more.
inline constexpr std::int64_t kHookHelloMs = 30'000, kHookSilentMs = 15'000;

struct HookedProcess {
  int pid = 0;
  std::string name;
};

class HookSession {
 public:
  // command: prints its own pid, then becomes frida-inject.
  static Result<HookSession> start(const Scene& scene, int number, HookedProcess process,
                                   const std::string& command, const Deadline& deadline);

  const HookedProcess& process() const { return process_; }
  // Records what has come; how many bytes.
  std::uint64_t drain(std::uint64_t room);
  // The process was seen alive just now, and it may be told what its hook lacks.
  void alive();
  // The process is gone: frida-inject goes after it.
  void end(const Deadline& deadline);
  std::uint64_t left_out() const { return left_out_; }

 private:
  HookSession(const Scene& scene, int number, HookedProcess process,
              std::unique_ptr<device::LineSource> lines);
  void take(const std::string& line, std::uint64_t room);
  void record(const hooks::HookLine& line, const std::string& text);
  void fail(Reason reason, const std::string& why);

  Scene scene_;
  int number_;
  HookedProcess process_;
  std::unique_ptr<device::LineSource> lines_;  // null: it has ended
  hooks::HookReader reader_;
  std::string injector_;  // its pid
  std::string said_;      // before the script's first line
  std::int64_t heard_ms_;
  int seen_after_end_ = 0;
  bool failed_ = false, future_ = false;
  std::uint64_t bytes_ = 0, left_out_ = 0;
};

}  // namespace storesweep::observe
