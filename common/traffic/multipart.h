// The parts of a multipart body (RFC 2046, RFC 7578) by its own first line. Of outside bytes; views into the
// body. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "common/base/bytes.h"

namespace storesweep::traffic {

inline constexpr std::size_t kMaxParts = 1'000;

struct BodyPart {
  std::string_view name;  // of the form's field; empty: it has none
  std::string_view content;
};

// Empty where the body is no multipart. A last part without its end counts as it stands.
std::vector<BodyPart> parse_multipart(std::string_view body);

}  // namespace storesweep::traffic
