// The SQL that brings a store from one version of its schema to the next: the files in migrations/, a folder
// for each kind of database, embedded in the order of their names. Number n brings version n - 1 to n.
#pragma once

#include <string_view>
#include <vector>

namespace storesweep {

std::vector<std::string_view> sqlite_migrations();
std::vector<std::string_view> postgres_migrations();

}  // namespace storesweep
