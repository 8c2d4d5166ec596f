// The file of `storesweep check --login`: secrets by name, each in a file or in the environment, and the
// steps that use them (docs/check.md). Errors name file and line and never a secret.
#pragma once

#include <string>

#include "common/base/status.h"
#include "worker/exercise/login.h"

namespace storesweep::worker {

Result<exercise::LoginSteps> load_login(const std::string& file);

}  // namespace storesweep::worker
