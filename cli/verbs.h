// The verbs: each group adds its subcommands to the program; parsing chooses one, and main runs it in a
// Session. One thread; a signal only fires the session's cancel.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "cli/client.h"
#include "cli/render.h"

namespace CLI {
class App;
}

namespace storesweep::cli {

// Documented in docs/cli.md.
enum ExitCode : int {
  kExitOk = 0,
  kExitFailed = 1,       // refused, or it went wrong
  kExitUsage = 2,        // the command line is wrong
  kExitUnreachable = 3,  // no coordinator, or not in time
  kExitNotFound = 4,
  kExitFindings = 5,  // `verdict --fail-on`: the app has a row of that level or worse; `apk --diff`: changed;
                      // `apk --listing`: a firm difference
};

// `check` speaks to pipelines and has codes of its own: 0, and those of CheckEnd (common/report/pipeline.h).
// Whatever kept it from testing is kUntested too.

struct Session {
  ApiClient& client;
  Style style;
  bool json = false;
  bool terminal = false;  // standard output is one
  std::size_t columns = 100;
  const Cancel& cancel;

  Deadline quick() const { return Deadline::in_ms(60'000, &cancel); }
  Deadline slow() const { return Deadline::in_ms(900'000, &cancel); }
};
using Verb = std::function<Result<int>(Session&)>;

struct Program {
  std::string server;  // empty: STORESWEEP_SERVER, else http://127.0.0.1:8080
  std::string token_file, ca_file;
  std::string lang;  // empty: by LANG
  bool json = false;
  Verb verb;
};

void add_sweep_verbs(CLI::App& app, Program& program);  // import, sweep ..., campaign ..., status
void add_result_verbs(CLI::App& app,
                      Program& program);                   // summary, announcement, results, verdict, retest
void add_evidence_verbs(CLI::App& app, Program& program);  // evidence list, get, head, keys, export, verify
void add_fleet_verbs(CLI::App& app, Program& program);
void add_retention_verbs(CLI::App& app, Program& program);  // workers, devices, drain, events, gc

void add_finding_verbs(CLI::App& app,
                       Program& program);  // finding list|show|confirm|withdraw|overrule|notice|report
void add_rejudge_verb(CLI::App& app, Program& program);  // rejudge
void add_report_verb(CLI::App& app, Program& program);
void add_local_verbs(CLI::App& app, Program& program);    // parse, screen: no coordinator is asked
void add_canaries_verb(CLI::App& app, Program& program);  // canaries: no coordinator either
void add_check_verb(CLI::App& app, Program& program);  // check: one app on one device, no coordinator either
void add_calibrate_verb(CLI::App& app,
                        Program& program);           // calibrate: devices held to apps with known faults
void add_apk_verb(CLI::App& app, Program& program);  // apk: what packages say of themselves

// The folder of the rule pack: the one named, or `rules` here, or that of the checkout the program was built
// in.
std::string rules_folder(const std::string& named);

// The job of a result: a number, or a package with its sweep.
Result<std::int64_t> job_of(Session& session, const std::string& app, std::int64_t sweep);

// Prints the JSON, or what `render` makes of it.
int show(const Session& session, const Json& json, const std::function<std::string()>& render);
// Follows a sweep until it is done or cancelled, through a coordinator that goes away and comes back.
Result<int> watch_sweep(Session& session, std::int64_t sweep);

}  // namespace storesweep::cli
