// Which versions of a package this worker has fetched, remembered beside its cache, so that a later version
// can be installed over an earlier one (P11). What is remembered is a hint: the files must still be there,
// and are read anew. Functions; safe for concurrent use on one cache.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/hash.h"
#include "worker/apk/facts.h"
#include "worker/job/cache.h"

namespace storesweep::job {

inline constexpr std::size_t kMaxVersionsNoted = 12;  // of one package: the highest ones

struct NotedVersion {
  std::int64_t code = 0;
  std::vector<Digest> members;  // in the order of the catalogue's addresses
  bool operator==(const NotedVersion&) const = default;
};

// One line each: "CODE SHA256 SHA256 ..". What is no such line is left out. Pure.
std::vector<NotedVersion> parse_versions(std::string_view text);
std::string versions_text(const std::vector<NotedVersion>& versions);
// With one more, the highest version first; the same files once. Pure.
std::vector<NotedVersion> with_version(std::vector<NotedVersion> versions, NotedVersion added);

void note_version(Cache& cache, const ApkFacts& facts, const std::vector<Digest>& members);
// Those before this one, the nearest first.
std::vector<NotedVersion> versions_before(const Cache& cache, const ApkFacts& facts);

}  // namespace storesweep::job
