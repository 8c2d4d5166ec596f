#include "worker/apk/facts.h"

#include "worker/apk/open_package.h"
#include "worker/apk/package.h"

namespace storesweep {

Result<ApkFacts> read_apk_facts(std::span<const ByteView> apks) {
  TRY_ASSIGN(apk::OpenPackage package, apk::open_apks(apks));
  TRY_ASSIGN(ApkFacts facts, apk::declared_facts(package));
  facts.file_set = file_set_digest(apks);
  return facts;
}

}  // namespace storesweep
