// What of a request stands in the audit log: of each that changes something, and of each that was refused for
// want of a right. The evidence that workers send is neither: it has a chain of its own. Safe for concurrent
// use; the audit log and the clock outlive it.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "common/base/clock.h"
#include "coordinator/audit/log.h"
#include "coordinator/http/routes.h"

namespace storesweep::http {

// A stranger who tries one token after the other must not fill the disk: beyond so many refusals a minute
// they are counted, and the count is written.
inline constexpr std::int64_t kMaxRefusalsPerMinute = 600;

class Recorder {
 public:
  Recorder(AuditLog& log, const Clock& clock) : log_(log), clock_(clock) {}
  // Whether a request of that route leaves a line, however it ends.
  static bool records(const Route& route);
  // Whether a refusal gets a line; else it is counted. Never blocks.
  bool takes_refusal();
  // Ok while lines can be written.
  Status ready() { return log_.ready(); }
  Status refused(const RequestHead& head, const Caller& caller, const std::string& route, int status);
  Status done(const Request& request, const Route& route, const Response& response);

 private:
  Status append(const AuditEntry& entry);
  void turn_minute();       // with mutex_ held
  std::int64_t take_due();  // how many were only counted in minutes that are over

  AuditLog& log_;
  const Clock& clock_;
  std::mutex mutex_;
  std::int64_t minute_ = 0, refusals_ = 0, only_counted_ = 0, due_ = 0;
};

// An address without what may be a secret in it: user, password, and the values behind the '?'.
std::string without_secrets(const std::string& text);

}  // namespace storesweep::http
