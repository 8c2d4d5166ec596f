// What a manifest declares, as the platform's package parser understands it (AOSP ParsingPackageUtils and
// parsing/component): plain values. Text is clean UTF-8, cut at kMaxXmlTextBytes; what cannot be resolved in
// the package is "@0x........". Optional flags are as written; without them the platform decides.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace storesweep {

inline constexpr std::size_t kMaxComponents = 10'000;    // and filters, permissions, features, .., each
inline constexpr std::size_t kMaxFilterItems = 100'000;  // actions, categories, data and meta-data in all
inline constexpr std::size_t kMaxManifestTextBytes = 8u << 20;

enum class ComponentKind : std::uint8_t { kActivity, kActivityAlias, kService, kReceiver, kProvider };

struct FilterPath {
  std::string kind;  // "path", "pathPrefix", "pathPattern", "pathSuffix", "pathAdvancedPattern"
  std::string path;
  bool operator==(const FilterPath&) const = default;
};

struct IntentFilter {
  std::vector<std::string> actions, categories, schemes;
  std::vector<std::string> hosts;  // "host" or "host:port"
  std::vector<FilterPath> paths;
  std::vector<std::string> mime_types, mime_groups;
  int priority = 0;
  bool auto_verify = false;
  bool operator==(const IntentFilter&) const = default;
};

struct MetaData {
  std::string name;
  std::string value;                // resolved
  std::string resource;             // android:resource: "xml/account", where the table names it
  std::string file;                 // the file that it resolves to
  std::vector<std::string> values;  // of an array
  bool operator==(const MetaData&) const = default;
};

struct Component {
  ComponentKind kind = ComponentKind::kActivity;
  std::string name;              // full class name
  std::string target;            // activity-alias: the activity that it stands for
  std::string label;             // its own, for the default locale; empty: the application's
  std::string icon;              // its own; empty: the application's
  std::string process;           // "" is the app's own; ":push" is package:push
  std::string permission;        // that a caller must hold
  std::string authorities;       // provider
  std::optional<bool> exported;  // as written
  bool reachable = false;        // exported as the platform decides, by filters and target
  bool enabled = true;
  std::string read_permission, write_permission;  // provider
  bool grant_uri_permissions = false;
  std::optional<std::string> task_affinity;
  std::string theme;  // "style/AppTheme" or "@0x........"
  bool exclude_from_recents = false, direct_boot_aware = false, isolated = false, external = false,
       single_user = false;
  std::vector<std::string> foreground_service_types;
  std::string split;  // of the set, that it came with
  std::vector<IntentFilter> filters;
  std::vector<MetaData> meta_data, properties;
  bool operator==(const Component&) const = default;
};

struct UsesPermission {
  std::string name;
  int max_sdk = 0;                  // 0: all
  bool from_23 = false;             // uses-permission-sdk-23, -m
  bool never_for_location = false;  // usesPermissionFlags
  bool operator==(const UsesPermission&) const = default;
};

// <permission>, <permission-tree>
struct DefinedPermission {
  std::string name;
  std::string level;  // "signature|privileged"
  std::string group;
  bool tree = false;
  bool operator==(const DefinedPermission&) const = default;
};

struct UsesFeature {
  std::string name;  // "glEs 3.0" for a version of OpenGL ES
  bool required = true;
  bool operator==(const UsesFeature&) const = default;
};

struct UsesLibrary {
  std::string kind;  // "java", "native", "static", "sdk"; of a mini program "plugin"
  std::string name;
  bool required = true;
  std::string version;  // of a static or SDK library
  bool operator==(const UsesLibrary&) const = default;
};

struct Queries {
  std::vector<std::string> packages, providers;
  std::vector<IntentFilter> intents;
  bool operator==(const Queries&) const = default;
};

struct Instrumentation {
  std::string name, target_package;
  bool operator==(const Instrumentation&) const = default;
};

struct SplitFacts {
  std::string name;
  std::string config_for;  // the split that it configures; of a configuration of the base, empty
  bool feature = false;
  bool operator==(const SplitFacts&) const = default;
};

// -- network security configuration (AOSP android.security.net.config.XmlConfigSource)

struct TrustAnchor {
  std::string source;  // "system", "user", or the resource's file
  bool override_pins = false;
  bool operator==(const TrustAnchor&) const = default;
};

struct DomainRule {
  std::string domain;
  bool subdomains = false;
  bool operator==(const DomainRule&) const = default;
};

struct CertificatePin {
  std::string digest, value;  // "SHA-256", base64
  bool operator==(const CertificatePin&) const = default;
};

struct NetworkRule {
  std::vector<DomainRule> domains;  // none: base or debug
  std::optional<bool> cleartext;    // as written; else that of the rule around it
  std::vector<TrustAnchor> anchors;
  std::vector<CertificatePin> pins;
  std::string pins_expire;  // YYYY-MM-DD
  bool operator==(const NetworkRule&) const = default;
};

struct NetworkSecurity {
  std::string file;                    // empty: none
  std::optional<bool> cleartext_flag;  // usesCleartextTraffic as written
  bool cleartext = true;               // what holds where no rule says otherwise, on a current release
  bool user_certificates = false;      // the same of certificates that the device's user installed
  NetworkRule base;
  std::optional<NetworkRule> debug;
  std::vector<NetworkRule> rules;  // nested ones follow the one around them
  bool operator==(const NetworkSecurity&) const = default;
};

// -- backup (AOSP android.app.backup.FullBackup)

struct BackupRule {
  std::string section;  // "full-backup-content", "cloud-backup", "device-transfer"
  bool include = true;
  std::string domain, path, require_flags;
  bool operator==(const BackupRule&) const = default;
};

struct Backup {
  bool allowed = true;  // allowBackup, by default
  std::string agent;
  std::string full_content;      // fullBackupContent: "true", "false" or a file; empty: not given
  std::string extraction_rules;  // dataExtractionRules: a file
  std::vector<BackupRule> rules;
  bool operator==(const Backup&) const = default;
};

// -- icons

struct IconFile {
  int density = 0;  // dots per inch; 0: not said, 65534: any
  std::string path;
  std::string kind;  // "png", "nine-patch", "webp", "jpeg", "vector", "adaptive", "xml", "color"
  std::string background, foreground;  // adaptive: their files, or colours
  bool operator==(const IconFile&) const = default;
};

}  // namespace storesweep
