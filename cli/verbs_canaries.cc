// canaries: which of a run's canaries stand in a stranger's file or capture. No coordinator is asked.
#include <CLI/CLI.hpp>

#include <nlohmann/json.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "cli/verbs.h"
#include "common/base/file.h"
#include "common/rules/sources.h"
#include "common/traffic/search.h"

namespace storesweep::cli {
namespace {
using namespace traffic;
constexpr std::size_t kMaxFileBytes = std::size_t{1} << 30;

Json layers_json(const Layers& layers) {
  Json out = Json::array();
  for (const Layer& l : layers)
    out.push_back({{"wrapping", wrapping_name(l.wrapping)}, {"offset", l.offset}});
  return out;
}

Json hit_json(const CanaryMatcher& matcher, const Sighting& sighting) {
  const Hit& hit = sighting.hit;
  const Canary& canary = matcher.canaries()[hit.canary];
  return {{"canary", canary.name},
          {"kind", canary.kind},
          {"form", matcher.forms(hit.canary)[hit.form].name()},
          {"offset", hit.offset},
          {"length", hit.length},
          {"field_named", hit.keyed},
          {"bits", hit.bits},
          {"layers", layers_json(sighting.layers)}};
}

Result<Json> file_json(const CanaryMatcher& matcher, const std::string& name) {
  auto file = MappedFile::open(name);
  if (!file.ok()) return file.status();
  const ByteView bytes = file->bytes();
  if (bytes.size() > kMaxFileBytes) return exhausted(name + " has more than 1 GiB: cut it into pieces");
  const Sightings found = find_canaries(matcher, bytes);
  Json out{
      {"file", name}, {"bytes", bytes.size()}, {"hits", Json::array()}, {"not_looked_at", Json::array()}};
  for (const Sighting& s : found.seen) out["hits"].push_back(hit_json(matcher, s));
  for (const Unread& u : found.unread) {
    out["not_looked_at"].push_back({{"why", not_looked_name(u.why)}, {"layers", layers_json(u.layers)}});
  }
  out["cut"] = found.cut;
  return out;
}

// What to plant, for people who do it by hand.
Json values_json(const CanaryMatcher& matcher) {
  Json out = Json::array();
  for (std::size_t c = 0; c < matcher.canaries().size(); ++c) {
    const Canary& canary = matcher.canaries()[c];
    out.push_back({{"canary", canary.name},
                   {"kind", canary.kind},
                   {"value", canary.value},
                   {"bits", canary.bits},
                   {"forms", matcher.forms(c).size()}});
  }
  return out;
}

// Names of the kinds in the language of the session.
Result<KindNames> kind_names(const Style& style, const std::string& rules) {
  auto sources = load_sources(rules_folder(rules));
  if (!sources.ok()) return sources.status().within("--rules");
  KindNames names;
  for (const Source& s : sources->sources) names[s.id] = style.language == Language::kChinese ? s.zh : s.en;
  return names;
}

Result<int> canaries_verb(Session& session, std::uint64_t seed, const std::vector<std::string>& files,
                          const std::string& rules) {
  const CanaryMatcher matcher(canaries_of(seed));
  Json report{{"seed", seed}};
  if (files.empty()) report["canaries"] = values_json(matcher);
  for (const std::string& file : files) {
    TRY_ASSIGN(Json one, file_json(matcher, file));
    report["files"].push_back(std::move(one));
  }
  if (session.json) {
    std::printf("%s\n", report.dump().c_str());
    return kExitOk;
  }
  TRY_ASSIGN(const KindNames names, kind_names(session.style, rules));
  std::fputs(render_canaries(session.style, report, names).c_str(), stdout);
  return kExitOk;
}
}  // namespace

void add_canaries_verb(CLI::App& app, Program& program) {
  struct Options {
    std::uint64_t seed = 0;
    std::vector<std::string> files;
    std::string rules;
  };
  auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand("canaries",
                                      "which of a run's canaries stand in files or captures; without a FILE, "
                                      "what the run plants");
  verb->add_option("--seed", options->seed, "the run's seed")->required();
  verb->add_option("file", options->files, "bytes of any kind: a body, a HAR, a file that an app wrote");
  verb->add_option("--rules", options->rules, "folder of the rule pack (sources.yaml)");
  verb->callback([&program, options] {
    program.verb = [options](Session& session) {
      return canaries_verb(session, options->seed, options->files, options->rules);
    };
  });
}

}  // namespace storesweep::cli
