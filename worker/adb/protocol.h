// The smart socket of the stock adb server: requests, replies, length-prefixed frames and the lists of
// devices (AOSP packages/modules/adb: OVERVIEW.TXT, SERVICES.TXT, client/transport_list). Pure; safe for
// concurrent use.
//
// A take_... function cuts one message off the front of an Inbox: a value when a whole one was there, nothing
// when more bytes are needed (the inbox is then unchanged), kCorrupt when no continuation can make it valid.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "worker/adb/inbox.h"

namespace storesweep::adb {

inline constexpr std::size_t kRequestMaxBytes = 0xffff;  // four hex digits of length

// "000chost:version". A service that is empty, too long or holds a NUL is refused.
Result<std::string> request(std::string_view service);

struct Reply {
  bool ok = false;
  std::string message;  // of FAIL
};
// "OKAY", or "FAIL" with a framed message.
Result<std::optional<Reply>> take_reply(Inbox& inbox);
// A frame: four hex digits of length and that many bytes.
Result<std::optional<std::string>> take_frame(Inbox& inbox);

// One line of host:devices, host:devices-l or a track-devices frame.
struct DeviceEntry {
  std::string serial;
  std::string state;  // "device", "offline", "unauthorized", "no permissions", ...
  std::string product;
  std::string model;
  std::string device;
  std::uint64_t transport_id = 0;  // 0: not told
  bool usable() const { return state == "device"; }
  bool operator==(const DeviceEntry&) const = default;
};
struct DeviceList {
  std::vector<DeviceEntry> devices;
  std::size_t unknown_lines = 0;  // lines without a serial and a state
};
// Both the short and the long form.
DeviceList parse_devices(std::string_view text);

// "shell_v2,cmd,stat_v2" as a set.
using Features = std::set<std::string, std::less<>>;
Features parse_features(std::string_view text);

// The word in single quotes for the device's sh, whatever it holds.
std::string quoted(std::string_view word);

}  // namespace storesweep::adb
