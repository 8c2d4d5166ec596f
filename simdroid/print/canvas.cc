#include "simdroid/print/canvas.h"

#include <libdeflate.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "simdroid/print/text_flow.h"

namespace storesweep::simdroid {
namespace {
std::uint8_t channel(Color color, unsigned shift) {
  return static_cast<std::uint8_t>((color >> shift) & 0xFFU);
}

void put_be32(std::string& out, std::uint32_t v) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out += static_cast<char>((v >> static_cast<unsigned>(shift)) & 0xFFU);
}
void put_chunk(std::string& out, std::string_view type, std::string_view data) {
  put_be32(out, static_cast<std::uint32_t>(data.size()));
  const std::size_t from = out.size();
  out.append(type).append(data);
  put_be32(out, libdeflate_crc32(0, out.data() + from, out.size() - from));
}

// Each row less the one above it (PNG filter 2): surfaces become zeros.
std::string filtered(const Canvas& canvas) {
  const std::size_t row = static_cast<std::size_t>(canvas.width()) * 3;
  std::string out(static_cast<std::size_t>(canvas.height()) * (row + 1), '\0');
  const std::uint8_t* in = canvas.rgb().data();
  auto* to = reinterpret_cast<std::uint8_t*>(out.data());
  for (int y = 0; y < canvas.height(); ++y, in += row) {
    *to++ = y == 0 ? 0 : 2;
    if (y == 0) {
      std::memcpy(to, in, row);
    } else {
      for (std::size_t i = 0; i < row; ++i) to[i] = static_cast<std::uint8_t>(in[i] - in[i - row]);
    }
    to += row;
  }
  return out;
}
}  // namespace

Canvas::Canvas(int width, int height, Color background)
    : width_(width),
      height_(height),
      pixels_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3) {
  fill({0, 0, width, height}, background);
}

void Canvas::fill(const Rect& area, Color color) {
  const Rect a = intersection(area, {0, 0, width_, height_});
  if (a.empty()) return;
  const auto stride = static_cast<std::size_t>(width_) * 3;
  const std::size_t bytes = static_cast<std::size_t>(a.width()) * 3;
  std::uint8_t* first =
      pixels_.data() + static_cast<std::size_t>(a.top) * stride + static_cast<std::size_t>(a.left) * 3;
  for (std::size_t i = 0; i < bytes; i += 3) {
    first[i] = channel(color, 16);
    first[i + 1] = channel(color, 8);
    first[i + 2] = channel(color, 0);
  }
  for (int y = 1; y < a.height(); ++y)
    std::memcpy(first + static_cast<std::size_t>(y) * stride, first, bytes);
}

void Canvas::fill_round(const Rect& area, int radius, Color color) {
  const int r = std::min({radius, area.width() / 2, area.height() / 2});
  fill({area.left, area.top + r, area.right, area.bottom - r}, color);
  for (int dy = 0; dy < r; ++dy) {
    int dx = 0;
    while (dx < r && (r - dx) * (r - dx) + (r - dy) * (r - dy) > r * r) ++dx;
    fill({area.left + dx, area.top + dy, area.right - dx, area.top + dy + 1}, color);
    fill({area.left + dx, area.bottom - dy - 1, area.right - dx, area.bottom - dy}, color);
  }
}

void Canvas::outline_round(const Rect& area, int radius, int stroke, Color color, Color inside) {
  fill_round(area, radius, color);
  fill_round({area.left + stroke, area.top + stroke, area.right - stroke, area.bottom - stroke},
             std::max(0, radius - stroke), inside);
}

void Canvas::line(int x0, int y0, int x1, int y1, int stroke, Color color) {
  const int steps = std::max({std::abs(x1 - x0), std::abs(y1 - y0), 1});
  for (int i = 0; i <= steps; ++i) {
    const int x = x0 + (x1 - x0) * i / steps;
    const int y = y0 + (y1 - y0) * i / steps;
    fill({x - stroke / 2, y - stroke / 2, x - stroke / 2 + stroke, y - stroke / 2 + stroke}, color);
  }
}

void Canvas::dim() {
  for (std::uint8_t& p : pixels_) p = static_cast<std::uint8_t>(p * 2U / 5U);
}

void Canvas::blend(int x, int y, Color color, unsigned coverage) {
  std::uint8_t* p =
      pixels_.data() +
      (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x)) * 3;
  for (unsigned i = 0; i < 3; ++i) {
    const unsigned to = channel(color, 16 - 8 * i);
    p[i] = static_cast<std::uint8_t>((p[i] * (255 - coverage) + to * coverage) / 255);
  }
}

int Canvas::text(Font& font, std::string_view text, int x, int y, int size_px, Color color,
                 const Rect& within) {
  const Rect area = intersection(within, {0, 0, width_, height_});
  const int base = y + size_px * 9 / 10;
  const int begin = x;
  for (std::size_t at = 0; at < text.size();) {
    const Glyph& g = font.glyph(next_character(text, at), size_px);
    for (int row = 0; row < g.height; ++row) {
      const int py = base - g.top + row;
      if (py < area.top || py >= area.bottom) continue;
      for (int column = 0; column < g.width; ++column) {
        const int px = x + g.left + column;
        const unsigned coverage = g.coverage[static_cast<std::size_t>(row * g.width + column)];
        if (coverage > 0 && px >= area.left && px < area.right) blend(px, py, color, coverage);
      }
    }
    x += g.advance;
  }
  return x - begin;
}

int Canvas::text_width(Font& font, std::string_view text, int size_px) {
  int width = 0;
  for (std::size_t at = 0; at < text.size();) width += font.glyph(next_character(text, at), size_px).advance;
  return width;
}

std::string png_of(const Canvas& canvas, std::string_view comment) {
  const std::string raw = filtered(canvas);
  libdeflate_compressor* compressor = libdeflate_alloc_compressor(1);
  std::string packed(libdeflate_zlib_compress_bound(compressor, raw.size()), '\0');
  packed.resize(libdeflate_zlib_compress(compressor, raw.data(), raw.size(), packed.data(), packed.size()));
  libdeflate_free_compressor(compressor);

  std::string header;
  put_be32(header, static_cast<std::uint32_t>(canvas.width()));
  put_be32(header, static_cast<std::uint32_t>(canvas.height()));
  header += std::string("\x08\x02\x00\x00\x00", 5);  // 8 bit, RGB
  std::string out("\x89PNG\r\n\x1a\n");
  put_chunk(out, "IHDR", header);
  put_chunk(out, "tEXt", std::string("Comment") + '\0' + std::string(comment));
  put_chunk(out, "IDAT", packed);
  put_chunk(out, "IEND", "");
  return out;
}

}  // namespace storesweep::simdroid
