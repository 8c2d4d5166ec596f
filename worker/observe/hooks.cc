#include "worker/observe/hooks.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/android/processes.h"
#include "common/base/text.h"
#include "common/evidence/names.h"
#include "worker/adb/protocol.h"

namespace storesweep::observe {
namespace {
constexpr std::int64_t kTurnMs = 50;  // of the host: between two turns
constexpr std::int64_t kLookMs =
    250;  // so often it is looked for new processes: what they do before is not seen
constexpr std::int64_t kCommandMs = 20'000;
constexpr std::int64_t kPushMs = 120'000;
constexpr std::string_view kPs = "ps -A 2>/dev/null || ps";

std::string path_of(std::string_view name) { return std::string(kHookFolder) + "/" + std::string(name); }
std::string program() { return path_of("frida-inject"); }
std::string script() { return path_of("hooks.js"); }
}  // namespace

std::vector<HookedProcess> processes_of(std::string_view ps, const std::string& package) {
  std::vector<HookedProcess> out;
  for (const android::PsRow& row : android::parse_ps(ps).records) {
    if (row.name == package || starts_with(row.name, package + ":")) out.push_back({row.pid, row.name});
  }
  return out;
}

Hooks::~Hooks() {
  stopping_.cancel();
  if (thread_.joinable()) thread_.join();
}

Status Hooks::begin(const Deadline& deadline) {
  const Status s = set_up(deadline);
  if (!s.ok() && device_gone(s)) return s;
  if (!s.ok()) scene_.recorder.failed(record_name::kHooks, Reason::kHookAbsent, s.text());
  if (s.ok()) thread_ = std::thread([this] { run(); });
  return ok_status();
}

Status Hooks::set_up(const Deadline& deadline) {
  const auto inject = kit_.program();
  if (!inject.ok()) return unsupported(inject.status().text());
  const auto text = kit_.script();
  if (!text.ok()) return unsupported(text.status().text());
  const Deadline limit = deadline.at_most_ms(kPushMs);
  TRY_ASSIGN(const auto id, scene_.device.shell("id -u", limit));
  if (trim(id.out) != "0") return unsupported("hooks need root on the device (`adb root`)");
  TRY(scene_.device.shell("mkdir -p " + std::string(kHookFolder), limit).status());
  there_ = true;
  TRY(scene_.device.push(program(), as_bytes(*inject), limit));
  TRY(scene_.device.push(script(), as_bytes(*text), limit));
  TRY_ASSIGN(const auto version,
             scene_.device.shell("chmod 755 " + program() + " && " + program() + " --version", limit));
  const std::string said = clean_utf8(trim(version.out)).substr(0, 100);
  if (version.exit_code != 0 || said.empty() || said.find_first_not_of("0123456789.") != std::string::npos)
    return unsupported("frida-inject does not run there: " + said +
                       clean_utf8(trim(version.err)).substr(0, 200));
  const nlohmann::json told = {{"frida", said}, {"sources", kit_.sources_version()}};
  scene_.recorder.attest(record_name::kHooked, told.dump());
  return ok_status();
}

void Hooks::run() {
  while (!stopping_.cancelled()) {
    if (scene_.host.steady_ms() - looked_ms_ >= kLookMs || looked_ms_ == 0) look();
    drain();
    static_cast<void>(sleep_ms(kTurnMs, Deadline::in_ms(2 * kTurnMs, &stopping_)));
  }
  drain();
  for (HookSession& session : sessions_) session.end(Deadline::in_ms(kCommandMs));
  for (const HookSession& session : sessions_) left_out_ += session.left_out();
  if (left_out_ > 0)
    scene_.recorder.lost(record_name::kHooks, left_out_, "more calls than one run's journal takes");
}

// A device that does not answer says nothing of who lives there: the next look will.
void Hooks::look() {
  const auto listed = scene_.device.shell(kPs, Deadline::in_ms(kCommandMs, &stopping_));
  looked_ms_ = scene_.host.steady_ms();
  if (!listed.ok()) return;
  drain();  // what a process that is gone had still said
  const std::vector<HookedProcess> now = processes_of(listed->out, scene_.package);
  const auto same = [](const HookedProcess& a, const HookedProcess& b) {
    return a.pid == b.pid && a.name == b.name;
  };
  std::erase_if(sessions_, [&](HookSession& session) {
    const bool lives =
        std::any_of(now.begin(), now.end(), [&](const auto& p) { return same(p, session.process()); });
    if (lives) {
      session.alive();
      return false;
    }
    session.end(Deadline::in_ms(kCommandMs, &stopping_));
    left_out_ += session.left_out();
    return true;
  });
  for (const HookedProcess& process : now) {
    const bool known = std::any_of(sessions_.begin(), sessions_.end(),
                                   [&](const auto& s) { return same(process, s.process()); });
    if (!known) attach(process);
  }
}

void Hooks::attach(const HookedProcess& process) {
  if (sessions_.size() >= kMaxHookedProcesses) {
    if (!too_many_)
      scene_.recorder.failed(record_name::kHooks, Reason::kHookAbsent, "more processes than are hooked");
    too_many_ = true;
    return;
  }
  const std::string command =
      fmt::format("echo $$; exec {} -p {} -s {} 2>&1", program(), process.pid, script());
  auto session =
      HookSession::start(scene_, started_, process, command, Deadline::in_ms(kCommandMs, &stopping_));
  if (!session.ok()) return;
  ++started_;
  sessions_.push_back(*std::move(session));
}

void Hooks::drain() {
  for (HookSession& session : sessions_)
    bytes_ += session.drain(kMaxHookBytes - std::min(bytes_, kMaxHookBytes));
}

void Hooks::end(const Deadline& deadline) {
  stopping_.cancel();
  if (thread_.joinable()) thread_.join();
  if (there_)
    static_cast<void>(
        scene_.device.shell("rm -rf " + adb::quoted(kHookFolder), deadline.at_most_ms(kCommandMs)));
  there_ = false;
}

}  // namespace storesweep::observe
