// What a body is when everything around it is taken off, layer by layer: compression (gzip, zlib and zstd
// also in the midst of other bytes; brotli and raw deflate, which have no mark, where they are the whole of a
// body), percent encoding, JSON escapes, base64, multipart. The strings of protobuf, Thrift, MessagePack and
// CBOR stand in the bytes as they are, so those need no taking off. Hostile bodies are bounded in depth, size
// and ratio, and what was not looked at for that is said. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"

namespace storesweep::traffic {

enum class Wrapping { kGzip, kZlib, kDeflate, kBrotli, kZstd, kPercent, kJsonEscapes, kBase64, kMultipart };
std::string_view wrapping_name(Wrapping wrapping);  // "gzip": stable

struct Layer {
  Wrapping wrapping = Wrapping::kGzip;
  std::uint64_t offset = 0;  // in the bytes around it
  friend auto operator<=>(const Layer&, const Layer&) = default;
};
using Layers = std::vector<Layer>;  // the outermost first

struct UnwrapLimits {
  std::size_t depth = 8;
  std::uint64_t bytes = 256u << 20;     // of all that is unpacked of one body
  std::uint64_t ratio = 200;            // one layer of compression; more is a bomb
  std::uint64_t free_bytes = 1u << 20;  // a layer may have so many whatever its ratio
  std::size_t pieces = 10'000;          // and as many tries
};

enum class NotLooked {
  kDepth,   // more layers than depth
  kBytes,   // more bytes than bytes
  kRatio,   // a bomb
  kPieces,  // more pieces than pieces
  kBroken,  // it begins like this wrapping and does not end like it
};
std::string_view not_looked_name(NotLooked why);  // "depth": stable

struct Unread {
  NotLooked why = NotLooked::kDepth;
  Layers layers;  // the last one is what was not, or not wholly, looked at
};

// A layer's content. Valid during the call.
struct Piece {
  ByteView bytes;
  std::string_view field;  // its name, where the wrapping says one (multipart)
  const Layers& layers;    // empty: the body itself
};

// Calls see() with the body and then with each piece, the outer before the inner.
std::vector<Unread> unwrap_untrusted(ByteView body, const UnwrapLimits& limits,
                                     const std::function<void(const Piece&)>& see);

}  // namespace storesweep::traffic
