// One page into memory, as it comes: by way of a file, so that it resumes and is bounded like any fetch.
// Blocks its thread until the deadline or the cancel.
#pragma once

#include <string>

#include "common/net/client.h"

namespace storesweep::net {

// `file` holds it meanwhile and is removed. kInvalid: not an http or https address, or an empty page; else as
// Client::fetch().
Result<std::string> fetch_page(Client& client, const std::string& address, const std::string& file,
                               std::uint64_t max_bytes, const Deadline& deadline);

}  // namespace storesweep::net
