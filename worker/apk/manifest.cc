#include "worker/apk/manifest.h"

#include <fmt/format.h>

#include "common/base/text.h"

namespace storesweep::apk {
namespace {
// Public resource ids of the platform's attributes (AOSP core/res/res/values/public.xml).
enum : std::uint32_t {
  kLabel = 0x01010001,
  kName = 0x01010003,
  kPermission = 0x01010006,
  kEnabled = 0x0101000e,
  kDebuggable = 0x0101000f,
  kExported = 0x01010010,
  kProcess = 0x01010011,
  kAuthorities = 0x01010018,
  kScheme = 0x01010027,
  kTargetActivity = 0x01010202,
  kMinSdk = 0x0101020c,
  kVersionCode = 0x0101021b,
  kVersionName = 0x0101021c,
  kTargetSdk = 0x01010270,
  kMaxSdk = 0x01010271,
  kRequired = 0x0101028e,
  kVersionCodeMajor = 0x01010576,
};

std::optional<ComponentKind> component_kind(std::string_view tag) {
  if (tag == "activity") return ComponentKind::kActivity;
  if (tag == "activity-alias") return ComponentKind::kActivityAlias;
  if (tag == "service") return ComponentKind::kService;
  if (tag == "receiver") return ComponentKind::kReceiver;
  if (tag == "provider") return ComponentKind::kProvider;
  return std::nullopt;
}

class Reader {
 public:
  Reader(const XmlDocument& doc, const ResourceTable& resources) : doc_(doc), resources_(resources) {}

  Result<Manifest> run() {
    tags_.reserve(doc_.elements().size());
    for (std::size_t i = 0; i < doc_.elements().size(); ++i) {
      tags_.push_back(doc_.name(doc_.elements()[i]));
      TRY(element(static_cast<int>(i)));
    }
    if (facts().package.empty()) return corrupt("AndroidManifest.xml: no package name");
    finish();
    return std::move(out_);
  }

 private:
  ApkFacts& facts() { return out_.facts; }

  // -- values

  ResValue resolved(const XmlAttribute& a) const {
    if (a.value.type != kReference && a.value.type != kDynamicReference) return a.value;
    return resources_.value(a.value.data).value_or(ResValue{});
  }
  std::string text(const XmlElement& e, std::uint32_t id, std::string_view language = "") const {
    const XmlAttribute* a = doc_.attribute(e, id);
    if (!a) return "";
    if (a->value.type == kReference || a->value.type == kDynamicReference) {
      if (auto found = resources_.text(a->value.data, language)) return *found;
      return language.empty() ? fmt::format("@0x{:08x}", a->value.data) : "";
    }
    if (!language.empty()) return "";
    if (auto found = doc_.string_of(*a)) return *found;
    if (a->value.type >= kFirstInt && a->value.type <= kLastInt)
      return std::to_string(static_cast<std::int32_t>(a->value.data));
    return "";
  }
  std::optional<std::int64_t> number(const XmlElement& e, std::uint32_t id) const {
    const XmlAttribute* a = doc_.attribute(e, id);
    if (!a) return std::nullopt;
    ResValue v = resolved(*a);
    if (v.type >= kFirstInt && v.type <= kLastInt) return static_cast<std::int32_t>(v.data);
    return parse_int<std::int32_t>(text(e, id));
  }
  std::optional<bool> flag(const XmlElement& e, std::uint32_t id) const {
    const XmlAttribute* a = doc_.attribute(e, id);
    if (!a) return std::nullopt;
    ResValue v = resolved(*a);
    if (v.type >= kFirstInt && v.type <= kLastInt) return v.data != 0;
    std::string said = text(e, id);
    return said == "true" || said == "TRUE" || said == "1";
  }
  std::string plain(const XmlElement& e, std::string_view name) const {
    const XmlAttribute* a = doc_.attribute(e, name);
    return a ? doc_.string_of(*a).value_or("") : "";
  }
  // AOSP PackageParser.buildClassName.
  std::string class_name(std::string name) const {
    if (name.empty()) return name;
    if (name[0] == '.') return out_.facts.package + name;
    return name.find('.') == std::string::npos ? out_.facts.package + "." + name : name;
  }

  // -- elements

  Status element(int i) {
    const XmlElement& e = doc_.elements()[static_cast<std::size_t>(i)];
    const std::string& tag = tags_.back();
    if (e.parent < 0)
      return tag == "manifest" && i == 0 ? manifest(e)
                                         : corrupt("AndroidManifest.xml: its root is no manifest");
    const std::string& around = tags_[static_cast<std::size_t>(e.parent)];
    if (e.parent == 0) return below_manifest(e, tag);
    if (around == "application") {
      if (auto kind = component_kind(tag)) return component(e, *kind, i);
    } else if (around == "queries" && tag == "package") {
      return add(facts().package_queries, text(e, kName));
    } else if (tag == "intent-filter" && e.parent == component_at_) {
      filter_at_ = i;
      return add(facts().components.back().filters, IntentFilter{});
    } else if (e.parent == filter_at_) {
      return filter_item(e, tag);
    }
    return ok_status();
  }

  template <class T>
  static Status add(std::vector<T>& list, T one) {
    if (list.size() >= kMaxComponents)
      return exhausted(fmt::format("AndroidManifest.xml: more than {} of one kind", kMaxComponents));
    list.push_back(std::move(one));
    return ok_status();
  }

  Status manifest(const XmlElement& e) {
    facts().package = plain(e, "package");
    out_.split = plain(e, "split");
    auto low = static_cast<std::uint32_t>(number(e, kVersionCode).value_or(0));
    auto high = static_cast<std::uint32_t>(number(e, kVersionCodeMajor).value_or(0));
    facts().version_code = static_cast<std::int64_t>(std::uint64_t{high} << 32 | low);
    facts().version_name = text(e, kVersionName);
    return ok_status();
  }

  Status below_manifest(const XmlElement& e, std::string_view tag) {
    if (tag == "application") return application(e);
    if (tag == "uses-sdk") return uses_sdk(e);
    if (tag == "uses-permission" || tag == "uses-permission-sdk-23" || tag == "uses-permission-sdk-m") {
      UsesPermission p{text(e, kName), static_cast<int>(number(e, kMaxSdk).value_or(0)),
                       tag != "uses-permission"};
      return p.name.empty() ? ok_status() : add(facts().permissions, std::move(p));
    }
    if (tag == "uses-feature") {
      UsesFeature f{text(e, kName), flag(e, kRequired).value_or(true)};
      return f.name.empty() ? ok_status() : add(facts().features, std::move(f));
    }
    return ok_status();
  }

  Status application(const XmlElement& e) {
    facts().label = text(e, kLabel);
    facts().label_zh = text(e, kLabel, "zh");
    facts().debuggable = flag(e, kDebuggable).value_or(false);
    process_ = text(e, kProcess);
    return ok_status();
  }

  Status uses_sdk(const XmlElement& e) {
    if (auto low = number(e, kMinSdk)) {
      facts().min_sdk = static_cast<int>(*low);
    } else {
      facts().min_codename = text(e, kMinSdk);
    }
    target_ = number(e, kTargetSdk);
    // A target named by letters is a preview's: above every number.
    if (!target_ && doc_.attribute(e, kTargetSdk)) target_ = 10'000;
    facts().max_sdk = static_cast<int>(number(e, kMaxSdk).value_or(0));
    return ok_status();
  }

  Status component(const XmlElement& e, ComponentKind kind, int i) {
    Component c;
    c.kind = kind;
    c.name = class_name(text(e, kName));
    c.target = kind == ComponentKind::kActivityAlias ? class_name(text(e, kTargetActivity)) : "";
    c.process = doc_.attribute(e, kProcess) ? text(e, kProcess) : process_;
    if (c.process == facts().package) c.process.clear();
    c.permission = text(e, kPermission);
    c.authorities = kind == ComponentKind::kProvider ? text(e, kAuthorities) : "";
    c.exported = flag(e, kExported);
    c.enabled = flag(e, kEnabled).value_or(true);
    component_at_ = i;
    return add(facts().components, std::move(c));
  }

  Status filter_item(const XmlElement& e, std::string_view tag) {
    if (++filter_items_ > kMaxFilterItems) return exhausted("AndroidManifest.xml: too many intent filters");
    IntentFilter& filter = facts().components.back().filters.back();
    if (tag == "action") filter.actions.push_back(text(e, kName));
    if (tag == "category") filter.categories.push_back(text(e, kName));
    if (tag == "data" && doc_.attribute(e, kScheme)) filter.schemes.push_back(text(e, kScheme));
    return ok_status();
  }

  void finish() { facts().target_sdk = target_ ? static_cast<int>(*target_) : facts().min_sdk; }

  const XmlDocument& doc_;
  const ResourceTable& resources_;
  Manifest out_;
  std::vector<std::string> tags_;
  std::string process_;
  std::optional<std::int64_t> target_;
  std::size_t filter_items_ = 0;
  int component_at_ = -2, filter_at_ = -2;
};
}  // namespace

Result<Manifest> read_manifest(const XmlDocument& document, const ResourceTable& resources) {
  return Reader(document, resources).run();
}

}  // namespace storesweep::apk
