// One entry of the spool as bytes: the outcome in its form on the wire, the address its blobs go to, and a
// hash over both, so that a damaged file is known as one. Pure.
#pragma once

#include <string>

#include "common/base/bytes.h"
#include "common/base/status.h"
#include "common/model/messages.h"

namespace storesweep::job {

inline constexpr std::size_t kMaxEntryBytes = 8u << 20;

struct SpoolEntry {
  Outcome outcome;
  std::string evidence_address;
};
// "SSSPOOL1", then u32 LE length and bytes of the address, the same of the message, then SHA-256 of all
// before.
Result<std::string> to_bytes(const SpoolEntry& entry);
Result<SpoolEntry> entry_untrusted(ByteView bytes);

// A token alone: the note of a start.
Result<std::string> to_bytes(const Token& token);
Result<Token> token_untrusted(ByteView bytes);

}  // namespace storesweep::job
