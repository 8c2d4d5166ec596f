#include "common/traffic/coordinates.h"

#include <gtest/gtest.h>

#include <cmath>

namespace storesweep::traffic {
namespace {
// What the publishers of the formulas print for these places.
TEST(Coordinates, OfWandergisCoordtransform) {
  const Place gcj = gcj02_of({39.915, 116.404});
  EXPECT_NEAR(gcj.latitude, 39.91640428150164, 1e-12);
  EXPECT_NEAR(gcj.longitude, 116.41024449916938, 1e-12);
  const Place bd = bd09_of({39.915, 116.404});
  EXPECT_NEAR(bd.latitude, 39.92133699351021, 1e-12);
  EXPECT_NEAR(bd.longitude, 116.41036949371029, 1e-12);
}

TEST(Coordinates, OfEviltransform) {
  const Place gcj = gcj02_of({31.1774276, 121.5272106});
  EXPECT_NEAR(gcj.latitude, 31.17530398364597, 1e-12);
  EXPECT_NEAR(gcj.longitude, 121.531541859215, 1e-12);
}

TEST(Coordinates, AShiftIsHundredsOfMetresAndNeverNone) {
  for (double latitude = 24; latitude < 42; latitude += 0.7) {
    for (double longitude = 100; longitude < 118; longitude += 0.7) {
      const Place gcj = gcj02_of({latitude, longitude});
      const double moved = std::abs(gcj.latitude - latitude) + std::abs(gcj.longitude - longitude);
      EXPECT_GT(moved, 0.0005);
      EXPECT_LT(moved, 0.02);
    }
  }
}
}  // namespace
}  // namespace storesweep::traffic
