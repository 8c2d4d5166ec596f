// AndroidManifest.xml and the resources it refers to -> facts of one APK. Pure.
#pragma once

#include <string>

#include "worker/apk/binary_xml.h"
#include "worker/apk/facts.h"
#include "worker/apk/resources.h"

namespace storesweep::apk {

struct Manifest {
  std::string split;  // empty: a base
  ApkFacts facts;     // what the manifest says; the rest as it was
};

Result<Manifest> read_manifest(const XmlDocument& document, const ResourceTable& resources);

}  // namespace storesweep::apk
