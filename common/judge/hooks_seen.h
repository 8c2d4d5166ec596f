// What the hooks in an app's processes told: calls that give personal information, each once however many
// hooks saw it, with whether a value came back and who asked. The app could stop, flood and forge them; what
// is missing or false is counted. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/evidence/journal.h"
#include "common/hooks/hook_lines.h"
#include "common/judge/moment.h"

namespace storesweep {

inline constexpr std::size_t kMaxHookCalls = 5'000;     // of a run; more are counted as lost
inline constexpr std::size_t kMaxHookSessions = 2'000;  // scripts in processes

// How much of a call's outcome was seen to reach whoever called it.
enum class HookYield : std::uint8_t {
  kRefused,  // an exception, or null
  kUnseen,   // nothing that could be looked at: an object of its class, a listener
  kEmpty,    // a value that says nothing: empty, or what Android puts in its place
  kValue,
};
struct HookSeen : Moment {
  std::string source;  // "android_id": of rules/sources.yaml
  std::string api;     // android.provider.Settings$Secure.getString
  std::string process;
  HookYield yield = HookYield::kUnseen;
  // A call inside another of the same list: whether its value came to the app is not known by itself.
  bool inner = false;
  std::vector<std::string> callers;  // classes of its stack, the innermost first
};
struct HooksSeen {
  std::int64_t sessions = 0;  // processes in which the script began
  std::uint64_t missing = 0;  // lines that were lost, kept back or false
  std::vector<HookSeen> calls;
};

// Takes the records of a journal in their order.
class HookRecords {
 public:
  // False: it is none of the script's lines.
  bool line(const Record& r);
  HooksSeen take();
  std::uint64_t left_out() const { return left_out_; }

 private:
  struct Told {
    int session = 0;
    hooks::HookLine line;
    Moment at;
    std::string process;
  };
  void call(int session, const Record& r, hooks::HookLine line, std::string process);

  HooksSeen seen_;
  std::map<int, hooks::HookReader> sessions_;
  std::vector<Told> told_;
  std::uint64_t left_out_ = 0;
};

// "cn.sdk.Reader.read(Reader.java:7)" -> "cn.sdk.Reader"; empty of other text.
std::string class_of_frame(std::string_view frame);
// Whether what a call gave says anything. Sees only the line.
HookYield yield_of(const hooks::HookLine& line);

}  // namespace storesweep
