#include "worker/apk/scanner_tables.h"

#include <algorithm>

#include "common/base/text.h"

namespace storesweep::apk {
namespace {
constexpr std::size_t kMaxGaps = 100;

std::vector<SourceMember> reflection(CallRole role) {
  switch (role) {
    case CallRole::kClassByName:
      return {{"java.lang.Class", "forName", ""}, {"java.lang.ClassLoader", "loadClass", ""}};
    case CallRole::kClassOf:
      return {{"java.lang.Object", "getClass", ""}};
    case CallRole::kMemberMethod:
      return {{"java.lang.Class", "getMethod", ""}, {"java.lang.Class", "getDeclaredMethod", ""}};
    case CallRole::kMemberField:
      return {{"java.lang.Class", "getField", ""}, {"java.lang.Class", "getDeclaredField", ""}};
    default:
      return {};
  }
}
}  // namespace

ScannerTables::ScannerTables(const SourceCatalogue& catalogue) : classes(1) {
  for (std::uint32_t i = 0; i < catalogue.sources.size(); ++i) {
    const Source& s = catalogue.sources[i];
    add(s.methods, i, CallRole::kNone, false, false);
    add(s.weak_methods, i, CallRole::kNone, true, false);
    add(s.fields, i, CallRole::kNone, false, true);
    add(s.uris, i, CallHow::kContentUri);
    add(s.properties, i, CallHow::kSystemProperty);
    add(s.paths, i, CallHow::kPath);
    add(s.commands, i, CallHow::kCommand);
    add(s.names, i, CallHow::kName);
    for (const std::string& key : s.settings) settings_.emplace(key, i);
  }
  for (CallRole role :
       {CallRole::kClassByName, CallRole::kClassOf, CallRole::kMemberMethod, CallRole::kMemberField})
    add(reflection(role), kNoIndex, role, false, false);
  add(catalogue.settings_getters, kNoIndex, CallRole::kSettingsGetter, false, false);
}

void ScannerTables::add(const std::vector<SourceMember>& list, std::uint32_t source, CallRole role, bool weak,
                        bool field) {
  for (const SourceMember& m : list) {
    std::string path = m.owner;
    std::ranges::replace(path, '.', '/');
    auto [at, is_new] = by_path_.emplace(std::move(path), static_cast<std::uint32_t>(classes.size()));
    if (is_new) classes.push_back({m.owner, {}});
    classes[at->second].members.push_back(static_cast<std::uint32_t>(members.size()));
    members.push_back({at->second, m.name, m.descriptor, source, role, weak, field});
  }
}

void ScannerTables::add(const std::vector<std::string>& list, std::uint32_t source, CallHow how) {
  for (const std::string& p : list) {
    patterns[p.substr(0, kLeastPatternPrefix)].push_back({p, source, how});
    first_bytes.set(first_two(p));
  }
}

std::uint32_t ScannerTables::class_of_path(std::string_view path) const {
  const auto at = by_path_.find(path);
  return at == by_path_.end() ? 0 : at->second;
}

std::uint32_t ScannerTables::class_of_descriptor(std::string_view d) const {
  if (d.size() < 3 || d.front() != 'L' || d.back() != ';') return 0;
  return class_of_path(d.substr(1, d.size() - 2));
}

std::uint32_t ScannerTables::class_of_name(std::string_view name) const {
  std::string path(name.substr(0, kMaxPatternTextBytes));
  std::ranges::replace(path, '.', '/');
  return class_of_path(path);
}

std::uint32_t ScannerTables::source_of_setting(std::string_view key) const {
  const auto at = settings_.find(key);
  return at == settings_.end() ? kNoIndex : at->second;
}

std::string cut_text(std::string_view text) { return clean_utf8(text.substr(0, kMaxCallSiteTextBytes)); }

std::string dotted_class(std::string_view name) {
  if (name.size() > 2 && name.front() == 'L' && name.back() == ';') name = name.substr(1, name.size() - 2);
  std::string out = cut_text(name);
  std::ranges::replace(out, '/', '.');
  return out;
}

void note_gap(CodeFacts& facts, std::string gap) {
  if (facts.gaps.size() < kMaxGaps && std::ranges::find(facts.gaps, gap) == facts.gaps.end())
    facts.gaps.push_back(std::move(gap));
}

}  // namespace storesweep::apk
