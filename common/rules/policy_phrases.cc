#include "common/rules/policy_phrases.h"

#include <filesystem>

#include "common/config/config.h"
#include "common/rules/sources.h"

namespace storesweep {
namespace {

template <class E, std::size_t N, class Lists>
void read_lists(ConfigMap map, const policy::NamedList<E> (&names)[N], Lists& lists) {
  for (const policy::NamedList<E>& n : names) lists[static_cast<std::size_t>(n.is)] = map.strings(n.name);
}

bool is_kind(const SourceCatalogue& sources, const std::string& id) {
  const auto at = sources.find(id);
  return at && !sources.sources[*at].mark;
}

void read_kinds(ConfigMap map, const SourceCatalogue& sources, policy::Phrases& out) {
  const std::vector<std::string> ids = map.keys();
  for (const Source& s : sources.sources) {
    if (!s.mark && !map.has(s.id)) map.error("", "the kind " + s.id + " of sources.yaml has no words");
  }
  for (const std::string& id : ids) {
    if (!is_kind(sources, id)) map.error(id, id + " is no kind of sources.yaml");
    out.kinds.push_back({id, map.strings(id), {}});
  }
}

void read_wider(ConfigMap root, const SourceCatalogue& sources, policy::Phrases& out) {
  for (auto& [id, map] : root.named_maps("general")) {
    if (is_kind(sources, id)) map.error("words", id + " is a kind of its own");
    policy::KindWords wider{id, map.strings("words"), map.strings("covers")};
    if (wider.covers.empty()) map.error("covers", "a wider word says what it covers");
    for (const std::string& covered : wider.covers) {
      if (!is_kind(sources, covered)) map.error("covers", covered + " is no kind of sources.yaml");
    }
    out.kinds.push_back(std::move(wider));
  }
}

}  // namespace

Result<policy::Phrases> load_policy_phrases(const std::string& folder) {
  std::error_code error;
  if (!std::filesystem::exists(folder + "/policy.yaml", error)) return policy::Phrases{};
  TRY_ASSIGN(const SourceCatalogue sources, load_sources(folder));
  TRY_ASSIGN(auto document, ConfigDocument::from_file(folder + "/policy.yaml"));
  ConfigMap root = document.root();
  (void)root.required_string("edition");
  policy::Phrases out;
  read_kinds(root.map("kinds"), sources, out);
  read_wider(root, sources, out);
  read_lists(root.map("words"), policy::kRoleLists, out.roles);
  read_lists(root.map("topics"), policy::kTopicLists, out.topics);
  read_lists(root.map("sections"), policy::kSectionLists, out.sections);
  read_lists(root.map("columns"), policy::kColumnLists, out.columns);
  read_lists(root, policy::kMarkLists, out.marks);
  TRY(document.finish());
  TRY(policy::check_phrases(out).within(folder + "/policy.yaml"));
  return out;
}

}  // namespace storesweep
