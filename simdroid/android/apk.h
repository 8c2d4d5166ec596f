// An APK as a device's package manager takes it: manifest, signer, behaviour file. One reader serves all
// devices of a process: what aapt said of an APK is kept by its SHA-256. One thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/status.h"
#include "simdroid/android/behaviour.h"
#include "simdroid/android/manifest.h"
#include "simdroid/android/zip.h"

namespace storesweep::simdroid::android {

struct Apk {
  Manifest manifest;
  std::string signer;  // empty: unsigned
  std::string sha256;
  std::uint64_t bytes = 0;
  std::shared_ptr<const Behaviour> behaviour;  // null: absent
  std::string absent_why;
};

class ApkReader {
 public:
  // Runs aapt once for each list of files. Errors are Android's words without their brackets:
  // "INSTALL_PARSE_FAILED_NOT_APK: ...".
  Result<std::shared_ptr<const Apk>> read(std::string_view bytes);

 private:
  static constexpr std::size_t kMaxKept = 4'096;
  Result<std::shared_ptr<const Apk>> read_new(std::string_view bytes);
  Result<Manifest> manifest(std::string_view bytes, const ZipDirectory& zip);
  std::map<std::string, Result<std::shared_ptr<const Apk>>> kept_;  // by the hash of the whole
  std::map<std::string, Result<Manifest>> manifests_;               // by the list of files
};

}  // namespace storesweep::simdroid::android
