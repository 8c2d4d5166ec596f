// storesweep: the coordinator's command line. Parses, connects, runs one verb and says in its exit code how
// it went.
#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/screen_text.h"
#include "cli/verbs.h"
#include "common/base/file.h"
#include "common/base/text.h"
#include "common/config/config.h"

namespace storesweep::cli {
namespace {
constexpr std::size_t kMaxTokenBytes = 4096;
Cancel* interrupted = nullptr;  // for the signal handler, which can be given nothing

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

Language language_for(const std::string& option) {
  if (!option.empty()) return language_of(option);
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    if (const std::string value = environment(name); !value.empty()) return language_of(value);
  }
  return Language::kEnglish;
}

std::size_t terminal_columns() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20 ? size.ws_col : 100;
}

Result<ServerAddress> server_address(const Program& program) {
  ServerAddress address;
  const std::string named = program.server.empty() ? environment("STORESWEEP_SERVER") : program.server;
  if (!named.empty()) {
    const auto urls = split(named, ',');
    address.urls.assign(urls.begin(), urls.end());
  }
  for (std::string& url : address.urls) {
    if (!starts_with(url, "http://") && !starts_with(url, "https://")) url = "http://" + url;
  }
  const std::string file =
      program.token_file.empty() ? environment("STORESWEEP_TOKEN_FILE") : program.token_file;
  if (!file.empty()) {
    auto token = read_file(file, kMaxTokenBytes);
    if (!token.ok()) return token.status().within("--token-file");
    address.token = std::string(trim(*token));
  }
  address.ca_file = program.ca_file.empty() ? environment("STORESWEEP_CA_FILE") : program.ca_file;
  return address;
}

int exit_code_of(const Status& error) {
  switch (error.kind()) {
    case ErrorKind::kUnavailable:
    case ErrorKind::kTimeout:
      return kExitUnreachable;
    case ErrorKind::kNotFound:
      return kExitNotFound;
    case ErrorKind::kCancelled:
      return 130;  // as a shell says of SIGINT
    default:
      return kExitFailed;
  }
}

// The command line was not understood: what was meant, and where it is said how it goes.
std::string usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* at = &app;  // the last verb that was understood
  std::string verb = "storesweep";
  for (auto below = at->get_subcommands(); !below.empty(); below = at->get_subcommands()) {
    at = below.front();
    verb += " " + at->get_name();
  }
  std::vector<std::string> verbs;
  for (const CLI::App* one : at->get_subcommands([](const CLI::App*) { return true; })) {
    verbs.push_back(one->get_name());
  }
  const std::vector<std::string> rest = app.remaining(true);
  const std::string help = "`" + verb + " --help` lists ";
  if (verbs.empty()) return safe_text(error.what()) + "; " + help + "what it takes";
  if (rest.empty() || rest[0].rfind("-", 0) == 0) {
    return (rest.empty() ? "a verb is missing"
                         : "`" + safe_text(rest[0]) + "` is no option, and a verb is missing") +
           std::string("; ") + help + "them";
  }
  const auto meant = nearest_name(rest[0], verbs);
  return "there is no verb `" + safe_text(rest[0]) + "`" +
         (meant ? "; did you mean `" + verb + " " + *meant + "`? " : "; ") + help + "them all";
}

int run(Program& program) {
  auto catalogue = Catalogue::embedded();
  if (!catalogue.ok()) {
    std::fprintf(stderr, "storesweep: %s\n", catalogue.status().message().c_str());
    return kExitFailed;
  }
  static Cancel cancel;
  interrupted = &cancel;
  std::signal(SIGINT, [](int) { interrupted->cancel(); });
  std::signal(SIGTERM, [](int) { interrupted->cancel(); });
  std::signal(SIGPIPE, SIG_IGN);
  const bool terminal = isatty(STDOUT_FILENO) != 0;
  const Style style{*catalogue, language_for(program.lang), terminal && environment("NO_COLOR").empty()};
  Status error;
  if (auto address = server_address(program); address.ok()) {
    ApiClient client(*std::move(address));
    Session session{client, style, program.json, terminal, terminal_columns(), cancel};
    const auto code = program.verb(session);
    if (code.ok()) return *code;
    error = code.status();
  } else {
    error = address.status();
  }
  std::fprintf(stderr, "storesweep: %s: %s\n", style.text("error").c_str(),
               safe_text(error.message()).c_str());
  return exit_code_of(error);
}
}  // namespace
}  // namespace storesweep::cli

int main(int argc, char** argv) {
  using namespace storesweep::cli;
  Program program;
  CLI::App app{"storesweep: sweeps of app stores for the ten tasks of circular 164"};
  app.add_option(
      "--server", program.server,
      "the coordinator's address, or those of several with commas (or STORESWEEP_SERVER; otherwise "
      "http://127.0.0.1:8080)");
  app.add_option("--token-file", program.token_file,
                 "a file with the bearer token (or STORESWEEP_TOKEN_FILE)");
  app.add_option("--ca-file", program.ca_file,
                 "PEM of whom a coordinator behind https is believed (or STORESWEEP_CA_FILE; otherwise the "
                 "system's)");
  app.add_option("--lang", program.lang, "zh or en (otherwise by LANG)")->check(CLI::IsMember({"zh", "en"}));
  app.add_flag("--json", program.json, "answers as JSON, for programs");
  app.require_subcommand(1);
  app.fallthrough();  // the options above may stand behind the verb too
  app.footer(
      "Exit codes: 0 done, 1 refused or failed, 2 wrong command line, 3 no coordinator, 4 not found,\n"
      "5 `verdict --fail-on` found something; `check` has codes of its own. docs/cli.md says more.");
  add_sweep_verbs(app, program);
  add_result_verbs(app, program);
  add_evidence_verbs(app, program);
  add_fleet_verbs(app, program);
  add_retention_verbs(app, program);
  add_finding_verbs(app, program);
  add_rejudge_verb(app, program);
  add_report_verb(app, program);
  add_local_verbs(app, program);
  add_canaries_verb(app, program);
  add_check_verb(app, program);
  add_calibrate_verb(app, program);
  add_apk_verb(app, program);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);  // --help
    std::fprintf(stderr, "storesweep: %s\n", usage_error(app, e).c_str());
    return kExitUsage;
  }
  return run(program);
}
