// Screenshots: a PNG that another library reads, of the screen's size, painted from the boxes.
#include "simdroid/print/picture.h"

#include <gtest/gtest.h>
#include <png.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>

#include "shapes.h"
#include "simdroid/paint_thread.h"
#include "simdroid/print/layout.h"
#include "simdroid/print/system_windows.h"

namespace storesweep::simdroid {
namespace {
struct Picture {
  unsigned width = 0, height = 0;
  std::vector<unsigned char> rgb;
  unsigned at(unsigned x, unsigned y) const {
    const unsigned char* p = rgb.data() + (static_cast<std::size_t>(y) * width + x) * 3;
    return (unsigned(p[0]) << 16U) | (unsigned(p[1]) << 8U) | p[2];
  }
};

Picture decoded(const std::string& png) {
  png_image image;
  std::memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  Picture out;
  if (png_image_begin_read_from_memory(&image, png.data(), png.size()) == 0) return out;
  image.format = PNG_FORMAT_RGB;
  out.rgb.resize(PNG_IMAGE_SIZE(image));
  if (png_image_finish_read(&image, nullptr, out.rgb.data(), 0, nullptr) == 0) return {};
  out.width = image.width;
  out.height = image.height;
  return out;
}

Display consent_display(int api) {
  const DeviceShape& shape = shape_of(api);
  const Geometry g = geometry_of(shape);
  const AppScreen app{"cn.probe", "cn.probe/cn.probe.MainActivity", "邻里集市", 30};
  ScreenSpec home{"集市",
                  false,
                  {{ViewKind::kText, "hello", "今日推荐：新鲜蔬菜与水果", false, "", false, ""},
                   {ViewKind::kImage, "banner", "限时特惠", false, "", false, ""},
                   {ViewKind::kInput, "search", "搜索商品", false, "", true, ""}}};
  ScreenSpec consent{"用户协议与隐私政策", true, {}};
  consent.views.push_back(
      {ViewKind::kText, "m",
       "欢迎使用邻里集市！请您阅读并同意《用户协议》和《隐私政策》。我们会收集您的设备信息，用于安全保障。",
       false, "", false, ""});
  consent.views.push_back({ViewKind::kLink, "p", "《隐私政策》", false, "", true, ""});
  consent.views.push_back(
      {ViewKind::kCheck, "c", "我已阅读并同意《用户协议》和《隐私政策》", true, "", true, ""});
  consent.views.push_back({ViewKind::kButton, "n", "不同意", false, "r", true, ""});
  consent.views.push_back({ViewKind::kButton, "y", "同意并继续", false, "r", true, ""});
  int scroll = 0;
  Display d{g.width_px, g.height_px, g.density_dpi, {lay_out(g, app, home, scroll)}, true};
  d.windows.push_back(lay_out(g, app, consent, scroll));
  for (Window& bar : system_bars(g, "9:41")) d.windows.push_back(std::move(bar));
  return d;
}

// STORESWEEP_PICTURES names a folder to look at what the tests painted.
void keep(const std::string& name, const std::string& png) {
  if (const char* folder = std::getenv("STORESWEEP_PICTURES"))
    std::ofstream(std::string(folder) + "/" + name) << png;
}

TEST(Picture, IsAPngOfTheScreensSizeWhateverTheShape) {
  for (int api : {19, 28, 33}) {
    Painter painter;
    const Display display = consent_display(api);
    const std::string png = painter.png(display);
    keep("consent" + std::to_string(api) + ".png", png);
    const Picture picture = decoded(png);
    EXPECT_EQ(static_cast<int>(picture.width), display.width_px);
    EXPECT_EQ(static_cast<int>(picture.height), display.height_px);
    EXPECT_NE(png.find("simulated"), std::string::npos) << "the file itself says what it is";
  }
}

TEST(Picture, DimsWhatIsBehindADialogAndTicksTheBox) {
  Painter painter;
  Display display = consent_display(28);
  const unsigned y = 1700;
  const Picture with = decoded(painter.png(display));
  display.windows.erase(display.windows.begin() + 1);
  const Picture without = decoded(painter.png(display));
  EXPECT_LT(with.at(20, y) & 0xFFU, without.at(20, y) & 0xFFU);
}

TEST(Picture, ShowsAPermissionDialogOfEachVersion) {
  Painter painter;
  for (int api : {28, 33}) {
    const DeviceShape& shape = shape_of(api);
    Display display = consent_display(api);
    PermissionRequest r;
    r.label = "邻里集市";
    r.group = "android.permission-group.LOCATION";
    r.asked_before = api == 28;
    display.windows.insert(display.windows.begin() + 1, permission_dialog(shape, "zh-CN", r));
    display.windows.erase(display.windows.begin() + 2);
    const std::string png = painter.png(display);
    keep("permission" + std::to_string(api) + ".png", png);
    EXPECT_GT(decoded(png).width, 0U);
  }
}

TEST(Picture, WithoutAFontBarsStandForLetters) {
  Painter painter("/nowhere/no.ttf");
  EXPECT_FALSE(painter.has_font());
  EXPECT_EQ(decoded(painter.png(consent_display(28))).width, 1080U);
}

TEST(Picture, RawScreencapHasItsHeaderAndFourBytesAPixel) {
  Painter painter;
  const Display display = consent_display(19);
  EXPECT_EQ(painter.raw(display, 19).size(), 12U + 640U * 480U * 4U);
  EXPECT_EQ(painter.raw(display, 28).size(), 16U + 640U * 480U * 4U);
}

TEST(Picture, IsTheSameFromAThreadOfItsOwn) {
  Painter painter;
  const Display display = consent_display(28);
  for (bool beside : {true, false}) {
    PaintThread thread(beside);
    auto png = thread.picture(display, PictureFormat::kPng, 28);
    auto raw = thread.picture(display, PictureFormat::kRaw, 28);
    EXPECT_EQ(png.get(), painter.png(display));
    EXPECT_EQ(raw.get(), painter.raw(display, 28));
    static_cast<void>(thread.picture(display, PictureFormat::kPng, 28));  // nobody waits for it
  }
}

TEST(Picture, TellsHowLongOneTakes) {
  Painter painter;
  const Display display = consent_display(28);
  painter.png(display);
  const auto begin = std::chrono::steady_clock::now();
  const std::clock_t cpu = std::clock();
  std::size_t bytes = 0;
  for (int i = 0; i < 10; ++i) bytes = painter.png(display).size();
  const auto took = std::chrono::steady_clock::now() - begin;
  std::cout << "screenshot 1080x1920: " << std::chrono::duration<double, std::milli>(took).count() / 10
            << " ms (" << 100.0 * static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC
            << " of a processor), " << bytes << " bytes\n";
  EXPECT_LT(took, std::chrono::seconds(20));
}
}  // namespace
}  // namespace storesweep::simdroid
