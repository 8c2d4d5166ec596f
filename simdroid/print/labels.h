// The system's own words in the device's language: blocks "zh.NAME" and "en.NAME" of the shape. For this room
// only.
#pragma once

#include <string>
#include <string_view>

#include "common/base/text.h"
#include "simdroid/print/shape.h"

namespace storesweep::simdroid {

class Labels {
 public:
  Labels(const DeviceShape& shape, std::string_view locale)
      : templates_(shape.templates), prefix_(starts_with(locale, "zh") ? "zh." : "en.") {}
  std::string operator()(std::string_view name, const Holes& values = {}) const {
    return templates_.line(prefix_ + std::string(name), values);
  }
  std::string app(std::string_view name, const std::string& label) const {
    return (*this)(name, {{"app", label}});
  }
  bool has(std::string_view name) const { return templates_.has(prefix_ + std::string(name)); }

 private:
  const Templates& templates_;
  std::string prefix_;
};

}  // namespace storesweep::simdroid
