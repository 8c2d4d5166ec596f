// Any bytes as what an API answered: a verdict and a listing in JSON. What is read comes out again the same.
#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "common/report/verdict_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace storesweep;
  auto json = parse_json({reinterpret_cast<const char*>(data), size});
  if (!json.ok()) return 0;
  static_cast<void>(dump_json(*json));
  if (auto verdict = verdict_from_json(*json); verdict.ok()) {
    auto again = verdict_from_json(verdict_json(*verdict));
    if (!again.ok() || verdict_json(*again) != verdict_json(*verdict)) __builtin_trap();
  }
  static_cast<void>(listing_from_json(*json).ok());
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  using namespace storesweep;
  Listing listing;
  listing.store = "s";
  listing.package = "com.a";
  return {dump_json(verdict_json(untested_verdict(Reason::kProfile))), dump_json(listing_json(listing)),
          "[[[{\"a\":1e400}]]]"};
}
