#include "common/report/screenshot.h"

#include <png.h>

#include <cstring>
#include <memory>
#include <vector>

#include "common/base/freed.h"

namespace storesweep {
namespace {
constexpr unsigned kChannels = 3;

struct Pixels {
  unsigned width = 0, height = 0;
  std::vector<std::uint8_t> rgb;
};

Result<Pixels> decode(std::string_view png) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, Freed<png_image_free>> freed(&image);
  if (!png_image_begin_read_from_memory(&image, png.data(), png.size())) return corrupt("no PNG");
  if (image.width > kMaxPngSide || image.height > kMaxPngSide ||
      std::uint64_t{image.width} * image.height > kMaxPngPixels) {
    return exhausted("a picture of " + std::to_string(image.width) + "x" + std::to_string(image.height));
  }
  image.format = PNG_FORMAT_RGB;
  Pixels out{image.width, image.height, std::vector<std::uint8_t>(PNG_IMAGE_SIZE(image))};
  const png_color white{255, 255, 255};
  if (!png_image_finish_read(&image, &white, out.rgb.data(), 0, nullptr)) return corrupt("a broken PNG");
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
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, Freed<png_image_free>> freed(&image);
  image.width = pixels.width;
  image.height = pixels.height;
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t bytes = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string out(bytes, '\0');
  if (!png_image_write_to_memory(&image, out.data(), &bytes, 0, pixels.rgb.data(), 0, nullptr)) {
    return Status(ErrorKind::kInternal, std::string("libpng: ") + image.message);
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
