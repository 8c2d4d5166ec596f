// What the coordinator itself puts into the audit log, beside what people ask of it: that it started and with
// which tokens, that it leads or leads no more, which workers may connect. One thread at a time, but for
// leads(), which the service calls; without an audit log all of it does nothing.
#pragma once

#include <memory>
#include <string>

#include "common/transport/keys.h"
#include "coordinator/audit/log.h"
#include "coordinator/config.h"

namespace storesweep {

class Auditing {
 public:
  explicit Auditing(AuditLog* log) : log_(log) {}
  // Where it cannot be written nothing starts.
  Status started(const CoordinatorConfig& config, const AuthorisedWorkers& workers);
  void leads(std::uint64_t epoch, const std::string& why);
  void stopped();
  // A line for each worker that came, went or has another key since the last call.
  void workers(const AuthorisedWorkers& now);

 private:
  void worker(const char* event, const std::string& name, const std::string& key);

  AuditLog* const log_;
  AuthorisedWorkers workers_;
};

}  // namespace storesweep
