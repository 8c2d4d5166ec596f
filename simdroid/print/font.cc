#include <ft2build.h>
#include FT_FREETYPE_H

#include <filesystem>

#include "simdroid/print/canvas.h"
#include "simdroid/print/text_flow.h"

namespace storesweep::simdroid {

struct Font::Library {
  FT_Library library = nullptr;
  FT_Face face = nullptr;
  Library() = default;
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() {
    if (face != nullptr) FT_Done_Face(face);
    if (library != nullptr) FT_Done_FreeType(library);
  }
};

Font::Font(const std::string& file) : library_(std::make_unique<Library>()) {
  if (file.empty() || FT_Init_FreeType(&library_->library) != 0) return;
  if (FT_New_Face(library_->library, file.c_str(), 0, &library_->face) != 0) library_->face = nullptr;
}
Font::~Font() = default;

bool Font::loaded() const { return library_->face != nullptr; }

const Glyph& Font::glyph(char32_t c, int size_px) {
  const std::uint64_t key = (static_cast<std::uint64_t>(size_px) << 32U) | c;
  auto it = glyphs_.find(key);
  if (it == glyphs_.end()) it = glyphs_.emplace(key, draw(c, size_px)).first;
  return it->second;
}

Glyph Font::draw(char32_t c, int size_px) {
  Glyph g;
  FT_Face face = library_->face;
  if (face == nullptr) {
    g.advance = wide_character(c) ? size_px : size_px * 11 / 20;
    if (c == ' ') return g;
    g.width = std::max(1, g.advance - 2);
    g.height = size_px / 2;
    g.top = g.height;
    g.coverage.assign(static_cast<std::size_t>(g.width) * static_cast<std::size_t>(g.height), 160);
    return g;
  }
  FT_Set_Pixel_Sizes(face, 0, static_cast<FT_UInt>(size_px));
  if (FT_Load_Char(face, c, FT_LOAD_RENDER) != 0) return g;
  const FT_Bitmap& bitmap = face->glyph->bitmap;
  g.width = static_cast<int>(bitmap.width);
  g.height = static_cast<int>(bitmap.rows);
  g.left = face->glyph->bitmap_left;
  g.top = face->glyph->bitmap_top;
  g.advance = static_cast<int>(face->glyph->advance.x >> 6);
  for (int row = 0; row < g.height; ++row) {
    const unsigned char* line = bitmap.buffer + static_cast<std::ptrdiff_t>(row) * bitmap.pitch;
    g.coverage.insert(g.coverage.end(), line, line + g.width);
  }
  return g;
}

std::string find_font() {
  for (const char* file : {"/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
                           "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
                           "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
                           "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"}) {
    std::error_code error;
    if (std::filesystem::exists(file, error)) return file;
  }
  return "";
}

}  // namespace storesweep::simdroid
