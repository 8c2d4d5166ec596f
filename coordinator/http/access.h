// Who may do what: bearer tokens (RFC 6750), of which the configuration knows only the SHA-256. A token is 32
// random bytes or more, so one plain hash is enough. docs/operate.md (Roles) says which role does what, and
// why. Pure; safe for concurrent use.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/hash.h"
#include "common/base/status.h"

namespace storesweep::http {

// What a route needs, and what a token is good for. Operators and officers each read, and neither does the
// other's work: who starts a sweep is not who accuses by it.
enum class Access { kOpen, kViewer, kOperator, kOfficer, kAdmin };
bool includes(Access role, Access needed);
std::string_view name(Access access);  // open, viewer, operator, officer, admin

struct AccessToken {
  std::string name;  // of the person or program that has it: findings and logs carry it
  Access role = Access::kViewer;
  Digest sha256{};
};

// On whose behalf a request is answered. Without a name: nobody had to say who he is.
struct Caller {
  std::string name;
  Access role = Access::kOpen;
};

class AccessList {
 public:
  // Without tokens everybody may do everything: for a coordinator that listens on loopback alone.
  explicit AccessList(std::vector<AccessToken> tokens) : tokens_(std::move(tokens)) {}
  bool open() const { return tokens_.empty(); }
  // `authorization` is the header's value. Ok, or kPermission with what to do. `caller` is filled in wherever
  // the token is known: what is refused without its name is a 401, else a 403.
  Status check(std::string_view authorization, Access needed, Caller& caller) const;

 private:
  const AccessToken* holder(std::string_view token) const;

  std::vector<AccessToken> tokens_;
};

}  // namespace storesweep::http
