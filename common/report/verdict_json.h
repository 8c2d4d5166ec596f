// The one JSON form of verdicts, listings and figures, for the API, the CLI and reports: stable field names,
// the names of the model for levels, reasons and phases, digests in hex. Read back, it is checked against the
// same names. Everything that rests on simulated devices says "simulated": true. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "common/base/status.h"
#include "common/model/figures.h"
#include "common/model/listing.h"
#include "common/model/messages.h"
#include "common/model/verdict.h"

namespace storesweep {

inline constexpr std::size_t kMaxVerdictItems =
    10'000;  // items, findings, values, ... of one verdict read back

nlohmann::ordered_json verdict_json(const Verdict& verdict);
nlohmann::ordered_json finding_json(const Finding& finding);
nlohmann::ordered_json listing_json(const Listing& listing);
nlohmann::ordered_json figures_json(const RunFigures& figures);
nlohmann::ordered_json blob_json(const BlobRef& blob);

// The text of one line, or indented for people; bytes that are no UTF-8 show as U+FFFD.
std::string dump_json(const nlohmann::ordered_json& json, bool indented = false);
// kCorrupt with the place when it is not JSON.
Result<nlohmann::ordered_json> parse_json(std::string_view text);

// kInvalid, naming the field.
Result<Verdict> verdict_from_json(const nlohmann::ordered_json& json);
Result<Listing> listing_from_json(const nlohmann::ordered_json& json);

}  // namespace storesweep
