// check: one app on one device (and confirmed on a second), without a coordinator.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "cli/collect_report.h"
#include "cli/json_fields.h"
#include "cli/screen_text.h"
#include "cli/verbs.h"
#include "common/base/file.h"
#include "common/base/text.h"
#include "common/report/verdict_json.h"
#include "worker/local.h"

namespace storesweep::cli {
namespace {
constexpr std::size_t kMaxListingBytes = std::size_t{1} << 20;

struct Arguments {
  std::vector<std::string> apks, devices;
  std::string profile = "triage", listing, out, rules, adb, fail_on;
  bool debug = false;
};

// As the adb program finds its server: by ANDROID_ADB_SERVER_PORT, else 5037 of this host.
Result<adb::ServerAddress> adb_server(const std::string& named) {
  adb::ServerAddress address;
  std::string port = named;
  if (const std::size_t colon = named.rfind(':'); colon != std::string::npos) {
    address.host = named.substr(0, colon);
    port = named.substr(colon + 1);
  }
  if (port.empty()) {
    const char* set = std::getenv("ANDROID_ADB_SERVER_PORT");
    if (set == nullptr || *set == '\0') return address;
    port = set;
  }
  const auto number = parse_int<int>(port);
  if (!number || *number < 1 || *number > 65535) return invalid("--adb: `" + port + "` is no port");
  address.port = static_cast<std::uint16_t>(*number);
  return address;
}

Result<worker::LocalOrder> order_of(const Arguments& a) {
  worker::LocalOrder order;
  order.apks = a.apks;
  order.devices = a.devices;
  order.depth = a.profile == "lab" ? Depth::kLab : Depth::kTriage;
  order.rules = rules_folder(a.rules);
  TRY_ASSIGN(order.adb, adb_server(a.adb));
  order.out = a.out.empty() ? "check-" + std::to_string(SystemClock().wall_ms() / 1000) : a.out;
  if (!a.listing.empty()) {
    TRY_ASSIGN(const std::string text, read_file(a.listing, kMaxListingBytes));
    auto json = parse_json(text);
    auto listing = json.ok() ? listing_from_json(*json) : json.status();
    if (!listing.ok()) return listing.status().within(a.listing);
    order.listing = std::move(*listing);
  }
  return order;
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

// The same shape as a result of the API, and where its files lie.
Json result_json(const worker::LocalResult& result) {
  Json runs = Json::array();
  for (const worker::LocalRun& run : result.runs) {
    Json blobs = Json::array();
    for (const BlobRef& blob : run.blobs) blobs.push_back(blob_json(blob));
    runs.push_back({{"device", run.device},
                    {"folder", run.folder},
                    {"figures", figures_json(run.figures)},
                    {"blobs", std::move(blobs)}});
  }
  return {{"simulated", result.verdict.simulated},
          {"end", "verdict"},
          {"listing", listing_json(result.listing)},
          {"verdict", verdict_json(result.verdict)},
          {"runs", std::move(runs)}};
}

bool found(const Verdict& verdict, const std::string& fail_on) {
  const auto bound = level_named(fail_on);
  return bound && std::any_of(verdict.rows.begin(), verdict.rows.end(),
                              [&](const RowVerdict& row) { return row.level <= *bound; });
}

// report.html beside the journals, as a sweep's report would show this app.
Result<std::string> write_report_of(const Session& s, const worker::LocalOrder& order,
                                    const worker::LocalResult& result) {
  ReportApp app;
  app.listing = result.listing;
  app.verdict = result.verdict;
  if (!result.runs.empty()) app.device = result.runs.front().device;
  auto blob = [&](const Digest& digest) -> Result<std::string> {
    for (const worker::LocalRun& run : result.runs) {
      for (const BlobRef& b : run.blobs) {
        if (b.sha256 == digest) return read_file(run.folder + "/" + b.name, kMaxJournalBytes);
      }
    }
    return not_found("no run left it");
  };
  TRY(ReportEvidence(blob, {}).add(app));
  SweepReport report;
  report.written_wall_ms = SystemClock().wall_ms();
  report.total = 1;
  report.apps.push_back(std::move(app));
  report.count = count_rows(report.apps);
  const std::string file = order.out + "/report.html";
  TRY(write_report(s, report, order.rules, file).status());
  return file;
}

Result<int> check(Session& s, const Arguments& a) {
  TRY_ASSIGN(const worker::LocalOrder order, order_of(a));
  SystemClock clock;
  SystemRandom random;
  Log log("check", a.debug ? LogLevel::kDebug : LogLevel::kError, Log::Format::kText);
  TRY_ASSIGN(const worker::LocalResult result,
             worker::check_locally(
                 order, [&](const worker::LocalStep& step) { tell(s, step, order.depth); }, clock, random,
                 log, s.cancel));
  TRY_ASSIGN(const std::string report, write_report_of(s, order, result));
  Json json = result_json(result);
  json["report"] = report;
  show(s, json, [&] {
    return render_verdict(s.style, json) + s.style.text("check_kept", {{"folder", safe_text(order.out)}}) +
           "\n";
  });
  return found(result.verdict, a.fail_on) ? kExitFindings : kExitOk;
}
}  // namespace

void add_check_verb(CLI::App& app, Program& program) {
  auto a = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("check", "tests one app on one device, without a coordinator");
  verb->add_option("apk", a->apks, "its APK, or the base and its splits")->required();
  verb->add_option(
          "--device", a->devices,
          "serial or HOST:PORT; given twice, the second confirms what the first shows (otherwise the only "
          "device there is)")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  verb->add_option("--profile", a->profile, "triage (minutes) or lab (the reference's lengths)")
      ->check(CLI::IsMember({"triage", "lab"}))
      ->capture_default_str();
  verb->add_option("--listing", a->listing,
                   "what its store says of it: JSON, as `verdict --json` shows a listing");
  verb->add_option("--out", a->out,
                   "folder for journal, screenshots and report.html (otherwise check-TIME here)");
  verb->add_option("--rules", a->rules, "folder of the rule pack and the profiles");
  verb->add_option("--adb", a->adb,
                   "HOST:PORT of the adb server (or ANDROID_ADB_SERVER_PORT; otherwise 5037)");
  verb->add_option("--fail-on", a->fail_on, "exit with 5 when a row is of that level or worse")
      ->check(CLI::IsMember({"violation", "suspected", "not_tested"}));
  verb->add_flag("--debug", a->debug, "say what the device pool does");
  verb->callback([a, &program] {
    if (a->devices.size() > 2) throw CLI::ValidationError("--device", "two at most");
    program.verb = [a](Session& s) { return check(s, *a); };
  });
}

}  // namespace storesweep::cli
