// calibrate: what devices, real or simulated, show of apps whose faults are known.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "cli/calibrate.h"
#include "cli/check_inputs.h"
#include "cli/json_fields.h"
#include "cli/screen_text.h"
#include "cli/verbs.h"
#include "common/base/file.h"
#include "common/report/calibration_json.h"
#include "common/report/verdict_json.h"
#include "common/rules/probes.h"

namespace storesweep::cli {
namespace {
constexpr std::size_t kMaxCalibrationBytes = std::size_t{64} << 20;

struct Arguments {
  std::vector<std::string> devices, only_rules;
  std::string probes = "build/probes", profile = "triage", decoys, rules, adb, out, before;
  bool send = false, debug = false;
};

// Only those that show something of the rules asked for, and their innocent company: a rule that is asked for
// alone must still be held to every probe that is not to be flagged.
std::vector<Probe> chosen(std::vector<Probe> all, const std::vector<std::string>& rules) {
  if (rules.empty()) return all;
  const auto named = [&](const Probe& p) {
    return p.expected.empty() || std::any_of(p.expected.begin(), p.expected.end(), [&](const Expectation& e) {
             return std::find(rules.begin(), rules.end(), e.rule) != rules.end();
           });
  };
  all.erase(std::remove_if(all.begin(), all.end(), [&](const Probe& p) { return !named(p); }), all.end());
  return all;
}

void tell(const Session& s, const CalibrationStep& step) {
  const std::string head = "[" + std::to_string(step.done) + "/" + std::to_string(step.total) + "] " +
                           safe_text(step.probe) + "  " + safe_text(step.device) + "  ";
  if (!step.status.ok()) {
    std::fprintf(stderr, "%s%s\n", head.c_str(), safe_text(step.status.message()).c_str());
    return;
  }
  std::string wrong;
  for (const ProbeResult& r : step.results) {
    if (is_bad(r.outcome)) wrong += " " + r.rule + " " + s.style.text(name(r.outcome));
  }
  std::fprintf(stderr, "%s%s\n", head.c_str(),
               wrong.empty() ? s.style.text("as_known").c_str() : wrong.c_str());
}

// The rules that a calibration of this class left dark stay so until they pass.
Status renew(Calibration& calibration, const std::string& file) {
  if (file.empty()) return ok_status();
  TRY_ASSIGN(const std::string text, read_file(file, kMaxCalibrationBytes));
  auto json = parse_json(text);
  auto before = json.ok() ? calibration_from_json(*json) : Result<Calibration>(json.status());
  if (!before.ok()) return before.status().within(file);
  if (before->where == calibration.where) calibration = renewed(*before, std::move(calibration));
  return ok_status();
}

// Results of rules that were not asked for say nothing complete.
void keep_only(Calibration& c, const std::vector<std::string>& rules) {
  if (rules.empty()) return;
  const auto other = [&](const std::string& rule) {
    return std::find(rules.begin(), rules.end(), rule) == rules.end();
  };
  c.results.erase(
      std::remove_if(c.results.begin(), c.results.end(), [&](const ProbeResult& r) { return other(r.rule); }),
      c.results.end());
  std::erase_if(c.rules, [&](const auto& entry) { return other(entry.first); });
}

Result<int> calibrate_devices(Session& s, const Arguments& a) {
  TRY_ASSIGN(std::vector<Probe> probes, load_probes(a.probes));
  CalibrationOrder order{a.devices, a.probes, chosen(std::move(probes), a.only_rules)};
  if (order.apps.empty()) return invalid("no probe app shows any of these rules");
  order.depth = a.profile == "lab" ? Depth::kLab : Depth::kTriage;
  order.rules = rules_folder(a.rules);
  order.decoys = decoys_in(a.decoys);
  order.out = a.out.empty() ? "calibration-" + std::to_string(SystemClock().wall_ms() / 1000) : a.out;
  TRY_ASSIGN(order.adb, adb_server(a.adb));
  Log log("calibrate", a.debug ? LogLevel::kDebug : LogLevel::kError, Log::Format::kText);
  TRY_ASSIGN(std::vector<Calibration> all,
             calibrate(
                 order, [&](const CalibrationStep& step) { tell(s, step); }, log, s.cancel));
  Json shown = Json::array();
  bool failed = false, complete = true;
  for (std::size_t i = 0; i < all.size(); ++i) {
    keep_only(all[i], a.only_rules);
    TRY(renew(all[i], a.before));
    failed = failed || !dark_rules(all[i]).empty();
    complete = complete && all[i].not_run.empty();
    Json json = calibration_json(all[i]);
    const std::string file = order.out + "/calibration-" + std::to_string(i + 1) + ".json";
    TRY(write_file_durably(file, dump_json(json, true) + "\n"));
    if (a.send) TRY(s.client.post("/api/v1/calibrations", json, "", s.quick()).status());
    json["file"] = file;
    shown.push_back(std::move(json));
  }
  show(s, {{"calibrations", shown}}, [&] {
    std::string text;
    for (const Json& one : shown) text += render_calibration(s.style, one);
    return text;
  });
  return failed ? kExitFindings : complete ? kExitOk : kExitFailed;
}
Result<int> list(Session& s) {
  Json all = {{"rows", Json::array()}};
  std::string cursor;
  do {
    TRY_ASSIGN(const Json page, s.client.get("/api/v1/calibrations", {{"cursor", cursor}}, s.quick()));
    for (const Json& one : below(page, "rows")) all["rows"].push_back(one);
    cursor = text_of(page, "next");
  } while (!cursor.empty());
  return show(s, all, [&] { return render_calibrations(s.style, all); });
}
}  // namespace

void add_calibrate_verb(CLI::App& app, Program& program) {
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand(
      "calibrate", "runs apps with known faults on devices: which rules can be believed there");
  verb->add_option("device", a->devices, "serials or HOST:PORT; two of one build confirm for each other")
      ->required();
  verb->add_option("--probes", a->probes, "folder that `./dev probes` filled")->capture_default_str();
  verb->add_option("--rule", a->only_rules, "only these rules (R5.7)")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  verb->add_option("--profile", a->profile, "triage (minutes an app) or lab (hours)")
      ->check(CLI::IsMember({"triage", "lab"}))
      ->capture_default_str();
  verb->add_option("--before", a->before,
                   "an earlier calibration of the same class: what failed there stays dark until it passes");
  verb->add_flag("--send", a->send, "the coordinator keeps it, and believes these devices no further");
  verb->add_option("--out", a->out,
                   "folder for calibration-N.json and the runs (otherwise calibration-TIME)");
  verb->add_option("--decoys", a->decoys,
                   "folder for apps that others start, made there by probes/decoys.py");
  verb->add_option("--rules", a->rules, "folder of the rule pack and the profiles");
  verb->add_option("--adb", a->adb, "HOST:PORT of the adb server");
  verb->add_flag("--debug", a->debug, "say what the device pools do");
  CLI::App* known = app.add_subcommand("calibrations",
                                       "what each class of devices showed last, as the coordinator keeps it");
  known->callback([&program] { program.verb = list; });
  verb->callback([a, &program] { program.verb = [a](Session& s) { return calibrate_devices(s, *a); }; });
}

}  // namespace storesweep::cli
