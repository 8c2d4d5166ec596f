// Tokens, leases, workers and their devices. Plain values; the protocol is in schemas/PROTOCOL.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/hash.h"
#include "common/model/job.h"
#include "common/model/listing.h"

namespace storesweep {

// Names one try. The MAC is under a key kept in the store, so that nobody can invent a token.
struct Token {
  std::uint64_t epoch = 0;
  std::uint64_t n = 0;            // counts up within the epoch
  std::uint64_t incarnation = 0;  // of the coordinator that granted it
  JobId job;
  std::string worker;
  std::array<std::uint8_t, 16> mac{};
  bool operator==(const Token&) const = default;
};
// (epoch, n): what is unique and ordered about a token.
struct TokenKey {
  std::uint64_t epoch = 0;
  std::uint64_t n = 0;
  auto operator<=>(const TokenKey&) const = default;
};
inline TokenKey key(const Token& t) { return {t.epoch, t.n}; }
std::array<std::uint8_t, 16> token_mac(ByteView secret, const Token& token);

struct Device {
  std::string identity;  // ro.serialno: one device under two serials is one
  DeviceKind kind;
  std::vector<std::string> abis;
  std::vector<std::string> features;
  bool quick_app_runtime = false;
  bool operator==(const Device&) const = default;
};
// Whether the device has what the app needs.
bool satisfies(const Device& device, const Needs& needs);

// What a run shall do, and for whom.
struct LeaseOffer {
  Token token;
  JobKind kind = JobKind::kSweep;
  SweepId sweep;
  std::uint32_t shard = 0;
  Listing listing;
  Depth depth = Depth::kTriage;
  std::vector<std::string> only_rules;  // a confirmation or retest runs the phases of these alone; empty: all
  Needs needs;                          // known from earlier tries
  std::string not_on_device;            // a confirmation: the identity that made the first run
  std::vector<std::string> avoid_devices;  // identities that must not run it
  std::optional<DeviceKind> on_kind;       // a confirmation: of the same kind
  std::optional<Digest> file_set;          // known beforehand: then the grant already says run
  std::string evidence_address;            // base URL for this token's blobs
  std::int64_t lease_ms = 0;
  bool operator==(const LeaseOffer&) const = default;
};

}  // namespace storesweep
