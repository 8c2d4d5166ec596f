// The messages between worker and coordinator (common/model/messages.h) in their form on the wire
// (schemas/wire.capnp): plain values to bytes and back. Pure; safe for concurrent use. What comes from
// outside is copied to aligned words, bounded in every list and text, and refused as kCorrupt with the field
// at fault; exceptions of Cap'n Proto end here.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/status.h"
#include "common/model/messages.h"

namespace storesweep {

inline constexpr std::size_t kMaxMessageBytes = 4u << 20;
inline constexpr std::size_t kMaxTextBytes = 8192;
inline constexpr std::size_t kMaxHintBytes = 256u << 10;
inline constexpr std::size_t kMaxListEntries = 1024;  // where nothing else is said
inline constexpr std::size_t kMaxHelloSpooled = 4096;
inline constexpr std::size_t kMaxEndedTokens = 8192;
inline constexpr std::size_t kMaxBlobNameBytes = 100;
inline constexpr std::size_t kMaxTurnMessages = 256;

// A turn: what one side says in one breath, in this order; at least one message. kExhausted when it has more
// than kMaxTurnMessages or would be larger than kMaxMessageBytes. The bounds of single texts and lists are
// the reader's: the writer keeps to them by what it is made of.
Result<std::string> encode(std::span<const FromWorker> turn);
Result<std::string> encode(std::span<const ToWorker> turn);
// The same in as few turns as it takes; fails only where a single message is too large.
Result<std::vector<std::string>> encode_all(std::span<const FromWorker> messages);
Result<std::vector<std::string>> encode_all(std::span<const ToWorker> messages);

Result<std::vector<FromWorker>> decode_from_worker_untrusted(ByteView turn);
Result<std::vector<ToWorker>> decode_to_worker_untrusted(ByteView turn);

// One message for itself, as a worker's spool keeps it.
Result<std::string> encode_one(const FromWorker& message);
Result<FromWorker> decode_one_untrusted(ByteView bytes);

// Letters, digits, '.', '_' and '-', 1 to kMaxBlobNameBytes, not beginning with '.': good for a file and an
// address.
bool good_blob_name(std::string_view name);

}  // namespace storesweep
