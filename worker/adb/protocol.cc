#include "worker/adb/protocol.h"

#include <fmt/format.h>

#include "common/base/text.h"

namespace storesweep::adb {

namespace {

// The length in the first four bytes, or nothing when they are not four hex digits.
std::optional<std::size_t> frame_length(std::string_view s) {
  return parse_int<unsigned>(s.substr(0, 4), 16);
}

// What could be meant by bytes that are no message, safe to print.
std::string shown(std::string_view s) { return fmt::format("'{}'", clean_utf8(s.substr(0, 16))); }

DeviceEntry parse_device_line(const std::vector<std::string_view>& parts) {
  DeviceEntry entry{.serial = std::string(parts[0]), .state = std::string(parts[1])};
  std::size_t next = 2;
  if (entry.state == "no" && parts.size() > 2) {  // "no permissions (...); see [http://...]"
    entry.state = "no permissions";
    next = 3;
  }
  for (; next < parts.size(); ++next) {
    std::size_t colon = parts[next].find(':');
    if (colon == std::string_view::npos) continue;
    std::string_view key = parts[next].substr(0, colon);
    std::string_view value = parts[next].substr(colon + 1);
    if (key == "product") entry.product = value;
    if (key == "model") entry.model = value;
    if (key == "device") entry.device = value;
    if (key == "transport_id") entry.transport_id = parse_int<std::uint64_t>(value).value_or(0);
  }
  return entry;
}

}  // namespace

Result<std::string> request(std::string_view service) {
  if (service.empty()) return invalid("adb: an empty service");
  if (service.size() > kRequestMaxBytes) {
    return invalid(
        fmt::format("adb: a request of {} bytes, the limit is {}", service.size(), kRequestMaxBytes));
  }
  if (service.find('\0') != std::string_view::npos) return invalid("adb: a request with a NUL byte");
  return fmt::format("{:04x}{}", service.size(), service);
}

Result<std::optional<Reply>> take_reply(Inbox& inbox) {
  std::string_view s = inbox.view();
  const std::string_view word = s.substr(0, 4);
  if (word != std::string_view("OKAY").substr(0, word.size()) &&
      word != std::string_view("FAIL").substr(0, word.size())) {
    return corrupt("adb server: neither OKAY nor FAIL but " + shown(s));
  }
  if (s.size() < 4) return std::optional<Reply>();
  if (word == "OKAY") {
    inbox.drop(4);
    return std::optional(Reply{.ok = true, .message = ""});
  }
  if (s.size() < 8) return std::optional<Reply>();
  auto length = frame_length(s.substr(4));
  if (!length) return corrupt("adb server: FAIL with the length " + shown(s.substr(4, 4)));
  if (s.size() < 8 + *length) return std::optional<Reply>();
  Reply reply{.ok = false, .message = std::string(s.substr(8, *length))};
  inbox.drop(8 + *length);
  return std::optional(std::move(reply));
}

Result<std::optional<std::string>> take_frame(Inbox& inbox) {
  std::string_view s = inbox.view();
  if (s.size() < 4) return std::optional<std::string>();
  auto length = frame_length(s);
  if (!length) return corrupt("adb server: a frame with the length " + shown(s.substr(0, 4)));
  if (s.size() < 4 + *length) return std::optional<std::string>();
  std::string frame(s.substr(4, *length));
  inbox.drop(4 + *length);
  return std::optional(std::move(frame));
}

DeviceList parse_devices(std::string_view text) {
  DeviceList list;
  for (std::string_view line : lines(text)) {
    auto parts = words(line);
    if (parts.empty()) continue;
    if (parts.size() < 2) {
      ++list.unknown_lines;
      continue;
    }
    list.devices.push_back(parse_device_line(parts));
  }
  return list;
}

Features parse_features(std::string_view text) {
  Features features;
  for (std::string_view name : split(trim(text), ',')) {
    if (!name.empty()) features.emplace(name);
  }
  return features;
}

std::string quoted(std::string_view word) {
  std::string out = "'";
  for (char c : word) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace storesweep::adb
