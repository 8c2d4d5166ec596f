#include "simdroid/print/states.h"

#include <array>

namespace storesweep::simdroid {

std::string adj_text(const Templates& t, int adj) {
  static constexpr std::array kFloors = {900, 800, 700, 600, 500,  400,  300,  250,
                                         225, 200, 100, 0,   -700, -800, -900, -1000};
  for (int floor : kFloors) {
    const std::string block = "adj." + std::to_string(floor);
    if (adj < floor || !t.has(block)) continue;
    const std::string name = t.line(block);
    if (adj == floor) return name;
    return name.substr(0, name.find_last_not_of(' ') + 1) + "+" + std::to_string(adj - floor);
  }
  return std::to_string(adj);
}

std::string proc_state_text(const Templates& t, int state) {
  const std::string block = "state." + std::to_string(state);
  return t.has(block) ? t.line(block) : std::to_string(state);
}

}  // namespace storesweep::simdroid
