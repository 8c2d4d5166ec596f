#include "common/android/power.h"

#include "common/base/text.h"

namespace storesweep::android {

Parsed<Property> parse_battery(std::string_view text) {
  Parsed<Property> out;
  LineReader lines(text, out);
  Line line;
  while (lines.next(line)) {
    const std::size_t colon = line.body.find(':');
    if (starts_with(line.body, "Current Battery Service state") || starts_with(line.body, "(UPDATES STOPPED"))
      continue;
    if (colon == std::string_view::npos || is_device_error(line.body)) {
      out.unknown(line, line.indent > 0);
      continue;
    }
    out.add({std::string(line.body.substr(0, colon)), std::string(trim(line.body.substr(colon + 1)))});
  }
  return out;
}

Parsed<WakeLock> parse_power(std::string_view text, PowerState& state) {
  Parsed<WakeLock> out;
  LineReader lines(text, out);
  Line line;
  while (lines.next(line)) {
    std::string_view body = line.body;
    if (take(body, "mWakefulness=") && state.wakefulness.empty()) {
      state.wakefulness = std::string(body.substr(0, body.find(' ')));
    } else if (contains(body, "_WAKE_LOCK ") && contains(body, "'") && contains(body, "uid=")) {
      WakeLock lock;
      lock.level = std::string(body.substr(0, body.find(' ')));
      lock.tag = std::string(body.substr(body.find('\'') + 1, body.rfind('\'') - body.find('\'') - 1));
      const std::size_t open = body.rfind("(uid=");  // "uid=" may stand in a tag too
      const std::string_view tail = open == std::string_view::npos ? body : body.substr(open);
      lock.uid = parse_uid(value_of(tail, "uid=")).value_or(-1);
      lock.pid = parse_int<int>(value_of(tail, "pid=")).value_or(-1);
      if (lock.uid < 0)
        out.unknown(line, true);
      else
        out.add(std::move(lock));
    } else if (is_device_error(body)) {
      out.unknown(line, true);
    }
  }
  return out;
}

}  // namespace storesweep::android
