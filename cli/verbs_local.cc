// parse, screen: what our parsers make of a stranger's dump or hierarchy. No coordinator is asked.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/verbs.h"
#include "common/android/describe.h"
#include "common/base/file.h"
#include "common/rules/pack.h"

namespace storesweep::cli {
namespace {
constexpr std::size_t kMaxFileBytes = std::size_t{64} << 20;

int print(const std::string& json) {
  std::printf("%s\n", json.c_str());
  return kExitOk;
}

Result<int> parse_file(const std::string& kind, const std::string& file) {
  TRY_ASSIGN(const std::string text, read_file(file, kMaxFileBytes));
  TRY_ASSIGN(const std::string json, android::parse_to_json(kind, text));
  return print(json);
}

Result<int> read_screen_file(const std::string& file, const std::string& rules) {
  TRY_ASSIGN(const std::string text, read_file(file, kMaxFileBytes));
  auto pack = load_rule_pack(rules_folder(rules));
  if (!pack.ok()) return pack.status().within("--rules");
  TRY_ASSIGN(const std::string json, android::screen_to_json(text, pack->phrases));
  return print(json);
}

std::string kinds_help() {
  std::string out = "which command's output it is:";
  for (const android::ParserKind& k : android::parser_kinds()) {
    out += "\n" + std::string(k.name) + ": " + std::string(k.help);
  }
  return out;
}
}  // namespace

std::string rules_folder(const std::string& named) {
  if (!named.empty()) return named;
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  const auto built = self / ".." / ".." / "rules";
  return !std::filesystem::exists("rules/phrases.yaml", error) && std::filesystem::exists(built, error)
             ? built.string()
             : "rules";
}

void add_local_verbs(CLI::App& app, Program& program) {
  struct Options {
    std::string kind, file, rules;
  };
  auto options = std::make_shared<Options>();
  CLI::App* parse =
      app.add_subcommand("parse", "what a parser makes of a dump: records, and the lines it did not know");
  parse->add_option("kind", options->kind, kinds_help())->required();
  parse->add_option("file", options->file, "the dump")->required();
  parse->callback([&program, options] {
    program.verb = [options](Session&) { return parse_file(options->kind, options->file); };
  });
  CLI::App* screen = app.add_subcommand("screen", "what the screen reader makes of a uiautomator hierarchy");
  screen->add_option("file", options->file, "the XML")->required();
  screen->add_option("--rules", options->rules, "folder of the rule pack (phrases.yaml)");
  screen->callback([&program, options] {
    program.verb = [options](Session&) { return read_screen_file(options->file, options->rules); };
  });
}

}  // namespace storesweep::cli
