// A quick app's package (.rpk): manifest.json, the system modules that its scripts ask for, and its
// signature, as npm's hap-toolkit writes them. What scripts ask for are leads. Hostile input, bounded. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "worker/apk/mini_program.h"
#include "worker/apk/signature.h"
#include "worker/apk/zip.h"

namespace storesweep::apk {

struct QuickApp {
  std::string package, name, version_name;
  std::int64_t version_code = 0;
  int min_platform = 0;
  std::vector<std::string> features;     // "system.geolocation"
  std::vector<std::string> permissions;  // origins
  std::vector<std::string> subpackages;  // "name resource"
  std::vector<std::string> pages;
  std::map<std::string, PlatformCall> modules;  // asked for by scripts: "system.device"
  // The block's signer under Scheme::kV2, which it is built like; kAbsent: not signed.
  SignatureFacts signature;
  bool file_digests = false;  // the block has digests of the single files, too
  std::vector<std::string> notes;
};

// kCorrupt where manifest.json is broken (a part of a quick app has none: a note); otherwise only the
// budget's errors.
Result<QuickApp> read_quick_app(ByteView file, const ZipArchive& zip, Budget& budget);

}  // namespace storesweep::apk
