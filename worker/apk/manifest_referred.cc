// What stands in the files that a manifest refers to.
#include <fmt/format.h>

#include <algorithm>

#include "common/base/text.h"
#include "worker/apk/manifest.h"
#include "worker/apk/manifest_values.h"

namespace storesweep::apk {
namespace {
constexpr std::size_t kMaxIconFiles = 64, kMaxNetworkRules = 10'000, kMaxBackupRules = 10'000;
constexpr int kPhoneDensity = 480;

void problem(ApkFacts& facts, const std::string& where, const std::string& what) {
  if (facts.problems.size() < kMaxProblems) facts.problems.push_back({where, what});
}

// -- icons

std::string kind_by_name(std::string_view path) {
  static constexpr std::pair<std::string_view, std::string_view> kKinds[] = {
      {".9.png", "nine-patch"}, {".png", "png"}, {".webp", "webp"}, {".jpg", "jpeg"}, {".xml", "xml"}};
  for (const auto& [end, kind] : kKinds) {
    if (ends_with(path, end)) return std::string(kind);
  }
  return starts_with(path, "#") ? "color" : "";
}

std::string layer(const ManifestValues& values, const XmlElement& e, const Resources& resources) {
  std::uint32_t id = values.reference(e, attr::drawable);
  ResConfig phone = parse_config();
  phone.density = kPhoneDensity;
  return id == 0 ? values.text(e, attr::drawable)
                 : resources.text(id, phone).value_or(values.resource_name(id));
}

void look_into(IconFile& icon, const Resources& resources, const XmlMember& member) {
  icon.kind = kind_by_name(icon.path);
  if (icon.kind != "xml") return;
  auto document = member(icon.path);
  if (!document.ok()) return;
  std::string root = document->name(document->elements()[0]);
  if (root == "vector") icon.kind = "vector";
  if (root != "adaptive-icon") return;
  icon.kind = "adaptive";
  ManifestValues values(*document, resources);
  for (const XmlElement& e : document->elements()) {
    std::string tag = document->name(e);
    if (tag == "background") icon.background = layer(values, e, resources);
    if (tag == "foreground") icon.foreground = layer(values, e, resources);
  }
}

void read_icons(const Manifest& manifest, const Resources& resources, const XmlMember& member,
                ApkFacts& facts) {
  if (manifest.icon == 0) return;
  ResConfig phone = parse_config();
  phone.density = kPhoneDensity;
  facts.icon = resources.text(manifest.icon, phone).value_or(fmt::format("@0x{:08x}", manifest.icon));
  for (auto& [density, path] : resources.files(manifest.icon)) {
    if (facts.icons.size() >= kMaxIconFiles) break;
    IconFile icon{density, path, "", "", ""};
    look_into(icon, resources, member);
    facts.icons.push_back(std::move(icon));
  }
}

// -- network security: a tree of rules, which are flat here

class NetworkReader {
 public:
  NetworkReader(const XmlDocument& document, const Resources& resources, NetworkSecurity& out)
      : doc_(document), resources_(resources), out_(out) {}

  void run() {
    rule_of_.assign(doc_.elements().size(), nullptr);
    out_.rules.reserve(std::min(doc_.elements().size(), kMaxNetworkRules));  // rules are pointed at
    for (std::size_t i = 0; i < doc_.elements().size(); ++i) element(i);
  }

 private:
  void element(std::size_t i) {
    const XmlElement& e = doc_.elements()[i];
    if (e.parent < 0) return;
    std::string tag = doc_.name(e);
    NetworkRule* around = rule_of_[static_cast<std::size_t>(e.parent)];
    if (tag == "base-config") around = &out_.base;
    if (tag == "debug-overrides") around = &out_.debug.emplace();
    if (tag == "domain-config") {
      if (out_.rules.size() >= kMaxNetworkRules) return;
      std::optional<bool> inherited = around ? around->cleartext : std::nullopt;
      around = &out_.rules.emplace_back();
      around->cleartext = inherited;
    }
    rule_of_[i] = around;
    if (around) inside(e, tag, *around);
  }

  void inside(const XmlElement& e, std::string_view tag, NetworkRule& rule) {
    if (ends_with(tag, "-config")) {
      if (auto cleartext = flag(e, "cleartextTrafficPermitted")) rule.cleartext = cleartext;
    }
    if (tag == "domain") rule.domains.push_back({doc_.text(e), flag(e, "includeSubdomains").value_or(false)});
    if (tag == "certificates") {
      rule.anchors.push_back({text(e, "src"), flag(e, "overridePins").value_or(false)});
    }
    if (tag == "pin-set") rule.pins_expire = text(e, "expiration");
    if (tag == "pin") rule.pins.push_back({text(e, "digest"), doc_.text(e)});
  }

  std::string text(const XmlElement& e, std::string_view name) const {
    const XmlAttribute* a = doc_.attribute(e, name);
    if (!a) return "";
    if (is_reference(a->value))
      return resources_.text(a->value.data).value_or(fmt::format("@0x{:08x}", a->value.data));
    return doc_.string_of(*a).value_or(plain_text(a->value).value_or(""));
  }
  std::optional<bool> flag(const XmlElement& e, std::string_view name) const {
    const XmlAttribute* a = doc_.attribute(e, name);
    if (!a) return std::nullopt;
    if (is_int(a->value)) return a->value.data != 0;
    return text(e, name) == "true";
  }

  const XmlDocument& doc_;
  const Resources& resources_;
  NetworkSecurity& out_;
  std::vector<NetworkRule*> rule_of_;
};

void read_network(const Manifest& manifest, const Resources& resources, const XmlMember& member,
                  ApkFacts& facts) {
  NetworkSecurity& n = facts.network;
  if (manifest.network_security != 0) {
    n.file = resources.text(manifest.network_security)
                 .value_or(fmt::format("@0x{:08x}", manifest.network_security));
    auto document = member(n.file);
    if (document.ok()) {
      NetworkReader(*document, resources, n).run();
    } else {
      problem(facts, n.file, document.status().message());
    }
  }
  // AOSP NetworkSecurityConfig.getDefaultBuilder; the manifest's flag counts where there is no file.
  bool by_target = facts.target_sdk < 28;
  n.cleartext = n.file.empty() ? n.cleartext_flag.value_or(by_target) : n.base.cleartext.value_or(by_target);
  n.user_certificates =
      n.base.anchors.empty()
          ? facts.target_sdk < 24
          : std::ranges::any_of(n.base.anchors, [](const TrustAnchor& a) { return a.source == "user"; });
}

// -- backup rules

void read_backup_file(const XmlDocument& doc, Backup& backup) {
  auto text = [&](const XmlElement& e, std::string_view name) {
    const XmlAttribute* a = doc.attribute(e, name);
    return a ? doc.string_of(*a).value_or("") : "";
  };
  for (const XmlElement& e : doc.elements()) {
    std::string tag = doc.name(e);
    if ((tag != "include" && tag != "exclude") || e.parent < 0 || backup.rules.size() >= kMaxBackupRules)
      continue;
    BackupRule rule;
    rule.section = doc.name(doc.elements()[static_cast<std::size_t>(e.parent)]);
    rule.include = tag == "include";
    rule.domain = text(e, "domain");
    rule.path = text(e, "path");
    rule.require_flags = text(e, "requireFlags");
    backup.rules.push_back(std::move(rule));
  }
}

void read_backup(const Manifest& manifest, const Resources& resources, const XmlMember& member,
                 ApkFacts& facts) {
  std::vector<std::string> read;
  for (std::uint32_t id : {manifest.full_backup, manifest.extraction_rules}) {
    if (id == 0) continue;
    auto file = resources.text(id);
    // A boolean resource is a value, not a file.
    if (!file || *file == "true" || *file == "false" || std::ranges::find(read, *file) != read.end())
      continue;
    read.push_back(*file);
    auto document = member(*file);
    if (document.ok()) {
      read_backup_file(*document, facts.backup);
    } else {
      problem(facts, *file, document.status().message());
    }
  }
}
}  // namespace

void read_referred(const Manifest& manifest, const Resources& resources, const XmlMember& member,
                   ApkFacts& facts) {
  read_icons(manifest, resources, member, facts);
  read_network(manifest, resources, member, facts);
  read_backup(manifest, resources, member, facts);
}

}  // namespace storesweep::apk
