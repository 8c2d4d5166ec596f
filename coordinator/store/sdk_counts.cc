#include "coordinator/store/sdk_counts.h"

#include <algorithm>

namespace storesweep {

void SdkCounts::add(const SdkList& list) {
  if (!list.looked()) return;
  ++looked_;
  left_out_ += list.left_out;
  if (catalogues_.contains(list.catalogue) || catalogues_.size() < kMaxCataloguesShown) {
    ++catalogues_[list.catalogue];
  }
  for (const SdkInRun& sdk : list.in) {
    auto at = sdks_.find(sdk.id);
    if (at == sdks_.end()) {
      if (sdks_.size() >= kMaxSdksCounted) {
        ++left_out_;
        continue;
      }
      at = sdks_.emplace(sdk.id, Counted{}).first;
    }
    Counted& counted = at->second;
    if (counted.versions.contains(sdk.version) || counted.versions.size() < kMaxVersionsCounted) {
      ++counted.versions[sdk.version];
    } else {
      ++counted.others;
    }
  }
}

// The unknown version first, then the most frequent ones.
void SdkCounts::add_rows(const std::string& id, const Counted& counted, std::vector<SdkCount>& out) {
  std::vector<SdkCount> rows;
  rows.reserve(counted.versions.size());
  for (const auto& [version, n] : counted.versions) rows.push_back({id, version, n, false});
  std::ranges::sort(rows, [](const SdkCount& a, const SdkCount& b) {
    if (a.version.empty() != b.version.empty()) return a.version.empty();
    return a.listings != b.listings ? a.listings > b.listings : a.version < b.version;
  });
  std::int64_t others = counted.others;
  for (std::size_t i = kMaxVersionsShown; i < rows.size(); ++i) others += rows[i].listings;
  rows.resize(std::min(rows.size(), kMaxVersionsShown));
  std::ranges::move(rows, std::back_inserter(out));
  if (others > 0) out.push_back({id, "", others, true});
}

SdkSummary SdkCounts::summary(std::int64_t ended) const {
  SdkSummary out;
  out.looked = looked_;
  out.not_looked = std::max<std::int64_t>(ended - looked_, 0);
  out.left_out = left_out_;
  out.catalogues = catalogues_;
  std::vector<const std::string*> ids;
  for (const auto& [id, counted] : sdks_) ids.push_back(&id);
  std::ranges::sort(ids, {}, [](const std::string* id) -> const std::string& { return *id; });
  for (const std::string* id : ids) add_rows(*id, sdks_.at(*id), out.rows);
  return out;
}

}  // namespace storesweep
