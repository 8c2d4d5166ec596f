// Latitude and longitude as apps send them: in three systems, with three to seven decimals, rounded or cut.
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <map>

#include "common/traffic/coordinates.h"
#include "common/traffic/form_list.h"

namespace storesweep::traffic {
namespace {
constexpr int kPlantedDecimals = 7, kLeastDecimals = 3;
// A conversion yields fifteen digits; from here on the first of them are enough (48 bits for the pair).
constexpr int kOpenDecimals = 6;

std::string fixed(double degrees, int decimals) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, degrees);
  return text.data();
}
std::string cut(double degrees, int decimals) {
  const std::string text = fixed(degrees, 12);
  return text.substr(0, text.find('.') + 1 + static_cast<std::size_t>(decimals));
}
int decimals_of(const std::string& text) { return static_cast<int>(text.size() - text.find('.') - 1); }

double pair_bits(const Canary& c, int decimals) {
  return c.bits - 2 * std::log2(10.0) * (kPlantedDecimals - decimals);
}

// Each text once: some print 39.9080, others 39.908, and what is shorter counts as what it shows.
std::map<std::string, Edge> texts_of(double degrees) {
  std::map<std::string, Edge> all;
  const auto add = [&all](const std::string& text, Edge edge) {
    all.emplace(text, edge);
    all.emplace(text.substr(0, text.find_last_not_of('0') + 1), Edge::kNumber);
  };
  add(cut(degrees, kOpenDecimals), Edge::kOpen);
  for (int d = kLeastDecimals; d <= kPlantedDecimals; ++d) {
    add(fixed(degrees, d), Edge::kNumber);
    add(cut(degrees, d), Edge::kNumber);
  }
  return all;
}

void add_texts(const Canary& c, const std::string& system, Part part, double degrees, FormList& list) {
  for (const auto& [text, edge] : texts_of(degrees)) {
    const int d = decimals_of(text);
    if (d < kLeastDecimals) continue;
    list.add({.spelling = system,
              .encoding = std::to_string(d) + "_decimals",
              .bytes = text,
              .edge = edge,
              .part = part,
              .decimals = d,
              .bits = pair_bits(c, d)});
  }
  // Millionths and ten-millionths of a degree as integers.
  for (int d : {6, 7}) {
    for (const std::string& text : {fixed(degrees, d), cut(degrees, d)}) {
      list.add({.spelling = system + "_e" + std::to_string(d),
                .encoding = "integer",
                .bytes = without(text, "."),
                .edge = Edge::kNumber,
                .part = part,
                .decimals = d,
                .bits = pair_bits(c, d)});
    }
  }
}

// The planted number as binary protocols carry it. A converted one differs in its last bits from program to
// program.
void add_doubles(const Canary& c, Part part, double degrees, FormList& list) {
  std::string bytes(sizeof degrees, '\0');
  std::memcpy(bytes.data(), &degrees, sizeof degrees);
  const Form form{.spelling = "wgs84_float64",
                  .encoding = "little_endian",
                  .bytes = bytes,
                  .part = part,
                  .decimals = kPlantedDecimals,
                  .bits = c.bits};
  list.add(form);
  Form big = form;
  big.spelling = "wgs84_float64_be";
  big.encoding = "big_endian";
  big.bytes = {bytes.rbegin(), bytes.rend()};
  list.add(big);
}
}  // namespace

void add_place_forms(const Canary& c, FormList& list) {
  const Place wgs84{c.latitude, c.longitude}, gcj02 = gcj02_of(wgs84);
  const std::pair<const char*, Place> systems[] = {
      {"wgs84", wgs84}, {"gcj02", gcj02}, {"bd09", bd09_of(gcj02)}};
  for (const auto& [name, place] : systems) {
    add_texts(c, name, Part::kLatitude, place.latitude, list);
    add_texts(c, name, Part::kLongitude, place.longitude, list);
  }
  add_doubles(c, Part::kLatitude, c.latitude, list);
  add_doubles(c, Part::kLongitude, c.longitude, list);
}

}  // namespace storesweep::traffic
