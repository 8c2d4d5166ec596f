// One fetch: over HTTP with retries and resuming, or of a file of this machine. Blocks; one thread per call.
#pragma once

#include <string>

#include "common/base/random.h"
#include "common/net/client.h"
#include "common/net/part.h"
#include "common/net/transfer.h"

namespace storesweep::net {

// Fills `part` from an http or https address. Its content is whole and checked when this is ok.
Result<FetchResult> download(Transfer& transfer, const Options& options, Random& random,
                             const std::string& url, Part& part, const FetchBounds& bounds,
                             const Deadline& deadline);

// Fills `part` from a file: address below one of options.file_folders.
Result<FetchResult> copy_file(const Options& options, const std::string& url, Part& part,
                              const FetchBounds& bounds, const Deadline& deadline);

}  // namespace storesweep::net
