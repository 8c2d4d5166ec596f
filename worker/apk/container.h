// What a file of a store is, and what lies in it. A file is told by its content, not by its name. Members
// that are packages themselves are given as entries of the archive: the caller reads them where they lie
// (stored) or into memory or a file of his own (deflated), and hands them back as bytes. Hostile input,
// bounded. Pure; the bytes must outlive what is handed out.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/status.h"
#include "worker/apk/zip.h"

namespace storesweep::apk {

inline constexpr std::size_t kMaxBundleMembers = 4096;
inline constexpr std::size_t kMaxBundleIndexBytes = 8u << 20;  // manifest.json, info.json, toc.pb

enum class ContainerKind : std::uint8_t {
  kUnknown,
  kApk,
  kSplitSet,  // several APKs in a plain zip, or handed in together
  kApks,      // bundletool: toc.pb, splits/, standalones/
  kXapk,      // manifest.json, APKs, expansion files
  kApkm,      // info.json, APKs
  kAab,       // base/manifest/AndroidManifest.xml as protobuf
  kRpk,       // quick app
  kWxapkg,    // mini program
  kAar,
  kJar,
  kDex,
};
std::string_view container_kind_name(ContainerKind kind);  // "apks"

enum class MemberRole : std::uint8_t {
  kBase,        // the APK without a split name; an aab's base module; the first rpk
  kSplit,       // configuration or feature split, an aab's other modules, a quick app's packages
  kStandalone,  // an APK that is whole by itself, for old devices
  kExpansion,   // obb
  kOther,
};

struct ContainerMember {
  MemberRole role = MemberRole::kOther;
  ZipEntry entry;    // in the container's archive; without name: the container is the member
  std::string name;  // clean UTF-8; a module's name in an aab
};

struct Container {
  ContainerKind kind = ContainerKind::kUnknown;
  std::vector<ContainerMember> members;  // packages first, base before splits
  // What its own index says (manifest.json, info.json): "package", "version_code", "version_name", "label",
  // "min_sdk", "target_sdk". As leads: the members' manifests count.
  std::map<std::string, std::string> declared;
  std::vector<std::string> notes;  // what is missing or wrong, one sentence each
};

// kCorrupt where it is neither a zip nor anything else that we know.
Result<Container> read_container(ByteView file);
// The same when the archive is already open.
Container read_container(ByteView file, const ZipArchive& zip);
// A member's bytes: a view into the file where it is stored, else inflated into scratch, which must outlive
// them. kExhausted for more than max_bytes.
Result<ByteView> member_bytes(ByteView file, const ZipArchive& zip, const ContainerMember& member,
                              Bytes& scratch, std::size_t max_bytes);

}  // namespace storesweep::apk
