// `dumpsys sensorservice`: who listens to which sensor now, and who began and ceased lately. From AOSP's
// SensorService.dump, SensorEventConnection, SensorDirectConnection and SensorRegistrationInfo, 6 to 16. What
// they call "package" is the listener's class, which the app itself names: only the uid says whose it is; a
// direct channel alone names the package.
// Pure; see dump.h.
#pragma once

#include "common/android/dump.h"

namespace storesweep::android {

struct SensorUse {
  enum class Kind {
    kActive,  // of a connection that is open: events come
    kDirect,  // of a direct channel
    kBackup,  // of a direct channel, held back while the uid is idle
    kBegan,   // of the previous registrations, newest first
    kCeased
  };
  Kind kind = Kind::kActive;
  std::string time;  // 22:05:33, of the previous registrations; the last 200 of the whole device
  std::int64_t handle = -1;
  std::string sensor;    // its name; where the line has none, the sensor list's
  std::string listener;  // class of the listener, or the package of a direct channel
  int pid = -1, uid = -1;
  std::int64_t sampling_us = -1, batching_us = -1;  // asked for
  std::string result;                               // of late versions: OK, or why it was refused
  bool access = true;  // false where the uid gets no events now (idle, sensors off); late versions say so
};
Parsed<SensorUse> parse_sensors(std::string_view text);

}  // namespace storesweep::android
