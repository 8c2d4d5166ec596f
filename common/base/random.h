// Randomness as an interface. SystemRandom is for keys, tokens and incarnations; SeededRandom repeats itself
// and is for simulation and tests.
#pragma once

#include <cstdint>
#include <span>

namespace storesweep {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next_u64() = 0;
  // 0 <= result < bound; bound > 0.
  std::uint64_t below(std::uint64_t bound) { return next_u64() % bound; }
  // 0 <= result < 1.
  double unit() { return static_cast<double>(next_u64() >> 11) * 0x1.0p-53; }
  bool chance(double p) { return unit() < p; }
  void fill(std::span<std::uint8_t> out);
};

// getrandom(2). Safe for concurrent use.
class SystemRandom final : public Random {
 public:
  std::uint64_t next_u64() override;
};

// splitmix64: small, and every seed is good. One thread.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next_u64() override;

 private:
  std::uint64_t state_;
};

}  // namespace storesweep
