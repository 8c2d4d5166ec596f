// What passes the reader must be writable and come back the same.
#include <cstdlib>
#include <string>
#include <vector>

#include "common/wire/wire.h"
#include "tests/unit/common/wire/any_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace storesweep;
  if (Result<FromWorker> one = decode_one_untrusted({data, size}); one.ok()) {
    Result<std::string> kept = encode_one(*one);
    if (kept.ok() && !(decode_one_untrusted(as_bytes(*kept)).value_or(Bye{}) == *one)) std::abort();
  }
  Result<std::vector<FromWorker>> message = decode_from_worker_untrusted({data, size});
  if (!message.ok()) return 0;
  Result<std::string> bytes = encode(*message);
  if (!bytes.ok()) return 0;  // shared pointers unfolded to more than a message may have
  Result<std::vector<FromWorker>> again = decode_from_worker_untrusted(as_bytes(*bytes));
  if (!again.ok() || !(*again == *message)) std::abort();
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  std::vector<std::string> seeds;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    seeds.push_back(storesweep::encode(storesweep::AnyMessage(seed).from_worker_turn()).value_or(""));
    seeds.push_back(storesweep::encode_one(storesweep::AnyMessage(seed).from_worker()).value_or(""));
  }
  return seeds;
}
