// Edit distance for "did you mean".
#include <algorithm>

#include "common/config/config.h"

namespace storesweep {
namespace {
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}
}  // namespace

std::optional<std::string> nearest_name(std::string_view wanted, const std::vector<std::string>& names) {
  constexpr std::size_t kLongestName = 64;  // a longer one is no slip of the finger
  if (wanted.size() > kLongestName) return std::nullopt;
  std::optional<std::string> best;
  std::size_t best_distance = wanted.size() / 3 + 2;  // near enough: below this
  for (const std::string& n : names) {
    if (n.size() > kLongestName) continue;
    const std::size_t d = distance(wanted, n);
    if (d < best_distance) {
      best_distance = d;
      best = n;
    }
  }
  return best;
}

}  // namespace storesweep
