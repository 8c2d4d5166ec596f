// evidence list, get, head, keys, export, verify
#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>

#include "cli/export_bundle.h"
#include "cli/json_fields.h"
#include "cli/screen_text.h"
#include "cli/verbs.h"
#include "common/base/file.h"
#include "common/base/hash.h"
#include "common/report/verdict_json.h"

namespace storesweep::cli {
namespace {
struct Arguments {
  std::string app, digest, file, trust;
  std::vector<std::string> apps;
  std::int64_t sweep = 0;
};

Result<int> save_blob(Session& s, const std::string& sha256_hex, const std::string& file) {
  const auto wanted = digest_from_hex(sha256_hex);
  if (!wanted) return invalid("wanted the SHA-256 of `storesweep evidence list`, 64 hex digits");
  TRY_ASSIGN(const std::string bytes, s.client.get_text("/api/v1/blobs/" + sha256_hex, {}, s.slow()));
  if (sha256(bytes) != *wanted)
    return corrupt("what came is not the blob " + sha256_hex + ": its SHA-256 differs");
  TRY(write_file_durably(file, bytes));
  return show(s, {{"file", file}, {"bytes", bytes.size()}}, [&] {
    return s.style.text("saved",
                        {{"file", file}, {"bytes", with_commas(static_cast<std::int64_t>(bytes.size()))}}) +
           "\n";
  });
}

Result<int> list_evidence(Session& s, const Arguments& a) {
  TRY_ASSIGN(const std::int64_t job, job_of(s, a.app, a.sweep));
  TRY_ASSIGN(const Json all,
             s.client.get("/api/v1/results/" + std::to_string(job) + "/evidence", {}, s.quick()));
  return show(s, all, [&] { return render_evidence(s.style, all); });
}

Result<int> show_head(Session& s) {
  TRY_ASSIGN(const Json answer, s.client.get("/api/v1/evidence/head", {}, s.quick()));
  return show(s, answer, [&] { return render_closing(s.style, below(answer, "head")); });
}

// What a trust file would say if this coordinator were believed.
Result<int> show_keys(Session& s, const Arguments& a) {
  TRY_ASSIGN(const std::string file, read_file(a.file, kMaxContainerBytes));
  TRY_ASSIGN(const std::vector<std::string> keys, bundle_keys_untrusted(as_bytes(file)));
  return show(s, {{"keys", keys}}, [&] {
    std::string out = "# " + s.style.text("keys_unchecked") + "\n";
    for (const std::string& line : keys) out += safe_text(line) + "\n";
    return out;
  });
}

Result<int> export_evidence(Session& s, const Arguments& a) {
  std::vector<std::int64_t> jobs;
  for (const std::string& app : a.apps) {
    TRY_ASSIGN(const std::int64_t job, job_of(s, app, a.sweep));
    jobs.push_back(job);
  }
  TRY_ASSIGN(const BundleParts parts, fetch_bundle(s, std::move(jobs)));
  TRY_ASSIGN(const std::string bundle, make_bundle(parts));
  TRY(write_file_durably(a.file, bundle));
  return show(s, {{"file", a.file}, {"bytes", bundle.size()}, {"results", parts.results.size()}}, [&] {
    const std::string bytes = with_commas(static_cast<std::int64_t>(bundle.size()));
    return s.style.text("saved", {{"file", a.file}, {"bytes", bytes}}) + "\n";
  });
}

Json verified_json(const VerifiedBundle& bundle) {
  Json results = Json::array();
  bool simulated = false;
  for (const VerifiedResult& r : bundle.results) {
    Json closings = Json::array();
    for (const Closing& c : r.closings) closings.push_back(closing_json(c));
    simulated = simulated || r.verdict.simulated;
    results.push_back({{"job", r.job.value},
                       {"package", r.listing.package},
                       {"store", r.listing.store},
                       {"simulated", r.verdict.simulated},
                       {"findings", r.verdict.findings.size()},
                       {"workers", r.workers},
                       {"closings", std::move(closings)}});
  }
  return {{"simulated", simulated},
          {"holds", true},
          {"members", bundle.members},
          {"results", std::move(results)}};
}

Result<int> verify_evidence(Session& s, const Arguments& a) {
  TRY_ASSIGN(const std::string trust, read_file(a.trust, kMaxTrustBytes));
  const auto keys = parse_trust(trust);
  if (!keys.ok()) return keys.status().within(a.trust);
  TRY_ASSIGN(const std::string file, read_file(a.file, kMaxContainerBytes));
  const auto bundle = verify_bundle_untrusted(as_bytes(file), *keys);
  if (!bundle.ok()) {  // a refusal, never "not found" or "try later"
    return Status(ErrorKind::kCorrupt, a.file + ": " + bundle.status().message());
  }
  const Json json = verified_json(*bundle);
  return show(s, json, [&] { return render_verified(s.style, json); });
}

CLI::App* add(CLI::App* evidence, Program& program, const char* name, const char* about,
              const std::shared_ptr<Arguments>& a, Result<int> (*run)(Session&, const Arguments&)) {
  CLI::App* verb = evidence->add_subcommand(name, about);
  verb->callback([a, run, &program] { program.verb = [a, run](Session& s) { return run(s, *a); }; });
  return verb;
}
}  // namespace

void add_evidence_verbs(CLI::App& app, Program& program) {
  auto a = std::make_shared<Arguments>();
  CLI::App* evidence = app.add_subcommand("evidence", "what a verdict rests on");
  evidence->require_subcommand(1);
  CLI::App* list = add(evidence, program, "list", "the journal and pictures of a result", a, list_evidence);
  list->add_option("app", a->app, "the job of its result, or its package with --sweep")->required();
  list->add_option("--sweep", a->sweep, "the sweep's id");
  CLI::App* get = add(evidence, program, "get", "save one of them, its hash checked", a,
                      [](Session& s, const Arguments& of) { return save_blob(s, of.digest, of.file); });
  get->add_option("sha256", a->digest)->required();
  get->add_option("file", a->file)->required();
  add(evidence, program, "head", "the newest entry of the chain of closed journals", a,
      [](Session& s, const Arguments&) { return show_head(s); });
  CLI::App* take = add(evidence, program, "export",
                       "everything that results rest on, in one file that proves itself", a, export_evidence);
  take->add_option("apps", a->apps, "jobs of results, or packages with --sweep")
      ->required()
      ->expected(1, 500);
  take->add_option("--sweep", a->sweep, "the sweep's id");
  take->add_option("-o,--out", a->file, "the file to write (.zip)")->required();
  CLI::App* verify =
      add(evidence, program, "verify", "check such a file, without a coordinator", a, verify_evidence);
  verify->add_option("bundle", a->file, "the file")->required();
  verify
      ->add_option("--trust", a->trust,
                   "file of the keys that are believed: `worker KEY NAME`, `coordinator KEY NAME`")
      ->required();
  CLI::App* keys = add(evidence, program, "keys", "the keys that such a file names, unchecked", a, show_keys);
  keys->add_option("bundle", a->file, "the file")->required();
}

}  // namespace storesweep::cli
