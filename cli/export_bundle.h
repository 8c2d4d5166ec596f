// Everything that results rest on, out of the coordinator's answers, for a bundle. One thread.
#pragma once

#include "cli/verbs.h"
#include "common/bundle/bundle.h"

namespace storesweep::cli {

// Within the session's deadlines; kNotFound where evidence is gone, kExhausted beyond a bundle's bounds.
Result<BundleParts> fetch_bundle(Session& session, std::vector<std::int64_t> jobs);

}  // namespace storesweep::cli
