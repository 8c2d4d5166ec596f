// A few files as one: an uncompressed ZIP that any tool opens, in the one form that its members allow (sorted
// by name, no dates, no extra fields), so that not a single byte of it is free. Pure; safe for concurrent
// use.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/base/status.h"

namespace storesweep {

inline constexpr std::size_t kMaxContainerBytes = std::size_t{1} << 30;
inline constexpr std::size_t kMaxContainerMembers = 20'000;
inline constexpr std::size_t kMaxMemberName = 200;

using Members = std::map<std::string, std::string, std::less<>>;  // name -> bytes

// A relative path of plain words: nothing that could leave the folder it is unpacked to.
bool good_member_name(std::string_view name);
// kExhausted beyond the bounds, kInvalid for a name.
Result<std::string> pack_members(const Members& members);
// kCorrupt names the member and the offset at which the file is not what its members would give.
Result<Members> unpack_members_untrusted(ByteView file);

}  // namespace storesweep
