// A device belongs to one process of a host at a time: the first that asks holds a locked file, a second
// claimant is refused. The lock ends with the process, however that ends. Moves; one thread at a time.
#pragma once

#include <string>

#include "common/base/file.h"
#include "common/base/status.h"

namespace storesweep::device {

// Where all of a user's programs of this host meet: below XDG_RUNTIME_DIR, else in /tmp.
std::string default_claims_folder();

class Claim {
 public:
  // kExists, naming the holder, when another process (or another part of this one) holds it.
  static Result<Claim> take(const std::string& folder, const std::string& identity,
                            const std::string& holder);

 private:
  explicit Claim(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace storesweep::device
