#include "worker/apk/facts_diff.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>

namespace storesweep {
namespace {
using Json = nlohmann::ordered_json;

std::string text(const Json& json, const char* key) {
  auto at = json.is_object() ? json.find(key) : json.end();
  return json.is_object() && at != json.end() && at->is_string() ? at->get<std::string>() : "";
}

const Json* list(const Json& facts, const char* key) {
  auto at = facts.find(key);
  return at != facts.end() && at->is_array() ? &*at : nullptr;
}

// One line for each item of a list.
template <class Line>
std::set<std::string> lines_of(const Json& all, Line line) {
  std::set<std::string> out;
  for (const Json& one : all) {
    if (out.size() >= kMaxDiffItems) break;
    if (std::string said = line(one); !said.empty()) out.insert(std::move(said));
  }
  return out;
}

Json changes(const std::set<std::string>& before, const std::set<std::string>& after) {
  std::vector<std::string> added, gone;
  std::ranges::set_difference(after, before, std::back_inserter(added));
  std::ranges::set_difference(before, after, std::back_inserter(gone));
  return {{"added", added}, {"gone", gone}};
}

template <class Line>
void compare(const Json& before, const Json& after, const char* key, const char* as, Line line, Json& out) {
  const Json *old_list = list(before, key), *new_list = list(after, key);
  if (old_list && new_list) out[as] = changes(lines_of(*old_list, line), lines_of(*new_list, line));
}

void compare_values(const Json& before, const Json& after, Json& out) {
  static constexpr const char* kValues[] = {
      "package",   "version_name",      "version_code",   "label",
      "label_zh",  "min_sdk",           "target_sdk",     "debuggable",
      "test_only", "application_class", "shared_user_id", "launch_activity"};
  out = Json::array();
  auto add = [&out](const std::string& what, const Json& old_value, const Json& new_value) {
    if (old_value != new_value) out.push_back({{"what", what}, {"old", old_value}, {"new", new_value}});
  };
  for (const char* key : kValues) {
    if (before.contains(key) && after.contains(key)) add(key, before[key], after[key]);
  }
  for (const char* key : {"cleartext", "user_certificates"}) {
    if (before.contains("network") && after.contains("network") && before["network"].contains(key) &&
        after["network"].contains(key)) {
      add(std::string("network.") + key, before["network"][key], after["network"][key]);
    }
  }
}
}  // namespace

Result<Json> diff_facts(const Json& before, const Json& after) {
  for (const Json* one : {&before, &after}) {
    if (!one->is_object() || !one->contains("package") || !one->contains("facts_version"))
      return invalid("no facts as `storesweep apk --json` writes them");
  }
  Json out{{"package", after["package"]}};
  compare_values(before, after, out["changed"]);
  auto named = [](const Json& one) { return text(one, "name"); };
  auto itself = [](const Json& one) { return one.is_string() ? one.get<std::string>() : ""; };
  compare(before, after, "permissions", "permissions", named, out);
  compare(before, after, "implied_permissions", "implied_permissions", itself, out);
  compare(before, after, "features", "features", named, out);
  auto component = [](const Json& one) { return text(one, "kind") + " " + text(one, "name"); };
  compare(before, after, "components", "components", component, out);
  auto reachable = [](const Json& one) {
    return one.is_object() && one.value("reachable", false) ? text(one, "kind") + " " + text(one, "name")
                                                            : "";
  };
  compare(before, after, "components", "reachable", reachable, out);
  compare(before, after, "abis", "abis", itself, out);
  auto sdk = [](const Json& one) {
    std::string version = text(one, "version");
    return text(one, "id") + (version.empty() ? "" : " " + version);
  };
  auto call = [](const Json& one) {
    return text(one, "source") + ": " + text(one, "caller_class") + "." + text(one, "caller_method") +
           " -> " + text(one, "target") + " (" + text(one, "owner") + ")";
  };
  if (before.contains("code") && after.contains("code")) {
    compare(before["code"], after["code"], "sdks", "sdks", sdk, out);
    compare(before["code"], after["code"], "calls", "calls", call, out);
  }
  if (before.contains("signature") && after.contains("signature")) {
    auto signer = [](const Json& one) { return text(one, "sha256") + " " + text(one, "subject"); };
    compare(before["signature"], after["signature"], "identity", "signers", signer, out);
  }
  return out;
}

}  // namespace storesweep
