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

bool includes(Access role, Access needed) {
  if (needed == Access::kOpen || role == Access::kAdmin || role == needed) return true;
  return needed == Access::kViewer && role != Access::kOpen;
}

std::string_view name(Access access) {
  constexpr std::string_view kNames[] = {"open", "viewer", "operator", "officer", "admin"};
  return kNames[static_cast<int>(access)];
}

const AccessToken* AccessList::holder(std::string_view token) const {
  const Digest digest = sha256(token);
  const AccessToken* found = nullptr;
  for (const AccessToken& t : tokens_) {
    if (equal_secret(t.sha256, digest)) found = &t;
  }
  return found;
}

Status AccessList::check(std::string_view authorization, Access needed, Caller& caller) const {
  caller.name.clear();
  caller.role = open() ? Access::kAdmin : Access::kOpen;
  if (open() || needed == Access::kOpen) return ok_status();
  const auto parts = words(authorization);
  if (parts.size() != 2 || !is_bearer(parts[0])) {
    return permission("this needs a token: send `Authorization: Bearer TOKEN` (storesweep: --token-file)");
  }
  const AccessToken* found = holder(parts[1]);
  if (found == nullptr) return permission("this token is not known: ask who runs the coordinator for one");
  caller.name = found->name;
  caller.role = found->role;
  if (includes(found->role, needed)) return ok_status();
  return permission("the token `" + found->name + "` has the role " + std::string(name(found->role)) +
                    ": this needs the role " + std::string(name(needed)) + " or one that includes it");
}

}  // namespace storesweep::http
