// A fuzzer that must fail: on a byte sequence that its seed is a few mutations away from. It shows that both
// libFuzzer and the smoke run find and report what goes wrong.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size >= 2 && data[0] == 'b' && data[1] != 'a') std::abort();
  return 0;
}

std::vector<std::string> fuzz_seeds() { return {"bad"}; }
