// Secrets of a log-in, hidden in whatever is recorded: as they are, and as XML, JSON, URLs and base64 write
// them. A value that never changes; safe for concurrent use.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace storesweep::observe {

inline constexpr std::string_view kMasked = "******";

class Masking {
 public:
  Masking() = default;
  explicit Masking(const std::vector<std::string>& secrets);
  bool empty() const { return forms_.empty(); }
  // Puts kMasked where a secret stands; whether one did.
  bool hide(std::string& text) const;

 private:
  std::vector<std::string> forms_;  // the longest first, so that none leaves half of another
};

}  // namespace storesweep::observe
