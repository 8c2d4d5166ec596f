#include "worker/apk/facts.h"

#include "worker/apk/open_package.h"
#include "worker/apk/package.h"
#include "worker/apk/refusals.h"

namespace storesweep {

Result<ApkFacts> read_apk_facts(std::span<const ByteView> apks, const Deadline& deadline) {
  TRY_ASSIGN(apk::OpenPackage package, apk::open_apks(apks));
  TRY_ASSIGN(ApkFacts facts, apk::declared_facts(package));
  apk::Budget budget(apk::kMaxWorkBytes, deadline);
  if (Status s = apk::find_refusals(package, budget, facts); !s.ok() && facts.problems.size() < kMaxProblems)
    facts.problems.push_back({"", "whether it can be installed was not looked at: " + s.message()});
  facts.file_set = file_set_digest(apks);
  return facts;
}

}  // namespace storesweep
