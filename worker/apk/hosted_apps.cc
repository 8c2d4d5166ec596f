#include "worker/apk/hosted_apps.h"

#include "worker/apk/mini_program.h"
#include "worker/apk/quick_app.h"
#include "worker/apk/zip.h"

namespace storesweep::apk {
namespace {
// A call that a script speaks of is a lead: the script may never run.
void add_calls(const std::map<std::string, PlatformCall>& calls, const std::string& source,
               CodeSummary& code) {
  code.looked_at = true;
  for (const auto& [name, call] : calls) {
    CallFact fact;
    fact.source = source;
    fact.how = "script";
    fact.target = name;
    fact.caller_class = call.files.empty() ? "" : call.files[0];
    fact.owner = "unknown";
    fact.count = static_cast<std::uint32_t>(call.count);
    code.calls_of_sources.push_back(std::move(fact));
  }
}

void add_notes(const std::vector<std::string>& notes, ApkFacts& facts) {
  for (const std::string& note : notes) {
    if (facts.problems.size() < kMaxProblems) facts.problems.push_back({"", note});
  }
}
}  // namespace

Result<ApkFacts> quick_app_facts(ByteView file, Budget& budget) {
  TRY_ASSIGN(ZipArchive zip, ZipArchive::open(file));
  TRY_ASSIGN(QuickApp app, read_quick_app(file, zip, budget));
  ApkFacts facts;
  facts.package = app.package;
  facts.label = app.name;
  facts.labels = {{"", app.name}};
  facts.version_name = app.version_name;
  facts.version_code = app.version_code;
  facts.min_sdk = facts.target_sdk = app.min_platform;  // of the quick-app platform, not of Android
  for (std::string& feature : app.features) facts.features.push_back({std::move(feature), true});
  for (std::string& permission : app.permissions) facts.permissions.push_back({std::move(permission)});
  facts.splits = std::move(app.subpackages);
  facts.signature = std::move(app.signature);
  facts.signature_checked = true;
  add_calls(app.modules, "quick-app module", facts.code);
  add_notes(app.notes, facts);
  facts.needs.quick_app_runtime = true;
  return facts;
}

Result<ApkFacts> mini_program_facts(ByteView file, Budget& budget) {
  TRY_ASSIGN(MiniProgram app, read_mini_program(file, budget));
  ApkFacts facts;
  facts.package = app.app_id;
  for (const auto& [scope, purpose] : app.permissions) {
    facts.permissions.push_back({scope});
    facts.meta_data.push_back({scope, purpose, "", "", {}});
  }
  for (std::string& info : app.private_infos) facts.features.push_back({std::move(info), true});
  for (std::string& plugin : app.plugins) facts.libraries.push_back({"plugin", std::move(plugin), true, ""});
  if (app.encrypted) facts.code.gaps.push_back("encrypted: nothing in it was looked at");
  add_calls(app.calls, "mini-program call", facts.code);
  add_notes(app.notes, facts);
  return facts;
}

}  // namespace storesweep::apk
