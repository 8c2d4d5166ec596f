#include "coordinator/enrolment.h"

#include <algorithm>

#include "common/base/file.h"
#include "common/base/text.h"

namespace storesweep {
namespace {
Status no_such_token() {
  return permission(
      "this token is not known, was used, or has expired: ask for another one (`storesweep "
      "workers enrol`)");
}

bool has_name(const AuthorisedWorkers& workers, const std::string& name) {
  return std::any_of(workers.begin(), workers.end(), [&](const auto& w) { return w.second == name; });
}
}  // namespace

Result<AuthorisedWorkers> Enrolment::read() {
  std::lock_guard lock(mutex_);
  return file_.read();
}

void Enrolment::on_change(Authorise authorise) {
  std::lock_guard lock(mutex_);
  authorise_ = std::move(authorise);
}

void Enrolment::look() {
  std::lock_guard lock(mutex_);
  const auto workers = file_.read_if_changed();
  if (!workers) return;
  if (!workers->ok()) {
    return log_.error("the list of workers stays as it was", {{"why", workers->status().text()}});
  }
  log_.info("the list of workers has changed", {{"authorised", static_cast<long>((*workers)->size())}});
  if (authorise_) authorise_(**workers);
}

Result<Invitations> Enrolment::read_invitations() const {
  const std::string path = options_.workers_file + ".invitations";
  auto text = read_file(path, kMaxKeyFileBytes);
  if (!text.ok() && text.status().kind() == ErrorKind::kNotFound) return Invitations();
  TRY(text.status());
  return Invitations::parse(*text, path);
}

Status Enrolment::keep(const Invitations& invitations) const {
  return write_file_durably(options_.workers_file + ".invitations", invitations.text(), 0600);
}

// The whole list anew, and whoever counts now is told at once.
Status Enrolment::rewrite(const std::string& text) {
  TRY(parse_authorised(text, options_.workers_file).status());
  TRY(write_file_durably(options_.workers_file, text));
  TRY_ASSIGN(const AuthorisedWorkers now, file_.read());
  if (authorise_) authorise_(now);
  return ok_status();
}

Result<Enrolment::Invitation> Enrolment::invite(const std::string& name, std::int64_t ttl_ms) {
  if (!good_worker_name(name)) return invalid("name: letters, digits, '.', '_' and '-' only, at most 64");
  if (ttl_ms < http::kMinInvitationMs || ttl_ms > http::kMaxInvitationMs)
    return invalid("ttl_ms: wanted 60000 (a minute) to 86400000 (a day)");
  if (options_.addresses.empty())
    return invalid("link.addresses of the coordinator's configuration must say where workers reach it");
  std::lock_guard lock(mutex_);
  TRY_ASSIGN(const AuthorisedWorkers workers, read_authorised(options_.workers_file));
  if (has_name(workers, name))
    return exists("there is a worker `" + name + "`: revoke it first, if it shall come with a new key");
  TRY_ASSIGN(Invitations invitations, read_invitations());
  const std::int64_t now_ms = clock_.wall_ms();
  TRY_ASSIGN(std::string token, invitations.invite(name, now_ms, ttl_ms, random_));
  TRY(keep(invitations));
  return Invitation{std::move(token), now_ms + ttl_ms};
}

Status Enrolment::admit(const std::string& name, const std::string& public_key) {
  TRY_ASSIGN(std::string text, read_file(options_.workers_file, kMaxKeyFileBytes));
  if (!text.empty() && text.back() != '\n') text += '\n';
  return rewrite(text + name + " " + public_key + "\n");
}

Result<Enrolment::Enrolled> Enrolment::enrol(const std::string& token, const std::string& public_key,
                                             const std::string& remote) {
  if (!good_key(public_key)) return invalid("public_key: wanted 40 characters of Z85");
  std::lock_guard lock(mutex_);
  if (!guesses_.may_try(remote, clock_.steady_ms()))
    return exhausted("too many tokens that are none: try again in a minute");
  TRY_ASSIGN(Invitations invitations, read_invitations());
  Invitations::One* invited = invitations.find(token, clock_.wall_ms());
  if (!invited || (!invited->used_by.empty() && invited->used_by != public_key)) {
    guesses_.failed(remote);
    return no_such_token();
  }
  TRY_ASSIGN(const AuthorisedWorkers workers, read_authorised(options_.workers_file));
  const auto listed = workers.find(public_key);
  if (listed != workers.end() && listed->second != invited->name)
    return exists("public_key: it is that of another worker; each has a key of its own");
  const Enrolled answer{invited->name, options_.coordinator_key, options_.addresses};
  if (listed != workers.end()) return answer;  // it did not hear us the first time
  if (has_name(workers, invited->name)) return no_such_token();
  // Marked first: once it has been revoked, the token is good for nothing, whenever we are killed.
  invited->used_by = public_key;
  TRY(keep(invitations));
  TRY(admit(answer.name, public_key));
  return answer;
}

Status Enrolment::revoke(const std::string& name) {
  std::lock_guard lock(mutex_);
  TRY_ASSIGN(Invitations invitations, read_invitations());
  const bool invited = invitations.strike(name);
  if (invited) TRY(keep(invitations));
  TRY_ASSIGN(const std::string text, read_file(options_.workers_file, kMaxKeyFileBytes));
  std::string rest;
  bool found = false;
  for (std::string_view line : lines(text)) {
    const auto parts = words(trim(line));
    const bool its_own = !parts.empty() && parts[0] == name;
    found = found || its_own;
    if (!its_own) rest += std::string(line) + "\n";
  }
  if (found) return rewrite(rest);
  return invited ? ok_status() : not_found("there is no worker `" + name + "` in the list");
}

}  // namespace storesweep
