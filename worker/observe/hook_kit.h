// What the API hooks of a worker's runs share: the operator's frida-inject, the script that the project
// builds (worker/observe/hooks), and the rule pack's list of sources, which is put before the script, so that
// what is hooked and what is looked for in code are one list. A value; safe for concurrent use.
#pragma once

#include <string>

#include "common/base/status.h"
#include "common/rules/sources.h"

namespace storesweep::observe {

inline constexpr std::size_t kMaxInjectBytes = 256u << 20;
inline constexpr std::size_t kMaxScriptBytes = 16u << 20;

struct HookOptions {
  std::string frida_inject;  // for the device's ABI; empty: there are no hooks, and runs say so
  std::string script;        // of ./dev hooks
};

// {"version": .., "settings_getters": {class: [names]}, "kinds": [{"id": .., "methods": {class: [names]},
// ..}]}: the kinds of personal information as the script takes them. Pure.
std::string hook_sources(const SourceCatalogue& sources);

class HookKit {
 public:
  HookKit(HookOptions options, const SourceCatalogue& sources);
  bool wanted() const { return !options_.frida_inject.empty(); }
  const std::string& sources_version() const { return sources_version_; }
  // The bytes of the program; and of the script with its list. Errors say what is to be done.
  Result<std::string> program() const;
  Result<std::string> script() const;

 private:
  const HookOptions options_;
  const std::string sources_version_, sources_;
};

}  // namespace storesweep::observe
