// Under libFuzzer: writes the inputs that the fuzzer names into the folder FUZZ_SEEDS, which is then given as
// a corpus.
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

std::vector<std::string> fuzz_seeds();

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  const char* folder = std::getenv("FUZZ_SEEDS");
  if (!folder) return 0;
  int number = 0;
  for (const std::string& seed : fuzz_seeds()) {
    std::ofstream(std::string(folder) + "/seed-" + std::to_string(number++), std::ios::binary) << seed;
  }
  return 0;
}
