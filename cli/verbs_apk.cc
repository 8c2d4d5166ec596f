// apk: what packages say of themselves, as text, JSON or a bill of materials; what changed between two
// versions; what a store's page says beside it. No coordinator is asked.
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>

#include <unistd.h>

#include "cli/apk_batch.h"
#include "cli/json_fields.h"
#include "cli/screen_text.h"
#include "cli/verbs.h"
#include "common/base/clock.h"
#include "common/base/file.h"
#include "common/report/verdict_json.h"
#include "common/rules/listing_check.h"
#include "common/rules/sdks.h"
#include "common/rules/sources.h"
#include "worker/apk/app_facts.h"
#include "worker/apk/cyclonedx.h"
#include "worker/apk/facts_diff.h"

namespace storesweep::cli {
namespace {
constexpr std::size_t kMaxListingBytes = std::size_t{1} << 20;

struct Arguments {
  std::vector<std::string> files;
  std::string listing, rules, cache;
  bool cyclonedx = false, diff = false, set = false, no_cache = false;
  unsigned jobs = 0;
};

Result<Json> parsed(const std::string& text, const std::string& name) {
  auto json = parse_json(text);
  return json.ok() ? std::move(json) : json.status().within(name);
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

// The catalogues that code is held to.
struct Catalogues {
  SourceCatalogue sources;
  SdkCatalogue sdks;
  FactsKnowledge knowledge() const { return {&sources, &sdks}; }
  std::string version() const { return sources.version + " " + sdks.version; }
};
Result<Catalogues> catalogues_of(const Arguments& a) {
  const std::string folder = rules_folder(a.rules);
  auto sources = load_sources(folder);
  if (!sources.ok()) return sources.status().within("--rules");
  auto sdks = load_sdks(folder);
  if (!sdks.ok()) return sdks.status().within("--rules");
  return Catalogues{std::move(sources).value(), std::move(sdks).value()};
}

// One run over many packages: progress on standard error, results on standard output in their order.
class Reading {
 public:
  Reading(Session& session, const Arguments& a)
      : s_(session), a_(a), progress_terminal_(isatty(STDERR_FILENO) != 0) {}

  Result<int> run() {
    TRY_ASSIGN(const Catalogues catalogues, catalogues_of(a_));
    const FactsKnowledge knowledge = catalogues.knowledge();
    const FactsCache cache(a_.no_cache        ? ""
                           : a_.cache.empty() ? facts_cache_folder()
                                              : a_.cache,
                           catalogues.version());
    ApkBatch batch;
    if (a_.set) {
      batch.packages.push_back(a_.files);
    } else {
      for (const std::string& file : a_.files) batch.packages.push_back({file});
    }
    many_ = batch.packages.size() > 1;
    batch.knowledge = &knowledge;
    batch.cache = &cache;
    batch.threads = a_.jobs;
    Status end = read_apks(
        batch, [this](ApkResult& r) { take(r); },
        [this, &batch](std::size_t done, const std::string& file) {
          progress(done, batch.packages.size(), file);
        },
        s_.cancel);
    cache.trim();
    TRY(end);
    return code_;
  }

 private:
  void progress(std::size_t done, std::size_t total, const std::string& file) const {
    if (!many_) return;
    const std::string line = render_apk_progress(s_.style, done, total, file, s_.columns, progress_terminal_);
    std::fwrite(line.data(), 1, line.size(), stderr);
  }

  void take(ApkResult& r) {
    if (!r.error.ok()) return failed(r.error);
    if (s_.json && !a_.cyclonedx) return print_json(r);
    auto facts = parsed(r.json, r.files[0]);
    if (!facts.ok()) return failed(facts.status());
    if (Status told = tell(*facts, r); !told.ok()) failed(told);
  }

  // One line for each package, as it was written: facts may be many megabytes, and need not be taken apart.
  static void print_json(const ApkResult& r) {
    const Json file = r.files.size() == 1 ? Json(r.files[0]) : Json(r.files);
    print("{\"file\":" + dump_json(file) + ",");
    print(std::string_view(r.json).substr(1));
    print("\n");
  }

  Status tell(const Json& facts, const ApkResult& r) {
    if (a_.cyclonedx) {
      TRY_ASSIGN(const Json bom, facts_to_cyclonedx(facts, format_time(SystemClock().wall_ms())));
      print(dump_json(bom, !many_) + "\n");
    } else {
      print((shown_++ > 0 ? "\n" : "") + render_apk(s_.style, facts, r.files[0]));
    }
    return ok_status();
  }

  void failed(const Status& error) {
    std::fprintf(stderr, "storesweep: %s\n", safe_text(error.message()).c_str());
    const int code = error.kind() == ErrorKind::kNotFound ? kExitNotFound : kExitFailed;
    code_ = code_ == kExitOk ? code : kExitFailed;
  }

  Session& s_;
  const Arguments& a_;
  bool progress_terminal_, many_ = false;
  int code_ = kExitOk;
  std::size_t shown_ = 0;
};

// A package, or what --json wrote of one.
Result<Json> facts_of(const std::string& file, const FactsKnowledge& knowledge, const Cancel& cancel) {
  if (file.size() > 5 && file.compare(file.size() - 5, 5, ".json") == 0) {
    TRY_ASSIGN(const std::string text, read_file(file, kMaxFactsEntryBytes));
    return parsed(text, file);
  }
  TRY_ASSIGN(const ApkFacts facts, read_apk_files({file}, knowledge, cancel));
  return parsed(facts_to_json(facts), file);
}

Result<int> diff(Session& s, const Arguments& a) {
  TRY_ASSIGN(const Catalogues catalogues, catalogues_of(a));
  TRY_ASSIGN(const Json before, facts_of(a.files[0], catalogues.knowledge(), s.cancel));
  TRY_ASSIGN(const Json after, facts_of(a.files[1], catalogues.knowledge(), s.cancel));
  TRY_ASSIGN(const Json changes, diff_facts(before, after));
  show(s, changes, [&] { return render_apk_diff(s.style, changes); });
  bool changed = !below(changes, "changed").empty();
  for (const auto& [key, list] : changes.items())
    changed |= !below(list, "added").empty() || !below(list, "gone").empty();
  return changed ? kExitFindings : kExitOk;
}

Result<int> listing(Session& s, const Arguments& a) {
  TRY_ASSIGN(const std::string text, read_file(a.listing, kMaxListingBytes));
  TRY_ASSIGN(const Json json, parsed(text, a.listing));
  auto page = listing_from_json(json);
  if (!page.ok()) return page.status().within(a.listing);
  TRY_ASSIGN(const Catalogues catalogues, catalogues_of(a));
  TRY_ASSIGN(const ApkFacts facts, read_apk_files(a.files, catalogues.knowledge(), s.cancel));
  Json differences = Json::array();
  bool firm = false;
  for (const ListingDifference& d : compare_listing(*page, app_facts_of(facts))) {
    firm |= d.firm;
    differences.push_back({{"kind", listing_difference_name(d.kind)},
                           {"rule", d.rule},
                           {"firm", d.firm},
                           {"listed", d.listed},
                           {"found", d.found}});
  }
  TRY_ASSIGN(Json all, parsed(facts_to_json(facts), a.files[0]));
  all["listing"] = differences;
  show(s, all, [&] {
    return render_apk(s.style, all, a.files[0]) + "\n" + render_listing_check(s.style, differences);
  });
  return firm ? kExitFindings : kExitOk;
}

Result<int> apk_verb(Session& s, const Arguments& a) {
  if (a.diff) return diff(s, a);
  if (!a.listing.empty()) return listing(s, a);
  return Reading(s, a).run();
}
}  // namespace

void add_apk_verb(CLI::App& app, Program& program) {
  auto a = std::make_shared<Arguments>();
  CLI::App* verb =
      app.add_subcommand("apk", "what packages say of themselves: manifest, signers, SDKs, leads");
  verb->add_option("file", a->files, "packages; with --diff the older and the newer one")->required();
  verb->add_flag("--set", a->set, "the files are one app: its base and its splits");
  verb->add_flag("--cyclonedx", a->cyclonedx, "the SDKs as a bill of materials (CycloneDX 1.5 JSON)");
  verb->add_flag("--diff", a->diff, "what OLD NEW differ in; either may be what --json wrote (.json)");
  verb->add_option("--listing", a->listing,
                   "what its store says of it (JSON, as `verdict --json` shows a listing): task 9");
  verb->add_option("--rules", a->rules, "folder of the rule pack");
  verb->add_option("--cache", a->cache, "folder of facts read before (otherwise in XDG_CACHE_HOME)");
  verb->add_flag("--no-cache", a->no_cache, "read everything anew, keep nothing");
  verb->add_option("--jobs", a->jobs, "packages at once (otherwise as many as there are cores)")
      ->check(CLI::Range(1, 64));
  verb->callback([a, &program] {
    if (a->diff && a->files.size() != 2) throw CLI::ValidationError("--diff", "takes OLD and NEW");
    if (a->diff && (!a->listing.empty() || a->cyclonedx))
      throw CLI::ValidationError("--diff", "stands alone");
    if (!a->listing.empty() && a->files.size() != 1 && !a->set) {
      throw CLI::ValidationError("--listing", "is of one app");
    }
    program.verb = [a](Session& s) { return apk_verb(s, *a); };
  });
}

}  // namespace storesweep::cli
