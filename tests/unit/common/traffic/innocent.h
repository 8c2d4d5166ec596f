// Bytes that hold no canary, of the kinds in which a careless matcher would see some: random bytes, digits,
// hexadecimal, base64, and JSON full of coordinates and identifiers of the same shapes under the same names.
// Seeded. Used by the tests and by ./dev bench canaries. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>

#include "common/base/random.h"

namespace storesweep::traffic {

enum class Innocent { kBytes, kDigits, kHex, kBase64, kJson };
inline constexpr std::array<std::string_view, 5> kInnocentNames = {"bytes", "digits", "hex", "base64",
                                                                   "json"};

class InnocentBytes {
 public:
  InnocentBytes(Innocent kind, std::uint64_t seed) : kind_(kind), random_(seed) {}

  std::string next(std::size_t bytes) {
    std::string out;
    out.reserve(bytes + 1024);
    while (out.size() < bytes) {
      switch (kind_) {
        case Innocent::kBytes:
          put_little(out, random_.next_u64(), 8);
          break;
        case Innocent::kDigits:
          letters(out, "0123456789", 16);
          break;
        case Innocent::kHex:
          letters(out, "0123456789abcdef", 16);
          break;
        case Innocent::kBase64:
          letters(out, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 10);
          break;
        case Innocent::kJson:
          record(out);
          break;
      }
    }
    out.resize(bytes);
    return out;
  }

 private:
  void letters(std::string& out, std::string_view alphabet, int n) {
    for (std::uint64_t r = random_.next_u64(); n-- > 0; r /= alphabet.size())
      out += alphabet[r % alphabet.size()];
  }
  void field(std::string& out, std::string_view name, std::string_view before, std::string_view alphabet,
             int n) {
    out.append("\"").append(name).append("\":\"").append(before);
    for (; n > 0; n -= 10) letters(out, alphabet, n < 10 ? n : 10);
    out += "\",";
  }
  void degrees(std::string& out, std::string_view name, std::uint64_t first) {
    std::array<char, 64> text{};
    const int decimals = static_cast<int>(3 + random_.below(5));
    const double value = static_cast<double>(first * 10'000'000 + random_.below(180'000'000)) / 1e7;
    std::snprintf(text.data(), text.size(), "\"%s\":%.*f,", std::string(name).c_str(), decimals, value);
    out += text.data();
  }
  void record(std::string& out) {
    constexpr std::string_view kDigits = "0123456789", kHex = "0123456789abcdef";
    out += "{";
    for (int i = 0; i < 4; ++i) {
      degrees(out, "lat", 24);
      degrees(out, "lng", 100);
    }
    field(out, "imei", "860", kDigits, 12);
    field(out, "imsi", "460", kDigits, 12);
    field(out, "iccid", "898600", kDigits, 14);
    field(out, "phone", "138", kDigits, 8);
    field(out, "mobile", "+86189", kDigits, 8);
    field(out, "android_id", "", kHex, 16);
    field(out, "oaid", "", kHex, 32);
    field(out, "mac", "04:cf:8c:", kHex, 2);
    field(out, "wifi_mac", "04cf8c", kHex, 6);
    field(out, "imei_md5", "", kHex, 32);
    field(out, "sn", "", "0123456789ABCDEFGHJKMNPQRSTVWXYZ", 16);
    out += "\"t\":" + std::to_string(random_.next_u64()) + "},";
  }

  Innocent kind_;
  SeededRandom random_;
};

}  // namespace storesweep::traffic
