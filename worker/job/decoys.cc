#include "worker/job/decoys.h"

#include <filesystem>

#include "common/base/child.h"
#include "common/base/text.h"
#include "worker/adb/install.h"
#include "worker/apk/mentions.h"

namespace storesweep::job {
namespace {
constexpr std::int64_t kMakeMs = 3 * 60'000;
constexpr std::size_t kMaxSaidBytes = 64u << 10;

std::string apk_of(const DecoyOptions& options, const std::string& package) {
  return options.folder + "/" + package + ".apk";
}

// What the manifest says it looks for, and what the code names.
std::set<std::string> named_by(const ApkFacts& facts, const std::vector<ByteView>& files,
                               const DecoyRules& rules) {
  std::set<std::string> out = mentioned(files, rules.known);
  for (const std::string& package : facts.queries.packages) {
    if (adb::valid_package_name(package)) out.insert(package);
  }
  return out;
}
}  // namespace

DecoySet DecoyMaker::bring(const ApkFacts& facts, const std::vector<ByteView>& files,
                           const Deadline& deadline) {
  const DecoysWanted wanted =
      decoys_for(rules_, facts.package, named_by(facts, files, rules_), system_packages_);
  DecoySet out;
  out.lacking = wanted.left_out;
  if (!out.lacking.empty()) out.why = "more than a run takes";
  const Status made = make(wanted.install, deadline);
  for (const std::string& package : wanted.install) {
    auto file = MappedFile::open(apk_of(options_, package));
    if (file.ok()) {
      out.decoys.push_back({package, std::move(*file)});
    } else {
      out.lacking.push_back(package);
      out.why = made.ok() ? file.status().message() : made.message();
    }
  }
  return out;
}

Status DecoyMaker::make(const std::vector<std::string>& packages, const Deadline& deadline) {
  if (options_.maker.empty()) return unsupported("this worker has no program that makes decoys");
  std::lock_guard lock(making_);
  ChildOptions child{.command = {options_.maker, options_.folder}};
  for (const std::string& package : packages) {
    std::error_code error;
    if (!std::filesystem::exists(apk_of(options_, package), error)) child.command.push_back(package);
  }
  if (child.command.size() == 2) return ok_status();
  TRY(make_folders(options_.folder));
  TRY_ASSIGN(const ChildOutput output, run_child(child, "", kMaxSaidBytes, deadline.at_most_ms(kMakeMs)));
  if (output.exit_code == 0) return ok_status();
  return unavailable(options_.maker + ": " + clean_utf8(trim(output.out)).substr(0, 400));
}

}  // namespace storesweep::job
