// Parts one behind the other, each after its u32 LE length: how a request, a claim and an answer stand on the
// pipes of a judging child. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace storesweep {

std::string encode_parts(const std::vector<std::string_view>& parts);
// kCorrupt when the lengths do not fill the bytes.
Result<std::vector<std::string_view>> decode_parts(std::string_view bytes);
// The parts after the u32 LE length of them all.
std::string encode_frame(const std::vector<std::string_view>& parts);

}  // namespace storesweep
