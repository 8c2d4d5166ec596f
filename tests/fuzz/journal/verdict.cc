// The verdict decoder on outside bytes.
#include "common/evidence/verdict_codec.h"

std::vector<std::string> fuzz_seeds();

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)storesweep::decode_verdict_untrusted({reinterpret_cast<const char*>(data), size}).ok();
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  return {storesweep::encode_verdict(storesweep::untested_verdict(storesweep::Reason::kProfile))};
}
