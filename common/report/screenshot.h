// A device's screenshot made small enough for a report. The bytes come from a device: hostile. Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/base/status.h"

namespace storesweep {

inline constexpr unsigned kMaxPngSide = 8192;
inline constexpr std::uint64_t kMaxPngPixels = 24u << 20;

// The picture as a PNG of at most max_width columns: shrunk by a whole factor, each pixel the mean of those
// it stands for, and always written anew, so that nothing but pixels comes along. kCorrupt: it is no PNG;
// kExhausted: larger than the bounds above.
Result<std::string> small_png_untrusted(std::string_view png, unsigned max_width);

}  // namespace storesweep
