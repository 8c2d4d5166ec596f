// The JSON of the API's answers. Times are RFC 3339 where people read them (created, ended), ids are numbers.
// Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "coordinator/service/api.h"

namespace storesweep::http {

nlohmann::ordered_json to_json(const ImportReport& report);
nlohmann::ordered_json to_json(const SweepStatus& sweep);
nlohmann::ordered_json to_json(const CampaignStatus& campaign);
nlohmann::ordered_json to_json(const ResultRow& row);     // the whole: findings, coverage, blobs
nlohmann::ordered_json brief_json(const ResultRow& row);  // of a page: listing in short, rows, counts
nlohmann::ordered_json to_json(const FindingRow& row);    // with its history
nlohmann::ordered_json to_json(const RejudgeReport& report);
nlohmann::ordered_json to_json(const SummaryRow& row);
nlohmann::ordered_json to_json(const FiguresRow& row);
nlohmann::ordered_json to_json(const SdkReport& report);
nlohmann::ordered_json to_json(const AnnouncementRow& row);
nlohmann::ordered_json evidence_json(const ResultRow& row);  // by run
nlohmann::ordered_json to_json(const ChangeRow& change);
nlohmann::ordered_json to_json(const WorkerStatus& worker);
nlohmann::ordered_json to_json(const DeviceStatus& device);
nlohmann::ordered_json to_json(const ControlRecord& control);

}  // namespace storesweep::http
