#include "common/android/lists.h"

#include "common/base/text.h"

namespace storesweep::android {
namespace {

bool is_package_name(std::string_view name) {
  return !name.empty() && name.find_first_of(" \t=:/") == std::string_view::npos;
}

bool package_entry(std::string_view rest, ListedPackage& out) {
  const std::size_t end = rest.find(' ');
  std::string_view head = rest.substr(0, end);
  std::string_view tail = end == std::string_view::npos ? std::string_view() : rest.substr(end);
  const std::size_t split = head.rfind('=');
  if (split != std::string_view::npos) {
    out.path = std::string(head.substr(0, split));
    head = head.substr(split + 1);
  }
  out.name = std::string(head);
  out.installer = std::string(value_of(tail, "installer="));
  if (out.installer == "null") out.installer.clear();
  out.uid = parse_int<int>(value_of(tail, "uid:")).value_or(-1);
  out.version_code = parse_int<std::int64_t>(value_of(tail, "versionCode:")).value_or(-1);
  return is_package_name(out.name);
}

}  // namespace

Parsed<ListedPackage> parse_package_list(std::string_view text) {
  Parsed<ListedPackage> out;
  LineReader lines(text, out);
  Line line;
  while (lines.next(line)) {
    std::string_view rest = line.body;
    ListedPackage entry;
    if (take(rest, "package:") && package_entry(rest, entry))
      out.add(std::move(entry));
    else
      out.unknown(line, true);
  }
  return out;
}

Parsed<std::string> parse_package_paths(std::string_view text) {
  Parsed<std::string> out;
  LineReader lines(text, out);
  Line line;
  while (lines.next(line)) {
    std::string_view rest = line.body;
    if (take(rest, "package:") && !rest.empty())
      out.add(std::string(rest));
    else
      out.unknown(line, true);
  }
  return out;
}

Parsed<Feature> parse_features(std::string_view text) {
  Parsed<Feature> out;
  LineReader lines(text, out);
  Line line;
  while (lines.next(line)) {
    std::string_view rest = line.body;
    if (!take(rest, "feature:") || rest.empty()) {
      out.unknown(line, true);
      continue;
    }
    const std::size_t split = rest.find('=');
    out.add({std::string(rest.substr(0, split)),
             split == std::string_view::npos ? std::string() : std::string(rest.substr(split + 1))});
  }
  return out;
}

Parsed<Property> parse_properties(std::string_view text) {
  Parsed<Property> out;
  LineReader lines(text, out, LineReader::Blank::kKeep);
  Line line;
  bool open = false;  // the last value has not seen its "]" yet
  while (lines.next(line)) {
    std::string_view rest = line.text;
    const std::size_t split = rest.find("]: [");
    if (!open || (starts_with(rest, "[") && split != std::string_view::npos)) {
      if (!take(rest, "[") || split == std::string_view::npos) {
        if (!line.body.empty()) out.unknown(line, true);
        continue;
      }
      open = !ends_with(line.text, "]");
      std::string_view value = line.text.substr(split + 4);
      if (!open) value.remove_suffix(1);
      out.add({std::string(rest.substr(0, split - 1)), std::string(value)});
      continue;
    }
    open = !ends_with(rest, "]");
    if (!open) rest.remove_suffix(1);
    out.records.back().value.append("\n").append(rest);
  }
  return out;
}

Parsed<Property> parse_settings(std::string_view text) {
  Parsed<Property> out;
  LineReader lines(text, out, LineReader::Blank::kKeep);
  Line line;
  while (lines.next(line)) {
    const std::size_t split = line.text.find('=');
    const bool named = split != std::string_view::npos && split > 0 &&
                       line.text.substr(0, split).find_first_of(" \t{}\"<>") == std::string_view::npos;
    if (named) {
      out.add({std::string(line.text.substr(0, split)), std::string(line.text.substr(split + 1))});
    } else if (out.records.empty() || is_device_error(line.body)) {
      if (!line.body.empty()) out.unknown(line, true);
    } else {
      out.records.back().value.append("\n").append(line.text);
    }
  }
  return out;
}

const std::string* find_value(const Parsed<Property>& properties, std::string_view name) {
  for (const Property& p : properties.records) {
    if (p.name == name) return &p.value;
  }
  return nullptr;
}

}  // namespace storesweep::android
