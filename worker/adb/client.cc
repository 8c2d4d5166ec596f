#include "worker/adb/client.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/base/text.h"

namespace storesweep::adb {

namespace {

constexpr std::int64_t kProbeMs = 1000;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// What the server says before it passes anything to the device (AOSP adb: transport.cpp,
// acquire_one_transport).
Status device_error(const Target& target, std::string_view message) {
  std::string_view first_line = message.substr(0, message.find('\n'));
  return not_found(fmt::format("device {}: {}", target.serial, clean_utf8(first_line)));
}

Status service_error(std::string_view service, std::string_view message) {
  const std::string text = fmt::format("{}: {}", clean_utf8(service.substr(0, 80)), clean_utf8(message));
  if (starts_with(message, "device ") || contains(message, "no devices")) return not_found(text);
  return unsupported(text);
}

std::string prefixed(const Target& target, std::string_view request) {
  if (target.transport_id != 0) return fmt::format("host-transport-id:{}:{}", target.transport_id, request);
  return fmt::format("host-serial:{}:{}", target.serial, request);
}

}  // namespace

Blame blame_of(const Status& error) {
  switch (error.kind()) {
    case ErrorKind::kOk:
    case ErrorKind::kCancelled:
      return Blame::kNobody;
    case ErrorKind::kUnavailable:
      return Blame::kServer;
    case ErrorKind::kNotFound:
    case ErrorKind::kTimeout:
    case ErrorKind::kCorrupt:
      return Blame::kDevice;
    default:
      return Blame::kRequest;
  }
}

Counters Client::counters() const {
  return {.commands = tally_.commands, .bytes_out = tally_.bytes_out, .bytes_in = tally_.bytes_in};
}

// Sends one request and reads its OKAY; FAIL is kInvalid with the server's words.
Status Client::request_reply(Connection& connection, std::string_view service, const Deadline& deadline) {
  TRY_ASSIGN(std::string bytes, request(service));
  TRY(connection.write(bytes, deadline));
  return reply(connection, deadline);
}

Status Client::reply(Connection& connection, const Deadline& deadline) {
  for (;;) {
    TRY_ASSIGN(auto reply, take_reply(connection.inbox()));
    if (reply) return reply->ok ? ok_status() : invalid(std::move(reply->message));
    TRY_ASSIGN(bool open, connection.fill(deadline));
    if (!open) return unavailable("the adb server closed the connection without an answer");
  }
}

Result<Connection> Client::ask(std::string_view service, const Deadline& deadline) {
  ++tally_.commands;
  TRY_ASSIGN(Connection connection, Connection::open(address_, &tally_, deadline));
  if (Status s = request_reply(connection, service, deadline); !s.ok()) {
    return s.kind() == ErrorKind::kInvalid ? service_error(service, s.message()) : s.within(service);
  }
  return connection;
}

Result<std::string> Client::ask_frame(std::string_view service, const Deadline& deadline) {
  TRY_ASSIGN(Connection connection, ask(service, deadline));
  for (;;) {
    TRY_ASSIGN(auto frame, take_frame(connection.inbox()));
    if (frame) return std::move(*frame);
    TRY_ASSIGN(bool open, connection.fill(deadline));
    if (!open)
      return unavailable(fmt::format("{}: the adb server closed in the middle of its answer", service));
  }
}

Result<int> Client::version(const Deadline& deadline) {
  TRY_ASSIGN(std::string text, ask_frame("host:version", deadline));
  auto version = parse_int<int>(text, 16);
  if (!version)
    return corrupt(fmt::format("host:version: '{}' is no number", clean_utf8(text.substr(0, 16))));
  return *version;
}

Result<Features> Client::host_features(const Deadline& deadline) {
  TRY_ASSIGN(std::string text, ask_frame("host:host-features", deadline));
  return parse_features(text);
}

Result<DeviceList> Client::devices(const Deadline& deadline) {
  TRY_ASSIGN(std::string text, ask_frame("host:devices-l", deadline));
  return parse_devices(text);
}

Status Client::connect(std::string_view address, const Deadline& deadline) {
  TRY_ASSIGN(std::string text, ask_frame(fmt::format("host:connect:{}", address), deadline));
  if (starts_with(text, "connected to") || starts_with(text, "already connected to")) return ok_status();
  return not_found(fmt::format("host:connect:{}: {}", address, clean_utf8(text)));
}

Status Client::disconnect(std::string_view address, const Deadline& deadline) {
  auto answer = ask_frame(fmt::format("host:disconnect:{}", address), deadline);
  if (answer.ok() || contains(answer.status().message(), "no such device")) return ok_status();
  return answer.status();
}

Result<Features> Client::features(const Target& target, const Deadline& deadline) {
  TRY_ASSIGN(std::string text, ask_frame(prefixed(target, "features"), deadline));
  return parse_features(text);
}

Result<std::string> Client::state(const Target& target, const Deadline& deadline) {
  return ask_frame(prefixed(target, "get-state"), deadline);
}

Status Client::kill_server(const Deadline& deadline) {
  TRY_ASSIGN(Connection connection, ask("host:kill", deadline));
  for (;;) {  // it is gone when it closes
    TRY_ASSIGN(bool open, connection.fill(deadline));
    if (!open) return ok_status();
  }
}

// A connection on which the next request goes to the device.
Result<Connection> Client::transport(const Target& target, const Deadline& deadline) {
  if (target.transport_id != 0) {
    TRY_ASSIGN(Connection connection, Connection::open(address_, &tally_, deadline));
    Status s = request_reply(connection, fmt::format("host:transport-id:{}", target.transport_id), deadline);
    if (s.ok()) return connection;
    if (s.kind() != ErrorKind::kInvalid) return s;
    if (!contains(s.message(), "no device with transport id")) return device_error(target, s.message());
  }
  TRY_ASSIGN(Connection connection, Connection::open(address_, &tally_, deadline));
  Status s = request_reply(connection, fmt::format("host:transport:{}", target.serial), deadline);
  if (s.ok()) return connection;
  return s.kind() == ErrorKind::kInvalid ? device_error(target, s.message()) : s;
}

Result<Connection> Client::open(const Target& target, std::string_view service, const Deadline& deadline) {
  ++tally_.commands;
  auto connection = transport(target, deadline);
  if (!connection.ok()) return connection.status();
  Status s = request_reply(*connection, service, deadline);
  const std::string name = fmt::format("device {}: {}", target.serial, clean_utf8(service.substr(0, 80)));
  if (s.ok()) return connection;
  if (s.kind() == ErrorKind::kUnavailable) return broken_off(name, deadline);
  return s.kind() == ErrorKind::kInvalid ? service_error(name, s.message()) : s.within(name);
}

Status Client::broken_off(std::string_view what, const Deadline& deadline) {
  auto probe = version(deadline.at_most_ms(kProbeMs));
  if (probe.ok()) return not_found(fmt::format("{}: the device ended the stream before its end", what));
  if (probe.status().kind() == ErrorKind::kCancelled) return probe.status();
  return unavailable(fmt::format("{}: the adb server went away", what));
}

Status Client::reboot(const Target& target, const Deadline& deadline) {
  TRY_ASSIGN(Connection connection, open(target, "reboot:", deadline));
  for (;;) {
    TRY_ASSIGN(bool open, connection.fill(deadline));
    if (!open) return ok_status();
  }
}

// The server says that the service is open; then the device says what came of it.
Status Client::reverse_service(const Target& target, const std::string& words, const Deadline& deadline) {
  TRY_ASSIGN(Connection connection, open(target, "reverse:" + words, deadline));
  const Status s = reply(connection, deadline);
  const std::string name = fmt::format("device {}: reverse:{}", target.serial, words);
  if (s.kind() == ErrorKind::kUnavailable) return broken_off(name, deadline);
  if (s.kind() != ErrorKind::kInvalid) return s;
  if (contains(s.message(), "cannot rebind")) return exists(name);
  return unsupported(fmt::format("{}: {}", name, clean_utf8(s.message().substr(0, 200))));
}

Status Client::reverse(const Target& target, int port, const Deadline& deadline) {
  return reverse_service(target, fmt::format("forward:norebind:tcp:{0};tcp:{0}", port), deadline);
}

Status Client::end_reverse(const Target& target, int port, const Deadline& deadline) {
  return reverse_service(target, fmt::format("killforward:tcp:{}", port), deadline);
}

Result<DeviceTracker> DeviceTracker::start(Client& client, const Deadline& deadline) {
  TRY_ASSIGN(Connection connection, client.ask("host:track-devices-l", deadline));
  return DeviceTracker(std::move(connection));
}

Result<DeviceList> DeviceTracker::next(const Deadline& deadline) {
  for (;;) {
    TRY_ASSIGN(auto frame, take_frame(connection_.inbox()));
    if (frame) return parse_devices(*frame);
    TRY_ASSIGN(bool open, connection_.fill(deadline));
    if (!open) return unavailable("track-devices: the adb server is gone");
  }
}

}  // namespace storesweep::adb
