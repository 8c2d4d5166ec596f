// A verdict as bytes (schemas/verdict.capnp, packed), for the store and between judge and coordinator. Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/base/status.h"
#include "common/model/verdict.h"

namespace storesweep {

inline constexpr std::size_t kMaxVerdictBytes = 4u << 20;

std::string encode_verdict(const Verdict& verdict);
// kCorrupt for bytes that are no verdict.
Result<Verdict> decode_verdict_untrusted(std::string_view bytes);

}  // namespace storesweep
