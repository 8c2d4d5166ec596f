#include "common/report/screenshot.h"

#include <png.h>

#include <cstring>
#include <vector>

namespace storesweep {
namespace {
constexpr unsigned kChannels = 3;

// libpng's handle, freed on every path.
struct Image {
  png_image png{};
  Image() { png.version = PNG_IMAGE_VERSION; }
  ~Image() { png_image_free(&png); }
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;
};

struct Pixels {
  unsigned width = 0, height = 0;
  std::vector<std::uint8_t> rgb;
};

Result<Pixels> decode(std::string_view png) {
  Image image;
  if (!png_image_begin_read_from_memory(&image.png, png.data(), png.size())) return corrupt("no PNG");
  if (image.png.width > kMaxPngSide || image.png.height > kMaxPngSide ||
      std::uint64_t{image.png.width} * image.png.height > kMaxPngPixels) {
    return exhausted("a picture of " + std::to_string(image.png.width) + "x" +
                     std::to_string(image.png.height));
  }
  image.png.format = PNG_FORMAT_RGB;
  Pixels out{image.png.width, image.png.height, std::vector<std::uint8_t>(PNG_IMAGE_SIZE(image.png))};
  const png_color white{255, 255, 255};
  if (!png_image_finish_read(&image.png, &white, out.rgb.data(), 0, nullptr)) return corrupt("a broken PNG");
  return out;
}

Pixels shrunk(const Pixels& in, unsigned factor) {
  Pixels out{in.width / factor, std::max(1u, in.height / factor), {}};
  out.rgb.resize(std::size_t{out.width} * out.height * kChannels);
  for (unsigned y = 0; y < out.height; ++y) {
    for (unsigned x = 0; x < out.width; ++x) {
      for (unsigned c = 0; c < kChannels; ++c) {
        unsigned sum = 0, count = 0;
        for (unsigned sy = y * factor; sy < std::min(in.height, (y + 1) * factor); ++sy) {
          for (unsigned sx = x * factor; sx < (x + 1) * factor; ++sx, ++count) {
            sum += in.rgb[(std::size_t{sy} * in.width + sx) * kChannels + c];
          }
        }
        out.rgb[(std::size_t{y} * out.width + x) * kChannels + c] = static_cast<std::uint8_t>(sum / count);
      }
    }
  }
  return out;
}

Result<std::string> encode(const Pixels& pixels) {
  Image image;
  image.png.width = pixels.width;
  image.png.height = pixels.height;
  image.png.format = PNG_FORMAT_RGB;
  png_alloc_size_t bytes = PNG_IMAGE_PNG_SIZE_MAX(image.png);
  std::string out(bytes, '\0');
  if (!png_image_write_to_memory(&image.png, out.data(), &bytes, 0, pixels.rgb.data(), 0, nullptr)) {
    return Status(ErrorKind::kInternal, std::string("libpng: ") + image.png.message);
  }
  out.resize(bytes);
  return out;
}
}  // namespace

Result<std::string> small_png_untrusted(std::string_view png, unsigned max_width) {
  TRY_ASSIGN(const Pixels pixels, decode(png));
  const unsigned factor = (pixels.width + max_width - 1) / max_width;
  return encode(factor > 1 ? shrunk(pixels, factor) : pixels);
}

}  // namespace storesweep
