#include "common/base/random.h"

#include <sys/random.h>

#include <cstdlib>

namespace storesweep {

void Random::fill(std::span<std::uint8_t> out) {
  for (std::size_t i = 0; i < out.size();) {
    std::uint64_t v = next_u64();
    for (int k = 0; k < 8 && i < out.size(); ++k, v >>= 8) out[i++] = static_cast<std::uint8_t>(v);
  }
}

std::uint64_t SystemRandom::next_u64() {
  std::uint64_t v = 0;
  if (getrandom(&v, sizeof v, 0) != static_cast<ssize_t>(sizeof v)) std::abort();  // 8 bytes never fall short
  return v;
}

std::uint64_t SeededRandom::next_u64() {
  std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace storesweep
