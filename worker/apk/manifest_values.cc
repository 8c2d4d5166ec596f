#include "worker/apk/manifest_values.h"

#include <fmt/format.h>

#include "common/base/text.h"

namespace storesweep::apk {

const XmlAttribute* ManifestValues::find(const XmlElement& e, std::uint32_t id) const {
  const XmlAttribute* a = doc_.attribute(e, id);
  if (!a || a->value.type == kNull || (is_reference(a->value) && a->value.data == 0 && a->raw == kNoString))
    return nullptr;
  return a;
}

ResValue ManifestValues::resolved(const XmlAttribute& a) const {
  if (!is_reference(a.value)) return a.value;
  return resources_.value(a.value.data).value_or(ResValue{});
}

std::string ManifestValues::text_of(const XmlAttribute& a) const {
  if (is_reference(a.value)) {
    if (auto found = resources_.text(a.value.data)) return counted(*std::move(found));
    return fmt::format("@0x{:08x}", a.value.data);
  }
  if (auto found = doc_.string_of(a)) return counted(*std::move(found));
  return plain_text(a.value).value_or("");
}

std::string ManifestValues::text(const XmlElement& e, std::uint32_t id) const {
  const XmlAttribute* a = find(e, id);
  return a ? text_of(*a) : "";
}

std::optional<std::int64_t> ManifestValues::number(const XmlElement& e, std::uint32_t id) const {
  const XmlAttribute* a = find(e, id);
  if (!a) return std::nullopt;
  ResValue v = resolved(*a);
  if (is_int(v)) return static_cast<std::int32_t>(v.data);
  std::string said = text_of(*a);
  if (starts_with(said, "0x")) return parse_int<std::int32_t>(std::string_view(said).substr(2), 16);
  return parse_int<std::int32_t>(said);
}

std::optional<bool> ManifestValues::flag(const XmlElement& e, std::uint32_t id) const {
  const XmlAttribute* a = find(e, id);
  if (!a) return std::nullopt;
  ResValue v = resolved(*a);
  if (is_int(v)) return v.data != 0;
  std::string said = text_of(*a);
  return said == "true" || said == "TRUE" || said == "1";
}

std::uint32_t ManifestValues::reference(const XmlElement& e, std::uint32_t id) const {
  const XmlAttribute* a = find(e, id);
  return a && is_reference(a->value) ? a->value.data : 0;
}

std::string ManifestValues::plain(const XmlElement& e, std::string_view name) const {
  const XmlAttribute* a = doc_.attribute(e, name);
  return a ? text_of(*a) : "";
}

std::string ManifestValues::class_name(const std::string& name) const {
  if (name.empty()) return name;
  if (name[0] == '.') return package_ + name;
  return name.find('.') == std::string::npos ? package_ + "." + name : name;
}

std::vector<std::string> ManifestValues::array(std::uint32_t resource) const {
  std::vector<std::string> out = resources_.texts(resource);
  for (const std::string& one : out) text_bytes_ += one.size() + sizeof(one);
  return out;
}

std::string ManifestValues::resource_name(std::uint32_t id) const {
  std::string name = resources_.name_of(id);
  return name.empty() ? fmt::format("@0x{:08x}", id) : name;
}

}  // namespace storesweep::apk
