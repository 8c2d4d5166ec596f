// Any bytes taken for wrapped ones: no more pieces, bytes and layers than the limits say, whatever they claim
// to hold.
#include <cstdint>
#include <cstdlib>

#include "common/traffic/search.h"
#include "tests/unit/common/traffic/wrap.h"

using namespace storesweep;
using namespace storesweep::traffic;

namespace {
void must(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const CanaryMatcher kMatcher(canaries_of(1));
  const UnwrapLimits limits{.depth = 4, .bytes = 100'000, .ratio = 20, .free_bytes = 5'000, .pieces = 50};
  std::size_t pieces = 0;
  std::uint64_t bytes = 0;
  const auto unread = unwrap_untrusted({data, size}, limits, [&](const Piece& piece) {
    must(piece.layers.size() <= limits.depth);
    pieces += piece.layers.empty() ? 0 : 1;
    bytes += piece.layers.empty() ? 0 : piece.bytes.size();
  });
  must(pieces <= limits.pieces && bytes <= limits.bytes && unread.size() <= limits.pieces);
  const Sightings found = find_canaries(kMatcher, {data, size}, limits);
  must(found.unread.size() == unread.size());
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  const std::string value = "{\"oaid\":\"" + canaries_of(1)[6].value + "\",\"t\":\"\\u4f60\"}";
  return {gzipped(value),
          "x" + gzipped(gzipped(value)) + "y",
          zstd_of(value),
          brotli_of(value),
          deflated(value, 15),
          deflated(value, -15),
          base64_of(gzipped(value), false),
          percent_of(value, true),
          multipart("oaid", gzipped(value)),
          gzipped(std::string(200'000, 'a')),
          zstd_of(std::string(200'000, 'a')),
          brotli_of(std::string(200'000, 'a'))};
}
