#include "worker/observe/traffic.h"

#include <future>
#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "common/evidence/names.h"
#include "common/traffic/flow_lines.h"
#include "common/traffic/sockets.h"

namespace storesweep::observe {
namespace {
constexpr std::int64_t kIdleMs = 200;   // of the host: then it is asked whether it is to stop
constexpr std::int64_t kWayMs = 1'000;  // so often it is seen that the device still reaches the proxy
constexpr std::int64_t kCommandMs = 20'000;
constexpr std::int64_t kUndoMs = 30'000;
constexpr std::string_view kTables = "cat /proc/net/tcp; cat /proc/net/tcp6";
}  // namespace

Traffic::~Traffic() {
  stopping_.cancel();
  if (thread_.joinable()) thread_.join();
}

Status Traffic::begin(std::uint64_t seed, const Deadline& deadline) {
  const Status s = set_up(seed, deadline);
  if (s.ok()) return s;
  if (device_gone(s)) return s;
  scene_.recorder.failed(record_name::kTraffic, Reason::kNoProxy, s.text());
  return ok_status();
}

// The proxy is started by the thread that reads it, which it ends with.
Status Traffic::set_up(std::uint64_t seed, const Deadline& deadline) {
  const bool answers = scene_.device.facts().device_class == "simulated";
  const auto started = std::make_shared<std::promise<Status>>();
  auto ready = started->get_future();
  thread_ = std::thread([this, answers, deadline, started] {
    auto proxy = ProxyProcess::start(kit_, answers, deadline);
    if (proxy.ok()) {
      port_ = proxy->port();
      ca_ = proxy->ca();
      proxy_ = std::make_unique<ProxyProcess>(std::move(*proxy));
    }
    const bool go_on = proxy.ok();
    started->set_value(proxy.status());
    if (go_on) run();
  });
  // What keeps a proxy from starting says nothing of the device.
  if (const Status s = ready.get(); !s.ok())
    return s.kind() == ErrorKind::kCancelled ? s : unsupported(s.text());
  TRY(point_device(deadline));
  TRY_ASSIGN(planting_, plant(scene_.device, seed, deadline.at_most_ms(kCommandMs)));
  nlohmann::json canaries = {
      {"seed", std::to_string(seed)}, {"planted", planting_.planted}, {"lacking", planting_.lacking}};
  scene_.recorder.attest(record_name::kCanaries, canaries.dump());
  return ok_status();
}

Status Traffic::point_device(const Deadline& deadline) {
  const Deadline limit = deadline.at_most_ms(kCommandMs);
  const Status trust = trust_ca(scene_.device, ca_, limit);
  trusted_ = trust.ok();
  TRY(set_proxy(scene_.device, port_, limit));
  pointed_ = true;
  const bool answers = scene_.device.facts().device_class == "simulated";
  const nlohmann::json said = {
      {"trusted", trusted_}, {"answers", answers}, {"why", clean_utf8(trust.ok() ? "" : trust.text())}};
  scene_.recorder.attest(record_name::kProxy, said.dump());
  return ok_status();
}

void Traffic::run() {
  const Deadline until_stopped = Deadline::in_ms(7LL * 86'400'000, &stopping_);
  for (;;) {
    const auto line = proxy_->next(until_stopped.at_most_ms(kIdleMs));
    if (line.ok() && *line) {
      if (take(**line)) continue;
      break;
    }
    if (line.status().kind() == ErrorKind::kTimeout) {
      keep_way_open();
      continue;
    }
    if (line.status().kind() == ErrorKind::kCancelled) break;
    scene_.recorder.failed(record_name::kTraffic, Reason::kHookDead,
                           line.ok() ? "the proxy ended during the run" : line.status().text());
    break;
  }
  // What it had printed by then.
  while (stopping_.cancelled()) {
    const auto line = proxy_->next(Deadline::in_ms(kIdleMs));
    if (!line.ok() || !*line || !take(**line)) break;
  }
  if (left_out_ > 0)
    scene_.recorder.lost(record_name::kTraffic, left_out_, "more traffic than one run's journal takes");
  proxy_.reset();
}

// False: it prints what is no line of ours, so that nothing of it can be believed any more.
bool Traffic::take(const std::string& text) {
  const auto line = traffic::parse_flow_line(text);
  if (!line.ok()) {
    scene_.recorder.failed(record_name::kTraffic, Reason::kGrammar, line.status().text());
    return false;
  }
  bytes_ += text.size();
  if (bytes_ > kMaxTrafficBytes) {
    ++left_out_;
  } else {
    scene_.recorder.raw(record_name::kTraffic, text, scene_.recorder.during(line->from_ms, line->ms));
  }
  if (line->kind == traffic::FlowKind::kOpen) own(line->connection, line->ms);
  return true;
}

// Whose connection it is stands in the device's table of sockets, and only as long as the proxy held it back
// it is known that it stood there.
void Traffic::own(const std::string& connection, std::int64_t opened_ms) {
  const Deadline limit = Deadline::in_ms(kProxyHoldMs, &stopping_);
  const auto table = scene_.device.shell(kTables, limit);
  if (table.ok() && scene_.host.steady_ms() - opened_ms < kProxyHoldMs && bytes_ <= kMaxTrafficBytes)
    scene_.recorder.raw(record_name::kSockets, connection + "\n" + traffic::lines_to_port(table->out, port_));
  proxy_->release(connection);
}

// A device that was rebooted, or whose connection broke, has forgotten the way: until it knows it again what
// it sends is lost, and that is said.
void Traffic::keep_way_open() {
  const std::int64_t now_ms = scene_.host.steady_ms();
  if (now_ms - looked_ms_ < kWayMs) return;
  const bool first = looked_ms_ == 0;
  looked_ms_ = now_ms;
  const Status s = scene_.device.reverse(port_, Deadline::in_ms(kWayMs, &stopping_));
  if (s.ok() && !first)
    scene_.recorder.attest(record_name::kProxyGap, "the device had lost its way to the proxy for a while");
}

void Traffic::end(const Deadline& deadline) {
  stopping_.cancel();
  if (thread_.joinable()) thread_.join();
  const Deadline limit = deadline.at_most_ms(kUndoMs);
  if (pointed_) unset_proxy(scene_.device, port_, limit);
  if (trusted_) forget_ca(scene_.device, ca_, limit);
  unplant(scene_.device, planting_, limit);
}

}  // namespace storesweep::observe
