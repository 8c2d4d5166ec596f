// Wrappings as peers write them, by the libraries that apps use too: for the tests. Pure.
#pragma once

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include "common/traffic/encodings.h"

namespace storesweep::traffic {

inline std::string deflated(std::string_view bytes, int window_bits) {
  z_stream z{};
  deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, bytes.size()) + 32, '\0');
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}
inline std::string gzipped(std::string_view bytes) { return deflated(bytes, 15 + 16); }

inline std::string brotli_of(std::string_view bytes) {
  std::size_t size = BrotliEncoderMaxCompressedSize(bytes.size()) + 64;
  std::string out(size, '\0');
  BrotliEncoderCompress(5, 18, BROTLI_MODE_GENERIC, bytes.size(),
                        reinterpret_cast<const std::uint8_t*>(bytes.data()), &size,
                        reinterpret_cast<std::uint8_t*>(out.data()));
  out.resize(size);
  return out;
}

inline std::string zstd_of(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3));
  return out;
}

// Each byte of ASCII as \u00xx; what is not ASCII stands as it is.
inline std::string all_escaped(std::string_view utf8) {
  std::string out;
  for (char c : utf8) {
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "\\u%04x", static_cast<unsigned>(c));
    out += static_cast<unsigned char>(c) < 0x80 ? std::string(text.data()) : std::string(1, c);
  }
  return out;
}

// A field of a protobuf message: number 1, length-delimited.
inline std::string protobuf_string(std::string_view bytes) {
  std::string out = "\x0a";
  std::size_t n = bytes.size();
  for (; n >= 0x80; n >>= 7) out += static_cast<char>(0x80 | (n & 0x7F));
  out += static_cast<char>(n);
  return out + std::string(bytes) + "\x10\x07";
}

inline std::string multipart(std::string_view name, std::string_view content) {
  return "--Ab01\r\nContent-Disposition: form-data; "
         "name=\"first\"\r\n\r\n1\r\n--Ab01\r\nContent-Disposition: "
         "form-data; name=\"" +
         std::string(name) +
         "\"\r\nContent-Type: text/plain; charset=utf-8\r\n"
         "Content-Length: 1\r\n\r\n" +
         std::string(content) + "\r\n--Ab01--\r\n";
}

}  // namespace storesweep::traffic
