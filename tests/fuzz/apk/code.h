// What the fuzzers of code share: the catalogue of sources that ships.
#pragma once

#include <cstdlib>
#include <string>

#include "worker/apk/call_sites.h"

namespace storesweep {

inline const apk::CallSiteScanner& fuzz_scanner() {
  const char* source = std::getenv("STORESWEEP_SOURCE");
  static const SourceCatalogue catalogue =
      load_sources(std::string(source ? source : ".") + "/rules").value();
  static const apk::CallSiteScanner scanner(catalogue);
  return scanner;
}

}  // namespace storesweep
