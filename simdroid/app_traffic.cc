#include "simdroid/app_traffic.h"

#include <fmt/format.h>

#include <array>

#include "common/base/hash.h"
#include "common/base/text.h"
#include "simdroid/app_connection.h"
#include "simdroid/device.h"

namespace storesweep::simdroid {
namespace {
constexpr std::size_t kMaxReverses = 64;
constexpr int kFirstPort = 40'000, kLastPort = 60'000;

std::string failed(const std::string& why) { return fmt::format("FAIL{:04x}{}", why.size(), why); }

int port_of(std::string_view address) {
  if (!starts_with(address, "tcp:")) return 0;
  const auto port = parse_int<int>(address.substr(4));
  return port && *port > 0 && *port < 65'536 ? *port : 0;
}

void replace_all(std::string& text, std::string_view name, const std::string& value) {
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size()))
    text.replace(at, name.size(), value);
}
}  // namespace

std::string AppTraffic::reverse(std::string_view words, std::shared_ptr<HostDoor> door) {
  std::erase_if(reverses_, [](const auto& one) { return !one.second.door->open(); });
  if (words == "killforward-all") {
    reverses_.clear();
    return "OKAY";
  }
  if (words == "list-forward") {
    std::string list;
    for (const auto& [port, to] : reverses_) list += fmt::format("UsbFfs tcp:{} {}\n", port, to.destination);
    return fmt::format("{:04x}{}", list.size(),
                       list);  // no OKAY before it: AOSP adb_listeners, on the device
  }
  if (starts_with(words, "killforward:")) {
    const bool there = reverses_.erase(port_of(words.substr(12))) > 0;
    return there ? "OKAY" : failed("listener '" + std::string(words.substr(12)) + "' not found");
  }
  if (!starts_with(words, "forward:") || !door) return failed("unknown reverse service");
  words.remove_prefix(8);
  const bool norebind = starts_with(words, "norebind:");
  if (norebind) words.remove_prefix(9);
  const std::size_t end = words.find(';');
  const int port = port_of(words.substr(0, end));
  const std::string destination(end == std::string_view::npos ? "" : words.substr(end + 1));
  if (port == 0 || port_of(destination) == 0) return failed("only tcp ports are simulated");
  if (norebind && reverses_.contains(port)) return failed("cannot rebind existing socket");
  if (reverses_.size() >= kMaxReverses) return failed("too many listeners");
  reverses_[port] = {destination, std::move(door)};
  return "OKAY";
}

int AppTraffic::proxy_port() const {
  const auto& settings = device_.settings();
  const auto at = settings.find("global/http_proxy");
  if (at == settings.end()) return 0;
  const std::size_t colon = at->second.rfind(':');
  const std::string host = at->second.substr(0, colon);
  if (colon == std::string::npos || (host != "127.0.0.1" && host != "localhost")) return 0;
  return parse_int<int>(at->second.substr(colon + 1)).value_or(0);
}

// {android_id} is what the setting says, which no app sees on real devices from Android 8 on.
std::string AppTraffic::filled(std::string text, const android::Sending& sending) const {
  const auto& settings = device_.settings();
  const auto id = settings.find("secure/android_id");
  const std::string android_id = sending.knows_android_id && id != settings.end() ? id->second : "";
  std::array<std::uint8_t, 16> nonce{};
  device_.random().fill(nonce);
  replace_all(text, "{android_id}", android_id);
  replace_all(text, "{android_id_sha256}", to_hex(sha256(as_bytes(android_id))));
  replace_all(text, "{nonce}", to_hex(nonce));
  replace_all(text, "{time_ms}", std::to_string(device_.timers().wall_ms()));
  replace_all(text, "{count}", std::to_string(sending.number));
  return text;
}

std::vector<std::string> AppTraffic::trusted() const {
  std::vector<std::string> out;
  const auto entries = device_.files().list(kSystemCas);
  if (!entries.ok()) return out;
  for (const Entry& e : *entries) {
    if (e.node.content) out.push_back(*e.node.content);
  }
  return out;
}

void AppTraffic::send(const std::vector<android::Sending>& all) {
  for (const android::Sending& one : all) {
    const auto to = reverses_.find(proxy_port());
    if (to == reverses_.end() || !to->second.door->open()) continue;
    last_port_ = last_port_ >= kLastPort ? kFirstPort : last_port_ + 1;
    std::erase_if(held_, [](const auto& h) { return h.second.expired(); });
    auto held = std::make_shared<Held>(Held{one.uid, last_port_, to->first});
    held_[last_port_] = held;
    AppRequest request;
    request.url = filled(one.url, one);
    request.body = filled(one.body, one);
    request.pinned = one.trust == "pinned";
    if (one.trust != "own") request.trusted = trusted();
    to->second.door->dial(to->second.destination, [&](std::shared_ptr<Outlet> outlet) {
      return open_app_connection(std::move(request), std::move(held), device_.timers(), std::move(outlet));
    });
  }
}

std::string AppTraffic::sockets() const {
  std::string out =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
  int number = 0;
  for (const auto& [port, weak] : held_) {
    const auto held = weak.lock();
    if (!held) continue;
    out += fmt::format(
        "{:4}: 0100007F:{:04X} 0100007F:{:04X} 01 00000000:00000000 00:00000000 00000000 {:5}        0 {} 1 "
        "0000000000000000 20 4 30 10 -1\n",
        number++, held->local_port, held->remote_port, held->uid, 30'000 + held->local_port);
  }
  return out;
}

}  // namespace storesweep::simdroid
