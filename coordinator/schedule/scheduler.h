// Begins the sweeps of a timetable and lets them rest in its quiet hours, as long as this coordinator leads.
// What it begins has the day's name as its idempotency key, so that neither a restart nor another leader
// begins it twice. One thread of its own, from start() to the destructor; everything handed over outlives it.
#pragma once

#include <map>
#include <string>
#include <thread>

#include "common/base/cancel.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "coordinator/schedule/timetable.h"

namespace storesweep {

class Scheduler {
 public:
  Scheduler(Timetable table, ServiceApi& service, const Clock& clock, Log& log)
      : table_(std::move(table)), service_(service), clock_(clock), log_(log) {}
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  void start();
  // What is due now: called by the thread every few seconds, and by tests that start none.
  void look();

 private:
  void begin_due(std::int64_t now_ms);
  Status begin(const DailySweep& daily, const std::string& date);
  void keep_quiet_hours(std::int64_t now_ms);
  Status change_sweeps(const QuietNow& now);

  const Timetable table_;
  ServiceApi& service_;
  const Clock& clock_;
  Log& log_;
  std::map<std::string, std::string> begun_;  // by name: the date of the last one that is known to have begun
  std::optional<bool> quiet_;                 // as it was seen last while we led
  Cancel stop_;
  std::thread thread_;
};

}  // namespace storesweep
