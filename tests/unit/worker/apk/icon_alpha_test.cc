// What of an icon can be seen: PNG files of each kind, colours, layers, and what tells nothing.
#include <gtest/gtest.h>
#include <png.h>

#include <map>

#include "worker/apk/icon_alpha.h"

namespace storesweep::apk {
namespace {

// Side x side pixels that are not seen, and one, if there is room, with this opacity.
Bytes png(int alpha, std::uint32_t side = 4) {
  std::vector<std::uint8_t> pixels(std::size_t{side} * side * 4, 0);
  pixels.back() = static_cast<std::uint8_t>(alpha);
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = side;
  image.format = PNG_FORMAT_RGBA;
  png_alloc_size_t size = 0;
  EXPECT_TRUE(png_image_write_to_memory(&image, nullptr, &size, 0, pixels.data(), 0, nullptr));
  Bytes out(size);
  EXPECT_TRUE(png_image_write_to_memory(&image, out.data(), &size, 0, pixels.data(), 0, nullptr));
  return out;
}

IconFile file(const std::string& path) { return {480, path, "png", "", ""}; }
IconFile adaptive(const std::string& background, const std::string& foreground) {
  return {65534, "res/i.xml", "adaptive", background, foreground};
}
int alpha_of(const std::vector<IconFile>& icons, const std::map<std::string, Bytes>& members = {}) {
  return icon_alpha(icons, [&](const std::string& path) -> Result<Bytes> {
    const auto at = members.find(path);
    if (at == members.end()) return not_found(path);
    return at->second;
  });
}

TEST(IconAlpha, TheMostOpaquePixelCounts) {
  EXPECT_EQ(most_alpha(png(0)).value_or(-2), 0);
  EXPECT_EQ(most_alpha(png(7)).value_or(-2), 7);
  EXPECT_EQ(most_alpha(png(255)).value_or(-2), kOpaque);
}

TEST(IconAlpha, WhatIsNoPngBrokenOrTooLargeTellsNothing) {
  EXPECT_EQ(most_alpha(as_bytes("GIF89a")).status().kind(), ErrorKind::kCorrupt);
  Bytes cut = png(255, 64);
  cut.resize(cut.size() - 20);
  EXPECT_EQ(most_alpha(cut).status().kind(), ErrorKind::kCorrupt);
  EXPECT_EQ(most_alpha(png(255, kMaxIconSide + 1)).status().kind(), ErrorKind::kExhausted);
}

TEST(IconAlpha, ColoursHaveFourSpellings) {
  EXPECT_EQ(colour_alpha("#00ffffff"), 0);
  EXPECT_EQ(colour_alpha("#80ffffff"), 0x80);
  EXPECT_EQ(colour_alpha("#1fff"), 0x11);
  EXPECT_EQ(colour_alpha("#fff"), kOpaque);
  EXPECT_EQ(colour_alpha("#ffffff"), kOpaque);
  for (const char* none : {"", "#", "#xyz", "#fffff", "res/i.png", "#00ffffff0"})
    EXPECT_EQ(colour_alpha(none), kAlphaUnknown) << none;
}

TEST(IconAlpha, OneFileThatIsSeenIsEnoughAndOneThatIsNotReadLeavesItOpen) {
  const std::map<std::string, Bytes> members = {
      {"clear.png", png(0)}, {"seen.png", png(255)}, {"faint.png", png(9)}};
  EXPECT_EQ(alpha_of({file("clear.png"), file("seen.png")}, members), kOpaque);
  EXPECT_EQ(alpha_of({file("clear.png"), file("faint.png")}, members), 9);
  EXPECT_EQ(alpha_of({file("clear.png"), file("lost.png")}, members), kAlphaUnknown);
  EXPECT_EQ(alpha_of({file("lost.png"), file("seen.png")}, members), kOpaque);
  EXPECT_EQ(alpha_of({file("clear.png"), {480, "i.webp", "webp", "", ""}}, members), kAlphaUnknown);
  EXPECT_EQ(alpha_of({file("clear.9.png")}, {{"clear.9.png", png(0)}}), kAlphaUnknown);
  EXPECT_EQ(alpha_of({}), kAlphaUnknown);
}

TEST(IconAlpha, OfLayersEitherIsSeen) {
  const std::map<std::string, Bytes> members = {{"clear.png", png(0)}, {"seen.png", png(255)}};
  EXPECT_EQ(alpha_of({adaptive("#00000000", "clear.png")}, members), 0);
  EXPECT_EQ(alpha_of({adaptive("#ffffff", "clear.png")}, members), kOpaque);
  EXPECT_EQ(alpha_of({adaptive("#00000000", "seen.png")}, members), kOpaque);
  EXPECT_EQ(alpha_of({adaptive("#00000000", "vector.xml")}, members), kAlphaUnknown);
  EXPECT_EQ(alpha_of({adaptive("", "")}, members), kAlphaUnknown);
}

}  // namespace
}  // namespace storesweep::apk
