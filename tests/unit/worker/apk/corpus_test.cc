// Every APK of the corpus against what aapt says of it (its *.truth.txt).
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/unit/corpus.h"
#include "worker/apk/facts.h"

namespace storesweep {
namespace {
using Json = nlohmann::json;

Json truth_of(const std::filesystem::path& apk) {
  std::ifstream in(apk.string() + ".truth.txt", std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  std::size_t at = text.find("== summary json");
  return at == std::string::npos ? Json() : Json::parse(text.substr(text.find('{', at)), nullptr, false);
}

// Lines `NAME-KEY:'VALUE'` of aapt's badging, such as application-label-zh-CN.
std::map<std::string, std::string> badging(const std::filesystem::path& apk, const std::string& name) {
  std::ifstream in(apk.string() + ".truth.txt", std::ios::binary);
  std::map<std::string, std::string> out;
  for (std::string line; std::getline(in, line) && !line.starts_with("== aapt dump permissions");) {
    std::size_t quote = line.find(":'");
    if (!line.starts_with(name) || quote == std::string::npos) continue;
    std::string key = line.substr(name.size(), quote - name.size());
    if (!key.empty()) key.erase(0, 1);
    out[key] = line.substr(quote + 2, line.rfind('\'') - quote - 2);
  }
  return out;
}

// What a device of that locale shows, by our labels: the most that matches.
std::string label_in(const ApkFacts& f, const std::string& locale) {
  for (const std::string& key : {locale, locale.substr(0, locale.find('-'))}) {
    if (auto at = f.labels.find(key); at != f.labels.end()) return at->second;
  }
  return f.label;
}

std::string text_of(const Json& truth, const char* key) {
  return truth.contains(key) && truth[key].is_string() ? truth[key].get<std::string>() : "";
}

int count(const ApkFacts& facts, ComponentKind kind) {
  return static_cast<int>(std::ranges::count(facts.components, kind, &Component::kind));
}

std::pair<std::size_t, std::size_t> filters_and_meta_data(const ApkFacts& f) {
  std::size_t filters = 0, meta = f.meta_data.size();
  for (const Component& c : f.components) {
    filters += c.filters.size();
    meta += c.meta_data.size();
  }
  return {filters, meta};
}

// field -> (ours, aapt's)
std::map<std::string, std::pair<std::string, std::string>> compared(const ApkFacts& f, const Json& t) {
  auto or_one = [](const std::string& s) { return s.empty() ? "1" : s; };
  std::string target = text_of(t, "targetSdk").empty() ? text_of(t, "minSdk") : text_of(t, "targetSdk");
  std::vector<std::string> ours, theirs = t["uses_permission"].get<std::vector<std::string>>();
  for (const UsesPermission& p : f.permissions) ours.push_back(p.name);
  std::ranges::sort(ours);
  std::ranges::sort(theirs);
  std::map<std::string, std::pair<std::string, std::string>> out = {
      {"package", {f.package, text_of(t, "package")}},
      {"versionCode", {std::to_string(f.version_code), text_of(t, "versionCode")}},
      {"versionName", {f.version_name, text_of(t, "versionName")}},
      {"minSdk",
       {f.min_codename.empty() ? std::to_string(f.min_sdk) : f.min_codename, or_one(text_of(t, "minSdk"))}},
      {"targetSdk", {std::to_string(f.target_sdk), or_one(target)}},
      {"label", {f.label, text_of(t, "label")}},
      {"launchable", {f.launch_activity, text_of(t, "launchable")}},
      {"permissions", {Json(ours).dump(), Json(theirs).dump()}},
      {"abis", {Json(f.abis).dump(), t.contains("native_abis") ? t["native_abis"].dump() : "[]"}},
      {"n_intent-filter", {std::to_string(filters_and_meta_data(f).first), t["n_intent-filter"].dump()}},
      {"n_meta-data", {std::to_string(filters_and_meta_data(f).second), t["n_meta-data"].dump()}},
  };
  auto libraries = std::ranges::count(f.libraries, "java", &UsesLibrary::kind);
  out["n_uses-library"] = {std::to_string(libraries), t["n_uses-library"].dump()};
  bool boots = std::ranges::any_of(f.components, [](const Component& c) {
    return c.kind == ComponentKind::kReceiver &&
           std::ranges::any_of(c.filters, [](const IntentFilter& filter) {
             return std::ranges::find(filter.actions, "android.intent.action.BOOT_COMPLETED") !=
                    filter.actions.end();
           });
  });
  out["boot_receiver"] = {boots ? "true" : "false", t["boot_receiver"].dump()};
  std::vector<std::string> defined, defines = t["defines_permission"].get<std::vector<std::string>>();
  for (const DefinedPermission& p : f.defined_permissions) defined.push_back(p.name);
  out["defines"] = {Json(defined).dump(), Json(defines).dump()};
  for (ComponentKind kind : {ComponentKind::kActivity, ComponentKind::kActivityAlias, ComponentKind::kService,
                             ComponentKind::kReceiver, ComponentKind::kProvider}) {
    std::string key = "n_" + std::string(component_kind_name(kind));
    out[key] = {std::to_string(count(f, kind)), t[key].dump()};
  }
  return out;
}

// Where we differ from aapt, and who is right; what is not here must agree.
const std::map<std::string, std::string> kKnown = {
    {"Apktool/framework.apk targetSdk",
     "both: the target is a preview's name, which the platform counts as 10000"},
    {"Apktool/issue1264.apk versionCode", "we: none is given, and then the platform takes 0"},
    {"Apktool/not-sparse.apk versionCode", "we: none is given, and then the platform takes 0"},
    {"Apktool/sparse.apk versionCode", "we: none is given, and then the platform takes 0"},
    {"Apktool/issue1730.apk label",
     "we: the label stands in the manifest; aapt shows none where there is no table"},
    {"androguard/AndroidManifest_ShortName.apk",
     "we: aapt gives up at an icon that cannot be resolved, which concerns nobody but the icon"},
    {"androguard/AndroidManifest_ShortName.apk label",
     "both: its table is missing, so we show the label's id"},
    {"fdroidserver/org.sajeg.fallingblocks_3.apk androguard's permissions",
     "we, as aapt: both stand below <manifest>, behind <application>, where the platform reads them too"},
    {"apkInspector/minimal_def_mod.apk",
     "we: method 30208 is stored to the platform since Android 9 (ApkAssets), inflated by this aapt"},
};

// Says what differs, and fails where that is not known.
void differ(const std::string& what, const std::string& how) {
  auto known = kKnown.find(what);
  EXPECT_TRUE(known != kKnown.end()) << what << ": " << how;
  std::printf("%s: %s; right: %s\n", what.c_str(), how.c_str(),
              known != kKnown.end() ? known->second.c_str() : "?");
}

std::vector<std::filesystem::path> corpus_apks() {
  std::vector<std::filesystem::path> files;
  for (const auto& e : std::filesystem::recursive_directory_iterator(corpus_path("apk"))) {
    if (e.path().extension() == ".apk") files.push_back(e.path());
  }
  std::ranges::sort(files);
  return files;
}

Result<ApkFacts> facts_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  return read_apk_facts(as_bytes(bytes));
}

std::string name_of(const std::filesystem::path& path) {
  return path.parent_path().filename().string() + "/" + path.filename().string();
}

TEST(ApkCorpus, EveryApkAgreesWithAaptOrIsKnownToDifferForAReason) {
  NEED_CORPUS();
  std::map<std::string, std::pair<int, int>> agreement;  // field -> agrees, differs
  int read = 0, refused = 0;
  for (const auto& path : corpus_apks()) {
    Json truth = truth_of(path);
    auto facts = facts_of(path);
    bool aapt = truth.is_object() && truth.value("aapt_badging_rc", 1) == 0;
    (facts.ok() ? read : refused) += 1;
    if (facts.ok() != aapt)
      differ(name_of(path), facts.ok() ? "we read it, aapt does not" : facts.status().text());
    if (!facts.ok() || !truth.is_object() || !truth.contains("package")) continue;
    auto fields = compared(*facts, truth);
    for (const auto& [locale, label] : badging(path, "application-label")) {
      fields["label in " + (locale.empty() ? "any" : locale)] = {label_in(*facts, locale), label};
    }
    for (const auto& [density, icon] : badging(path, "application-icon")) {
      if (density == "480") fields["icon at 480"] = {facts->icon, icon};
    }
    for (const auto& [field, values] : fields) {
      bool same = values.first == values.second;
      std::string kind = field.starts_with("label in") ? "label in a locale" : field;
      (same ? agreement[kind].first : agreement[kind].second) += 1;
      if (!same)
        differ(name_of(path) + " " + field, "ours '" + values.first + "', aapt '" + values.second + "'");
    }
  }
  std::printf("%d read, %d refused\n", read, refused);
  for (const auto& [field, n] : agreement) {
    std::printf("%-16s agree %3d, differ %2d\n", field.c_str(), n.first, n.second);
  }
  EXPECT_GT(read, 100);
}

// What androguard 3.4 says; it counts permissions that are asked for twice once, and tells no release where
// none is written, for which the platform takes 1 and the lowest.
std::map<std::string, std::pair<std::string, std::string>> beside_androguard(const ApkFacts& f,
                                                                             const Json& a) {
  std::set<std::string> permissions;
  for (const UsesPermission& p : f.permissions) permissions.insert(p.name);
  auto text = [&](const char* key, const std::string& otherwise = "") {
    std::string said = a[key].is_string() ? a[key].get<std::string>() : "";
    return said.empty() ? otherwise : said;
  };
  auto number = [&](ComponentKind kind) { return std::to_string(count(f, kind)); };
  return {{"package", {f.package, text("package")}},
          {"permissions", {std::to_string(permissions.size()), a["permissions"].dump()}},
          {"activities", {number(ComponentKind::kActivity), a["activities"].dump()}},
          {"services", {number(ComponentKind::kService), a["services"].dump()}},
          {"receivers", {number(ComponentKind::kReceiver), a["receivers"].dump()}},
          {"providers", {number(ComponentKind::kProvider), a["providers"].dump()}},
          {"main", {f.launch_activity, text("main")}},
          {"min", {f.min_codename.empty() ? std::to_string(f.min_sdk) : f.min_codename, text("min", "1")}},
          {"target", {std::to_string(f.target_sdk), text("target", text("min", "1"))}}};
}

TEST(ApkCorpus, EveryApkAgreesWithAndroguardOrIsKnownToDifferForAReason) {
  NEED_CORPUS();
  std::map<std::string, std::pair<int, int>> agreement;
  for (const auto& path : corpus_apks()) {
    Json truth = truth_of(path);
    auto facts = facts_of(path);
    if (!facts.ok() || !truth.is_object() || !truth["androguard"].value("valid", false)) continue;
    for (const auto& [field, values] : beside_androguard(*facts, truth["androguard"])) {
      bool same = values.first == values.second;
      (same ? agreement[field].first : agreement[field].second) += 1;
      if (!same)
        differ(name_of(path) + " androguard's " + field,
               "ours '" + values.first + "', its '" + values.second + "'");
    }
  }
  for (const auto& [field, n] : agreement) {
    std::printf("androguard %-12s agree %3d, differ %2d\n", field.c_str(), n.first, n.second);
  }
  EXPECT_GT(agreement["package"].first, 100);
}

TEST(ApkCorpus, EverySchemeThatApksignerVerifiesIsSeenToBeThere) {
  NEED_CORPUS();
  int schemes = 0;
  for (const auto& path : corpus_apks()) {
    Json truth = truth_of(path);
    auto facts = facts_of(path);
    if (!facts.ok() || !truth.is_object() || !truth.contains("schemes")) continue;
    auto verified = [&](const char* scheme) { return truth["schemes"].value(scheme, "") == "true"; };
    schemes += verified("v1") + verified("v2") + verified("v3");
    EXPECT_TRUE(facts->signing.v1 || !verified("v1")) << path;
    EXPECT_TRUE(facts->signing.v2 || !verified("v2")) << path;
    EXPECT_TRUE(facts->signing.v3 || !verified("v3")) << path;
  }
  EXPECT_GT(schemes, 50);
}
}  // namespace
}  // namespace storesweep
