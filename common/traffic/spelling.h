// How else people and programs spell a value of its kind, before any encoding. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/traffic/canary.h"

namespace storesweep::traffic {

struct Spelling {
  std::string name;  // "plain", "no_separators"
  std::string text;
  double bits = 0;
};

// The value as planted comes first.
std::vector<Spelling> spellings_of(const Canary& canary);
// The value's own bytes where its text only shows them (hexadecimal, UUID, MAC): as binary protocols send it.
std::string packed_bytes(const Canary& canary);

}  // namespace storesweep::traffic
