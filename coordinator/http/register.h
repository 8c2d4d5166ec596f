// Who may work, as the API asks for it: how a worker comes to the list of those that may connect, and how it
// is struck from it. An interface, for keys and files are no matter of this room. Safe for concurrent use.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/status.h"

namespace storesweep::http {

inline constexpr std::int64_t kMinInvitationMs = 60'000, kMaxInvitationMs = 24 * 3'600'000;

class WorkerRegister {
 public:
  virtual ~WorkerRegister() = default;
  struct Invitation {
    std::string token;  // shown once: only its hash is kept
    std::int64_t expires_ms = 0;
  };
  // Lets one worker of that name bring its key. An earlier invitation of the name is void. kExists: the name
  // is taken.
  virtual Result<Invitation> invite(const std::string& name, std::int64_t ttl_ms) = 0;
  struct Enrolled {
    std::string name, coordinator_key;
    std::vector<std::string> addresses;  // of the link
  };
  // Takes the key into the list, once: the same key again gets the same answer. kPermission: the token is not
  // known, used or expired; kExhausted: `remote` has guessed too often.
  virtual Result<Enrolled> enrol(const std::string& token, const std::string& public_key,
                                 const std::string& remote) = 0;
  // From now on nobody hears the worker of that name, connected or not; its invitation is void too.
  virtual Status revoke(const std::string& name) = 0;
};

}  // namespace storesweep::http
