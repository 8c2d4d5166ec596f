// The decoders of verdicts, listings and facts of apps on outside bytes.
#include "common/evidence/app_facts_json.h"
#include "common/evidence/listing_json.h"
#include "common/evidence/verdict_codec.h"

std::vector<std::string> fuzz_seeds();

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)storesweep::decode_verdict_untrusted({reinterpret_cast<const char*>(data), size}).ok();
  (void)storesweep::listing_from_json_untrusted({reinterpret_cast<const char*>(data), size}).ok();
  (void)storesweep::app_facts_from_json_untrusted({reinterpret_cast<const char*>(data), size}).ok();
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  storesweep::Listing listing;
  listing.package = "com.a";
  listing.permissions = {{"p", "q"}};
  storesweep::AppFacts facts;
  facts.labels = {"A"};
  return {storesweep::listing_to_json(listing), storesweep::app_facts_to_json(facts),
          storesweep::encode_verdict(storesweep::untested_verdict(storesweep::Reason::kProfile))};
}
