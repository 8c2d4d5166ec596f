#include "worker/observe/log_stream.h"

#include <fmt/format.h>

#include "common/android/events.h"
#include "common/android/logline.h"
#include "common/base/text.h"
#include "common/evidence/names.h"

namespace storesweep::observe {
namespace {

constexpr std::size_t kChunkBytes = 32u << 10;
constexpr std::int64_t kIdleMs = 200;   // of the host: then what is pending goes to the journal
constexpr std::int64_t kRetryMs = 200;  // between two attempts to connect
constexpr std::int64_t kConnectMs = 10'000;
constexpr int kFirstApiWithTime = 21;  // logcat -T
constexpr int kFirstApiWithUid = 24;   // logcat -v uid

bool any_of(std::string_view tag, std::initializer_list<std::string_view> heads) {
  for (std::string_view head : heads) {
    if (starts_with(tag, head)) return true;
  }
  return false;
}
// Process and activity life, notifications; what common/android/events.h reads, and boots.
bool event_wanted(std::string_view tag) {
  return any_of(tag, {"am_", "wm_", "notification_", "sysui_multi_action", "boot_progress", "uid_"});
}
// What common/android/syslog.h reads: starts, blocks, ends, crashes.
bool system_wanted(std::string_view tag) {
  return any_of(tag, {"Activity", "Broadcast", "AndroidRuntime", "System", "libc", "DEBUG", "Process", "art",
                      "Permission", "GrantPermissions", "Notification", "VMRuntime", "dalvikvm"});
}

constexpr LogBuffers kEvents{record_name::kEvents, "-b events", "-b events", event_wanted};
constexpr LogBuffers kSystem{record_name::kLog, "-b main -b system -b crash", "-b main -b system",
                             system_wanted};

}  // namespace

const LogBuffers& event_log() { return kEvents; }
const LogBuffers& system_log() { return kSystem; }

Status clear_logs(device::Device& device, const Deadline& deadline) {
  const bool since_5 = device.facts().api >= kFirstApiWithTime;
  std::string what = "logcat";
  for (const LogBuffers* buffers : {&kEvents, &kSystem})
    what += " " + std::string(since_5 ? buffers->since_5 : buffers->before_5);
  return device.shell(what + " -c", deadline).status();
}

Result<std::string> log_clock(device::Device& device, const Deadline& deadline) {
  TRY_ASSIGN(device::ShellOutput output, device.shell("date '+%m-%d %H:%M:%S.000'", deadline));
  const std::string_view time = log_time(trim(output.out));
  if (time.empty()) return corrupt("date: '" + clean_utf8(trim(output.out).substr(0, 60)) + "' is no time");
  return std::string(time);
}

LogStream::LogStream(const Scene& scene, const LogBuffers& buffers, std::string start)
    : scene_(scene), buffers_(buffers), merge_(std::move(start)) {}

LogStream::~LogStream() { stop(); }

void LogStream::start() {
  if (thread_.joinable()) return;
  stopping_ = std::make_unique<Cancel>();
  thread_ = std::thread([this] { run(); });
}

void LogStream::stop() {
  if (!thread_.joinable()) return;
  stopping_->cancel();
  thread_.join();
}

std::string LogStream::command(bool once) const {
  const int api = scene_.device.facts().api;
  std::string out = "logcat ";
  if (once) out += "-d ";
  out += api < kFirstApiWithTime ? buffers_.before_5 : buffers_.since_5;
  out += " -v threadtime";
  if (api >= kFirstApiWithUid) out += " -v uid";
  const std::string from = merge_.take_up_time();
  if (api >= kFirstApiWithTime && !from.empty()) out += " -T '" + from + "'";
  return out;
}

void LogStream::run() {
  const Deadline until_stopped = Deadline::in_ms(7LL * 86'400'000, stopping_.get());
  while (!stopping_->cancelled()) {
    follow(until_stopped);
    (void)sleep_ms(kRetryMs, until_stopped);
  }
  std::lock_guard lock(mutex_);
  flush_locked();
}

// One connection, until it ends.
void LogStream::follow(const Deadline& deadline) {
  std::string what;
  {
    std::lock_guard lock(mutex_);
    what = command(false);
    merge_.reconnected();
  }
  auto source = scene_.device.stream_shell(what, deadline.at_most_ms(kConnectMs));
  if (!source.ok()) return;
  for (;;) {
    auto line = (*source)->next(deadline.at_most_ms(kIdleMs));
    std::lock_guard lock(mutex_);
    if (line.ok() && *line) {
      take_locked(**line);
      continue;
    }
    flush_locked();
    const bool idle = line.status().kind() == ErrorKind::kTimeout;
    if (!idle || stopping_->cancelled()) return;
  }
}

void LogStream::take_locked(std::string_view line) {
  if (!merge_.take(line)) return;
  if (const int gaps = merge_.take_gaps(); gaps > 0) {
    flush_locked();
    figures_.gaps += gaps;
    scene_.recorder.lost(buffers_.name, static_cast<std::uint64_t>(gaps),
                         "the log that came back does not reach to the line before it broke off");
  }
  android::LogLine parsed;
  if (android::parse_log_line(line, parsed) && !buffers_.wanted(parsed.tag)) return;
  ++figures_.lines;
  pending_ += line;
  pending_ += '\n';
  if (pending_.size() >= kChunkBytes) flush_locked();
}

void LogStream::flush_locked() {
  if (pending_.empty()) return;
  if (buffers_.name == record_name::kEvents) {
    for (const android::EventRecord& e : android::parse_events(pending_).records) {
      const bool ours = e.process == scene_.package || starts_with(e.process, scene_.package + ":");
      if (ours && e.kind == android::EventKind::kCrash) ++figures_.crashes;
      if (ours && e.kind == android::EventKind::kAnr) ++figures_.anrs;
    }
  }
  scene_.recorder.raw(buffers_.name, std::move(pending_));
  pending_.clear();
}

Status LogStream::settle(const Deadline& deadline) {
  stop();
  std::string what;
  {
    std::lock_guard lock(mutex_);
    what = command(true);
    merge_.reconnected();
  }
  auto held = scene_.device.shell(what, deadline);
  if (!held.ok()) return observer_failed(scene_, buffers_.name, held.status());
  std::lock_guard lock(mutex_);
  for (std::string_view line : lines(held->out)) take_locked(line);
  flush_locked();
  if (figures_.lines == 0 && !told_failure_ && !trim(held->err).empty()) {
    told_failure_ = true;
    scene_.recorder.failed(buffers_.name, Reason::kHookDead, held->err);
  }
  return ok_status();
}

void LogStream::rebooted() {
  std::lock_guard lock(mutex_);
  merge_.rebooted();
}

void LogStream::clock_set(const std::string& start, const std::string& ceiling) {
  std::lock_guard lock(mutex_);
  merge_.clock_set(start, ceiling);
}

LogFigures LogStream::figures() const {
  std::lock_guard lock(mutex_);
  return figures_;
}

}  // namespace storesweep::observe
