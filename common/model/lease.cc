#include "common/model/lease.h"

#include <algorithm>

#include "common/model/token_mac.h"

namespace storesweep {
namespace {
bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}
}  // namespace

std::array<std::uint8_t, 16> token_mac(ByteView secret, const Token& token) {
  return token_mac(HmacSha256(secret), token);
}

std::array<std::uint8_t, 16> token_mac(const HmacSha256& key, const Token& token) {
  std::string message;
  message.reserve(32 + token.worker.size());
  put_little(message, token.epoch, 8);
  put_little(message, token.n, 8);
  put_little(message, token.incarnation, 8);
  put_little(message, static_cast<std::uint64_t>(token.job.value), 8);
  message += token.worker;
  const Digest full = key.of(as_bytes(message));
  std::array<std::uint8_t, 16> mac{};
  std::copy_n(full.begin(), mac.size(), mac.begin());
  return mac;
}

bool satisfies(const Device& device, const Needs& needs) {
  bool abi = needs.abis.empty() || std::any_of(needs.abis.begin(), needs.abis.end(),
                                               [&](const std::string& a) { return has(device.abis, a); });
  bool features = std::all_of(needs.features.begin(), needs.features.end(),
                              [&](const std::string& f) { return has(device.features, f); });
  return abi && features && device.kind.api >= needs.min_api &&
         (!needs.quick_app_runtime || device.quick_app_runtime) &&
         (needs.other_than_class.empty() || device.kind.device_class != needs.other_than_class);
}

}  // namespace storesweep
