// The ablation property over stored runs: below the folder STORESWEEP_RUNS each journal, with what a second
// run of the same app left beside it (first/, second/), is judged whole and without each of its observers. A
// program of the release build: probes_check.py runs it over all that the probe apps gave.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "common/base/file.h"
#include "common/base/text.h"
#include "common/evidence/format.h"
#include "common/report/json_reader.h"
#include "common/report/verdict_json.h"
#include "tests/unit/common/judge/held.h"

namespace storesweep {
namespace {
namespace fs = std::filesystem;

std::string env(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Folder of a check -> its journals, the first run first.
std::map<std::string, std::vector<Journal>> stored_runs(const std::string& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::map<std::string, std::vector<Journal>> out;
  for (const fs::path& path : files) {
    const auto bytes = read_file(path.string(), kMaxJournalBytes);
    if (!bytes.ok() || !starts_with(*bytes, kJournalMagic)) continue;
    auto journal = read_journal_untrusted(as_bytes(*bytes));
    EXPECT_TRUE(journal.ok()) << path << ": " << journal.status().text();
    if (journal.ok()) out[path.parent_path().parent_path().string()].push_back(std::move(*journal));
  }
  return out;
}

Listing listing_of(const std::string& check) {
  const auto text = read_file(check + ".listing.json", 1 << 20);
  if (!text.ok()) return {};
  const auto json = parse_json(*text);
  return json.ok() ? listing_from_json(*json).value_or(Listing{}) : Listing{};
}

TEST(Ablation, HoldsOverAllStoredRuns) {
  const auto pack = load_rule_pack(env("STORESWEEP_SOURCE") + "/rules");
  ASSERT_TRUE(pack.ok()) << pack.status().text();
  std::size_t runs = 0, judged = 0;
  for (const auto& [check, journals] : stored_runs(env("STORESWEEP_RUNS"))) {
    const Listing listing = listing_of(check);
    const auto whole = judge(journals, listing, *pack, {});
    ASSERT_TRUE(whole.ok()) << check << ": " << whole.status().text();
    SCOPED_TRACE(check);
    expect_ablation_holds(journals, listing, *pack, {}, *whole);
    expect_same_when_observed(journals, listing, *pack, {}, *whole);
    runs += journals.size();
    judged += observers_of(journals).size() * (journals.size() > 1 ? journals.size() + 1 : 1);
  }
  EXPECT_GT(runs, 0u);
  std::printf("ablation: %zu stored runs, judged %zu times without an observer\n", runs, judged);
}

}  // namespace
}  // namespace storesweep
