#include "worker/apk/sha256_lanes.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace storesweep::apk {
#if defined(__x86_64__)
namespace {
constexpr std::size_t kBlockBytes = 64, kRounds = 64, kLengthBytes = 8;
using Lanes = std::uint32_t __attribute__((vector_size(kSha256Lanes * 4)));
struct State {
  Lanes h[8];
};
using Places = std::array<const std::uint8_t*, kSha256Lanes>;

// FIPS 180-4, 4.2.2 and 5.3.3.
constexpr std::array<std::uint32_t, kRounds> kRoundConstants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
constexpr std::array<std::uint32_t, 8> kStart = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                                 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

// Takes `count` blocks of each message: FIPS 180-4, 6.2.2, with a lane for each.
[[gnu::target("avx512f,avx512bw")]] void add_blocks(State& state, const Places& messages, std::size_t count) {
  for (std::size_t block = 0; block < count; ++block) {
    std::uint32_t words[16][kSha256Lanes];
    for (std::size_t lane = 0; lane < kSha256Lanes; ++lane) {
      for (std::size_t i = 0; i < 16; ++i) {
        std::uint32_t word;
        std::memcpy(&word, messages[lane] + block * kBlockBytes + i * 4, 4);
        words[i][lane] = __builtin_bswap32(word);
      }
    }
    Lanes w[kRounds];
    std::memcpy(w, words, sizeof words);
    for (std::size_t t = 16; t < kRounds; ++t) {
      const Lanes x = w[t - 15], y = w[t - 2];
      w[t] = w[t - 16] + w[t - 7] + ((x >> 7 | x << 25) ^ (x >> 18 | x << 14) ^ x >> 3) +
             ((y >> 17 | y << 15) ^ (y >> 19 | y << 13) ^ y >> 10);
    }
    State s = state;
    for (std::size_t t = 0; t < kRounds; ++t) {
      const Lanes a = s.h[0], b = s.h[1], c = s.h[2], e = s.h[4], f = s.h[5], g = s.h[6];
      const Lanes t1 = s.h[7] + ((e >> 6 | e << 26) ^ (e >> 11 | e << 21) ^ (e >> 25 | e << 7)) +
                       ((e & f) ^ (~e & g)) + kRoundConstants[t] + w[t];
      const Lanes t2 =
          ((a >> 2 | a << 30) ^ (a >> 13 | a << 19) ^ (a >> 22 | a << 10)) + ((a & b) ^ (a & c) ^ (b & c));
      s = {t1 + t2, a, b, c, s.h[3] + t1, e, f, g};
    }
    for (std::size_t i = 0; i < 8; ++i) state.h[i] += s.h[i];
  }
}

// The same for blocks that were put together: one behind the other, lane by lane.
template <std::size_t kBytes>
void add_buffers(State& state, const std::array<std::array<std::uint8_t, kBytes>, kSha256Lanes>& buffers,
                 std::size_t count) {
  Places at;
  for (std::size_t lane = 0; lane < kSha256Lanes; ++lane) at[lane] = buffers[lane].data();
  add_blocks(state, at, count);
}

void put_big_endian(std::uint64_t value, std::size_t bytes, std::uint8_t* out) {
  for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<std::uint8_t>(value >> 8 * (bytes - 1 - i));
}
}  // namespace

bool has_sha256_lanes() {
  static const bool kHas = __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0;
  return kHas;
}

std::array<Digest, kSha256Lanes> sha256_lanes(ByteView head, const Places& messages,
                                              std::size_t message_bytes) {
  State state;
  for (std::size_t i = 0; i < 8; ++i) state.h[i] = Lanes{} + kStart[i];
  const std::size_t in_first = kBlockBytes - head.size(), behind = message_bytes - in_first;
  const std::size_t whole = behind / kBlockBytes, rest = behind % kBlockBytes;
  std::array<std::array<std::uint8_t, kBlockBytes>, kSha256Lanes> first;
  std::array<std::array<std::uint8_t, 2 * kBlockBytes>, kSha256Lanes> last{};
  const std::size_t last_blocks = rest + 1 + kLengthBytes <= kBlockBytes ? 1 : 2;
  Places middle;
  for (std::size_t lane = 0; lane < kSha256Lanes; ++lane) {
    std::copy(head.begin(), head.end(), first[lane].begin());
    std::memcpy(first[lane].data() + head.size(), messages[lane], in_first);
    middle[lane] = messages[lane] + in_first;
    std::memcpy(last[lane].data(), middle[lane] + whole * kBlockBytes, rest);
    last[lane][rest] = 0x80;
    put_big_endian((head.size() + message_bytes) * 8, kLengthBytes,
                   last[lane].data() + last_blocks * kBlockBytes - kLengthBytes);
  }
  add_buffers(state, first, 1);
  add_blocks(state, middle, whole);
  add_buffers(state, last, last_blocks);
  std::array<Digest, kSha256Lanes> out;
  for (std::size_t lane = 0; lane < kSha256Lanes; ++lane) {
    for (std::size_t i = 0; i < 8; ++i) put_big_endian(state.h[i][lane], 4, out[lane].data() + i * 4);
  }
  return out;
}
#else
bool has_sha256_lanes() { return false; }
std::array<Digest, kSha256Lanes> sha256_lanes(ByteView, const std::array<const std::uint8_t*, kSha256Lanes>&,
                                              std::size_t) {
  std::abort();  // nobody asks
}
#endif

}  // namespace storesweep::apk
