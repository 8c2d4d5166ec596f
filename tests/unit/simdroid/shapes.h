// The shapes of the project for tests, loaded once.
#pragma once

#include <gtest/gtest.h>

#include "simdroid/print/shape.h"

namespace storesweep::simdroid {

inline const DeviceShape& shape_of(int api) {
  static std::map<int, DeviceShape> shapes;
  auto it = shapes.find(api);
  if (it == shapes.end()) {
    auto loaded = load_shape(SIMDROID_SHAPES, api);
    if (!loaded.ok()) ADD_FAILURE() << loaded.status().message();
    it = shapes.emplace(api, loaded.ok() ? std::move(loaded).value() : DeviceShape()).first;
  }
  return it->second;
}

}  // namespace storesweep::simdroid
