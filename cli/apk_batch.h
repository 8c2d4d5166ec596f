// Facts of many packages at once, on as many threads as there are cores (of a single one two dex files are
// read at a time): each file is mapped, hashed, looked up in the cache, else read. Results come in the order
// of the files, one call at a time. Blocks until all are done or the cancel fires.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/apk_cache.h"
#include "common/base/cancel.h"
#include "common/base/status.h"
#include "worker/apk/package.h"

namespace storesweep::cli {

struct ApkResult {
  std::vector<std::string> files;  // one, or those of a set
  Status error;                    // names the file and, where it is known, the member
  std::string json;                // facts_to_json
  bool cached = false;
};

struct ApkBatch {
  std::vector<std::vector<std::string>> packages;  // each its files
  const FactsKnowledge* knowledge = nullptr;
  const FactsCache* cache = nullptr;
  unsigned threads = 0;  // 0: the cores there are
};

// in_order: takes each result; done: told after each package, in whatever order, how many are finished.
Status read_apks(const ApkBatch& batch, const std::function<void(ApkResult&)>& in_order,
                 const std::function<void(std::size_t done, const std::string& file)>& done,
                 const Cancel& cancel);

// One package, without cache and threads of its own.
Result<ApkFacts> read_apk_files(const std::vector<std::string>& files, const FactsKnowledge& knowledge,
                                const Cancel& cancel);

}  // namespace storesweep::cli
