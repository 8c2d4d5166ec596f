#include "common/report/calibration_json.h"

#include "common/report/json_reader.h"

namespace storesweep {
namespace {
using Json = nlohmann::ordered_json;

Json result_json(const ProbeResult& r) {
  Json reasons = Json::array();
  for (Reason reason : r.reasons) reasons.push_back(name(reason));
  return {{"probe", r.probe},
          {"rule", r.rule},
          {"expected", r.expected ? Json(name(*r.expected)) : Json(nullptr)},
          {"found", name(r.found)},
          {"reasons", std::move(reasons)},
          {"outcome", name(r.outcome)}};
}

Result<ProbeResult> result_from(const Json& json, const std::string& path) {
  JsonReader in(json, path);
  ProbeResult r;
  r.probe = in.text("probe");
  r.rule = in.text("rule");
  if (in.has("expected")) r.expected = in.one_of("expected", Level::kNotTested, level_named);
  r.found = in.one_of("found", r.found, level_named);
  in.each("reasons", static_cast<std::size_t>(kReasonCount), [&](const Json& one, const std::string& at) {
    const auto reason = one.is_string() ? reason_named(one.get_ref<const std::string&>()) : std::nullopt;
    if (!reason) return invalid(at + " is no known reason");
    r.reasons.push_back(*reason);
    return ok_status();
  });
  r.outcome = in.one_of("outcome", r.outcome,
                        [](std::string_view n) { return named_in<ProbeOutcome>(n, kProbeOutcomes); });
  TRY(in.status());
  return r;
}

void read_rules(JsonReader& in, Calibration& c) {
  const Json* rules = in.object("rules");
  if (rules == nullptr) return;
  if (rules->size() > kMaxCalibrationRules) return in.fail("rules", "more than 1000 rules");
  for (const auto& [rule, state] : rules->items()) {
    const auto known = state.is_string()
                           ? named_in<RuleState>(state.get_ref<const std::string&>(), kRuleStates)
                           : std::nullopt;
    if (!known) return in.fail("rules." + rule, "wanted unproven, passed or failed");
    c.rules[rule] = *known;
  }
}
}  // namespace

Json calibration_json(const Calibration& c) {
  Json rules = Json::object(), results = Json::array();
  for (const auto& [rule, state] : c.rules) rules[rule] = name(state);
  for (const ProbeResult& r : c.results) results.push_back(result_json(r));
  return {{"simulated", c.simulated()},
          {"fingerprint", c.where.fingerprint},
          {"device_class", c.where.kind.device_class},
          {"api", c.where.kind.api},
          {"tools", c.where.tools},
          {"pack_version", c.pack_version},
          {"wall_ms", c.wall_ms},
          {"devices", c.devices},
          {"rules", std::move(rules)},
          {"not_run", c.not_run},
          {"results", std::move(results)}};
}

Result<Calibration> calibration_from_json(const Json& json) {
  JsonReader in(json);
  Calibration c;
  c.where.fingerprint = in.text("fingerprint");
  c.where.kind.device_class = in.text("device_class");
  c.where.kind.api = static_cast<int>(in.integer("api"));
  c.where.tools = in.text("tools");
  c.pack_version = in.text("pack_version");
  c.wall_ms = in.integer("wall_ms");
  c.devices = in.texts("devices", kMaxProbeResults);
  read_rules(in, c);
  c.not_run = in.texts("not_run", kMaxProbeResults);
  in.each("results", kMaxProbeResults, [&](const Json& one, const std::string& path) {
    auto result = result_from(one, path);
    if (result.ok()) c.results.push_back(std::move(*result));
    return result.status();
  });
  if (c.where.fingerprint.empty()) in.fail("fingerprint", "is missing: which build was calibrated?");
  if (c.where.kind.device_class.empty()) in.fail("device_class", "is missing");
  TRY(in.status());
  return c;
}

}  // namespace storesweep
