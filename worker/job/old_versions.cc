#include "worker/job/old_versions.h"

#include <algorithm>

#include "common/base/text.h"

namespace storesweep::job {

std::vector<NotedVersion> parse_versions(std::string_view text) {
  std::vector<NotedVersion> out;
  for (std::string_view line : split(text, '\n')) {
    const auto parts = words(line);
    const auto code = parts.empty() ? std::nullopt : parse_int<std::int64_t>(parts[0]);
    NotedVersion one{code.value_or(0), {}};
    for (std::size_t i = 1; i < parts.size(); ++i) {
      if (const auto member = digest_from_hex(parts[i])) one.members.push_back(*member);
    }
    const bool whole = code && !one.members.empty() && one.members.size() + 1 == parts.size();
    if (whole && out.size() < kMaxVersionsNoted) out.push_back(std::move(one));
  }
  return out;
}

std::string versions_text(const std::vector<NotedVersion>& versions) {
  std::string out;
  for (const NotedVersion& v : versions) {
    out += std::to_string(v.code);
    for (const Digest& member : v.members) out += " " + to_hex(member);
    out += "\n";
  }
  return out;
}

std::vector<NotedVersion> with_version(std::vector<NotedVersion> versions, NotedVersion added) {
  std::erase(versions, added);
  const auto at = std::find_if(versions.begin(), versions.end(),
                               [&](const NotedVersion& v) { return v.code <= added.code; });
  versions.insert(at, std::move(added));
  if (versions.size() > kMaxVersionsNoted) versions.resize(kMaxVersionsNoted);
  return versions;
}

void note_version(Cache& cache, const ApkFacts& facts, const std::vector<Digest>& members) {
  if (facts.package.empty() || members.empty()) return;
  const std::string known = cache.versions_of(facts.package);
  const std::string now = versions_text(with_version(parse_versions(known), {facts.version_code, members}));
  if (now != known) cache.remember_versions(facts.package, now);
}

std::vector<NotedVersion> versions_before(const Cache& cache, const ApkFacts& facts) {
  std::vector<NotedVersion> out = parse_versions(cache.versions_of(facts.package));
  std::erase_if(out, [&](const NotedVersion& v) { return v.code >= facts.version_code; });
  return out;
}

}  // namespace storesweep::job
