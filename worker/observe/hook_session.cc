#include "worker/observe/hook_session.h"

#include "common/base/text.h"
#include "common/evidence/names.h"

namespace storesweep::observe {
namespace {
constexpr std::int64_t kNoWaitMs = 1;  // lines that have come are there at once
constexpr std::size_t kMaxSaid = 400;  // of frida-inject's own words
constexpr std::size_t kMaxLinesATurn = 2'000;
constexpr std::int64_t kFutureMs = 2'000;  // a line from later than now, beyond what clocks differ
constexpr int kSeenAfterEnd = 2;           // looks: a process that ends may still be listed in the first

bool all_digits(std::string_view text) {
  return !text.empty() && text.size() < 12 && text.find_first_not_of("0123456789") == std::string_view::npos;
}
}  // namespace

HookSession::HookSession(const Scene& scene, int number, HookedProcess process,
                         std::unique_ptr<device::LineSource> lines)
    : scene_(scene),
      number_(number),
      process_(std::move(process)),
      lines_(std::move(lines)),
      heard_ms_(scene.host.steady_ms()) {}

Result<HookSession> HookSession::start(const Scene& scene, int number, HookedProcess process,
                                       const std::string& command, const Deadline& deadline) {
  TRY_ASSIGN(auto lines, scene.device.stream_shell(command, deadline));
  return HookSession(scene, number, std::move(process), std::move(lines));
}

std::uint64_t HookSession::drain(std::uint64_t room) {
  bytes_ = 0;
  for (std::size_t i = 0; lines_ && i < kMaxLinesATurn; ++i) {
    const auto line = lines_->next(Deadline::in_ms(kNoWaitMs));
    if (line.ok() && *line) {
      take(**line, room);
      continue;
    }
    if (line.status().kind() == ErrorKind::kTimeout) break;
    lines_.reset();
  }
  return bytes_;
}

void HookSession::take(const std::string& text, std::uint64_t room) {
  heard_ms_ = scene_.host.steady_ms();
  if (injector_.empty() && all_digits(trim(text))) {
    injector_ = std::string(trim(text));
    return;
  }
  const auto line = hooks::parse_hook_line(text);
  const bool ours = line.ok() && line->kind != hooks::HookKind::kScriptError;
  if (!ours && !reader_.greeted()) {
    if (said_.size() < kMaxSaid) said_ += clean_utf8(line.ok() ? line->why : text).substr(0, kMaxSaid) + "; ";
    return;
  }
  if (ours && line->kind == hooks::HookKind::kAbsent) return fail(Reason::kHookAbsent, line->why);
  if (ours) reader_.take(*line);
  if (bytes_ + text.size() > room) {
    ++left_out_;
    return;
  }
  bytes_ += text.size();
  record(line.ok() ? *line : hooks::HookLine{}, text);
}

// When it happened the script says, by the device's own uptime; what it says of later than now is not
// believed.
void HookSession::record(const hooks::HookLine& line, const std::string& text) {
  std::optional<Stamp> at;
  if (line.up_ms > 0) at = scene_.recorder.between(line.up_ms, line.up_ms + line.took_ms);
  if (at && at->device_ms > scene_.recorder.now().device_ms + kFutureMs) {
    at.reset();
    if (!future_)
      scene_.recorder.failed(record_name::kHooks, Reason::kGrammar, "lines of the hooks from later than now");
    future_ = true;
  }
  const std::string head = std::to_string(number_) + " " + std::to_string(process_.pid) + " " + process_.name;
  scene_.recorder.raw(record_name::kHooks, head + "\n" + text, at);
}

void HookSession::alive() {
  const std::int64_t silent_ms = scene_.host.steady_ms() - heard_ms_;
  if (!lines_) {
    if (++seen_after_end_ < kSeenAfterEnd) return;
    if (reader_.greeted()) return fail(Reason::kHookDead, "the hooks ended while their process lived on");
    return fail(Reason::kHookAbsent, said_.empty() ? "frida-inject ended without a word" : said_);
  }
  if (!reader_.greeted() && silent_ms > kHookHelloMs)
    return fail(Reason::kHookAbsent, said_.empty() ? "the script did not begin" : said_);
  if (reader_.greeted() && silent_ms > kHookSilentMs)
    fail(Reason::kHookDead, "the hooks fell silent while their process lived on");
}

void HookSession::end(const Deadline& deadline) {
  lines_.reset();
  if (!injector_.empty())
    static_cast<void>(scene_.device.shell("kill " + injector_ + " 2>/dev/null", deadline));
  injector_.clear();
}

void HookSession::fail(Reason reason, const std::string& why) {
  if (failed_) return;
  failed_ = true;
  scene_.recorder.failed(record_name::kHooks, reason,
                         process_.name + " (" + std::to_string(process_.pid) + "): " + clean_utf8(why));
}

}  // namespace storesweep::observe
