#include "worker/observe/device_proxy.h"

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "common/base/freed.h"
#include "common/base/text.h"
#include "common/traffic/canary.h"
#include "worker/adb/protocol.h"

namespace storesweep::observe {
namespace {
constexpr std::string_view kStore = "/system/etc/security/cacerts/";
constexpr std::size_t kMaxPemBytes = 64u << 10;
constexpr int kFirstApiWithOwnIds = 26;      // each app has an Android ID of its own
constexpr int kFirstApiWithUpdatedCas = 34;  // the store came into an updatable module
constexpr std::string_view kAndroidId = "android_id", kAndroidIdSetting = "secure/android_id";

Result<std::string> setting(device::Device& device, std::string_view space, std::string_view name,
                            const Deadline& deadline) {
  TRY_ASSIGN(const auto output, device.shell(fmt::format("settings get {} {}", space, name), deadline));
  return std::string(trim(output.out));
}

Status put_setting(device::Device& device, std::string_view space, std::string_view name,
                   const std::string& value, const Deadline& deadline) {
  const std::string command = fmt::format("settings put {} {} {}", space, name, adb::quoted(value));
  TRY(device.shell(command, deadline).status());
  TRY_ASSIGN(const std::string now, setting(device, space, name, deadline));
  if (now == value) return ok_status();
  return unsupported(fmt::format("the setting {} stays '{}'", name, clean_utf8(now.substr(0, 60))));
}

}  // namespace

Result<std::string> ca_file_name(std::string_view pem) {
  const std::unique_ptr<BIO, Freed<BIO_free>> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const std::unique_ptr<X509, Freed<X509_free>> one(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!one) return invalid("the proxy's certificate cannot be read");
  return fmt::format("{:08x}.0", X509_NAME_hash_old(X509_get_subject_name(one.get())));
}

Status trust_ca(device::Device& device, std::string_view pem, const Deadline& deadline) {
  if (device.facts().api >= kFirstApiWithUpdatedCas)
    return unsupported("from Android 14 on the system's certificates lie in a module that is not written to");
  TRY_ASSIGN(const std::string name, ca_file_name(pem));
  const std::string path = std::string(kStore) + name;
  TRY(device.push(path, as_bytes(pem), deadline));
  TRY_ASSIGN(const std::string there, device.pull(path, kMaxPemBytes, deadline));
  return there == pem ? ok_status()
                      : unsupported("the certificate that was put into the system's store is not there");
}

void forget_ca(device::Device& device, std::string_view pem, const Deadline& deadline) {
  if (const auto name = ca_file_name(pem); name.ok())
    static_cast<void>(device.shell("rm -f " + adb::quoted(std::string(kStore) + *name), deadline));
}

Status set_proxy(device::Device& device, int port, const Deadline& deadline) {
  if (Status s = device.reverse(port, deadline); !s.ok() && s.kind() != ErrorKind::kExists) return s;
  return put_setting(device, "global", "http_proxy", fmt::format("127.0.0.1:{}", port), deadline);
}

// ":0" is what Android takes at once for no proxy; the empty setting only after a reboot.
void unset_proxy(device::Device& device, int port, const Deadline& deadline) {
  static_cast<void>(
      device.shell("settings put global http_proxy :0; settings delete global http_proxy", deadline));
  static_cast<void>(device.end_reverse(port, deadline));
}

Result<Planting> plant(device::Device& device, std::uint64_t seed, const Deadline& deadline) {
  Planting out;
  const bool one_id = device.facts().api < kFirstApiWithOwnIds || device.facts().device_class == "simulated";
  for (const traffic::Canary& c : traffic::canaries_of(seed)) {
    if (c.name != kAndroidId) {
      out.lacking[c.name] = "no way to plant it is known here";
      continue;
    }
    if (!one_id) {
      out.lacking[c.name] = "from Android 8 on each app has an Android ID of its own";
      continue;
    }
    TRY_ASSIGN(const std::string before, setting(device, "secure", kAndroidId, deadline));
    const Status put = put_setting(device, "secure", kAndroidId, c.value, deadline);
    if (put.kind() == ErrorKind::kUnsupported) {
      out.lacking[c.name] = put.message();
      continue;
    }
    TRY(put);
    out.before[std::string(kAndroidIdSetting)] = before;
    out.planted.push_back(c.name);
  }
  return out;
}

void unplant(device::Device& device, const Planting& planting, const Deadline& deadline) {
  for (const auto& [name, value] : planting.before) {
    const std::size_t slash = name.find('/');
    const std::string words = name.substr(0, slash) + " " + name.substr(slash + 1);
    const std::string command =
        value == "null" ? "settings delete " + words : "settings put " + words + " " + adb::quoted(value);
    static_cast<void>(device.shell(command, deadline));
  }
}

}  // namespace storesweep::observe
