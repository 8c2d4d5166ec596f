// check: one app on one device (and confirmed on a second), without a coordinator, for a company's pipeline.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/check_inputs.h"
#include "cli/check_output.h"
#include "cli/json_fields.h"
#include "cli/screen_text.h"
#include "common/base/file.h"
#include "common/report/verdict_json.h"
#include "worker/login_file.h"

namespace storesweep::cli {
namespace {
struct Arguments {
  std::vector<std::string> apks, old_version, devices, require;
  std::string profile = "triage", tesseract = "tesseract", listing, policy, login, baseline, decoys, mitmdump,
              frida_inject, out, rules, adb, format = "table", file;
  std::string hook_script = "build/hooks/storesweep-hooks.js";
  std::string fail_on = "violation";
  bool debug = false;
};

// Everything that was given, before a device is touched.
struct Inputs {
  worker::LocalOrder order;
  RulePack pack;
  std::optional<Baseline> baseline;
  std::vector<std::string> require;
};

Result<worker::LocalOrder> order_of(const Session& s, const Arguments& a) {
  worker::LocalOrder order;
  order.apks = a.apks;
  order.old_apks = a.old_version;
  order.decoys = decoys_in(a.decoys);
  order.mitmdump = a.mitmdump;
  order.hooks = {a.frida_inject, a.hook_script};
  order.tesseract = a.tesseract;
  order.devices = a.devices;
  order.depth = a.profile == "lab" ? Depth::kLab : Depth::kTriage;
  order.rules = rules_folder(a.rules);
  TRY_ASSIGN(order.adb, adb_server(a.adb));
  order.out = a.out.empty() ? "check-" + std::to_string(SystemClock().wall_ms() / 1000) : a.out;
  if (!a.listing.empty()) {
    TRY_ASSIGN(order.listing, read_listing(a.listing));
  }
  if (!a.policy.empty()) {
    TRY_ASSIGN(order.extras, read_policy(a.policy, order.out, s.quick()));
  }
  if (!a.login.empty()) {
    auto login = worker::load_login(a.login);
    if (!login.ok()) return login.status().within("--login");
    order.extras.login = std::move(*login);
  }
  return order;
}

Result<Inputs> inputs_of(const Session& s, const Arguments& a) {
  Inputs in;
  auto pack = load_rule_pack(rules_folder(a.rules));
  if (!pack.ok()) return pack.status().within("--rules");
  in.pack = std::move(*pack);
  TRY_ASSIGN(in.require, required_rules(a.require, in.pack));
  if (!a.baseline.empty()) {
    TRY_ASSIGN(in.baseline, read_baseline(a.baseline));
  }
  TRY_ASSIGN(in.order, order_of(s, a));
  return in;
}

void tell(const Session& s, const worker::LocalStep& step, Depth depth) {
  using Kind = worker::LocalStep::Kind;
  const char* key = step.kind == Kind::kRunning      ? "check_runs"
                    : step.kind == Kind::kConfirming ? "check_confirms"
                    : step.kind == Kind::kNoSecond   ? "check_no_second"
                                                     : "check_not_clean";
  const std::string line = s.style.text(key, {{"device", safe_text(step.device)},
                                              {"why", safe_text(step.text)},
                                              {"depth", std::string(name(depth))}});
  std::fprintf(stderr, "%s\n", line.c_str());
}

Result<CheckReport> report_of(const Inputs& in, const Arguments& a, const worker::LocalResult& result) {
  CheckReport report;
  report.listing = result.listing;
  report.verdict = result.verdict;
  report.fail_on = level_named(a.fail_on).value_or(Level::kViolation);
  report.require = in.require;
  report.file = std::filesystem::path(a.apks.front()).filename().string();
  report.file_sha256 = result.file_sha256;
  if (in.baseline) {
    if (Status s = comparable(result.listing, in.baseline->listing); !s.ok()) return s.within("--baseline");
    report.newness = compared(result.verdict, in.baseline->verdict);
  }
  return report;
}

Result<std::string> shown(const Session& s, const Arguments& a, const Inputs& in,
                          const worker::LocalResult& result, const CheckReport& report) {
  const Json json = check_json(result, report);
  if (a.format == "html") return check_html(s, result, report, a.rules);
  if (a.format == "sarif") return sarif_text(report, in.pack, s.style.catalogue, s.style.language);
  if (a.format == "junit") return junit_text(report, in.pack, s.style.catalogue, s.style.language);
  if (a.format == "json" || s.json) return dump_json(json, true) + "\n";
  return check_table(s.style, json, report);
}

Result<int> check(const Session& s, const Arguments& a) {
  TRY_ASSIGN(const Inputs in, inputs_of(s, a));
  SystemClock clock;
  SystemRandom random;
  Log log("check", a.debug ? LogLevel::kDebug : LogLevel::kError, Log::Format::kText);
  TRY_ASSIGN(const worker::LocalResult result,
             worker::check_locally(
                 in.order, [&](const worker::LocalStep& step) { tell(s, step, in.order.depth); }, clock,
                 random, log, s.cancel));
  CheckReport whole;  // what is kept beside the journals leaves nothing out
  whole.verdict = result.verdict;
  TRY_ASSIGN(const std::string page, check_html(s, result, whole, a.rules));
  TRY(write_file_durably(in.order.out + "/report.html", page));
  TRY_ASSIGN(const CheckReport report, report_of(in, a, result));
  TRY_ASSIGN(const std::string text, shown(s, a, in, result, report));
  if (a.file.empty()) {
    std::fwrite(text.data(), 1, text.size(), stdout);
  } else {
    TRY(write_file_durably(a.file, text));
  }
  std::fprintf(stderr, "%s\n", s.style.text("check_kept", {{"folder", safe_text(in.order.out)}}).c_str());
  return static_cast<int>(end_of(report));
}

// A pipeline must be able to tell "nothing found" from "nothing tested", whatever went wrong.
Result<int> check_or_say_why(const Session& s, const Arguments& a) {
  auto code = check(s, a);
  if (code.ok() || code.status().kind() == ErrorKind::kCancelled) return code;
  std::fprintf(stderr, "storesweep: %s: %s\n", s.style.text("error").c_str(),
               safe_text(code.status().message()).c_str());
  return static_cast<int>(CheckEnd::kUntested);
}

void add_inputs(CLI::App& verb, Arguments& a) {
  verb.add_option("apk", a.apks, "its APK, or the base and its splits")->required();
  verb.add_option(
          "--device", a.devices,
          "serial or HOST:PORT; given twice, the second confirms what the first shows (otherwise the only "
          "device there is)")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  verb.add_option("--old-version", a.old_version,
                  "APK of an earlier version by the same signer, to update from (with splits: once for each)")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  verb.add_option("--profile", a.profile, "triage (minutes) or lab (the reference's lengths)")
      ->check(CLI::IsMember({"triage", "lab"}))
      ->capture_default_str();
  verb.add_option("--listing", a.listing,
                  "what its store says of it: JSON, as `verdict --json` shows a listing");
  verb.add_option("--policy", a.policy, "its privacy policy, a file or an address: kept as evidence");
  verb.add_option("--login", a.login, "steps that log in (YAML; secrets stand in files or the environment)");
  verb.add_option("--decoys", a.decoys, "folder for apps that others start, made there by probes/decoys.py");
  verb.add_option("--mitmdump", a.mitmdump,
                  "send its traffic through this mitmdump and see what leaves the device");
  verb.add_option("--tesseract", a.tesseract,
                  "program that reads screens without a hierarchy in screenshots; empty: none")
      ->capture_default_str();
  verb.add_option("--frida-inject", a.frida_inject,
                  "hook its API calls through this frida-inject, of the device's own ABI (needs root there)");
  verb.add_option("--hook-script", a.hook_script, "the script of those hooks, as `./dev hooks` builds it")
      ->capture_default_str();
  verb.add_option("--rules", a.rules, "folder of the rule pack and the profiles");
  verb.add_option("--adb", a.adb, "HOST:PORT of the adb server (or ANDROID_ADB_SERVER_PORT; otherwise 5037)");
  verb.add_flag("--debug", a.debug, "say what the device pool does");
}

void add_outputs(CLI::App& verb, Arguments& a) {
  verb.add_option("--out", a.out,
                  "folder for journal, screenshots and report.html (otherwise check-TIME here)");
  verb.add_option("--format", a.format, "table, json, html, sarif (2.1.0) or junit")
      ->check(CLI::IsMember({"table", "json", "html", "sarif", "junit"}))
      ->capture_default_str();
  verb.add_option("-o,--output", a.file, "write it there instead of to standard output");
  verb.add_option("--baseline", a.baseline, "JSON of an earlier check: only what is new or worse counts");
  verb.add_option("--fail-on", a.fail_on, "end with 1 when a finding is of that level or worse")
      ->check(CLI::IsMember({"violation", "suspected"}))
      ->capture_default_str();
  verb.add_option("--require", a.require, "end with 2 when one of these rules was not tested: R1.3,R5.7")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}
}  // namespace

void add_check_verb(CLI::App& app, Program& program) {
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("check", "tests one app on one device, without a coordinator");
  add_inputs(*verb, *a);
  add_outputs(*verb, *a);
  verb->footer(
      "Exit codes: 0 nothing at that level, 1 findings, 2 could not test, or a required rule was not "
      "tested.");
  verb->callback([a, &program] {
    if (a->devices.size() > 2) throw CLI::ValidationError("--device", "two at most");
    program.verb = [a](Session& s) { return check_or_say_why(s, *a); };
  });
}

}  // namespace storesweep::cli
