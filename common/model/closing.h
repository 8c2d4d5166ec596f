// The coordinator's word on a journal that it has accepted: a closing entry, signed by its own key, that
// names the entry before it. All entries are one chain in the order of their commits; who keeps one entry
// can tell whether any earlier one was changed, left out or put in later. Values; pure.
#pragma once

#include "common/model/lease.h"

namespace storesweep {

struct Closing {
  std::int64_t number = 0;  // 1, 2, 3, ... without gaps; 0: none
  Digest before{};          // closing_digest of the entry before; zero for the first
  Digest journal{};         // SHA-256 of the journal's file
  TokenKey token;           // of the try that made it
  JobId job;
  std::int64_t at_ms = 0;                    // wall clock
  std::array<std::uint8_t, 32> key{};        // the coordinator's Ed25519 public key
  std::array<std::uint8_t, 64> signature{};  // over "storesweep closing 1" and closing_digest
  bool operator==(const Closing&) const = default;
};

// Of all fields but the signature: what the next entry names.
Digest closing_digest(const Closing& closing);
// Sets key and signature.
void sign_closing(Closing& closing, const SigningKey& key);
// By the key that it names; whether that one is trusted is another question.
bool closing_signed(const Closing& closing);
// The entry of a journal behind `last` (number 0: it is the first).
Closing next_closing(const Closing& last, const Digest& journal, TokenKey token, JobId job,
                     std::int64_t at_ms, const SigningKey& key);

}  // namespace storesweep
