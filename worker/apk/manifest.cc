#include "worker/apk/manifest.h"

#include <fmt/format.h>

#include "worker/apk/implied.h"
#include "worker/apk/manifest_components.h"

namespace storesweep::apk {
namespace {
constexpr int kPreviewTarget = 10'000;  // AOSP CUR_DEVELOPMENT: above every release
constexpr std::uint32_t kNeverForLocation = 0x00010000;

// What an element is by where it stands. The platform skips a tag it does not know with all that is in it.
enum class Role : std::uint8_t {
  kUnknown,
  kManifest,
  kApplication,
  kComponent,
  kFilter,
  kQueries,
  kQueryIntent,
  kLeaf,
};

class Reader {
 public:
  Reader(const XmlDocument& doc, const Resources& resources) : doc_(doc), values_(doc, resources) {}

  Result<Manifest> run() {
    if (!doc_.fault().empty()) return corrupt("AndroidManifest.xml: " + doc_.fault());
    roles_.reserve(doc_.elements().size());
    for (const XmlElement& e : doc_.elements()) {
      TRY_ASSIGN(Role role, element(e, doc_.name(e)));
      roles_.push_back(role);
      if (values_.text_bytes() > kMaxManifestTextBytes)
        return exhausted("AndroidManifest.xml: more than 8 MiB of text");
    }
    if (facts().package.empty()) return corrupt("AndroidManifest.xml: no package name");
    finish();
    return std::move(out_);
  }

 private:
  ApkFacts& facts() { return out_.facts; }
  std::string name_of(const XmlElement& e) const { return values_.text(e, attr::name); }

  template <class T>
  static Status add(std::vector<T>& list, T one) {
    if (list.size() >= kMaxComponents)
      return exhausted(fmt::format("AndroidManifest.xml: more than {} of one kind", kMaxComponents));
    list.push_back(std::move(one));
    return ok_status();
  }
  Status one_item_more() {
    if (++items_ > kMaxFilterItems)
      return exhausted("AndroidManifest.xml: too many filter items and meta-data");
    return ok_status();
  }

  Result<Role> element(const XmlElement& e, const std::string& tag) {
    if (e.parent < 0) {
      if (tag != "manifest" || !roles_.empty())
        return corrupt("AndroidManifest.xml: its root is no manifest");
      manifest(e);
      return Role::kManifest;
    }
    switch (roles_[static_cast<std::size_t>(e.parent)]) {
      case Role::kManifest:
        return below_manifest(e, tag);
      case Role::kApplication:
        return below_application(e, tag);
      case Role::kComponent:
        return below_component(e, tag);
      case Role::kFilter:
        return filter_item(e, tag, facts().components.back().filters.back());
      case Role::kQueries:
        return below_queries(e, tag);
      case Role::kQueryIntent:
        return filter_item(e, tag, facts().queries.intents.back());
      default:
        return Role::kUnknown;
    }
  }

  void manifest(const XmlElement& e) {
    ApkFacts& f = facts();
    f.package = values_.plain(e, "package");
    values_.package(f.package);
    out_.split = values_.plain(e, "split");
    out_.split_facts = {out_.split, values_.plain(e, "configForSplit"),
                        values_.flag(e, attr::isFeatureSplit, false)};
    auto low = static_cast<std::uint32_t>(values_.number(e, attr::versionCode).value_or(0));
    auto high = static_cast<std::uint32_t>(values_.number(e, attr::versionCodeMajor).value_or(0));
    f.version_code = static_cast<std::int64_t>(std::uint64_t{high} << 32 | low);
    f.version_name = values_.text(e, attr::versionName);
    f.shared_user_id = values_.text(e, attr::sharedUserId);
    if (values_.has(e, attr::installLocation)) {
      static constexpr std::string_view kLocations[] = {"auto", "internalOnly", "preferExternal"};
      auto location = values_.number(e, attr::installLocation);
      f.install_location = location && *location >= 0 && *location < 3
                               ? std::string(kLocations[*location])
                               : values_.text(e, attr::installLocation);
    }
  }

  Result<Role> below_manifest(const XmlElement& e, std::string_view tag) {
    if (tag == "application") return application(e);
    if (tag == "uses-sdk") return uses_sdk(e);
    if (tag == "queries") return Role::kQueries;
    if (tag == "uses-permission" || tag == "uses-permission-sdk-23" || tag == "uses-permission-sdk-m")
      return uses_permission(e, tag != "uses-permission");
    if (tag == "permission" || tag == "permission-tree") {
      bool tree = tag == "permission-tree";
      DefinedPermission p{name_of(e), protection_level_text(values_, e),
                          values_.text(e, attr::permissionGroup), tree};
      TRY(add(facts().defined_permissions, std::move(p)));
    } else if (tag == "uses-feature") {
      TRY(uses_feature(e));
    } else if (tag == "instrumentation") {
      TRY(add(facts().instrumentation,
              {values_.class_name(name_of(e)), values_.text(e, attr::targetPackage)}));
    } else if (tag == "overlay") {
      facts().overlay_of = values_.text(e, attr::targetPackage);
    } else {
      return Role::kUnknown;
    }
    return Role::kLeaf;
  }

  Result<Role> uses_permission(const XmlElement& e, bool from_23) {
    UsesPermission p{name_of(e), static_cast<int>(values_.number(e, attr::maxSdkVersion).value_or(0)),
                     from_23};
    if (auto flags = values_.number(e, attr::usesPermissionFlags)) {
      p.never_for_location = (static_cast<std::uint32_t>(*flags) & kNeverForLocation) != 0;
    } else {
      p.never_for_location = values_.text(e, attr::usesPermissionFlags) == "neverForLocation";
    }
    if (!p.name.empty()) TRY(add(facts().permissions, std::move(p)));
    return Role::kLeaf;
  }

  Status uses_feature(const XmlElement& e) {
    UsesFeature f{name_of(e), values_.flag(e, attr::required, true)};
    if (f.name.empty()) {
      auto gl = values_.number(e, attr::glEsVersion);
      if (!gl) return ok_status();
      f.name = fmt::format("glEs {}.{}", *gl >> 16 & 0xffff, *gl & 0xffff);
    }
    return add(facts().features, std::move(f));
  }

  Result<Role> application(const XmlElement& e) {
    if (application_seen_) return Role::kUnknown;  // the platform takes the first
    application_seen_ = true;
    ApkFacts& f = facts();
    f.label = values_.text(e, attr::label);
    if (std::uint32_t id = values_.reference(e, attr::label))
      f.labels = values_.resources().texts_by_locale(id);
    f.label_zh = chinese_label();
    f.debuggable = values_.flag(e, attr::debuggable, false);
    f.test_only = values_.flag(e, attr::testOnly, false);
    f.app_enabled = values_.flag(e, attr::enabled, true);
    f.extract_native_libs = values_.flag(e, attr::extractNativeLibs, true);
    f.legacy_storage = values_.flag(e, attr::requestLegacyExternalStorage, false);
    f.direct_boot_aware = values_.flag(e, attr::directBootAware, false);
    f.application_class = values_.class_name(name_of(e));
    f.component_factory = values_.class_name(values_.text(e, attr::appComponentFactory));
    f.app_permission = values_.text(e, attr::permission);
    process_ = values_.text(e, attr::process);
    out_.icon = values_.reference(e, attr::icon);
    out_.round_icon = values_.reference(e, attr::roundIcon);
    f.icon = values_.text(e, attr::icon);
    f.round_icon = out_.round_icon != 0 && out_.round_icon != out_.icon;
    network_and_backup(e);
    return Role::kApplication;
  }

  // Mainland Chinese first, then whatever Chinese there is; nothing where the label has none.
  std::string chinese_label() {
    const auto& labels = facts().labels;
    for (const char* locale : {"zh-CN", "zh-Hans-CN", "zh-Hans", "zh"}) {
      if (auto at = labels.find(locale); at != labels.end()) return at->second;
    }
    auto any = labels.lower_bound("zh-");
    return any != labels.end() && any->first.starts_with("zh-") ? any->second : "";
  }

  void network_and_backup(const XmlElement& e) {
    ApkFacts& f = facts();
    f.network.cleartext_flag = values_.flag(e, attr::usesCleartextTraffic);
    out_.network_security = values_.reference(e, attr::networkSecurityConfig);
    f.backup.allowed = values_.flag(e, attr::allowBackup, true);
    f.backup.agent = values_.class_name(values_.text(e, attr::backupAgent));
    f.backup.full_content = values_.text(e, attr::fullBackupContent);
    f.backup.extraction_rules = values_.text(e, attr::dataExtractionRules);
    out_.full_backup = values_.reference(e, attr::fullBackupContent);
    out_.extraction_rules = values_.reference(e, attr::dataExtractionRules);
  }

  Result<Role> uses_sdk(const XmlElement& e) {
    ApkFacts& f = facts();
    if (auto low = values_.number(e, attr::minSdkVersion)) {
      f.min_sdk = static_cast<int>(*low);
    } else {
      f.min_codename = values_.text(e, attr::minSdkVersion);
    }
    target_ = values_.number(e, attr::targetSdkVersion);
    if (!target_) {
      f.target_codename =
          values_.has(e, attr::targetSdkVersion) ? values_.text(e, attr::targetSdkVersion) : f.min_codename;
      if (!f.target_codename.empty()) target_ = kPreviewTarget;
    }
    f.max_sdk = static_cast<int>(values_.number(e, attr::maxSdkVersion).value_or(0));
    return Role::kLeaf;
  }

  Result<Role> below_application(const XmlElement& e, std::string_view tag) {
    if (auto kind = component_kind(tag)) {
      Component c = read_component(values_, e, *kind, process_);
      if (c.process == facts().package) c.process.clear();
      if (c.split.empty()) c.split = out_.split;
      TRY(add(facts().components, std::move(c)));
      return Role::kComponent;
    }
    if (tag == "meta-data") return meta_data(e, facts().meta_data);
    if (tag == "property") return meta_data(e, facts().properties);
    if (tag == "uses-library") return library(e, "java");
    if (tag == "uses-native-library") return library(e, "native");
    if (tag == "uses-static-library") return library(e, "static");
    if (tag == "uses-sdk-library") return library(e, "sdk");
    return Role::kUnknown;
  }

  Result<Role> library(const XmlElement& e, const char* kind) {
    TRY(add(facts().libraries,
            {kind, name_of(e), values_.flag(e, attr::required, true), values_.text(e, attr::version)}));
    return Role::kLeaf;
  }

  Result<Role> meta_data(const XmlElement& e, std::vector<MetaData>& to) {
    TRY(one_item_more());
    TRY(add(to, read_meta_data(values_, e)));
    return Role::kLeaf;
  }

  Result<Role> below_component(const XmlElement& e, std::string_view tag) {
    Component& c = facts().components.back();
    if (tag == "meta-data") return meta_data(e, c.meta_data);
    if (tag == "property") return meta_data(e, c.properties);
    if (tag != "intent-filter") return Role::kUnknown;
    TRY(one_item_more());
    TRY(add(c.filters, read_filter(values_, e)));
    return Role::kFilter;
  }

  Result<Role> filter_item(const XmlElement& e, std::string_view tag, IntentFilter& filter) {
    TRY(one_item_more());
    read_filter_item(values_, e, tag, filter);
    return Role::kLeaf;
  }

  Result<Role> below_queries(const XmlElement& e, std::string_view tag) {
    Queries& q = facts().queries;
    if (tag == "package") TRY(add(q.packages, name_of(e)));
    if (tag == "provider") TRY(add(q.providers, values_.text(e, attr::authorities)));
    if (tag != "intent") return Role::kLeaf;
    TRY(add(q.intents, IntentFilter{}));
    return Role::kQueryIntent;
  }

  void finish() {
    ApkFacts& f = facts();
    f.target_sdk = target_ ? static_cast<int>(*target_) : f.min_sdk;
    for (Component& c : f.components)
      c.reachable = c.exported.value_or(reachable_by_default(c, f.target_sdk));
    f.implied_permissions = implied_permissions(f.permissions, f.target_sdk);
  }

  const XmlDocument& doc_;
  ManifestValues values_;
  Manifest out_;
  std::vector<Role> roles_;
  std::string process_;
  std::optional<std::int64_t> target_;
  std::size_t items_ = 0;
  bool application_seen_ = false;
};
}  // namespace

Result<Manifest> read_manifest(const XmlDocument& document, const Resources& resources) {
  return Reader(document, resources).run();
}

}  // namespace storesweep::apk
