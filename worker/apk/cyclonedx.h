// The SDKs and libraries of a package as a bill of materials: CycloneDX 1.5 JSON (ECMA-424's format). Out of
// facts as facts_to_json writes them. What is not known stays out: no version is guessed, no licence claimed.
// Pure; the same facts give the same bytes (the serial number is made of the file set's hash).
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

#include "common/base/status.h"

namespace storesweep {

// timestamp: RFC 3339, or empty to leave it out. kInvalid when that is no facts.
Result<nlohmann::ordered_json> facts_to_cyclonedx(const nlohmann::ordered_json& facts,
                                                  const std::string& timestamp);

}  // namespace storesweep
