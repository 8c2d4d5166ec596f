// The canaries of a run: personal data that exists nowhere else, planted on the device before an app is
// tested. What of it turns up in traffic, intents or files was taken by somebody. Derived from the run's seed
// alone. Pure; values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace storesweep::traffic {

// A form with less entropy is no evidence by itself: it counts only where its field's name stands before it.
inline constexpr double kStrongBits = 48;
// Below this not even the field's name makes it evidence.
inline constexpr double kLeastBits = 24;

// The grammar of a value: decides how else it can be spelt.
enum class Shape {
  kDigits,  // IMEI, IMSI, ICCID: the last digit may be left out where it is a check digit
  kHex,     // Android ID, image id
  kUuid,    // OAID, GAID
  kMac,     // aa:bb:cc:dd:ee:ff
  kPhone,   // mainland mobile number, 11 digits
  kToken,   // ASCII: serial number, mail address, package
  kSsid,    // Android gives it in quotes
  kText,    // what people write, with a code in it
  kPlace,   // latitude and longitude
};

struct Canary {
  std::string name;  // "imei", "contact_1_name": stable
  std::string kind;  // id in rules/sources.yaml
  Shape shape = Shape::kToken;
  std::string value;  // UTF-8, as an app reads it; of a place "latitude,longitude"
  std::string core;   // the ASCII part of the value that holds its entropy; empty: all of it does
  double bits = 0;  // log2 of how many values a stranger's thing of this kind, of this shape, could have had
  double core_bits = 0;
  // Names of fields that carry it, lower case, without separators: "deviceid". A field counts that begins or
  // ends so.
  std::vector<std::string> keys;
  double latitude = 0, longitude = 0;  // WGS-84; of a place
  bool check_digit = false;            // the last digit follows from the others (Luhn)
};

// All canaries of the run, in an order that never changes. The same seed gives the same canaries.
std::vector<Canary> canaries_of(std::uint64_t seed);

// The digit that makes digits + it pass Luhn's test (ISO/IEC 7812-1 annex B).
char luhn_digit(std::string_view digits);

}  // namespace storesweep::traffic
