// MANIFEST.MF and *.SF: sections of attributes (JAR file specification, "JAR Manifest"), read as apksig's
// ManifestParser reads them, with the bytes of each section, for those are what is digested. Hostile input,
// bounded. The text must outlive the manifest. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "worker/apk/digest.h"

namespace storesweep::apk {

inline constexpr std::size_t kMaxJarSections = 500'000;

struct JarSection {
  std::string_view bytes;  // with the empty line behind it
  // The value of the attribute, in any case of letters; continuation lines joined.
  std::optional<std::string> attribute(std::string_view name) const;
};

class JarManifest {
 public:
  // Nothing for more than kMaxJarSections.
  static std::optional<JarManifest> parse(std::string_view text);

  const JarSection& main() const { return main_; }
  const std::vector<JarSection>& sections() const { return sections_; }  // without the main one
  const std::vector<std::string>& names() const { return names_; }       // of each; "" where it has none
  bool nameless() const { return nameless_; }                            // a section has no name
  const std::string* duplicate() const;  // a name that two sections have, or null
  const JarSection* find(std::string_view name) const;

 private:
  JarSection main_;
  std::vector<JarSection> sections_;
  std::vector<std::string> names_;
  std::vector<std::uint32_t> by_name_;
  bool nameless_ = false;
};

struct NamedDigest {
  DigestKind kind;
  Bytes value;  // empty: what stands there is no base64
};
// Which digests of a section the releases from min_sdk on look at; suffix "-Digest", "-Digest-Manifest", ..
// (AOSP apksig, V1SchemeVerifier, getDigestsToVerify).
std::vector<NamedDigest> digests_to_verify(const JarSection& section, std::string_view suffix, int min_sdk);

}  // namespace storesweep::apk
