#include "simdroid/print/shape.h"

#include <algorithm>
#include <filesystem>

#include "common/base/file.h"
#include "common/base/text.h"

namespace storesweep::simdroid {
namespace {
constexpr std::size_t kMaxShapeFileBytes = 1U << 20;

// Calls `take(key, value)` for each "key = value" line; the first line names the source.
template <class Take>
Status each_pair(const std::string& path, Take take) {
  TRY_ASSIGN(const std::string text, read_file(path, kMaxShapeFileBytes));
  if (!starts_with(text, "# ")) return invalid(path + ": line 1: begins with \"# \" and the source");
  int number = 0;
  for (std::string_view line : lines(text)) {
    ++number;
    if (starts_with(line, "#") || trim(line).empty()) continue;
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) {
      return invalid(path + ": line " + std::to_string(number) + ": expected key = value");
    }
    Status s = take(std::string(trim(line.substr(0, equals))), std::string(trim(line.substr(equals + 1))));
    if (!s.ok()) return s.within(path + ": line " + std::to_string(number));
  }
  return ok_status();
}

std::vector<std::string> list_of(std::string_view text) {
  std::vector<std::string> out;
  for (std::string_view word : words(text)) out.emplace_back(word);
  return out;
}

Status set_figure(DeviceShape& shape, const std::string& key, const std::string& value) {
  const std::map<std::string, int*> numbers{{"width_px", &shape.width_px},
                                            {"height_px", &shape.height_px},
                                            {"density_dpi", &shape.density_dpi},
                                            {"status_bar_dp", &shape.status_bar_dp},
                                            {"navigation_bar_dp", &shape.navigation_bar_dp}};
  const std::map<std::string, bool*> flags{{"old_shell", &shape.old_shell},
                                           {"says_inaccessible", &shape.says_inaccessible},
                                           {"user_in_prompt", &shape.user_in_prompt}};
  if (key == "features") {
    shape.features = list_of(value);
  } else if (key == "hardware") {
    shape.hardware = list_of(value);
  } else if (auto n = numbers.find(key); n != numbers.end()) {
    auto number = parse_int<int>(value);
    if (!number) return invalid(key + ": not a number: " + value);
    *n->second = *number;
  } else if (auto f = flags.find(key); f != flags.end()) {
    *f->second = value == "true";
  } else {
    return invalid("unknown key " + key);
  }
  return ok_status();
}

Status set_package(DeviceShape& shape, const std::string& name, const std::string& value) {
  const std::vector<std::string_view> parts = split(value, '|');
  if (parts.size() != 3) return invalid(name + ": expected uid | path | label");
  auto uid = parse_int<int>(trim(parts[0]));
  if (!uid) return invalid(name + ": not a uid: " + std::string(parts[0]));
  shape.packages.push_back({name, *uid, std::string(trim(parts[1])), std::string(trim(parts[2]))});
  return ok_status();
}

Status load_templates(DeviceShape& shape, const std::string& folder) {
  std::error_code error;
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  for (const std::string& path : paths) {
    if (!ends_with(path, ".tmpl")) continue;
    TRY_ASSIGN(const std::string text, read_file(path, kMaxShapeFileBytes));
    TRY(shape.templates.add_file(path, text));
  }
  return ok_status();
}
}  // namespace

bool DeviceShape::has_feature(std::string_view name) const {
  return std::find(features.begin(), features.end(), name) != features.end();
}

std::string DeviceShape::banner() const {
  std::string out = "device::";
  for (const char* key : {"ro.product.name", "ro.product.model", "ro.product.device"}) {
    auto it = properties.find(key);
    out += std::string(key) + "=" + (it == properties.end() ? "" : it->second) + ";";
  }
  if (!features.empty()) {
    out += "features=";
    for (std::size_t i = 0; i < features.size(); ++i) out += (i > 0 ? "," : "") + features[i];
  } else {
    out += '\0';
  }
  return out;
}

Result<DeviceShape> load_shape(const std::string& folder, int api) {
  DeviceShape shape;
  shape.api = api;
  const std::string base = folder + "/" + std::to_string(api);
  if (!std::filesystem::is_directory(base)) return not_found(base + ": no shape of this API level");
  auto keep_in = [](std::map<std::string, std::string>& map) {
    return [&map](std::string key, std::string value) {
      map[std::move(key)] = std::move(value);
      return ok_status();
    };
  };
  TRY(each_pair(base + "/figures.txt",
                [&](const std::string& k, const std::string& v) { return set_figure(shape, k, v); }));
  TRY(each_pair(base + "/packages.txt",
                [&](const std::string& k, const std::string& v) { return set_package(shape, k, v); }));
  TRY(each_pair(base + "/properties.txt", keep_in(shape.properties)));
  TRY(each_pair(base + "/settings.txt", keep_in(shape.settings)));
  TRY(load_templates(shape, base));
  return shape;
}

}  // namespace storesweep::simdroid
