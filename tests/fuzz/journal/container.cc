// The reader of bundles and rule packs on outside bytes.
#include "common/evidence/container.h"

#include <cstdlib>

std::vector<std::string> fuzz_seeds();

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace storesweep;
  const auto members = unpack_members_untrusted({data, size});
  // What is taken has one form: the very bytes that came.
  if (members.ok() && pack_members(*members).value_or("") != as_text({data, size})) std::abort();
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  using namespace storesweep;
  return {pack_members({{"a.txt", "hello"}, {"b/c", ""}}).value_or("")};
}
