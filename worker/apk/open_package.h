// A package, opened: its members (an APK and its splits, the modules of a bundle, a library) with their
// manifests parsed and their resource tables joined; and what those say together. Private to facts.cc and
// package.cc. The bytes must outlive it. Values; one thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "worker/apk/facts.h"
#include "worker/apk/resources.h"
#include "worker/apk/xml_document.h"
#include "worker/apk/zip.h"

namespace storesweep::apk {

enum class Layout : std::uint8_t {
  kApk,      // binary XML, resources.arsc
  kModule,   // of a bundle: protobuf, in a folder of its own
  kLibrary,  // .aar: text
};

struct PackageMember {
  Layout layout = Layout::kApk;
  ByteView file;
  std::shared_ptr<const ZipArchive> zip;
  std::string folder;  // "base/" of a bundle's module; else empty
  std::string split;   // empty: the base
  Bytes xml, table;    // what document and resources lie in
  XmlDocument document;

  const ZipEntry* find(std::string_view name) const { return zip->find(folder + std::string(name)); }
  // "feature: res/x.xml"
  std::string where(std::string_view name) const {
    return split.empty() ? std::string(name) : split + ": " + std::string(name);
  }
};

struct OpenPackage {
  std::vector<PackageMember> members;  // the base first
  Resources resources;
  std::vector<FactProblem> problems;
};

Result<OpenPackage> open_apks(std::span<const ByteView> apks);
Result<OpenPackage> open_bundle(ByteView file);   // .aab
Result<OpenPackage> open_library(ByteView file);  // .aar
// Manifests, resources and the files they name; launch activity, needs, presence of signatures.
Result<ApkFacts> declared_facts(OpenPackage& package);

}  // namespace storesweep::apk
