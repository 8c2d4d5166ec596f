#include "common/traffic/unwrap.h"

#include <algorithm>
#include <array>
#include <string>

#include "common/base/text.h"
#include "common/traffic/inflate.h"
#include "common/traffic/multipart.h"
#include "common/traffic/wrapped_text.h"

namespace storesweep::traffic {
namespace {
using namespace std::string_view_literals;

constexpr std::string_view kGzipMark = "\x1f\x8b\x08"sv, kZstdMark = "\x28\xb5\x2f\xfd"sv;
constexpr std::size_t kLeastGuessBytes = 16;  // of what has no mark

// RFC 1950, 2.2: deflate, a window of at most 32 KiB, a check of both bytes.
bool begins_like_zlib(std::string_view s) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  return s.size() > 2 && (byte(0) & 0x8F) == 0x08 && (byte(0) * 256 + byte(1)) % 31 == 0;
}
bool is_text(std::string_view s) { return s.find('\0') == std::string_view::npos; }

class Unwrapper {
 public:
  Unwrapper(const UnwrapLimits& limits, const std::function<void(const Piece&)>& see)
      : limits_(limits), see_(see) {}

  void look(std::string_view bytes, std::string_view field) {
    see_({as_bytes(bytes), field, layers_});
    take_parts(bytes);
    take_marked(bytes, Wrapping::kGzip, Packing::kGzip, kGzipMark);
    take_marked(bytes, Wrapping::kZstd, Packing::kZstd, kZstdMark);
    if (begins_like_zlib(bytes)) take_packed(bytes, 0, Wrapping::kZlib, Packing::kZlib);
    if (!valid_utf8(bytes) && bytes.size() >= kLeastGuessBytes) {
      guess(bytes, Wrapping::kBrotli, Packing::kBrotli);
      guess(bytes, Wrapping::kDeflate, Packing::kDeflate);
    }
    take_text(bytes);
  }
  std::vector<Unread> take() { return std::move(unread_); }

 private:
  void unread(NotLooked why, Layer layer) {
    if (unread_.size() >= limits_.pieces) return;  // one of kPieces is among them then
    unread_.push_back({why, layers_});
    unread_.back().layers.push_back(layer);
  }

  // Whether there is room for another piece of so many bytes; says why not.
  bool enter(Layer layer, std::uint64_t bytes) {
    const bool deep = layers_.size() >= limits_.depth, many = pieces_ >= limits_.pieces;
    const bool large = bytes > limits_.bytes - bytes_;
    if (deep || many || large) {
      unread(deep ? NotLooked::kDepth : many ? NotLooked::kPieces : NotLooked::kBytes, layer);
      return false;
    }
    ++pieces_;
    bytes_ += bytes;
    return true;
  }

  void inside(Layer layer, std::string_view bytes, std::string_view field = "") {
    if (bytes.empty() || !enter(layer, bytes.size())) return;
    layers_.push_back(layer);
    look(bytes, field);
    layers_.pop_back();
  }

  std::uint64_t most_of(std::size_t packed) const {
    return std::min(limits_.bytes - bytes_,
                    std::max<std::uint64_t>(limits_.free_bytes, packed * limits_.ratio));
  }

  // Returns how much of the input it took.
  std::size_t take_packed(std::string_view around, std::size_t at, Wrapping wrapping, Packing packing) {
    const Layer layer{wrapping, at};
    if (layers_.size() >= limits_.depth) {
      unread(NotLooked::kDepth, layer);
      return 0;
    }
    if (tries_++ >= limits_.pieces) {
      unread(NotLooked::kPieces, layer);
      return around.size();  // marks beyond count are no streams, but hostile bytes: each costs a start
    }
    const std::string_view packed = around.substr(at);
    const std::uint64_t most = most_of(packed.size());
    const Unpacked out = unpack_untrusted(packing, as_bytes(packed), most);
    // What only begins like it by chance, in the midst of other bytes, gives nothing.
    if (out.end == PackedEnd::kMore) {
      unread(most == limits_.bytes - bytes_ ? NotLooked::kBytes : NotLooked::kRatio, layer);
    } else if (out.end == PackedEnd::kBroken &&
               ((at == 0 && wrapping != Wrapping::kZlib) || !out.bytes.empty())) {
      unread(NotLooked::kBroken, layer);
    }
    inside(layer, out.bytes);
    return out.used;
  }

  void take_marked(std::string_view bytes, Wrapping wrapping, Packing packing, std::string_view mark) {
    for (std::size_t at = bytes.find(mark); at != std::string_view::npos;) {
      const std::size_t used = take_packed(bytes, at, wrapping, packing);
      at = bytes.find(mark, at + std::max(used, mark.size()));
    }
  }

  // It is of this packing if it ends where the body ends, or is a bomb.
  void guess(std::string_view bytes, Wrapping wrapping, Packing packing) {
    // Where nothing more can be unpacked, what has no mark cannot be known to be packed at all.
    if (layers_.size() >= limits_.depth || bytes_ >= limits_.bytes) return;
    const std::uint64_t most = most_of(bytes.size());
    const Unpacked out = unpack_untrusted(packing, as_bytes(bytes), most);
    const bool whole = out.end == PackedEnd::kWhole && out.used == bytes.size();
    if (!whole && out.end != PackedEnd::kMore) {
      bytes_ += out.bytes.size();  // a wrong guess costs as much as a right one
      return;
    }
    if (!whole) unread(most == limits_.bytes - bytes_ ? NotLooked::kBytes : NotLooked::kRatio, {wrapping, 0});
    inside({wrapping, 0}, out.bytes);
  }

  void take_parts(std::string_view bytes) {
    for (const BodyPart& part : parse_multipart(bytes)) {
      const auto at = static_cast<std::uint64_t>(part.content.data() - bytes.data());
      inside({Wrapping::kMultipart, at}, part.content, part.name);
    }
  }

  void take_text(std::string_view bytes) {
    if (is_text(bytes)) {
      if (const auto text = decode_percent(bytes)) inside({Wrapping::kPercent, 0}, *text);
      if (const auto text = decode_json_escapes(bytes)) inside({Wrapping::kJsonEscapes, 0}, *text);
    }
    const auto runs = base64_runs(bytes, limits_.pieces);
    for (const Base64Run& run : runs) inside({Wrapping::kBase64, run.offset}, decode_base64(run.text));
    if (runs.size() == limits_.pieces) unread(NotLooked::kPieces, {Wrapping::kBase64, runs.back().offset});
  }

  const UnwrapLimits& limits_;
  const std::function<void(const Piece&)>& see_;
  Layers layers_;
  std::uint64_t bytes_ = 0;
  std::size_t pieces_ = 0;
  std::size_t tries_ = 0;  // streams begun
  std::vector<Unread> unread_;
};
}  // namespace

std::string_view wrapping_name(Wrapping wrapping) {
  static constexpr std::array<std::string_view, 9> kNames = {
      "gzip", "zlib", "deflate", "brotli", "zstd", "percent", "json_escapes", "base64", "multipart"};
  return kNames[static_cast<std::size_t>(wrapping)];
}

std::string_view not_looked_name(NotLooked why) {
  static constexpr std::array<std::string_view, 5> kNames = {"depth", "bytes", "ratio", "pieces", "broken"};
  return kNames[static_cast<std::size_t>(why)];
}

std::vector<Unread> unwrap_untrusted(ByteView body, const UnwrapLimits& limits,
                                     const std::function<void(const Piece&)>& see) {
  Unwrapper unwrapper(limits, see);
  unwrapper.look(as_text(body), "");
  return unwrapper.take();
}

}  // namespace storesweep::traffic
