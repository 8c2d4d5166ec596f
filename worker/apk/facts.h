// What an APK, or the set of APKs of one app, says of itself: bytes in, facts out. What the platform's
// package parser goes by (AOSP ParsingPackageUtils), read without running anything. Hostile input; every
// count and size is bounded by kMax*. Pure; safe for concurrent use.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/hash.h"
#include "common/base/status.h"
#include "common/model/job.h"
#include "worker/apk/code_facts.h"
#include "worker/apk/manifest_facts.h"
#include "worker/apk/signature.h"

namespace storesweep {

// Rises with every change of what the facts of the same bytes are: caches and journals name it.
inline constexpr int kFactsVersion = 4;
inline constexpr std::size_t kMaxApksInSet = 64;
inline constexpr std::size_t kMaxManifestBytes = 8u << 20;
inline constexpr std::size_t kMaxReferredXmlBytes = 1u << 20;  // icons, network security, backup rules
inline constexpr std::size_t kMaxResourcesBytes = 40u << 20;   // inflated, of all members together
inline constexpr std::size_t kMaxProblems = 200;

// Whether signatures are there, not whether they hold.
struct SigningPresence {
  bool v1 = false;  // META-INF: manifest, signature file and block
  bool v2 = false, v3 = false, v3_1 = false;
  bool operator==(const SigningPresence&) const = default;
};

// Something of the package that is broken, or could not be read within bounds: a fact of its own.
struct FactProblem {
  std::string where;  // a member, or "base" and a split's name before it
  std::string what;
  bool operator==(const FactProblem&) const = default;
};

// Something that a rule may be about (leads.h): never a violation.
struct Lead {
  std::string kind;     // of lead_kinds()
  std::string subject;  // a component, a permission, a place in the code
  std::string detail;
  std::string owner;  // of the code: id of an SDK, "app", "unknown"; empty: the manifest
  bool operator==(const Lead&) const = default;
};

struct ApkFacts {
  std::string format = "apk";           // of the file: container_kind_name()
  Digest file_set{};                    // SHA-256 over the sorted SHA-256 of the members
  std::vector<std::string> splits;      // names of the split APKs, sorted
  std::vector<SplitFacts> split_facts;  // the same order
  std::string package;
  std::int64_t version_code = 0;
  std::string version_name;
  std::string label, label_zh;  // default language and Chinese; what cannot be resolved is "@0x........"
  std::map<std::string, std::string> labels;  // by locale, "" the default: as a device in it shows the label
  std::string icon;                           // the file that a device of 480 dpi shows
  bool round_icon = false;                    // another for launchers with round icons
  std::vector<IconFile> icons;
  // Opacity of the most opaque pixel of what a launcher shows, 0 to 255; -1: not known (icon_alpha.h).
  int icon_alpha = -1;
  std::string launch_activity;                   // full class name, of an alias its own; empty: none
  int min_sdk = 1, target_sdk = 1, max_sdk = 0;  // target: min_sdk where not given; max_sdk 0: none
  std::string min_codename;     // of a preview that it was built for: only that preview takes it
  std::string target_codename;  // the same as target, which is then 10000
  bool debuggable = false, test_only = false;
  bool behaviour_file = false;  // assets/storesweep/behaviour.json: schemas/BEHAVIOUR.md
  bool prefixed = false;        // bytes before the first member: patched platforms refuse it
  std::string shared_user_id;
  std::string install_location;  // "auto", "internalOnly", "preferExternal"; empty: not given
  std::string application_class, component_factory, app_permission, overlay_of;
  bool app_enabled = true, extract_native_libs = true, legacy_storage = false, direct_boot_aware = false;
  std::vector<UsesPermission> permissions;
  std::vector<std::string> implied_permissions;  // that the platform adds, by target and other permissions
  std::vector<DefinedPermission> defined_permissions;
  std::vector<UsesFeature> features;
  std::vector<UsesLibrary> libraries;
  std::vector<Component> components;
  std::vector<Instrumentation> instrumentation;
  std::vector<MetaData> meta_data, properties;  // of <application>
  Queries queries;
  NetworkSecurity network;
  Backup backup;
  std::vector<std::string> abis;  // that native code is there for, sorted; empty: none needed
  SigningPresence signing;        // of the base
  bool signature_checked = false;
  apk::SignatureFacts signature;  // of the base, verified; where signature_checked
  CodeSummary code;
  std::vector<Lead> leads;
  std::vector<FactProblem> problems;
  // Why no Android from API 19 on installs it (refusals.h); where: "base" or a split. Empty: nothing speaks
  // against it.
  std::vector<FactProblem> refusals;
  Needs needs;
  bool operator==(const ApkFacts&) const = default;
};

// One APK, or a base with its splits in any order. kCorrupt or kExhausted names the member and what is wrong
// with it; kInvalid when the set has no base, or two, or a split twice. Manifest and resources only:
// package.h reads the rest. The deadline is for what sets cost beyond that (refusals.h).
Result<ApkFacts> read_apk_facts(std::span<const ByteView> apks,
                                const Deadline& deadline = Deadline::in_ms(apk::kMaxFileMs));
inline Result<ApkFacts> read_apk_facts(ByteView apk) { return read_apk_facts(std::span(&apk, 1)); }

std::string_view component_kind_name(ComponentKind kind);  // "activity-alias"
// For the journal and for programs: schemas/apk-facts.schema.json.
std::string facts_to_json(const ApkFacts& facts);

}  // namespace storesweep
