#include "simdroid/faults.h"

#include <yaml-cpp/yaml.h>

#include "common/base/text.h"

namespace storesweep::simdroid {
namespace {
ScriptedFault from_yaml(const YAML::Node& item) {
  ScriptedFault fault;
  const auto device = item["device"].as<std::string>("all");
  fault.device = device == "all" ? -1 : parse_int<int>(device).value_or(-2);
  fault.after_ms = item["after_ms"].as<std::int64_t>(0);
  fault.fault = item["fault"].as<std::string>("");
  return fault;
}
}  // namespace

Status apply_fault(Faults& faults, std::string_view text) {
  const std::vector<std::string_view> parts = words(text);
  if (parts.empty()) return invalid("fault: empty");
  const std::string_view kind = parts[0];
  const auto number = parts.size() > 1 ? parse_int<std::int64_t>(parts[1]) : std::nullopt;
  const bool timed = kind == "slow" || kind == "starve" || kind == "offline" || kind == "hang";
  if (timed && (!number || *number < 0))
    return invalid("fault " + std::string(kind) + ": needs milliseconds");
  if (kind == "none") {
    faults = Faults{};
  } else if (kind == "slow") {
    faults.slow_ms = *number;
  } else if (kind == "starve") {
    faults.starve_ms = *number;
  } else if (kind == "offline") {
    faults.offline_ms = *number;
  } else if (kind == "hang") {
    faults.hang_ms = *number;
  } else if (kind == "garbage") {
    faults.garbage = true;
  } else if (kind == "never_idle") {
    faults.never_idle = true;
  } else if (kind == "full_disk") {
    faults.full_disk = true;
  } else if (kind == "die_mid_install") {
    faults.die_mid_install = true;
  } else if (kind == "forgets_refusals") {
    faults.forgets_refusals = true;
  } else if (kind == "locked_cas") {
    faults.locked_cas = true;
  } else if (kind == "kills_hooks") {
    faults.kills_hooks = true;
  } else if (kind == "reboot") {
    faults.reboot = true;
  } else if (kind == "unknown_grammar" && parts.size() > 1) {
    faults.unknown_grammar = std::string(parts[1]);
  } else {
    return invalid(
        "fault: unknown: " + std::string(text) +
        " (slow MS, starve MS, offline MS, hang MS, garbage, never_idle, full_disk, die_mid_install, "
        "forgets_refusals, locked_cas, kills_hooks, unknown_grammar BLOCK, reboot, none)");
  }
  return ok_status();
}

Result<std::vector<ScriptedFault>> parse_fault_script(const std::string& name, const std::string& text) {
  std::vector<ScriptedFault> out;
  try {
    const YAML::Node root = YAML::Load(text);
    if (!root.IsSequence()) return invalid(name + ": expected a list of {device, after_ms, fault}");
    for (const YAML::Node& item : root) {
      const std::string where = name + ": line " + std::to_string(item.Mark().line + 1);
      if (!item.IsMap()) return invalid(where + ": expected {device, after_ms, fault}");
      ScriptedFault fault = from_yaml(item);
      if (fault.device == -2) return invalid(where + ": device: a number from 0, or all");
      Faults trial;
      if (Status s = apply_fault(trial, fault.fault); !s.ok()) return s.within(where);
      out.push_back(std::move(fault));
    }
  } catch (const YAML::Exception& error) {
    return invalid(name + ": line " + std::to_string(error.mark.line + 1) + ": " + error.msg);
  }
  return out;
}

}  // namespace storesweep::simdroid
