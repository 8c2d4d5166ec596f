// The shipped phrases for tests: rules/phrases.yaml read with yaml-cpp. For tests only; the product's loader
// is its own.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <string>

#include "common/android/phrases.h"

namespace storesweep::android {

inline std::string source_path(const std::string& file) {
  const char* source = std::getenv("STORESWEEP_SOURCE");
  return std::string(source ? source : ".") + "/" + file;
}

inline Phrases shipped_phrases() {
  const YAML::Node file = YAML::LoadFile(source_path("rules/phrases.yaml"));
  Phrases out;
  for (const PhraseListName& entry : phrase_lists()) {
    for (const auto& phrase : file["lists"][std::string(entry.name)])
      (out.*entry.list).push_back(phrase.as<std::string>());
  }
  for (const auto& group : file["permission_groups"]) {
    for (const auto& phrase : group.second)
      out.permission_groups[group.first.as<std::string>()].push_back(phrase.as<std::string>());
  }
  return out;
}

}  // namespace storesweep::android
