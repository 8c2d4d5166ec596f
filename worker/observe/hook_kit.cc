#include "worker/observe/hook_kit.h"

#include <nlohmann/json.hpp>

#include "common/base/file.h"

namespace storesweep::observe {
namespace {
using Json = nlohmann::json;

Json members(const std::vector<SourceMember>& list) {
  Json out = Json::object();
  for (const SourceMember& m : list) out[m.owner].push_back(m.name + m.descriptor);
  return out;
}
}  // namespace

std::string hook_sources(const SourceCatalogue& sources) {
  Json kinds = Json::array();
  for (const Source& s : sources.sources) {
    if (s.mark) continue;
    kinds.push_back({{"id", s.id},
                     {"methods", members(s.methods)},
                     {"fields", members(s.fields)},
                     {"uris", s.uris},
                     {"properties", s.properties},
                     {"paths", s.paths},
                     {"commands", s.commands},
                     {"names", s.names},
                     {"settings", s.settings}});
  }
  return Json{{"version", sources.version},
              {"settings_getters", members(sources.settings_getters)},
              {"kinds", std::move(kinds)}}
      .dump();
}

HookKit::HookKit(HookOptions options, const SourceCatalogue& sources)
    : options_(std::move(options)), sources_version_(sources.version), sources_(hook_sources(sources)) {}

Result<std::string> HookKit::program() const { return read_file(options_.frida_inject, kMaxInjectBytes); }

Result<std::string> HookKit::script() const {
  const std::string how = "the hooks' script is built by `./dev hooks` (build/hooks/storesweep-hooks.js)";
  if (options_.script.empty()) return not_found(how);
  const auto script = read_file(options_.script, kMaxScriptBytes);
  if (!script.ok()) return not_found(script.status().message() + ": " + how);
  return "globalThis.storesweepSources = " + sources_ + ";\n" + *script;
}

}  // namespace storesweep::observe
