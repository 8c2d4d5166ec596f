// The real tesseract reads screens that simdroid paints, and the same screen reader that reads window trees
// makes of it what a person would see. Prints precision and recall of words (a Chinese character, or a word
// of Latin letters) and of buttons, and fails below the goal. One screen in three, and all of them where
// STORESWEEP_EVERY_SCREEN is set (`./dev proof`). STORESWEEP_PICTURES names a folder that keeps what was read
// wrongly.
#include <gtest/gtest.h>
#include <png.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <set>

#include "common/android/blind.h"
#include "common/android/screen.h"
#include "simdroid/print/hierarchy.h"
#include "simdroid/print/picture.h"
#include "tests/integration/pictures/scenes.h"
#include "tests/unit/common/android/phrases_file.h"
#include "worker/observe/picture_reader.h"

namespace storesweep::pictures {
namespace {

constexpr double kGoalPrecision = 0.97, kGoalRecall = 0.95;

const android::PhraseBook& book() {
  static const android::PhraseBook kBook(android::shipped_phrases());
  return kBook;
}

observe::PictureReader& reader() {
  static observe::PictureReader kReader({.program = "tesseract", .at_once = 1});
  return kReader;
}

// `./dev setup` installs both: without them nothing here was shown.
#define NEED_TESSERACT()                                    \
  const auto tool = reader().tool(Deadline::in_ms(30'000)); \
  ASSERT_TRUE(tool.ok()) << tool.status().text()

struct Tally {
  std::int64_t right = 0, said = 0, there = 0;
  double precision() const { return said == 0 ? 1 : static_cast<double>(right) / static_cast<double>(said); }
  double recall() const { return there == 0 ? 1 : static_cast<double>(right) / static_cast<double>(there); }
  void add(const Tally& o) { right += o.right, said += o.said, there += o.there; }
};

// Characters and words, however they are punctuated.
std::map<std::string, int> words_of(std::string_view text) {
  std::map<std::string, int> out;
  std::string latin;
  const auto end_latin = [&] {
    if (!latin.empty()) ++out[latin];
    latin.clear();
  };
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t n = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const std::string_view one = text.substr(i, n);
    i += n;
    if (n == 1 && std::isalnum(lead)) {
      latin += static_cast<char>(std::tolower(lead));
      continue;
    }
    end_latin();
    const bool chinese = n == 3 && one >= "\u3400" && one <= "\u9fff";
    if (chinese) ++out[std::string(one)];
  }
  end_latin();
  return out;
}

Tally compared(const std::map<std::string, int>& truth, const std::map<std::string, int>& said) {
  Tally t;
  for (const auto& [word, n] : truth) {
    t.there += n;
    const auto at = said.find(word);
    if (at != said.end()) t.right += std::min(n, at->second);
  }
  for (const auto& [word, n] : said) t.said += n;
  return t;
}

std::string differing(const std::map<std::string, int>& a, const std::map<std::string, int>& b) {
  std::string out;
  for (const auto& [word, n] : a) {
    const auto at = b.find(word);
    if (at == b.end() || at->second < n) out += word + " ";
  }
  return out;
}

// What eyes read in a window.
void seen(const simdroid::Box& box, std::string& out) {
  const std::string& text = box.painted.empty() ? box.text : box.painted;
  const bool shown = box.look != simdroid::Look::kNothing && box.text_px > 0 && !box.bounds.empty();
  if (shown) out += text + "\n";
  for (const simdroid::Box& child : box.children) seen(child, out);
}

const simdroid::Window& front(const simdroid::Display& display) { return *simdroid::focused_window(display); }

// The tree as a surface would leave it: no words, nothing inside.
android::Hierarchy blinded(const android::Hierarchy& tree) {
  android::Hierarchy out;
  out.nodes.push_back(tree.nodes.front());
  out.nodes[0].text.clear();
  out.nodes[0].description.clear();
  out.nodes[0].class_name = "io.flutter.embedding.android.FlutterView";
  for (const android::Node& n : tree.nodes) {  // the system's bars, as the window tree has them
    if (n.resource_id.find("BarBackground") == std::string::npos) continue;
    out.nodes.push_back(n);
    out.nodes.back().parent = 0;
    out.nodes.back().depth = 1;
  }
  return out;
}

struct Read {
  android::Screen screen;
  std::string text;
  std::vector<android::PictureLabel> labels;
};

Read read_picture(const std::string& png, const android::Hierarchy& blind) {
  Read out;
  const auto tsv = reader().read(png, Deadline::in_ms(120'000));
  EXPECT_TRUE(tsv.ok()) << tsv.status().text();
  if (!tsv.ok()) return out;
  const auto words = android::parse_tesseract_tsv(*tsv);
  EXPECT_TRUE(words.trusted());
  out.labels = android::labels_of(words.records);
  const android::Screen nothing = android::read_screen(blind, book());
  EXPECT_EQ(nothing.kind, android::ScreenKind::kBlind);
  const auto spot = android::blind_spot(blind, nothing.package, android::read_labels(blind, nothing.package));
  EXPECT_TRUE(spot.has_value());
  const auto tree = android::with_labels(blind, *spot, out.labels);
  out.screen = android::read_screen(tree, book());
  out.text = out.screen.text;
  return out;
}

bool counts(android::Role role) {
  return role != android::Role::kCheckBox && role != android::Role::kDoNotAsk &&
         role != android::Role::kPolicyLink;
}

// A refusal for good bears the same words as any other: an identifier tells them apart, and no picture.
bool same_role(android::Role a, android::Role b) {
  const auto denies = [](android::Role r) {
    return r == android::Role::kDeny || r == android::Role::kDenyForever;
  };
  return a == b || (denies(a) && denies(b));
}

Tally buttons(const android::Screen& truth, const android::Screen& said) {
  Tally t;
  std::vector<const android::Element*> left;
  const android::Element* box = truth.find(android::Role::kDoNotAsk);  // its words alone are no box
  for (const auto& e : said.elements) {
    const bool of_box = box && box->bounds.holds(e.bounds.center_x(), e.bounds.center_y());
    if (counts(e.role) && !of_box) left.push_back(&e);
  }
  t.said = static_cast<std::int64_t>(left.size());
  for (const auto& e : truth.elements) {
    if (!counts(e.role)) continue;
    ++t.there;
    for (auto& one : left) {
      if (!one || !same_role(one->role, e.role) ||
          !e.bounds.holds(one->bounds.center_x(), one->bounds.center_y()))
        continue;
      ++t.right;
      one = nullptr;
      break;
    }
  }
  return t;
}

// ---- the same picture in other colours

struct Image {
  png_image head{};
  std::vector<unsigned char> rgb;
};
Image decoded(const std::string& png) {
  Image out;
  out.head.version = PNG_IMAGE_VERSION;
  EXPECT_NE(png_image_begin_read_from_memory(&out.head, png.data(), png.size()), 0);
  out.head.format = PNG_FORMAT_RGB;
  out.rgb.resize(PNG_IMAGE_SIZE(out.head));
  EXPECT_NE(png_image_finish_read(&out.head, nullptr, out.rgb.data(), 0, nullptr), 0);
  return out;
}
std::string encoded(Image& image) {
  png_alloc_size_t size = 0;
  image.head.flags = PNG_IMAGE_FLAG_FAST;
  png_image_write_to_memory(&image.head, nullptr, &size, 0, image.rgb.data(), 0, nullptr);
  std::string out(size, '\0');
  png_image_write_to_memory(&image.head, out.data(), &size, 0, image.rgb.data(), 0, nullptr);
  out.resize(size);
  return out;
}
enum class Tint { kPlain, kNight, kFaint, kWarm };
constexpr const char* kTints[] = {"plain", "night", "faint", "warm"};
std::string tinted(const std::string& png, Tint tint) {
  if (tint == Tint::kPlain) return png;
  Image image = decoded(png);
  for (std::size_t i = 0; i < image.rgb.size(); ++i) {
    const int v = image.rgb[i];
    int out = v;
    if (tint == Tint::kNight) out = 255 - v;
    if (tint == Tint::kFaint) out = 110 + v * 145 / 255;  // less than half of the contrast
    if (tint == Tint::kWarm) out = i % 3 == 2 ? v * 3 / 4 : v;
    image.rgb[i] = static_cast<unsigned char>(out);
  }
  return encoded(image);
}

struct Sums {
  Tally words, buttons;
  int screens = 0, kinds = 0;
};
void print_row(const std::string& name, const Sums& s) {
  std::printf("| %s | %d | %.4f | %.4f | %lld | %lld of %lld | %lld | %d |\n", name.c_str(), s.screens,
              s.words.precision(), s.words.recall(), static_cast<long long>(s.words.there),
              static_cast<long long>(s.buttons.right), static_cast<long long>(s.buttons.there),
              static_cast<long long>(s.buttons.said - s.buttons.right), s.kinds);
}
void print_head() {
  std::printf(
      "| screens | of them | words: precision | recall | words there | buttons found | invented | same kind "
      "of screen |\n|---|---|---|---|---|---|---|---|\n");
}

void keep(const std::string& name, const std::string& png) {
  if (const char* folder = std::getenv("STORESWEEP_PICTURES"))
    std::ofstream(std::string(folder) + "/" + name + ".png") << png;
}

Sums measured(const Scene& scene, const std::string& png, const std::string& name) {
  const auto xml = simdroid::print_hierarchy(scene.display, 28);
  const auto tree = android::parse_hierarchy(xml);
  EXPECT_TRUE(tree.ok());
  const android::Screen truth = android::read_screen(*tree, book());
  const Read read = read_picture(png, blinded(*tree));
  std::string eyes;
  seen(front(scene.display).root, eyes);
  const auto there = words_of(eyes), said = words_of(read.text);
  Sums s;
  s.words = compared(there, said);
  s.buttons = buttons(truth, read.screen);
  s.screens = 1;
  s.kinds = truth.kind == read.screen.kind ? 1 : 0;
  const bool wrong = s.buttons.right < s.buttons.there || s.buttons.said > s.buttons.right || s.kinds == 0;
  if (wrong || s.words.recall() < 1 || s.words.precision() < 1) {
    keep(name, png);
    std::printf("  %s: missed [%s] invented [%s]%s\n", name.c_str(), differing(there, said).c_str(),
                differing(said, there).c_str(), wrong ? " buttons or kind wrong" : "");
    if (wrong) {
      std::printf("    %s read as %s:", std::string(screen_kind_name(truth.kind)).c_str(),
                  std::string(screen_kind_name(read.screen.kind)).c_str());
      for (const auto& l : read.labels) std::printf(" <%s>", l.text.c_str());
      for (const android::Screen* screen : {&truth, &read.screen}) {
        std::printf(screen == &truth ? "\n    there:" : "\n    read: ");
        for (const auto& e : screen->elements)
          std::printf(" %s \"%s\"", std::string(android::role_name(e.role)).c_str(), e.label.c_str());
      }
      std::printf("\n");
    }
  }
  return s;
}

void add(Sums& to, const Sums& s) {
  to.words.add(s.words);
  to.buttons.add(s.buttons);
  to.screens += s.screens;
  to.kinds += s.kinds;
}

std::vector<Scene> some_scenes() {
  std::vector<Scene> all = scenes(), out;
  const bool every = std::getenv("STORESWEEP_EVERY_SCREEN") != nullptr;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (every || i % 3 == 0) out.push_back(std::move(all[i]));
  }
  return out;
}

TEST(Pictures, ScreensThatAreDrawnAreReadAsAPersonWould) {
  NEED_TESSERACT();
  simdroid::Painter painter;
  ASSERT_TRUE(painter.has_font()) << "no Chinese font";
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::map<std::string, Sums> by_kind;
  Sums all, coarse;
  for (const Scene& scene : some_scenes()) {
    const Sums s = measured(scene, painter.png(scene.display), scene.name);
    if (scene.density_dpi < 300) {
      add(coarse, s);
      continue;
    }
    add(by_kind[std::string(kind_name(scene.kind))], s);
    add(all, s);
  }
  std::printf("%s, %s\n", reader().tool(Deadline::in_ms(1'000))->c_str(),
              std::string(observe::kPictureLanguages).c_str());
  print_head();
  for (const auto& [name, s] : by_kind) print_row(name, s);
  print_row("all", all);
  print_row("consent at 160 dpi (not of the goal)", coarse);
  EXPECT_GE(all.words.precision(), kGoalPrecision);
  EXPECT_GE(all.words.recall(), kGoalRecall);
  EXPECT_GE(all.buttons.recall(), kGoalRecall);
  EXPECT_GE(all.buttons.precision(), kGoalPrecision);
}

TEST(Pictures, OtherColoursAreReadToo) {
  NEED_TESSERACT();
  simdroid::Painter painter;
  ASSERT_TRUE(painter.has_font()) << "no Chinese font";
  Sums all;
  std::map<std::string, Sums> by_tint;
  for (const Scene& scene : some_scenes()) {
    if (scene.name.rfind("1080p-consent", 0) != 0) continue;
    for (Tint tint : {Tint::kNight, Tint::kFaint, Tint::kWarm}) {
      const std::string name = kTints[static_cast<std::size_t>(tint)];
      const Sums s = measured(scene, tinted(painter.png(scene.display), tint), scene.name + "-" + name);
      add(by_tint[name], s);
      add(all, s);
    }
  }
  print_head();
  for (const auto& [name, s] : by_tint) print_row(name, s);
  print_row("all", all);
  EXPECT_GE(all.words.precision(), kGoalPrecision);
  EXPECT_GE(all.words.recall(), kGoalRecall);
}

}  // namespace
}  // namespace storesweep::pictures
