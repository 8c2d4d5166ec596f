#include "common/traffic/inflate.h"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <memory>

namespace storesweep::traffic {
namespace {
constexpr std::size_t kStepBytes = 64 << 10;
constexpr int kMaxZstdWindowLog = 23;  // 8 MiB, the most that RFC 8878 asks decoders of HTTP to take

// Room for the next step, never past the bound. Empty: the bound is reached.
std::size_t grow(std::string& out, std::size_t max_bytes) {
  const std::size_t n = std::min(kStepBytes, max_bytes - out.size());
  out.resize(out.size() + n);
  return n;
}

Unpacked unpack_zlib(int window_bits, ByteView packed, std::size_t max_bytes) {
  Unpacked result;
  z_stream z{};
  if (inflateInit2(&z, window_bits) != Z_OK) return result;
  const std::unique_ptr<z_stream, int (*)(z_stream*)> ended(&z, inflateEnd);
  const auto given =
      static_cast<uInt>(std::min<std::size_t>(packed.size(), std::numeric_limits<uInt>::max()));
  z.next_in = const_cast<Bytef*>(packed.data());  // zlib's interface; it does not write there
  z.avail_in = given;
  for (int code = Z_OK; code == Z_OK;) {
    const std::size_t room = grow(result.bytes, max_bytes);
    z.next_out = reinterpret_cast<Bytef*>(result.bytes.data() + result.bytes.size() - room);
    z.avail_out = static_cast<uInt>(room);
    code = room > 0 ? inflate(&z, Z_NO_FLUSH) : Z_MEM_ERROR;
    result.bytes.resize(result.bytes.size() - z.avail_out);
    if (code == Z_STREAM_END) result.end = PackedEnd::kWhole;
    if (room == 0) result.end = PackedEnd::kMore;
  }
  result.used = given - z.avail_in;
  return result;
}

Unpacked unpack_brotli(ByteView packed, std::size_t max_bytes) {
  Unpacked result;
  const std::unique_ptr<BrotliDecoderState, void (*)(BrotliDecoderState*)> state(
      BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), BrotliDecoderDestroyInstance);
  if (!state) return result;
  std::size_t left = packed.size();
  const std::uint8_t* in = packed.data();
  for (auto code = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
       code == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;) {
    std::size_t room = grow(result.bytes, max_bytes);
    if (room == 0) {
      result.end = PackedEnd::kMore;
      break;
    }
    auto* out = reinterpret_cast<std::uint8_t*>(result.bytes.data() + result.bytes.size() - room);
    code = BrotliDecoderDecompressStream(state.get(), &left, &in, &room, &out, nullptr);
    result.bytes.resize(result.bytes.size() - room);
    if (code == BROTLI_DECODER_RESULT_SUCCESS) result.end = PackedEnd::kWhole;
  }
  result.used = packed.size() - left;
  return result;
}

Unpacked unpack_zstd(ByteView packed, std::size_t max_bytes) {
  Unpacked result;
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> state(ZSTD_createDCtx(), ZSTD_freeDCtx);
  if (!state) return result;
  ZSTD_DCtx_setParameter(state.get(), ZSTD_d_windowLogMax, kMaxZstdWindowLog);
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  for (std::size_t code = 1; code != 0;) {
    const std::size_t room = grow(result.bytes, max_bytes);
    if (room == 0) {
      result.end = PackedEnd::kMore;
      break;
    }
    ZSTD_outBuffer out{result.bytes.data() + result.bytes.size() - room, room, 0};
    const std::size_t taken = in.pos;
    code = ZSTD_decompressStream(state.get(), &out, &in);
    result.bytes.resize(result.bytes.size() - room + out.pos);
    if (code == 0) result.end = PackedEnd::kWhole;
    if (ZSTD_isError(code) || (out.pos < room && in.pos == taken)) break;
  }
  result.used = in.pos;
  return result;
}
}  // namespace

Unpacked unpack_untrusted(Packing packing, ByteView packed, std::size_t max_bytes) {
  switch (packing) {
    case Packing::kGzip:
      return unpack_zlib(15 + 16, packed, max_bytes);
    case Packing::kZlib:
      return unpack_zlib(15, packed, max_bytes);
    case Packing::kDeflate:
      return unpack_zlib(-15, packed, max_bytes);
    case Packing::kBrotli:
      return unpack_brotli(packed, max_bytes);
    case Packing::kZstd:
      break;
  }
  return unpack_zstd(packed, max_bytes);
}

}  // namespace storesweep::traffic
