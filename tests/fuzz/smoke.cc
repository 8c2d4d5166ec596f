// The smoke run of a fuzzer without libFuzzer: some thousands of seeded inputs (random bytes, and mutations
// of the seeds that the fuzzer names) through the same entry point, under the sanitizers of the test run.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "common/base/random.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
// A fuzzer defines this to give well-formed inputs to start from.
std::vector<std::string> fuzz_seeds();

namespace {
void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::string mutated(std::string s, storesweep::Random& random) {
  for (std::uint64_t n = 1 + random.below(8); n > 0; --n) {
    std::uint64_t at = s.empty() ? 0 : random.below(s.size());
    switch (random.below(4)) {
      case 0:
        if (!s.empty()) s[at] = static_cast<char>(random.next_u64());
        break;
      case 1:
        if (!s.empty()) s.erase(at, 1 + random.below(16));
        break;
      case 2:
        s.insert(at, 1 + random.below(8), static_cast<char>(random.next_u64()));
        break;
      default:
        if (!s.empty()) s.insert(at, s.substr(random.below(s.size()), random.below(64)));
        break;
    }
  }
  return s;
}
}  // namespace

int main() {
  const char* runs_text = std::getenv("FUZZ_SMOKE_RUNS");
  const int runs = runs_text ? std::atoi(runs_text) : 3000;
  storesweep::SeededRandom random(20200724);
  std::vector<std::string> seeds = fuzz_seeds();
  for (const std::string& seed : seeds) run(seed);
  for (int i = 0; i < runs; ++i) {
    std::string input;
    if (!seeds.empty() && random.below(4) != 0) {
      input = mutated(seeds[random.below(seeds.size())], random);
    } else {
      input.resize(random.below(512));
      for (char& c : input) c = static_cast<char>(random.next_u64());
    }
    run(input);
  }
  std::printf("%d inputs, %zu seeds\n", runs, seeds.size());
  return 0;
}
