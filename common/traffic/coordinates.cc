#include "common/traffic/coordinates.h"

#include <cmath>
#include <numbers>

namespace storesweep::traffic {
namespace {
constexpr double kPi = std::numbers::pi;
// The ellipsoid of Krasovsky 1940.
constexpr double kAxisM = 6378245.0;
constexpr double kEccentricity = 0.00669342162296594323;  // squared

// What both shifts share: x and y are degrees east of 105 and north of 35.
double waves(double x) { return (20 * std::sin(6 * x * kPi) + 20 * std::sin(2 * x * kPi)) * 2 / 3; }

double north(double x, double y) {
  double d = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * std::sqrt(std::fabs(x)) + waves(x);
  d += (20 * std::sin(y * kPi) + 40 * std::sin(y / 3 * kPi)) * 2 / 3;
  return d + (160 * std::sin(y / 12 * kPi) + 320 * std::sin(y * kPi / 30)) * 2 / 3;
}

double east(double x, double y) {
  double d = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * std::sqrt(std::fabs(x)) + waves(x);
  d += (20 * std::sin(x * kPi) + 40 * std::sin(x / 3 * kPi)) * 2 / 3;
  return d + (150 * std::sin(x / 12 * kPi) + 300 * std::sin(x / 30 * kPi)) * 2 / 3;
}
}  // namespace

Place gcj02_of(Place p) {
  const double x = p.longitude - 105, y = p.latitude - 35;
  const double radians = p.latitude / 180 * kPi;
  const double magic = 1 - kEccentricity * std::sin(radians) * std::sin(radians);
  const double meridian_m = kAxisM * (1 - kEccentricity) / (magic * std::sqrt(magic));
  const double parallel_m = kAxisM / std::sqrt(magic) * std::cos(radians);
  return {p.latitude + north(x, y) * 180 / (meridian_m * kPi),
          p.longitude + east(x, y) * 180 / (parallel_m * kPi)};
}

Place bd09_of(Place p) {
  constexpr double kTurn = kPi * 3000 / 180;
  const double z = std::hypot(p.longitude, p.latitude) + 0.00002 * std::sin(p.latitude * kTurn);
  const double angle = std::atan2(p.latitude, p.longitude) + 0.000003 * std::cos(p.longitude * kTurn);
  return {z * std::sin(angle) + 0.006, z * std::cos(angle) + 0.0065};
}

}  // namespace storesweep::traffic
