#include "common/android/sensors.h"

#include <map>
#include <utility>

#include "common/base/text.h"

namespace storesweep::android {
namespace {

constexpr std::size_t kMaxSensors = 4096;  // names kept; a device has some dozens

// "0x0000001f", and "00000000": printf's # leaves the 0x of a zero out.
std::int64_t hex(std::string_view text) {
  take(text, "0x");
  const auto value = parse_int<std::uint32_t>(text, 16);
  return value ? std::int64_t{*value} : -1;
}

// The value behind " key=", which may be padded with blanks: "pid= 1402".
std::string_view padded(std::string_view body, std::string_view key) {
  const std::size_t at = body.find(key);
  if (at == std::string_view::npos) return {};
  std::string_view rest = trim(body.substr(at + key.size()));
  return take_word(rest);
}
std::int64_t microseconds(std::string_view body, std::string_view key) {
  std::string_view value = padded(body, key);
  if (!ends_with(value, "us")) return -1;
  value.remove_suffix(2);
  return parse_int<std::int64_t>(value).value_or(-1);
}
int id_behind(std::string_view body, std::string_view key) {
  return parse_int<int>(padded(body, key)).value_or(-1);
}

bool is_clock(std::string_view word) { return word.size() == 8 && word[2] == ':' && word[5] == ':'; }

// "result=OK (sensor, package): (Gravity Sensor   , com.x.Y)": a name may hold commas, a class does not.
void named_pair(std::string_view body, SensorUse& u) {
  constexpr std::string_view kPair = " (sensor, package): (";
  const std::size_t at = body.find(kPair);
  if (at == std::string_view::npos) {
    u.listener = std::string(value_of(body, "package="));
    return;
  }
  const std::string_view head = body.substr(0, at);
  std::string_view pair = body.substr(at + kPair.size());
  pair = pair.substr(0, pair.rfind(')'));
  const std::size_t comma = pair.rfind(", ");
  u.sensor = std::string(trim(pair.substr(0, comma)));
  if (comma != std::string_view::npos) u.listener = std::string(trim(pair.substr(comma + 2)));
  const std::size_t result = head.find(" result=");
  if (result != std::string_view::npos) u.result = std::string(trim(head.substr(result + 8)));
}

// "11:33:15 + 0x00000110 pid= 1402 uid= 1000 package=com.x.Y samplingPeriod=66667us batchingPeriod=0us"; 6
// and 7 "11:33:15 activated package=com.x.Y handle=0x00000110 samplingRate=66667us maxReportLatency=0us".
bool registration(std::string_view body, SensorUse& u) {
  u.time = std::string(take_word(body));
  const std::string_view sign = take_word(body);
  const bool began = sign == "+" || sign == "activated";
  if (!began && sign != "-" && sign != "de-activated") return false;
  u.kind = began ? SensorUse::Kind::kBegan : SensorUse::Kind::kCeased;
  const bool old = sign.size() > 1;
  u.handle = old ? hex(value_of(body, "handle=")) : hex(body.substr(0, body.find(' ')));
  u.pid = id_behind(body, " pid=");
  u.uid = id_behind(body, " uid=");
  u.sampling_us = microseconds(body, old ? " samplingRate=" : " samplingPeriod=");
  u.batching_us = microseconds(body, old ? " maxReportLatency=" : " batchingPeriod=");
  named_pair(body, u);
  return u.handle >= 0 && (old || u.uid >= 0);
}

// "Gravity Sensor 0x5f677276 | status: active | ...", and of a direct channel "Sensor 0x000001, rate 2".
bool sensor_of(std::string_view body, SensorUse& u) {
  std::string_view rest = body;
  if (contains(body, ", rate ") && take(rest, "Sensor ")) {
    u.handle = hex(rest.substr(0, rest.find(',')));
    return u.handle >= 0;
  }
  const std::size_t at = body.rfind(" 0x");
  if (at == std::string_view::npos || !contains(body.substr(at), " | ")) return false;
  rest = body.substr(at + 1);
  u.sensor = std::string(trim(body.substr(0, at)));
  u.handle = hex(rest.substr(0, rest.find(' ')));
  return u.handle >= 0;
}

// What a connection says once, in front of its sensors.
bool connection(std::string_view body, SensorUse& u) {
  std::string_view rest = body;
  if (take(rest, "Package ") && contains(rest, ", HAL channel handle ")) {
    u.listener = std::string(rest.substr(0, rest.find(", HAL")));
    return true;
  }
  if (!contains(body, " | WakeLockRefCount ") && !contains(body, " | HAL channel handle ")) return false;
  u.listener = std::string(body.substr(0, body.find(" | ")));
  u.pid = id_behind(body, " | pid ");
  u.uid = id_behind(body, " | uid ");
  u.access = !contains(body, "has sensor access: false");
  return u.uid >= 0;
}

bool is_detail(std::string_view body) {
  for (std::string_view start :
       {"Operating Mode: ", "Session Start: ", "events recvd: ", "Activated sensor count: "}) {
    if (starts_with(body, start)) return true;
  }
  return false;
}

class Sensors {
 public:
  Parsed<SensorUse> read_all(std::string_view text) {
    LineReader lines(text, out_);
    for (Line line; lines.next(line);) {
      if (title(line.body)) continue;
      switch (part_) {
        case Part::kList:
          list(line.body);
          break;
        case Part::kOpen:
          open(line);
          break;
        case Part::kPrevious:
          previous(line);
          break;
        case Part::kOther:
          break;
        case Part::kNone:
          out_.unknown(line, is_device_error(line.body));
      }
    }
    return std::move(out_);
  }

 private:
  enum class Part { kNone, kOther, kList, kOpen, kPrevious };

  bool title(std::string_view body) {
    if (body == "Sensor List:") return in(Part::kList);
    if (body == "Previous Registrations:") return in(Part::kPrevious);
    for (std::string_view other : {"Captured at: ", "Sensor Device:", "Fusion States:",
                                   "Recent Sensor events:", "Active sensors:", "No Sensors on the device"}) {
      if (starts_with(body, other)) return in(Part::kOther);
    }
    if (starts_with(body, "Connection Number: ")) return begin(SensorUse::Kind::kActive);
    if (starts_with(body, "Direct connection ")) return begin(SensorUse::Kind::kDirect);
    const bool counts = !body.empty() && body[0] >= '0' && body[0] <= '9';
    return counts && ends_with(body, " connections") && in(Part::kOpen);
  }
  bool in(Part part) {
    part_ = part;
    head_.reset();
    return true;
  }
  bool begin(SensorUse::Kind kind) {
    in(Part::kOpen);
    head_ = SensorUse();
    head_->kind = kind;
    return true;
  }

  void list(std::string_view body) {
    const std::size_t close = body.find(") "), bar = body.find(" | ");
    if (close > 10 || bar == std::string_view::npos || names_.size() >= kMaxSensors) return;
    names_.emplace(hex(body.substr(0, close)), trim(body.substr(close + 2, bar - close - 2)));
  }

  void open(const Line& line) {
    SensorUse use = head_.value_or(SensorUse());
    if (head_ && starts_with(line.body, "Backup sensor ")) {
      head_->kind = SensorUse::Kind::kBackup;
    } else if (head_ && !head_->listener.empty() && sensor_of(line.body, use)) {
      add(std::move(use));
    } else if (!is_detail(line.body) && !(head_ && connection(line.body, *head_))) {
      out_.unknown(line, head_.has_value());
    }
  }

  void previous(const Line& line) {
    std::string_view rest = line.body;
    SensorUse use;
    if (registration(line.body, use))
      add(std::move(use));
    else if (!starts_with(line.body, "Final Duration: "))
      out_.unknown(line, is_clock(take_word(rest)));
  }

  void add(SensorUse use) {
    const auto name = names_.find(use.handle);
    if (use.sensor.empty() && name != names_.end()) use.sensor = name->second;
    out_.add(std::move(use));
  }

  Parsed<SensorUse> out_;
  Part part_ = Part::kNone;
  std::optional<SensorUse> head_;  // of the connection that is being read
  std::map<std::int64_t, std::string> names_;
};

}  // namespace

Parsed<SensorUse> parse_sensors(std::string_view text) { return Sensors().read_all(text); }

}  // namespace storesweep::android
