// The screen as a PNG, painted from the same boxes as the hierarchy. It says in a corner that it is
// simulated. Text by FreeType with the first of Debian's CJK fonts that is installed; without one, bars stand
// for letters. A Painter keeps its glyphs; one thread each.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "simdroid/print/view.h"

namespace storesweep::simdroid {

class Painter {
 public:
  // `font_file` empty: the first that is found.
  explicit Painter(const std::string& font_file = "");
  ~Painter();
  Painter(const Painter&) = delete;
  Painter& operator=(const Painter&) = delete;

  bool has_font() const;
  // `screencap -p`: 8 bit RGB.
  std::string png(const Display& display);
  // `screencap`: width, height, format (and from 8 on the color space) as little-endian 32 bit, then RGBA.
  std::string raw(const Display& display, int api);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace storesweep::simdroid
