// Facts that were read before, kept in a folder by the package's hash, the facts version and the versions of
// the catalogues they were read with: another version is another entry. The oldest go when the folder holds
// more than its bound. Several programs may share it: entries are written whole or not at all. A folder that
// cannot be used costs time and nothing else. Safe for concurrent use.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/base/hash.h"

namespace storesweep::cli {

inline constexpr std::uint64_t kMaxFactsCacheBytes = std::uint64_t{512} << 20;
inline constexpr std::size_t kMaxFactsEntryBytes = std::size_t{32} << 20;

class FactsCache {
 public:
  // Empty folder: nothing is kept. knowledge: what else the facts depend on.
  FactsCache(std::string folder, const std::string& knowledge, std::uint64_t max_bytes = kMaxFactsCacheBytes);

  std::optional<std::string> find(const Digest& file_set) const;
  void keep(const Digest& file_set, const std::string& json) const;
  // Brings the folder under its bound: at the end of a program's run.
  void trim() const;

 private:
  std::string path_of(const Digest& file_set) const;
  std::string folder_, version_;
  std::uint64_t max_bytes_;
};

// $XDG_CACHE_HOME/storesweep/facts, else ~/.cache/storesweep/facts; empty where neither is known.
std::string facts_cache_folder();

}  // namespace storesweep::cli
