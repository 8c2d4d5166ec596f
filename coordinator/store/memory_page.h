// Pages of what lies in memory. Pure.
#pragma once

#include <algorithm>
#include <vector>

#include "coordinator/store/records.h"

namespace storesweep {

// Rows of `all` after the cursor, which is the key of the last row given.
template <class T, class Key>
Page<T> page_of(const std::vector<T>& all, const PageRequest& page, Key key) {
  Page<T> out;
  std::size_t from = 0;
  if (!page.cursor.empty()) {
    while (from < all.size() && key(all[from]) != page.cursor) ++from;
    ++from;
  }
  for (std::size_t i = from; i < all.size(); ++i) {
    if (out.rows.size() == std::min(page.rows, kMaxPageRows)) {
      out.next = key(out.rows.back());
      break;
    }
    out.rows.push_back(all[i]);
  }
  return out;
}

}  // namespace storesweep
