#include "worker/apk/cyclonedx.h"

#include <nlohmann/json.hpp>

#include <set>

namespace storesweep {
namespace {
using Json = nlohmann::ordered_json;

std::string text(const Json& json, const char* key) {
  if (!json.is_object()) return "";
  auto at = json.find(key);
  return at != json.end() && at->is_string() ? at->get<std::string>() : "";
}

// A UUID of the file set's hash (RFC 9562, version 8: made by a rule of one's own).
std::string serial_number(const std::string& hash) {
  std::string hex = hash.substr(0, 32);
  if (hex.size() != 32) return "";
  hex[12] = '8';
  hex[16] = "89ab"[static_cast<unsigned char>(hex[16]) % 4];
  return "urn:uuid:" + hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" +
         hex.substr(16, 4) + "-" + hex.substr(20);
}

Json property(const std::string& name, const std::string& value) {
  return {{"name", "storesweep:" + name}, {"value", value}};
}

Json application(const Json& facts) {
  std::string package = text(facts, "package");
  Json out{{"type", "application"}, {"bom-ref", "app:" + package}, {"name", package}};
  if (std::string version = text(facts, "version_name"); !version.empty()) out["version"] = version;
  Json properties = Json::array();
  if (std::string label = text(facts, "label"); !label.empty())
    properties.push_back(property("label", label));
  if (facts.contains("version_code"))
    properties.push_back(property("version_code", facts["version_code"].dump()));
  // One file's hash is that of its set; of several the rule pack's own way of joining them.
  properties.push_back(property("file_set", text(facts, "file_set")));
  out["properties"] = std::move(properties);
  return out;
}

Json sdk(const Json& one) {
  Json out{{"type", "library"}, {"bom-ref", "sdk:" + text(one, "id")}, {"name", text(one, "name")}};
  if (std::string company = text(one, "company"); !company.empty()) out["supplier"] = {{"name", company}};
  if (std::string version = text(one, "version"); !version.empty()) out["version"] = version;
  Json properties = {property("id", text(one, "id")), property("kind", text(one, "kind"))};
  if (std::string from = text(one, "version_from"); !from.empty())
    properties.push_back(property("version_from", from));
  if (auto evidence = one.find("evidence"); evidence != one.end() && evidence->is_array()) {
    for (const Json& mark : *evidence)
      properties.push_back(property("evidence", mark.is_string() ? mark.get<std::string>() : ""));
  }
  out["properties"] = std::move(properties);
  return out;
}

Json native(const Json& one) {
  Json out{{"type", "file"}, {"bom-ref", "file:" + text(one, "path")}, {"name", text(one, "path")}};
  out["properties"] = {property("abi", text(one, "abi"))};
  return out;
}
}  // namespace

Result<Json> facts_to_cyclonedx(const Json& facts, const std::string& timestamp) {
  if (!facts.is_object() || text(facts, "package").empty()) {
    return invalid("no facts as `storesweep apk --json` writes them");
  }
  Json out{{"bomFormat", "CycloneDX"}, {"specVersion", "1.5"}};
  if (std::string serial = serial_number(text(facts, "file_set")); !serial.empty())
    out["serialNumber"] = serial;
  out["version"] = 1;
  Json app = application(facts);
  Json metadata = Json::object();
  if (!timestamp.empty()) metadata["timestamp"] = timestamp;
  metadata["tools"] = {{"components", {{{"type", "application"}, {"name", "storesweep"}}}}};
  metadata["component"] = app;
  out["metadata"] = std::move(metadata);
  Json components = Json::array(), used = Json::array();
  std::set<std::string> seen;
  auto add = [&](Json component) {
    std::string ref = component["bom-ref"];
    if (!seen.insert(ref).second) return;
    used.push_back(ref);
    components.push_back(std::move(component));
  };
  if (auto code = facts.find("code"); code != facts.end() && code->is_object()) {
    if (code->contains("sdks")) {
      for (const Json& one : (*code)["sdks"]) add(sdk(one));
    }
    if (code->contains("libraries")) {
      for (const Json& one : (*code)["libraries"]) add(native(one));
    }
  }
  out["components"] = std::move(components);
  out["dependencies"] = {{{"ref", app["bom-ref"]}, {"dependsOn", std::move(used)}}};
  return out;
}

}  // namespace storesweep
