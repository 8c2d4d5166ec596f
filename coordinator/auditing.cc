#include "coordinator/auditing.h"

namespace storesweep {

Status Auditing::started(const CoordinatorConfig& config, const AuthorisedWorkers& workers) {
  workers_ = workers;
  if (!log_) return ok_status();
  AuditEntry e{.event = "started"};
  e.named.emplace_back("http", config.http.address + ":" + std::to_string(config.http.port));
  e.named.emplace_back("workers", std::to_string(workers.size()));
  std::string tokens;
  for (const http::AccessToken& t : config.tokens)
    tokens += (tokens.empty() ? "" : ", ") + t.name + " (" + std::string(http::name(t.role)) + ")";
  e.named.emplace_back("tokens", tokens);
  return log_->append(e);
}

void Auditing::leads(std::uint64_t epoch, const std::string& why) {
  if (!log_) return;
  AuditEntry e{.event = epoch != 0 ? "leads" : "leads_no_more"};
  if (epoch != 0) e.named.emplace_back("epoch", std::to_string(epoch));
  if (!why.empty()) e.named.emplace_back("why", why);
  (void)log_->append(e);  // it has told the log of the program already
}

void Auditing::stopped() {
  if (log_) (void)log_->append({.event = "stopped"});
}

void Auditing::worker(const char* event, const std::string& name, const std::string& key) {
  if (log_) (void)log_->append({.event = event, .named = {{"worker", name}, {"public_key", key}}});
}

void Auditing::workers(const AuthorisedWorkers& now) {
  for (const auto& [key, name] : workers_) {
    if (!now.contains(key)) worker("worker_revoked", name, key);
  }
  for (const auto& [key, name] : now) {
    if (!workers_.contains(key)) worker("worker_admitted", name, key);
  }
  workers_ = now;
}

}  // namespace storesweep
