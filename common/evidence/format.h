// The framing that journal writer and reader share (schemas/evidence.capnp). Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/base/hash.h"

namespace storesweep {

inline constexpr std::string_view kJournalMagic{"SSJRNL\x00\x01", 8};
inline constexpr std::size_t kFrameOverhead = 8 + 32;

inline Digest next_chain(const Digest& before, ByteView message) {
  Sha256 h;
  h.add(before);
  h.add(message);
  return h.finish();
}
// What the seal's signature is over.
inline std::string seal_message(const Digest& chain) {
  return "storesweep journal 1" + std::string(as_text(chain));
}

}  // namespace storesweep
