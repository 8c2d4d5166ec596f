// The SQL that brings a SQLite store from one version of its schema to the next: the files in migrations/,
// embedded in the order of their names. Number n brings version n - 1 to n.
#pragma once

#include <string_view>
#include <vector>

namespace storesweep {

std::vector<std::string_view> sqlite_migrations();

}  // namespace storesweep
