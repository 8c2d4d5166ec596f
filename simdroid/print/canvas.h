// Pixels and what is painted on them. For this room only; one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "simdroid/print/view.h"

namespace storesweep::simdroid {

using Color = std::uint32_t;  // 0xRRGGBB

// One letter as coverage 0..255.
struct Glyph {
  int width = 0, height = 0;
  int left = 0, top = 0;  // from the pen to the upper left corner; top counts upward from the base line
  int advance = 0;
  std::vector<std::uint8_t> coverage;
};

// Letters of one font, each drawn once a size. Without a font every letter is a bar.
class Font {
 public:
  explicit Font(const std::string& file);
  ~Font();
  Font(const Font&) = delete;
  Font& operator=(const Font&) = delete;
  bool loaded() const;
  const Glyph& glyph(char32_t c, int size_px);

 private:
  struct Library;
  Glyph draw(char32_t c, int size_px);
  std::unique_ptr<Library> library_;
  std::unordered_map<std::uint64_t, Glyph> glyphs_;
};
// The first of Debian's CJK fonts that is installed; empty for none.
std::string find_font();

class Canvas {
 public:
  Canvas(int width, int height, Color background);
  int width() const { return width_; }
  int height() const { return height_; }
  const std::vector<std::uint8_t>& rgb() const { return pixels_; }

  void fill(const Rect& area, Color color);
  void fill_round(const Rect& area, int radius, Color color);
  void outline_round(const Rect& area, int radius, int stroke, Color color, Color inside);
  void line(int x0, int y0, int x1, int y1, int stroke, Color color);
  void dim();  // everything so far is darker
  // One line of text from its upper left corner, nothing outside of `within`. Returns its width.
  int text(Font& font, std::string_view text, int x, int y, int size_px, Color color, const Rect& within);
  static int text_width(Font& font, std::string_view text, int size_px);

 private:
  void blend(int x, int y, Color color, unsigned coverage);
  int width_, height_;
  std::vector<std::uint8_t> pixels_;
};

// 8 bit RGB, deflate level 1; `comment` as a tEXt chunk.
std::string png_of(const Canvas& canvas, std::string_view comment);

}  // namespace storesweep::simdroid
