// rejudge: stored results under another rule pack, or another judge.
#include <CLI/CLI.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/json_fields.h"
#include "cli/verbs.h"
#include "common/base/file.h"
#include "common/base/hash.h"
#include "common/evidence/container.h"
#include "common/rules/pack_files.h"

namespace storesweep::cli {
namespace {
struct Arguments {
  std::int64_t sweep = 0, job = 0, rows = 200;
  std::string store, package, rule, pack;
  bool apply = false;
};

// A folder of rules, or the ZIP that somebody made of one.
Result<std::string> pack_of(const std::string& named) {
  std::error_code error;
  if (!std::filesystem::is_directory(named, error)) {
    TRY_ASSIGN(const std::string file, read_file(named, kMaxContainerBytes));
    const auto members = unpack_members_untrusted(as_bytes(file));
    if (!members.ok())
      return invalid(named + ": wanted a folder of rules, or one that `evidence export` has packed");
    return file;
  }
  if (auto pack = load_rule_pack(named); !pack.ok()) return pack.status().within("--pack");
  TRY_ASSIGN(const PackFiles files, read_pack_files(named));
  return pack_members(files);
}

void add_up(Json& sums, const Json& page) {
  for (const char* key :
       {"judged", "unchanged", "changed", "failed", "without_runs", "applied", "moved", "second_runs"})
    sums[key] = int_of(sums, key) + int_of(page, key);
  if (text_of(sums, "pack_version").empty()) sums["pack_version"] = text_of(page, "pack_version");
}

Result<int> rejudge(Session& s, const Arguments& a) {
  Json body = {{"sweep", a.sweep}, {"job", a.job},     {"store", a.store}, {"package", a.package},
               {"rule", a.rule},   {"apply", a.apply}, {"rows", a.rows}};
  if (!a.pack.empty()) {
    TRY_ASSIGN(const std::string files, pack_of(a.pack));
    const std::string digest = to_hex(sha256(files));
    TRY(s.client.put("/api/v1/packs/" + digest, files, s.slow()));
    body["pack"] = digest;
  }
  Json sums = {{"pack_version", ""}, {"apply", a.apply}}, rows = Json::array();
  do {
    TRY_ASSIGN(const Json page, s.client.post("/api/v1/rejudge", body, "", s.slow()));
    add_up(sums, page);
    if (s.json) {
      for (const Json& row : below(page, "rows")) rows.push_back(row);
    } else {
      std::fputs(render_rejudged_rows(s.style, page).c_str(), stdout);
    }
    body["cursor"] = text_of(page, "next");
  } while (!text_of(body, "cursor").empty() && !s.cancel.cancelled());
  if (s.cancel.cancelled()) return cancelled("interrupted; what was applied stands");
  if (s.json) sums["rows"] = std::move(rows);
  show(s, sums, [&] { return render_rejudged(s.style, sums); });
  return int_of(sums, "failed") > 0 ? kExitFailed : kExitOk;
}
}  // namespace

void add_rejudge_verb(CLI::App& app, Program& program) {
  auto a = std::make_shared<Arguments>();
  CLI::App* verb =
      app.add_subcommand("rejudge", "judge stored results again: what would change under these rules");
  verb->add_option("--sweep", a->sweep, "results of this sweep");
  verb->add_option("--job", a->job, "this result alone");
  verb->add_option("--store", a->store);
  verb->add_option("--package", a->package);
  verb->add_option("--rule", a->rule, "results that speak of this rule");
  verb->add_option("--pack", a->pack,
                   "folder of other rules, or a ZIP of such; otherwise the coordinator's own");
  verb->add_option("--rows", a->rows, "judged in one request")->check(CLI::Range(1, 500));
  verb->add_flag("--apply", a->apply, "let what comes out take the place of what stands");
  verb->callback([a, &program] { program.verb = [a](Session& s) { return rejudge(s, *a); }; });
}

}  // namespace storesweep::cli
