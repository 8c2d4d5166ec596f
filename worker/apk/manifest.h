// AndroidManifest.xml and the resources it refers to -> facts of one APK. Pure.
#pragma once

#include <functional>
#include <string>

#include "worker/apk/facts.h"
#include "worker/apk/resources.h"
#include "worker/apk/xml_document.h"

namespace storesweep::apk {

struct Manifest {
  std::string split;  // empty: a base
  SplitFacts split_facts;
  ApkFacts facts;  // what the manifest says; the rest as it was
  // Ids that lead to files, 0: none.
  std::uint32_t icon = 0, round_icon = 0, network_security = 0, full_backup = 0, extraction_rules = 0;
};

// kCorrupt where the platform would not take it either, kExhausted where a bound was reached.
Result<Manifest> read_manifest(const XmlDocument& document, const Resources& resources);

// A member that is XML, by its name in the package; kNotFound where there is none.
using XmlMember = std::function<Result<XmlDocument>(const std::string& path)>;
// What stands in the files that the manifest refers to: icons, network security, backup rules. What cannot be
// read goes into facts.problems.
void read_referred(const Manifest& manifest, const Resources& resources, const XmlMember& member,
                   ApkFacts& facts);

}  // namespace storesweep::apk
