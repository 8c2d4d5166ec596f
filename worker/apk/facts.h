// What an APK, or the set of APKs of one app, says of itself: bytes in, facts out. What the platform's
// package parser goes by (AOSP PackageParser), read without running anything. Hostile input; every count and
// size is bounded by kMax*. Pure; safe for concurrent use.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/hash.h"
#include "common/base/status.h"
#include "common/model/job.h"

namespace storesweep {

inline constexpr std::size_t kMaxApksInSet = 64;
inline constexpr std::size_t kMaxManifestBytes = 8u << 20;
inline constexpr std::size_t kMaxResourcesBytes = 64u << 20;
inline constexpr std::size_t kMaxComponents = 10'000;    // and filters, permissions, features, each
inline constexpr std::size_t kMaxFilterItems = 100'000;  // actions, categories and schemes in all

enum class ComponentKind : std::uint8_t { kActivity, kActivityAlias, kService, kReceiver, kProvider };

struct IntentFilter {
  std::vector<std::string> actions, categories, schemes;
  bool operator==(const IntentFilter&) const = default;
};

struct Component {
  ComponentKind kind = ComponentKind::kActivity;
  std::string name;              // full class name
  std::string target;            // activity-alias: the activity that it stands for
  std::string process;           // "" is the app's own; ":push" is package:push
  std::string permission;        // that a caller must hold
  std::string authorities;       // provider
  std::optional<bool> exported;  // as written; without it the platform decides by filters and target
  bool enabled = true;
  std::vector<IntentFilter> filters;
  bool operator==(const Component&) const = default;
};

struct UsesPermission {
  std::string name;
  int max_sdk = 0;       // 0: all
  bool from_23 = false;  // uses-permission-sdk-23
  bool operator==(const UsesPermission&) const = default;
};

struct UsesFeature {
  std::string name;
  bool required = true;
  bool operator==(const UsesFeature&) const = default;
};

// Whether signatures are there, not whether they hold.
struct SigningPresence {
  bool v1 = false;  // META-INF: manifest, signature file and block
  bool v2 = false, v3 = false, v3_1 = false;
  bool operator==(const SigningPresence&) const = default;
};

struct ApkFacts {
  Digest file_set{};                // SHA-256 over the sorted SHA-256 of the members
  std::vector<std::string> splits;  // names of the split APKs, sorted
  std::string package;
  std::int64_t version_code = 0;
  std::string version_name;
  std::string label, label_zh;  // default language and Chinese; what cannot be resolved is "@0x........"
  std::string launch_activity;  // full class name, of an alias its own; empty: none
  int min_sdk = 1, target_sdk = 1, max_sdk = 0;  // target: min_sdk where not given; max_sdk 0: none
  std::string min_codename;  // of a preview that it was built for: only that preview takes it
  bool debuggable = false;
  bool behaviour_file = false;  // assets/storesweep/behaviour.json: schemas/BEHAVIOUR.md
  bool prefixed = false;        // bytes before the first member: patched platforms refuse it
  std::vector<UsesPermission> permissions;
  std::vector<UsesFeature> features;
  std::vector<Component> components;
  std::vector<std::string> abis;             // that native code is there for, sorted; empty: none needed
  std::vector<std::string> package_queries;  // <queries>: packages it wants to see
  SigningPresence signing;                   // of the base
  Needs needs;
  bool operator==(const ApkFacts&) const = default;
};

// One APK, or a base with its splits in any order. kCorrupt or kExhausted names the member and what is wrong
// with it; kInvalid when the set does not belong together.
Result<ApkFacts> read_apk_facts(std::span<const ByteView> apks);
inline Result<ApkFacts> read_apk_facts(ByteView apk) { return read_apk_facts(std::span(&apk, 1)); }

std::string_view component_kind_name(ComponentKind kind);  // "activity-alias"
// For the journal; the keys are the fields' names.
std::string facts_to_json(const ApkFacts& facts);

}  // namespace storesweep
