// Bundles of evidence and files of trusted keys, as anybody may hand them to us. What mutation would break in
// the container is packed anew, so that the members are reached.
#include "common/bundle/bundle.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "common/base/hash.h"

std::vector<std::string> fuzz_seeds();

namespace {
// One input as members: name, a zero byte, its bytes, a zero byte, ...
storesweep::Members members_of(std::string_view text) {
  storesweep::Members members;
  while (!text.empty()) {
    const std::size_t name = text.find('\0');
    if (name == std::string_view::npos) break;
    const std::size_t end = std::min(text.find('\0', name + 1), text.size());
    members[std::string(text.substr(0, name))] = std::string(text.substr(name + 1, end - name - 1));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return members;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace storesweep;
  (void)parse_trust(as_text({data, size})).ok();
  (void)verify_bundle_untrusted({data, size}, {}).ok();
  const auto packed = pack_members(members_of(as_text({data, size})));
  if (!packed.ok()) return 0;
  (void)verify_bundle_untrusted(as_bytes(*packed), {}).ok();
  (void)bundle_keys_untrusted(as_bytes(*packed)).ok();
  return 0;
}

std::vector<std::string> fuzz_seeds() {
  using namespace storesweep;
  const std::string zero(1, '\0');
  const SigningKey key = signing_key_from_seed({});
  const std::string folder = "results/17/", hex = to_hex(sha256("x"));
  const std::string statement = R"({"statement":{"version":1,"job":17,"listing":")" + hex +
                                R"(","verdict":")" + hex + R"(","pack":")" + hex +
                                R"(","runs":[],"stated_at":"2026-11-29T00:00:00.000Z"},"key":")" + hex +
                                R"(","signature":")" + hex + hex + R"("})";
  return {"worker " + to_hex(key.public_key) + " w\n",
          "manifest.json" + zero + R"({"members":[]})" + zero + folder + "statement.json" + zero + statement +
              zero + folder + "listing.json" + zero + listing_text({}) + zero + folder + "closings.json" +
              zero + "[]" + zero};
}
