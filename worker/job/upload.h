// Puts the blobs of a spool entry to the address that came with its lease: address + "/" + name, each checked
// against its hash first. Safe for concurrent use; blocks until the deadline at most.
#pragma once

#include "common/base/cancel.h"
#include "common/net/client.h"
#include "worker/job/spool.h"

namespace storesweep::job {

// Where evidence goes that `given` is the address for: the coordinator that leads now takes it below `base`.
// Empty: where it was given.
std::string evidence_address(const std::string& given, const std::string& base);

// Ok: all of them are there. kUnavailable, kTimeout, kCancelled: try again. kPermission: the address refuses
// for good. kCorrupt: a blob is no more what was written.
Status upload_blobs(net::Client& client, const Spool& spool, const Token& token, const std::string& base,
                    const Deadline& deadline);

}  // namespace storesweep::job
