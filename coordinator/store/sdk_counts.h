// Sums up which SDKs, and which versions of them, the listings of a sweep hold. Versions are an app's own
// text, so that an answer has only the most frequent of each SDK, and the rest as one row. Pure; one thread.
#pragma once

#include <string>
#include <unordered_map>

#include "coordinator/store/records.h"

namespace storesweep {

inline constexpr std::size_t kMaxVersionsShown = 50;  // of one SDK; the rest is one row
inline constexpr std::size_t kMaxVersionsCounted =
    2'000;  // of one SDK; what comes later counts with the rest
inline constexpr std::size_t kMaxSdksCounted = 10'000;
inline constexpr std::size_t kMaxCataloguesShown = 20;

class SdkCounts {
 public:
  // Of one listing that ended with a verdict; a list that nobody has looked for counts as not looked.
  void add(const SdkList& list);
  // `ended`: all listings of the sweep that have ended, however.
  SdkSummary summary(std::int64_t ended) const;

 private:
  struct Counted {
    std::unordered_map<std::string, std::int64_t> versions;
    std::int64_t others = 0;  // listings with a version beyond kMaxVersionsCounted
  };
  static void add_rows(const std::string& id, const Counted& counted, std::vector<SdkCount>& out);

  std::unordered_map<std::string, Counted> sdks_;
  std::map<std::string, std::int64_t> catalogues_;
  std::int64_t looked_ = 0, left_out_ = 0;
};

}  // namespace storesweep
