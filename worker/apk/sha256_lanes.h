// SHA-256 of sixteen messages of one length side by side, in the lanes of one register: more than twice as
// fast as one after the other, and five times where the processor has no instructions for SHA-256. Needs
// AVX-512; who has none takes OpenSSL. Pure.
#pragma once

#include <array>
#include <cstdint>

#include "common/base/bytes.h"
#include "common/base/hash.h"

namespace storesweep::apk {

inline constexpr std::size_t kSha256Lanes = 16;

bool has_sha256_lanes();  // this processor
// Of head and message, for each of the messages. Only where has_sha256_lanes(); the head is shorter than a
// block of 64 bytes, and head and message together are no shorter.
std::array<Digest, kSha256Lanes> sha256_lanes(ByteView head,
                                              const std::array<const std::uint8_t*, kSha256Lanes>& messages,
                                              std::size_t message_bytes);

}  // namespace storesweep::apk
