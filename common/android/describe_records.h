// Each parser's record as JSON, for describe.cc alone: this header carries the JSON library.
// Pure.
#pragma once

#include <nlohmann/json.hpp>

#include "common/android/activities.h"
#include "common/android/appops.h"
#include "common/android/events.h"
#include "common/android/exits.h"
#include "common/android/lists.h"
#include "common/android/package.h"
#include "common/android/power.h"
#include "common/android/processes.h"
#include "common/android/scheduled.h"
#include "common/android/sensors.h"
#include "common/android/syslog.h"
#include "common/android/tools.h"
#include "common/android/usage.h"

namespace storesweep::android {

using Json = nlohmann::ordered_json;

Json to_json(const std::string& record);
Json to_json(const AppOp& record);
Json to_json(const EventRecord& record);
Json to_json(const SystemRecord& record);
Json to_json(const PackageState& record);
Json to_json(const ListedPackage& record);
Json to_json(const Feature& record);
Json to_json(const Property& record);
Json to_json(const RunningProcess& record);
Json to_json(const PsRow& record);
Json to_json(const ActivityOnTop& record);
Json to_json(const RecentTask& record);
Json to_json(const RunningService& record);
Json to_json(const Broadcast& record);
Json to_json(const NetworkBucket& record);
Json to_json(const UsageEvent& record);
Json to_json(const LocationRequest& record);
Json to_json(const ShownNotification& record);
Json to_json(const PendingAlarm& record);
Json to_json(const ScheduledJob& record);
Json to_json(const ProcessExit& record);
Json to_json(const SensorUse& record);
Json to_json(const WakeLock& record);
Json to_json(const InstallResult& record);
Json to_json(const StartResult& record);
Json to_json(const MonkeyRun& record);
Json to_json(const MonkeyEvent& record);

// What all parsers say alike.
Json grammar_json(const Grammar& grammar);

template <class Record>
Json described(const Parsed<Record>& parsed) {
  Json records = Json::array();
  for (const Record& record : parsed.records) records.push_back(to_json(record));
  Json out = grammar_json(parsed);
  out["records"] = std::move(records);
  return out;
}

}  // namespace storesweep::android
