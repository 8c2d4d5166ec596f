// What `getprop` and `pm list features` say of a device, as facts. Sees only strings. Pure; safe for
// concurrent use.
#pragma once

#include <string_view>

#include "common/base/status.h"
#include "worker/device/device.h"

namespace storesweep::device {

// The facts but for adb_features. kInvalid when the device has no ro.serialno or no API level: it cannot be
// told from others, or has not booted so far.
Result<Facts> facts_of(std::string_view getprop, std::string_view feature_list);

// Whether `getprop sys.boot_completed` says that the device has booted.
bool boot_completed(std::string_view property);

// "1606119069\n123.45 67.8\n": what `date +%s; cat /proc/uptime` prints.
Result<DeviceTime> parse_device_time(std::string_view text);

}  // namespace storesweep::device
