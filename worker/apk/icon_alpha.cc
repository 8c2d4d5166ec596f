#include "worker/apk/icon_alpha.h"

#include <png.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "common/base/freed.h"
#include "common/base/text.h"

namespace storesweep::apk {
namespace {
constexpr std::size_t kChannels = 4;

int file_alpha(const std::string& path, const Member& member) {
  if (starts_with(path, "#")) return colour_alpha(path);
  if (!ends_with(path, ".png") || ends_with(path, ".9.png")) return kAlphaUnknown;
  const Result<Bytes> bytes = member(path);
  return bytes.ok() ? most_alpha(*bytes).value_or(kAlphaUnknown) : kAlphaUnknown;
}

// One layer lies over the other: what either shows is seen.
int over(int a, int b) {
  if (a == kOpaque || b == kOpaque) return kOpaque;
  return a == kAlphaUnknown || b == kAlphaUnknown ? kAlphaUnknown : std::max(a, b);
}
}  // namespace

Result<int> most_alpha(ByteView png) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, Freed<png_image_free>> freed(&image);
  if (!png_image_begin_read_from_memory(&image, png.data(), png.size())) return corrupt("no PNG");
  if (image.width > kMaxIconSide || image.height > kMaxIconSide) {
    return exhausted("an icon of " + std::to_string(image.width) + "x" + std::to_string(image.height));
  }
  image.format = PNG_FORMAT_RGBA;
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
  if (!png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr)) return corrupt("a broken PNG");
  int most = 0;
  for (std::size_t at = kChannels - 1; at < pixels.size(); at += kChannels)
    most = std::max(most, int{pixels[at]});
  return most;
}

int colour_alpha(std::string_view colour) {
  const std::size_t digits = colour.size() - 1;
  std::uint32_t value = 0;
  const char* end = colour.data() + colour.size();
  if (!starts_with(colour, "#") || std::from_chars(colour.data() + 1, end, value, 16).ptr != end)
    return kAlphaUnknown;
  if (digits == 3 || digits == 6) return kOpaque;
  if (digits == 8) return static_cast<int>(value >> 24);
  return digits == 4 ? static_cast<int>((value >> 12) * 0x11) : kAlphaUnknown;
}

int icon_alpha(const std::vector<IconFile>& icons, const Member& member) {
  if (icons.empty()) return kAlphaUnknown;
  int most = 0;
  for (const IconFile& icon : icons) {
    const int alpha = icon.kind == "adaptive"
                          ? over(file_alpha(icon.foreground, member), file_alpha(icon.background, member))
                          : file_alpha(icon.path, member);
    most = over(most, alpha);
    if (most == kOpaque) break;
  }
  return most;
}

}  // namespace storesweep::apk
