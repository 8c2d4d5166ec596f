// parse, screen: what our parsers make of a stranger's dump, policy or hierarchy. No coordinator is asked.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/verbs.h"
#include "common/android/describe.h"
#include "common/base/file.h"
#include "common/policy/policy.h"
#include "common/rules/pack.h"

namespace storesweep::cli {
namespace {
constexpr std::size_t kMaxFileBytes = std::size_t{256} << 20;  // a bugreport of a week

int print(const std::string& json) {
  std::printf("%s\n", json.c_str());
  return kExitOk;
}

Result<int> parse_file(const std::string& kind, const std::string& file) {
  TRY_ASSIGN(const std::string text, read_file(file, kMaxFileBytes));
  auto described = android::describe_text(kind, text);
  if (!described.ok()) return described.status().within(file);
  print(described->json);
  if (described->warning.empty()) return kExitOk;
  return invalid(file + ": " + described->warning);
}

Result<int> read_screen_file(const std::string& file, const std::string& rules) {
  TRY_ASSIGN(const std::string text, read_file(file, kMaxFileBytes));
  auto pack = load_rule_pack(rules_folder(rules));
  if (!pack.ok()) return pack.status().within("--rules");
  auto json = android::screen_to_json(text, pack->phrases);
  return json.ok() ? print(*json) : Result<int>(json.status().within(file));
}

constexpr std::string_view kPolicyKind = "policy";

Result<int> parse_policy(const std::string& file, const std::string& rules) {
  TRY_ASSIGN(const std::string text, read_file(file, policy::kMaxDocumentBytes));
  auto pack = load_rule_pack(rules_folder(rules));
  if (!pack.ok()) return pack.status().within("--rules");
  auto policy = policy::read_policy_untrusted(text, policy::Book(pack->policy));
  if (!policy.ok()) return policy.status().within(file);
  print(policy::policy_to_json(*policy));
  if (policy->recognised) return kExitOk;
  return invalid(file + ": this is no privacy policy: no title of one, or nobody is spoken to");
}

std::string kinds_help() {
  std::string out = "which command's output it is:";
  for (const android::ParserKind& k : android::parser_kinds()) {
    out += "\n  " + std::string(k.name) + ": " + std::string(k.help);
  }
  out += "\n  " + std::string(kPolicyKind) + ": no command's: the text of a privacy policy, plain or HTML";
  return out + "\n  " + std::string(android::kAnyKind) + ": guess; of a bugreport or pm dump, everything";
}

bool is_kind(const std::string& name) {
  const auto& kinds = android::parser_kinds();
  return name == android::kAnyKind || name == kPolicyKind ||
         std::any_of(kinds.begin(), kinds.end(), [&](const auto& k) { return k.name == name; });
}

// `parse` lists the kinds, `parse FILE` guesses.
Result<int> parse_verb(const std::string& kind, const std::string& file, const std::string& rules) {
  std::error_code error;
  if (kind.empty()) {
    std::printf("storesweep parse KIND FILE; KIND says %s\n", kinds_help().c_str());
    return kExitOk;
  }
  if (kind == kPolicyKind && !file.empty()) return parse_policy(file, rules);
  if (is_kind(kind) && !file.empty()) return parse_file(kind, file);
  if (is_kind(kind)) return invalid("parse " + kind + ": which FILE?");
  if (file.empty() && std::filesystem::exists(kind, error))
    return parse_file(std::string(android::kAnyKind), kind);
  std::fprintf(stderr, "KIND says %s\n", kinds_help().c_str());  // an error is one line, this is a list
  return invalid("no parser is called " + kind + "; those above are");
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
  parse->add_option("kind", options->kind, kinds_help());
  parse->add_option("file", options->file, "the dump");
  parse->add_option("--rules", options->rules, "folder of the rule pack (policy.yaml)");
  parse->callback([&program, options] {
    program.verb = [options](Session&) { return parse_verb(options->kind, options->file, options->rules); };
  });
  CLI::App* screen = app.add_subcommand("screen", "what the screen reader makes of a uiautomator hierarchy");
  screen->add_option("file", options->file, "the XML")->required();
  screen->add_option("--rules", options->rules, "folder of the rule pack (phrases.yaml)");
  screen->callback([&program, options] {
    program.verb = [options](Session&) { return read_screen_file(options->file, options->rules); };
  });
}

}  // namespace storesweep::cli
