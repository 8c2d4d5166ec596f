#include "common/bundle/trust.h"

#include "common/base/hash.h"
#include "common/base/text.h"

namespace storesweep {

Result<TrustedKeys> parse_trust(std::string_view text) {
  TrustedKeys keys;
  std::size_t number = 0;
  for (std::string_view line : lines(text)) {
    ++number;
    const auto said = words(line.substr(0, line.find('#')));
    if (said.empty()) continue;
    const std::string where = "line " + std::to_string(number) + ": ";
    const auto key = said.size() < 2 ? std::nullopt : digest_from_hex(said[1]);
    if ((said[0] != "worker" && said[0] != "coordinator") || !key)
      return invalid(where + "wanted `worker KEY NAME` or `coordinator KEY NAME`, the key in 64 hex digits");
    auto& of = said[0] == "worker" ? keys.workers : keys.coordinators;
    of[*key] = std::string(said.size() > 2 ? said[2] : said[1]);
  }
  return keys;
}

std::string trust_line(std::string_view role, const PublicKey& key, std::string_view name) {
  return std::string(role) + " " + to_hex(key) + (name.empty() ? "" : " ") + std::string(name);
}

}  // namespace storesweep
