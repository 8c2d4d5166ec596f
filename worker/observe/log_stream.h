// One stream of the device's log into the journal, in a thread of its own: the event log, or main, system and
// crash together. It takes up again by itself when the connection breaks; lines that come twice are left out,
// lines that are missing become a lost record. Lines of tags that nothing here reads are left out too: an app
// can write any amount. start, settle and stop are called from one thread; the device, the recorder and the
// clock outlive it.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "common/base/cancel.h"
#include "worker/observe/log_merge.h"
#include "worker/observe/observer.h"

namespace storesweep::observe {

struct LogBuffers {
  std::string_view name;               // of the records
  std::string_view since_5, before_5;  // options of logcat: the crash buffer came with Android 5
  bool (*wanted)(std::string_view tag);
};
const LogBuffers& event_log();
const LogBuffers& system_log();

struct LogFigures {
  std::int64_t lines = 0, crashes = 0, anrs = 0, gaps = 0;
};

class LogStream {
 public:
  // `start`: the device's local time as its log prints it; what is older is not of this run.
  LogStream(const Scene& scene, const LogBuffers& buffers, std::string start);
  ~LogStream();
  LogStream(const LogStream&) = delete;
  LogStream& operator=(const LogStream&) = delete;

  void start();
  // Stops the stream, then reads what the device still holds, so that everything up to now is recorded. An
  // error only when the device is gone; the gap then shows when it comes back.
  Status settle(const Deadline& deadline);
  // After settle: the device has been rebooted since.
  void rebooted();
  // After settle: the device's wall clock was set since (log_merge.h).
  void clock_set(const std::string& start, const std::string& ceiling);
  LogFigures figures() const;

 private:
  std::string command(bool once) const;
  void run();
  void follow(const Deadline& deadline);
  void take_locked(std::string_view line);
  void flush_locked();
  void stop();

  Scene scene_;
  const LogBuffers& buffers_;
  mutable std::mutex mutex_;  // everything below, between the thread and settle
  LogMerge merge_;
  std::string pending_;
  LogFigures figures_;
  bool told_failure_ = false;
  std::unique_ptr<Cancel> stopping_;
  std::thread thread_;
};

// Empties the buffers of both: what lies there of another app's run may be stamped later than now, where its
// clock was set ahead. A device that refuses is told by its lines.
Status clear_logs(device::Device& device, const Deadline& deadline);
// The device's local time as its logs print it.
Result<std::string> log_clock(device::Device& device, const Deadline& deadline);

}  // namespace storesweep::observe
