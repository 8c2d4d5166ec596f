#include "cli/apk_cache.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "common/base/file.h"
#include "worker/apk/facts.h"

namespace storesweep::cli {
namespace fs = std::filesystem;

FactsCache::FactsCache(std::string folder, const std::string& knowledge, std::uint64_t max_bytes)
    : folder_(std::move(folder)),
      version_(std::to_string(kFactsVersion) + "-" + to_hex(sha256(knowledge)).substr(0, 16)),
      max_bytes_(max_bytes) {
  if (!folder_.empty() && !make_folders(folder_).ok()) folder_.clear();
}

std::string FactsCache::path_of(const Digest& file_set) const {
  return folder_ + "/" + to_hex(file_set) + "-" + version_ + ".json";
}

std::optional<std::string> FactsCache::find(const Digest& file_set) const {
  if (folder_.empty()) return std::nullopt;
  const std::string path = path_of(file_set);
  auto text = read_file(path, kMaxFactsEntryBytes);
  if (!text.ok()) return std::nullopt;
  std::error_code ignored;  // its age is when it was last of use
  fs::last_write_time(path, fs::file_time_type::clock::now(), ignored);
  return std::move(text).value();
}

void FactsCache::keep(const Digest& file_set, const std::string& json) const {
  if (folder_.empty() || json.size() > kMaxFactsEntryBytes) return;
  static_cast<void>(write_file_durably(path_of(file_set), json));
}

void FactsCache::trim() const {
  if (folder_.empty()) return;
  struct Entry {
    fs::path path;
    fs::file_time_type used;
    std::uint64_t bytes;
  };
  std::vector<Entry> entries;
  std::uint64_t total = 0;
  std::error_code error;
  for (fs::directory_iterator at(folder_, error), end; !error && at != end; at.increment(error)) {
    std::error_code gone;
    if (at->path().extension() != ".json") continue;
    const std::uint64_t bytes = at->file_size(gone);
    const auto used = at->last_write_time(gone);
    if (gone) continue;
    total += bytes;
    entries.push_back({at->path(), used, bytes});
  }
  std::ranges::sort(entries, {}, &Entry::used);
  for (const Entry& e : entries) {
    if (total <= max_bytes_) break;
    std::error_code gone;
    fs::remove(e.path, gone);
    total -= e.bytes;
  }
}

std::string facts_cache_folder() {
  for (const auto& [variable, below] :
       {std::pair{"XDG_CACHE_HOME", "/storesweep/facts"}, std::pair{"HOME", "/.cache/storesweep/facts"}}) {
    const char* value = std::getenv(variable);
    if (value != nullptr && *value != '\0') return std::string(value) + below;
  }
  return "";
}

}  // namespace storesweep::cli
