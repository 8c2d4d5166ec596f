#include "worker/device/identity.h"

#include <fmt/format.h>

#include <array>

#include "common/android/lists.h"
#include "common/base/text.h"

namespace storesweep::device {

namespace {

constexpr std::size_t kSerialMaxBytes = 128;

std::string property(const android::Parsed<android::Property>& all, std::string_view name) {
  const std::string* value = android::find_value(all, name);
  return value ? clean_utf8(trim(*value)) : "";
}

std::string first_property(const android::Parsed<android::Property>& all,
                           std::initializer_list<std::string_view> names) {
  for (std::string_view name : names) {
    if (std::string value = property(all, name); !value.empty()) return value;
  }
  return "";
}

std::string class_of(const android::Parsed<android::Property>& all) {
  if (property(all, "ro.storesweep.simulated") == "1") return "simulated";
  const bool emulator = first_property(all, {"ro.kernel.qemu", "ro.boot.qemu"}) == "1";
  return emulator ? "emulator" : "phone";
}

std::vector<std::string> abis_of(const android::Parsed<android::Property>& all) {
  std::vector<std::string> abis;
  const std::string list = property(all, "ro.product.cpu.abilist");  // from Android 5
  for (std::string_view abi : split(list, ',')) {
    if (!abi.empty()) abis.emplace_back(abi);
  }
  if (!abis.empty()) return abis;
  for (std::string_view name : {"ro.product.cpu.abi", "ro.product.cpu.abi2"}) {
    if (std::string abi = property(all, name); !abi.empty()) abis.push_back(std::move(abi));
  }
  return abis;
}

// "123.45" seconds as milliseconds.
std::optional<std::int64_t> seconds_ms(std::string_view text) {
  const std::size_t dot = text.find('.');
  auto whole = parse_int<std::int64_t>(text.substr(0, dot));
  if (!whole || *whole < 0 || *whole > std::int64_t{1} << 40) return std::nullopt;
  if (dot == std::string_view::npos) return *whole * 1000;
  const std::string digits = std::string(text.substr(dot + 1)) + "00";
  auto part = parse_int<std::int64_t>(std::string_view(digits).substr(0, 3));
  if (!part || *part < 0) return std::nullopt;
  return *whole * 1000 + *part;
}

}  // namespace

Result<Facts> facts_of(std::string_view getprop, std::string_view feature_list) {
  const auto all = android::parse_properties(getprop);
  Facts facts;
  facts.serialno = first_property(all, {"ro.serialno", "ro.boot.serialno"});
  if (facts.serialno.empty() || facts.serialno.size() > kSerialMaxBytes) {
    return invalid("the device has no usable ro.serialno: it cannot be told from others");
  }
  auto api = parse_int<int>(property(all, "ro.build.version.sdk"));
  if (!api || *api <= 0) return invalid("the device tells no API level (ro.build.version.sdk)");
  facts.api = *api;
  facts.device_class = class_of(all);
  facts.release = property(all, "ro.build.version.release");
  facts.model = property(all, "ro.product.model");
  facts.manufacturer = property(all, "ro.product.manufacturer");
  facts.fingerprint = property(all, "ro.build.fingerprint");
  facts.abis = abis_of(all);
  for (const android::Feature& feature : android::parse_features(feature_list).records) {
    if (feature.name != "reqGlEsVersion") facts.features.insert(feature.name);
  }
  return facts;
}

bool boot_completed(std::string_view property) { return trim(property) == "1"; }

Result<DeviceTime> parse_device_time(std::string_view text) {
  const auto both = lines(text);
  if (both.size() >= 2) {
    auto wall = parse_int<std::int64_t>(trim(both[0]));
    auto parts = words(both[1]);
    auto up = parts.empty() ? std::nullopt : seconds_ms(parts[0]);
    if (wall && up) return DeviceTime{.up_ms = *up, .wall_s = *wall};
  }
  return corrupt(fmt::format("the device's time reads '{}'", clean_utf8(trim(text.substr(0, 80)))));
}

storesweep::Device model_of(const Facts& facts) {
  storesweep::Device out;
  out.identity = facts.serialno;
  out.kind = {.device_class = facts.device_class, .api = facts.api};
  out.abis = facts.abis;
  out.features.assign(facts.features.begin(), facts.features.end());
  return out;
}

}  // namespace storesweep::device
