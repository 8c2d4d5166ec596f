// What the script inside an app's process tells (worker/observe/hooks), one JSON object a line: calls that
// give personal information, with value and stack, and whether the script itself is alive. It runs where the
// app runs: an app can stop it, flood it and write its lines itself. Bounded; a line that is none of these is
// said to be. Pure; HookReader belongs to one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace storesweep::hooks {

inline constexpr std::size_t kMaxHookLineBytes = 8'192;
inline constexpr std::size_t kMaxHookFrames = 64;

enum class HookKind {
  kHello,        // the script runs
  kFound,        // classes that came later are hooked too
  kCall,         // of a source of the list
  kDigest,       // bytes that went into a digest or a cipher
  kBeat,         // it lives
  kEnd,          // it was told to end
  kAbsent,       // it cannot run, and why
  kScriptError,  // frida-inject's own word of an error in the script
};

// What a call gave to whoever called it.
enum class HookOutcome {
  kNothing,   // it gives nothing back
  kNull,      //
  kReturned,  // a value: of objects only their class and, of lists, how many
  kThrew,
};

struct HookLine {
  HookKind kind = HookKind::kBeat;
  std::uint64_t number = 0;  // of the line, from 0
  std::uint64_t lost = 0;    // events that found no room, since the script began
  std::int64_t up_ms = 0;    // the device's uptime when the call began, or the line was written
  std::int64_t took_ms = 0;
  int pid = 0;
  std::int64_t tid = 0;
  int depth = 0;       // inside so many other calls of the list
  std::string source;  // "android_id": of rules/sources.yaml
  std::string api;     // android.provider.Settings$Secure.getString
  bool reflected = false;
  std::vector<std::string> arguments;
  HookOutcome outcome = HookOutcome::kNothing;
  std::string type, value, threw;
  std::int64_t size = -1;  // of a list or an array; -1: it has none
  std::string thread;
  std::vector<std::string> stack;  // "cn.sdk.Reader.read(Reader.java:7)", the innermost first
  bool cut = false;                // something was left out of it
  std::string algorithm, head;     // of kDigest: its first bytes
  std::uint64_t bytes = 0;
  std::string script, frida, list_version;  // of kHello
  std::int64_t hooked = 0, absent = 0;      // of kHello and kFound: targets; classes that are not there
  std::vector<std::string> unhooked;
  std::string why;  // of kAbsent and kScriptError
};

// kCorrupt for what is no such line; the message says what is wrong with it.
Result<HookLine> parse_hook_line(std::string_view line);

// What the lines of one process lack or contradict. Numbers without a gap, a clock that goes on, one hello:
// an app that writes lines of its own, or keeps some back, shows itself here or not at all.
struct HookGaps {
  std::uint64_t lost = 0;     // by the script's own count
  std::uint64_t missing = 0;  // numbers that never came
  std::uint64_t lies =
      0;  // numbers that came twice, a time that went back, a count that fell, a second hello
  bool any() const { return lost + missing + lies > 0; }
};

// The lines of one process in their order.
class HookReader {
 public:
  void take(const HookLine& line);
  bool greeted() const { return greeted_; }
  bool ended() const { return ended_; }
  const HookGaps& gaps() const { return gaps_; }

 private:
  HookGaps gaps_;
  std::uint64_t next_ = 0;
  std::int64_t hello_ms_ = 0, latest_ms_ = 0;
  bool greeted_ = false, ended_ = false;
};

// Whether the first of two calls of one process is part of the second: the same kind on the same thread,
// deeper and within its time. Such two are one call that was seen by two hooks.
bool part_of(const HookLine& inner, const HookLine& outer);

}  // namespace storesweep::hooks
