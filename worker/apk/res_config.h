// What a resource is for and what a device is (ResTable_config), and which of two resources suits a device
// better (AOSP libs/androidfw, ResourceTypes.cpp: match, isBetterThan, isLocaleBetterThan). Pure; plain
// values.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/bytes.h"

namespace storesweep::apk {

// The release that references are resolved for: the newest that is known here (Android 16).
inline constexpr std::uint16_t kResolveForSdk = 36;
inline constexpr std::uint16_t kAnyDensity = 0xfffe, kNoDensity = 0xffff;

struct ResConfig {
  std::uint16_t mcc = 0, mnc = 0;
  std::array<char, 2> language{}, region{};  // as stored: a three-letter code is packed into two bytes
  std::array<char, 4> script{};              // where it is named
  std::array<char, 8> variant{};
  std::uint8_t orientation = 0, touchscreen = 0;
  std::uint16_t density = 0;
  std::uint8_t keyboard = 0, navigation = 0, input_flags = 0, gender = 0;
  std::uint16_t screen_width = 0, screen_height = 0, sdk = 0, minor = 0;
  std::uint8_t screen_layout = 0, ui_mode = 0;
  std::uint16_t smallest_width_dp = 0, width_dp = 0, height_dp = 0;
  std::uint8_t screen_layout2 = 0, color_mode = 0;
  bool operator==(const ResConfig&) const = default;

  bool has_locale() const { return language[0] != 0 || region[0] != 0; }
  // "zh-CN", "zh-Hant-TW", "fil"; empty: any.
  std::string locale() const;
  void set_locale(std::string_view bcp47);
  bool matches(const ResConfig& device) const;
  // Both match the device.
  bool better_than(const ResConfig& other, const ResConfig& device) const;
};

// From the bytes of a ResTable_config, its size field first; what an older one does not have is zero.
ResConfig read_config(ByteView bytes);
// From aapt.pb.Configuration (AOSP tools/aapt2/Configuration.proto): as much as labels and icons need, that
// is country and network, locale, density, night, release.
ResConfig read_proto_config(ByteView message);
// What the package parser itself reads by: no locale, no screen, only the release.
inline ResConfig parse_config() {
  ResConfig c;
  c.sdk = kResolveForSdk;
  return c;
}

}  // namespace storesweep::apk
