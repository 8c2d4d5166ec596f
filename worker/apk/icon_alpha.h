// How much of an app's icon can be seen at all: the opacity of its most opaque pixel, over every file that a
// device may show. PNG files, colours and adaptive icons made of these; for all else nothing is said. Pure.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/status.h"
#include "worker/apk/manifest_facts.h"

namespace storesweep::apk {

inline constexpr std::size_t kMaxIconBytes = 4u << 20;  // of a file
inline constexpr std::uint32_t kMaxIconSide = 2048;     // pixels
inline constexpr int kOpaque = 255, kAlphaUnknown = -1;

// 0 to 255. kCorrupt: no PNG, kExhausted: larger than an icon is.
Result<int> most_alpha(ByteView png);
// Of a colour as resources have it ("#AARRGGBB", "#RRGGBB", "#ARGB", "#RGB"); kAlphaUnknown for other text.
int colour_alpha(std::string_view colour);

// A member of the package by its name; kNotFound where there is none.
using Member = std::function<Result<Bytes>(const std::string& path)>;
// Of the icon as a whole; kAlphaUnknown where a file of it could not be looked at and none that could is
// opaque.
int icon_alpha(const std::vector<IconFile>& icons, const Member& member);

}  // namespace storesweep::apk
