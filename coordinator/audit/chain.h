// The audit log's lines: who did what, each a JSON object that carries its number and the SHA-256 of the line
// before it, so that a line that was taken out, changed or put in is noticed by whoever reads on. It is no
// signature: who can write the file can write all of it anew; a head that is kept elsewhere tells that. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/hash.h"
#include "common/base/status.h"

namespace storesweep {

inline constexpr std::size_t kMaxAuditLineBytes = 32u << 10;
inline constexpr std::size_t kMaxAuditTextBytes =
    512;  // of one value; what is longer is cut off, and says so
inline constexpr std::size_t kMaxAuditNamed = 24;

// What happened. What is empty or 0 does not stand in the line.
struct AuditEntry {
  std::string event;      // request, refused, worker_admitted, worker_revoked, leads, ...
  std::string who, role;  // the token's; none where nobody has to say who he is
  std::string remote;     // address of the other side
  std::string method, route;
  std::vector<std::pair<std::string, std::string>> named;  // what it was about: never a secret
  int status = 0;                                          // of HTTP
  std::string outcome;                                     // "ok", or the kind of the error
  std::string trace_id;
};

// The last line that is there.
struct AuditHead {
  std::uint64_t n = 0;  // 0: none yet
  Digest hash{};
  bool operator==(const AuditHead&) const = default;
};

// The line that follows `head`, without its end; moves `head` on to it.
std::string audit_line(const AuditEntry& entry, std::int64_t wall_ms, AuditHead& head);

// What a line says of its place.
struct AuditLink {
  std::uint64_t n = 0;
  Digest previous{}, hash{};
};
// kCorrupt where it is no line of an audit log.
Result<AuditLink> audit_link_untrusted(std::string_view line);
// Whether `next` follows `head`; kCorrupt says what is wrong.
Status follows(const AuditHead& head, const AuditLink& next);

}  // namespace storesweep
