#include "simdroid/android/apk.h"

#include <unistd.h>

#include <cstdlib>

#include "common/base/child.h"
#include "common/base/file.h"
#include "common/base/hash.h"
#include "simdroid/android/signer.h"
#include "simdroid/android/zip.h"

namespace storesweep::simdroid::android {
namespace {
constexpr std::string_view kBehaviourFile = "assets/storesweep/behaviour.json";
constexpr std::size_t kMaxAaptBytes = 32U << 20;
constexpr std::int64_t kAaptMs = 20'000;
constexpr std::uint64_t kAaptCpuSeconds = 20;

// A file of ours for the time that a child reads it.
class TemporaryFile {
 public:
  TemporaryFile() {
    const char* folder = std::getenv("TMPDIR");
    path_ = std::string(folder ? folder : "/tmp") + "/simdroid-XXXXXX";
    fd_ = Fd(mkstemp(path_.data()));
  }
  ~TemporaryFile() {
    if (fd_) unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  Status write(std::string_view bytes) {
    if (!fd_) return unavailable("cannot make a file in " + path_);
    return write_all(fd_.get(), bytes, path_);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  Fd fd_;
};

// aapt ends with an error after what it could read; what counts is what it printed.
Result<std::string> aapt(std::vector<std::string> arguments) {
  ChildOptions options;
  options.command = {"aapt", "dump"};
  for (std::string& argument : arguments) options.command.push_back(std::move(argument));
  options.cpu_seconds = kAaptCpuSeconds;
  options.stderr_file = "/dev/null";
  TRY_ASSIGN(ChildOutput output, run_child(options, "", kMaxAaptBytes, Deadline::in_ms(kAaptMs)));
  return std::move(output.out);
}

Result<Manifest> manifest_by_aapt(std::string_view bytes) {
  TemporaryFile file;
  TRY(file.write(bytes));
  TRY_ASSIGN(const std::string tree, aapt({"xmltree", file.path(), "AndroidManifest.xml"}));
  TRY_ASSIGN(const std::string badging, aapt({"badging", file.path()}));
  return manifest_of(badging, tree);
}

// The files of an APK, by names, sums and sizes: one app under many channels' marks is one list.
std::string list_of_files(std::string_view bytes, const ZipDirectory& zip) {
  const std::string_view directory = bytes.substr(zip.begins_at);
  return to_hex(sha256(directory.substr(0, directory.rfind("PK\x05\x06"))));
}
}  // namespace

Result<Manifest> ApkReader::manifest(std::string_view bytes, const ZipDirectory& zip) {
  const std::string files = list_of_files(bytes, zip);
  if (auto it = manifests_.find(files); it != manifests_.end()) return it->second;
  auto manifest = manifest_by_aapt(bytes);
  const bool kept = manifest.ok() || manifest.status().kind() == ErrorKind::kCorrupt;
  if (manifests_.size() >= kMaxKept) manifests_.clear();
  if (kept) manifests_.emplace(files, manifest);
  return manifest;
}

Result<std::shared_ptr<const Apk>> ApkReader::read_new(std::string_view bytes) {
  auto zip = read_zip(bytes);
  if (!zip.ok())
    return corrupt("INSTALL_PARSE_FAILED_NOT_APK: Failed to parse base.apk: Failed to load asset path");
  if (!zip->entries.contains("AndroidManifest.xml"))
    return corrupt("INSTALL_PARSE_FAILED_BAD_MANIFEST: Failed to parse base.apk: AndroidManifest.xml");
  auto apk = std::make_shared<Apk>();
  auto manifest = this->manifest(bytes, *zip);
  if (manifest.status().kind() == ErrorKind::kCorrupt)
    return corrupt("INSTALL_PARSE_FAILED_BAD_MANIFEST: Failed to parse base.apk: Corrupt XML binary file");
  if (!manifest.ok())
    return unavailable("INSTALL_FAILED_INTERNAL_ERROR: simdroid: aapt: " + manifest.status().message());
  apk->manifest = std::move(manifest).value();
  apk->signer = signer_of(bytes, *zip);
  if (apk->signer.empty())
    return corrupt(
        "INSTALL_PARSE_FAILED_NO_CERTIFICATES: Failed collecting certificates for base.apk: Failed to "
        "collect "
        "certificates from base.apk using APK Signature Scheme v2: no signature found");
  apk->bytes = bytes.size();
  auto json = unzip(bytes, *zip, kBehaviourFile, kMaxBehaviourBytes);
  if (!json.ok()) {
    apk->absent_why = json.status().kind() == ErrorKind::kNotFound ? "no " + std::string(kBehaviourFile)
                                                                   : json.status().message();
    return std::shared_ptr<const Apk>(apk);
  }
  auto behaviour = read_behaviour(*json, apk->manifest.package);
  if (behaviour.ok()) {
    apk->behaviour = std::move(behaviour).value();
  } else {
    apk->absent_why = behaviour.status().message();
  }
  return std::shared_ptr<const Apk>(apk);
}

Result<std::shared_ptr<const Apk>> ApkReader::read(std::string_view bytes) {
  const std::string hash = to_hex(sha256(bytes));
  if (auto it = kept_.find(hash); it != kept_.end()) return it->second;
  auto apk = read_new(bytes);
  if (apk.status().kind() == ErrorKind::kUnavailable) return apk;  // a machine without aapt may get it
  if (kept_.size() >= kMaxKept) kept_.clear();
  return kept_.emplace(hash, std::move(apk)).first->second;
}

}  // namespace storesweep::simdroid::android
