// Compressed bytes of strangers, unpacked no further than to a bound. Pure.
#pragma once

#include <string>

#include "common/base/bytes.h"

namespace storesweep::traffic {

enum class Packing { kGzip, kZlib, kDeflate, kBrotli, kZstd };

enum class PackedEnd {
  kWhole,   // the stream ended
  kMore,    // the bound came first: there is more in it
  kBroken,  // it is cut short or not of this packing; what came out before is there
};

struct Unpacked {
  std::string bytes;
  std::size_t used = 0;  // of the input
  PackedEnd end = PackedEnd::kBroken;
};

Unpacked unpack_untrusted(Packing packing, ByteView packed, std::size_t max_bytes);

}  // namespace storesweep::traffic
