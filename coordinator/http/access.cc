#include "coordinator/http/access.h"

#include "common/base/text.h"

namespace storesweep::http {
namespace {
bool is_bearer(std::string_view scheme) {
  constexpr std::string_view kBearer = "bearer";
  if (scheme.size() != kBearer.size()) return false;
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    if ((scheme[i] | 0x20) != kBearer[i]) return false;
  }
  return true;
}
}  // namespace

Status AccessList::check(std::string_view authorization, Access needed, bool& known) const {
  known = true;
  if (needed == Access::kOpen || open()) return ok_status();
  known = false;
  const auto parts = words(authorization);
  if (parts.size() != 2 || !is_bearer(parts[0])) {
    return permission("this needs a token: send `Authorization: Bearer TOKEN` (storesweep: --token-file)");
  }
  const Digest digest = sha256(parts[1]);
  const AccessToken* found = nullptr;
  for (const AccessToken& t : tokens_) {
    if (equal_secret(t.sha256, digest)) found = &t;
  }
  if (found == nullptr) return permission("this token is not known: ask who runs the coordinator for one");
  known = true;
  if (found->access >= needed) return ok_status();
  return permission("the token `" + found->name + "` may only read: this needs one with full access");
}

}  // namespace storesweep::http
