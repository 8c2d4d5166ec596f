// Holds schemas/openapi.yaml and the server together: the same routes, and every answer and example fits its
// schema.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "common/base/file.h"
#include "common/base/text.h"
#include "coordinator/http/api_handler.h"
#include "coordinator/http/routes.h"
#include "tests/unit/coordinator/http/fake_service.h"

namespace storesweep::http {
namespace {
using Json = nlohmann::ordered_json;

Json json_of(const YAML::Node& node) {
  if (node.IsMap()) {
    Json all = Json::object();
    for (const auto& entry : node) all[entry.first.Scalar()] = json_of(entry.second);
    return all;
  }
  if (node.IsSequence()) {
    Json all = Json::array();
    for (const auto& item : node) all.push_back(json_of(item));
    return all;
  }
  if (node.IsNull()) return Json();
  const std::string text = node.Scalar();
  if (node.Tag() == "!") return text;  // quoted
  const Json parsed = Json::parse(text, nullptr, false);
  return parsed.is_number() || parsed.is_boolean() || parsed.is_null() ? parsed : Json(text);
}

const Json& document() {
  static const Json kDocument =
      json_of(YAML::LoadFile(std::string(std::getenv("STORESWEEP_SOURCE")) + "/schemas/openapi.yaml"));
  return kDocument;
}

bool is_type(const Json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  return type == "null" && value.is_null();
}

// As much of JSON Schema 2020-12 as the document uses. Gives the first thing that is wrong, or nothing.
std::string misfit(const Json& value, const Json& schema, const std::string& at) {
  if (schema.contains("$ref")) {
    const std::string reference = schema["$ref"];
    return misfit(value, document().at(Json::json_pointer(reference.substr(1))), at);
  }
  const Json types = schema.value("type", Json());
  bool fits = types.is_null();
  for (const Json& t : types.is_array() ? types : Json::array({types})) {
    fits = fits || (t.is_string() && is_type(value, t)) || (t.is_null() && value.is_null());
  }
  if (!fits) return at + " is no " + types.dump();
  if (schema.contains("enum") &&
      std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end()) {
    return at + ": " + value.dump() + " is not in the list";
  }
  if (value.is_number() && schema.contains("minimum") && value < schema["minimum"])
    return at + " is too small";
  if (value.is_number() && schema.contains("maximum") && value > schema["maximum"])
    return at + " is too large";
  if (value.is_array() && schema.contains("items")) {
    if (schema.contains("minItems") && value.size() < schema["minItems"]) return at + " has too few";
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (auto m = misfit(value[i], schema["items"], at + "[" + std::to_string(i) + "]"); !m.empty())
        return m;
    }
  }
  if (!value.is_object()) return "";
  for (const Json& wanted : schema.value("required", Json::array())) {
    if (!value.contains(wanted.get<std::string>())) return at + " lacks " + wanted.dump();
  }
  const Json properties = schema.value("properties", Json::object());
  const Json others = schema.value("additionalProperties", Json(true));
  for (const auto& [key, below] : value.items()) {
    if (!properties.contains(key) && others == Json(false)) return at + "." + key + " is not in the schema";
    const Json of = properties.contains(key) ? properties[key] : others;
    if (of.is_object()) {
      if (auto m = misfit(below, of, at + "." + key); !m.empty()) return m;
    }
  }
  return "";
}

std::string upper(std::string s) {
  for (char& c : s) c = static_cast<char>(std::toupper(c));
  return s;
}

// A path with values for its {names}.
std::string example_path(std::string pattern) {
  const std::map<std::string, std::string> values = {{"{sha256}", to_hex(sha256("journal"))},
                                                     {"{pack}", to_hex(sha256("pack"))},
                                                     {"{worker}", "w1"},
                                                     {"{address}", "a"},
                                                     {"{name}", "n"},
                                                     {"{finding}", "17.0123456789"}};
  for (const auto& [key, value] : values) {
    if (const auto found = pattern.find(key); found != std::string::npos)
      pattern.replace(found, key.size(), value);
  }
  return std::regex_replace(pattern, std::regex(R"(\{\w+\})"), "3");
}

template <class F>
void each_operation(F f) {
  for (const auto& [path, methods] : document()["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) f(path, upper(method), operation);
  }
}

TEST(OpenApi, NamesEveryRouteAndNoOther) {
  std::set<std::string> documented, served;
  each_operation([&](const std::string& path, const std::string& method, const Json&) {
    documented.insert(method + " " + path);
  });
  for (const Route& r : routes()) served.insert(std::string(r.method) + " " + r.pattern);
  EXPECT_EQ(documented, served);
}

TEST(OpenApi, NamesTheRoleAndTheParametersOfEveryRoute) {
  each_operation([&](const std::string& path, const std::string& method, const Json& operation) {
    const Match m = match(method, example_path(path));
    ASSERT_NE(m.route, nullptr) << path;
    EXPECT_EQ(operation["x-role"], name(m.route->access)) << path;
    EXPECT_EQ(operation.contains("security"), m.route->access == Access::kOpen) << path;
    std::set<std::string> documented, known(m.route->query.begin(), m.route->query.end());
    for (const Json& p : operation.value("parameters", Json::array())) {
      if (p["in"] == "query") documented.insert(p["name"]);
    }
    EXPECT_EQ(documented, known) << path;
  });
}

// The table of docs/operate.md (Roles): which role may make which change.
std::map<std::string, std::string> documented_changes() {
  std::map<std::string, std::string> roles;
  const std::string file = std::string(std::getenv("STORESWEEP_SOURCE")) + "/docs/operate.md";
  const auto text = read_file(file, 1 << 20);
  EXPECT_TRUE(text.ok()) << text.status().message();
  const std::string page = text.value_or("");
  static const std::regex kRoute("`((?:POST|PUT|DELETE|PATCH) /api/v1/[^`]+)`");
  for (std::string_view line : lines(page)) {
    const auto cells = split(line, '|');
    if (cells.size() != 5) continue;
    const std::string cell(cells[3]);
    for (auto at = std::sregex_iterator(cell.begin(), cell.end(), kRoute); at != std::sregex_iterator(); ++at)
      EXPECT_TRUE(roles.emplace((*at)[1], trim(cells[1])).second) << (*at)[1] << " stands there twice";
  }
  return roles;
}

TEST(Roles, StandInTheTableAsTheRoutesAskForThem) {
  std::map<std::string, std::string> served;
  for (const Route& r : routes()) {
    const bool reads = std::string_view(r.method) == "GET";
    if (r.access == Access::kOpen) continue;
    EXPECT_TRUE(!reads || r.access == Access::kViewer) << r.pattern << ": the page says that a viewer may";
    if (!reads) served.emplace(std::string(r.method) + " " + r.pattern, name(r.access));
  }
  EXPECT_EQ(documented_changes(), served);
  EXPECT_FALSE(served.empty());
}

TEST(OpenApi, FitsEveryAnswerAndItsOwnExamples) {
  FakeService service;
  FakeRegister workers;
  ApiHandler handler(service, AccessList({}), nullptr, &workers);
  std::size_t checked = 0;
  each_operation([&](const std::string& path, const std::string& method, const Json& operation) {
    Request request;
    request.head.method = method;
    request.head.path = example_path(path);
    if (operation.contains("requestBody") && method == "POST") {
      const Json& content = operation["requestBody"]["content"]["application/json"];
      EXPECT_EQ(misfit(content["example"], content["schema"], path), "");
      request.body = content["example"].dump();
    }
    const Response response = handler.handle(request, Deadline::in_ms(1000));
    const std::string status = std::to_string(response.status);
    ASSERT_TRUE(operation["responses"].contains(status))
        << path << " answers " << status << " " << response.body;
    const Json& described = operation["responses"][status];
    if (response.events || !described.contains("content")) return;
    const std::string type = described["content"].begin().key();
    const Json& body = described["content"].begin().value();
    EXPECT_EQ(response.content_type.rfind(type, 0), 0u) << path << ": " << response.content_type;
    if (type != "application/json") return;
    EXPECT_EQ(misfit(Json::parse(response.body), body["schema"], path), "");
    ++checked;
  });
  EXPECT_GT(checked, 20u);
}

TEST(OpenApi, FitsTheFormOfErrors) {
  const Json& error = document()["components"]["responses"]["Error"]["content"]["application/json"];
  EXPECT_EQ(misfit(error["example"], error["schema"], "example"), "");
  EXPECT_EQ(misfit(Json::parse(error_response(exhausted("x")).body), error["schema"], "exhausted"), "");
  EXPECT_NE(misfit(Json::parse(R"({"error":{"kind":"sad","message":"x"}})"), error["schema"], "e"), "")
      << "the check itself can fail";
}

}  // namespace
}  // namespace storesweep::http
