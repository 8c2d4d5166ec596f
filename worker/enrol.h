// How a worker comes to a coordinator's list by itself: it makes its keys, gives the public one for a token
// that an admin has handed over, and learns where the link is. One thread.
#pragma once

#include <string>
#include <vector>

#include "common/base/cancel.h"
#include "common/base/random.h"
#include "common/base/status.h"

namespace storesweep::worker {

struct EnrolOptions {
  std::string coordinator;  // https://host:port of its HTTP API
  std::string token;        // NAME.RANDOM
  std::string key_folder;
  std::string ca_file;  // PEM of whom the coordinator is believed; empty: the system's
};

// The name that a token is for; empty: it is none.
std::string name_in(const std::string& token);
// What belongs into the worker's configuration. Keys that are there already are used, so that a call that
// broke off can be made again.
Result<std::string> enrol(const EnrolOptions& options, Random& random, const Deadline& deadline);

}  // namespace storesweep::worker
