#include "worker/apk/facts.h"

#include "worker/apk/package.h"

namespace storesweep {

Result<ApkFacts> read_apk_facts(std::span<const ByteView> apks, const Deadline& deadline) {
  FactsOptions options;
  options.deadline = deadline;
  TRY_ASSIGN(const PackageReader reader, PackageReader::open(apks, options));
  ApkFacts facts = reader.declared();
  facts.file_set = file_set_digest(apks);
  return facts;
}

}  // namespace storesweep
