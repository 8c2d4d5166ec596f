// What packages and uids used: `dumpsys netstats` (bytes), `dumpsys usagestats` (foreground moves) and
// `dumpsys location` (who asks for positions). From AOSP's NetworkStatsService, UserUsageStatsService and
// LocationManagerService, 4.4 to 13.
// Pure; see dump.h.
#pragma once

#include "common/android/dump.h"

namespace storesweep::android {

struct NetworkBucket {
  std::string section;  // Dev, Xt, UID, UID tag
  std::string type;     // WIFI, MOBILE; since 13 a number: 1, 0
  std::string network;  // networkId="X" or, since 12, wifiNetworkKey="X"...: the name between the quotes
  int uid = -1;
  std::string set;  // ALL, DEFAULT, FOREGROUND
  std::string tag;  // 0x0
  std::int64_t start_s = 0;
  std::int64_t received_bytes = 0, received_packets = 0, sent_bytes = 0, sent_packets = 0;
};
Parsed<NetworkBucket> parse_netstats(std::string_view text);

struct UsageEvent {
  int user = -1;
  std::string time;  // as printed between the quotes; may be localised
  std::string
      type;  // MOVE_TO_FOREGROUND up to 9, ACTIVITY_RESUMED since 10, NOTIFICATION_SEEN, ...; DAY_TOTAL
  std::string package;
  std::string class_name;
  std::int64_t launches = -1, total_ms = -1;  // of a DAY_TOTAL: all that 4.4 keeps
  bool resumed() const { return type == "MOVE_TO_FOREGROUND" || type == "ACTIVITY_RESUMED"; }
};
Parsed<UsageEvent> parse_usage_stats(std::string_view text);

struct LocationRequest {
  std::string provider;  // gps, passive, network, fused
  std::string package;
  int uid = -1;
  bool foreground = false;
  std::string request;  // as printed: Request[...], since 12 @+10m0s...
  bool active = true;   // false: of the history
};
// Records by provider (UpdateRecord[...]; since 12 "uid/package[tag] Request[...]"), and the history.
Parsed<LocationRequest> parse_location(std::string_view text);

}  // namespace storesweep::android
