#include "common/evidence/app_facts_json.h"

#include <nlohmann/json.hpp>

#include "common/base/text.h"

namespace storesweep {
namespace {
using nlohmann::json;

std::string bounded(std::string_view text) { return clean_utf8(text.substr(0, kMaxAppFactsText)); }

json bounded(const std::vector<std::string>& list) {
  json out = json::array();
  for (const std::string& one : list) {
    if (out.size() == kMaxAppFactsList) break;
    out.push_back(bounded(std::string_view(one)));
  }
  return out;
}

std::string text_in(const json& j, const char* key) {
  return bounded(std::string_view(j.at(key).get_ref<const std::string&>()));
}

std::vector<std::string> list_in(const json& j, const char* key) {
  std::vector<std::string> out;
  for (const json& one : j.at(key)) {
    if (out.size() == kMaxAppFactsList) break;
    out.push_back(bounded(std::string_view(one.get_ref<const std::string&>())));
  }
  return out;
}
}  // namespace

std::string app_facts_to_json(const AppFacts& f) {
  const json j = {{"package", bounded(std::string_view(f.package))},
                  {"version_name", bounded(std::string_view(f.version_name))},
                  {"version_code", f.version_code},
                  {"labels", bounded(f.labels)},
                  {"labels_read", f.labels_read && f.labels.size() <= kMaxAppFactsList},
                  {"launch_activity", bounded(std::string_view(f.launch_activity))},
                  {"permissions", bounded(f.permissions)},
                  {"signer_organisation", bounded(std::string_view(f.signer_organisation))},
                  {"code_read", f.code_read},
                  {"native_code", f.native_code},
                  {"loads_code", f.loads_code},
                  {"protector", bounded(std::string_view(f.protector))},
                  {"sdks", f.sdks},
                  {"without_calls", bounded(f.without_calls)},
                  {"icon_alpha", f.icon_alpha}};
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<AppFacts> app_facts_from_json_untrusted(std::string_view text) {
  if (text.size() > kMaxAppFactsBytes) return exhausted("the facts of an app may have 4 MiB at most");
  // A flat object of texts and lists: what lies deeper is no such thing.
  constexpr int kDeepest = 2;
  bool deep = false;
  const auto shallow = [&](int depth, json::parse_event_t, json&) {
    deep = deep || depth > kDeepest;
    return !deep;
  };
  try {
    const json j = json::parse(text, shallow);
    if (deep) return corrupt("facts of an app: nested too deeply");
    AppFacts f;
    f.package = text_in(j, "package");
    f.version_name = text_in(j, "version_name");
    f.version_code = j.at("version_code").get<std::int64_t>();
    f.labels = list_in(j, "labels");
    f.labels_read = j.at("labels_read").get<bool>();
    f.launch_activity = text_in(j, "launch_activity");
    f.permissions = list_in(j, "permissions");
    f.signer_organisation = text_in(j, "signer_organisation");
    f.code_read = j.at("code_read").get<bool>();
    f.native_code = j.at("native_code").get<bool>();
    f.loads_code = j.at("loads_code").get<bool>();
    f.protector = text_in(j, "protector");
    f.sdks = j.at("sdks").get<bool>();
    f.without_calls = list_in(j, "without_calls");
    f.icon_alpha = j.value("icon_alpha", -1);  // journals of facts 3 and before have none
    return f;
  } catch (const json::exception& e) {
    return corrupt(std::string("facts of an app: ") + e.what());
  }
}

}  // namespace storesweep
