#include "worker/apk/scanner_tables.h"

#include <algorithm>
#include <tuple>

#include "common/base/text.h"

namespace storesweep::apk {
namespace {
constexpr std::size_t kMaxGaps = 100;

std::string cut(std::string_view text) { return clean_utf8(text.substr(0, kMaxCallSiteTextBytes)); }

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

std::string dotted_class(std::string_view name) {
  if (name.size() > 2 && name.front() == 'L' && name.back() == ';') name = name.substr(1, name.size() - 2);
  std::string out = cut(name);
  std::ranges::replace(out, '/', '.');
  return out;
}

void join_same(std::vector<CallSite>& sorted) {
  auto key = [](const CallSite& s) {
    return std::tie(s.source, s.how, s.weak, s.target, s.caller_class, s.caller_method, s.caller_descriptor);
  };
  std::size_t kept = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (kept > 0 && key(sorted[kept - 1]) == key(sorted[i])) {
      sorted[kept - 1].count += sorted[i].count;
    } else if (kept++ != i) {
      sorted[kept - 1] = std::move(sorted[i]);
    }
  }
  sorted.resize(kept);
}

void note_gap(CodeFacts& facts, std::string gap) {
  if (facts.gaps.size() < kMaxGaps && std::ranges::find(facts.gaps, gap) == facts.gaps.end())
    facts.gaps.push_back(std::move(gap));
}

void name_hits(const ScannerTables& tables, std::vector<RawHit> hits, const HitNamer& namer, CodeFacts& out) {
  std::ranges::sort(hits);
  std::size_t bytes = 0;
  for (std::size_t i = 0, end = 0; i < hits.size(); i = end) {
    const RawHit& hit = hits[i];
    while (end < hits.size() && hits[end] == hit) ++end;
    CallSite site{hit.source, hit.how, hit.weak};
    site.count = static_cast<std::uint32_t>(end - i);
    if (hit.member == kNoIndex) {
      site.target = cut(namer.text(hit.detail));
    } else {
      const TargetMember& m = tables.members[hit.member];
      site.target = tables.classes[m.owner].name + "." + m.name;
      if (hit.detail != kNoIndex) site.target += cut(namer.descriptor(hit.detail));
    }
    namer.name_caller(hit.caller, site);
    bytes += site.target.size() + site.caller_class.size() + site.caller_method.size() +
             site.caller_descriptor.size();
    if (out.call_sites.size() == kMaxCallSites || bytes > kMaxCallSitesBytes) {
      note_gap(out, "more call sites than are kept");
      break;
    }
    out.call_sites.push_back(std::move(site));
  }
  std::ranges::sort(out.call_sites);
  join_same(out.call_sites);
}

}  // namespace storesweep::apk
