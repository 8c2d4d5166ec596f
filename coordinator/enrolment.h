// The list of workers that may connect, kept in its file: read again when it changes, and written when a
// worker enrols or is revoked. Beside it lies FILE.invitations. Safe for concurrent use; clock, random and
// log outlive it.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "coordinator/http/register.h"
#include "coordinator/invitations.h"
#include "coordinator/workers_file.h"

namespace storesweep {

struct EnrolmentOptions {
  std::string workers_file;
  std::string coordinator_key;         // the public one of the link
  std::vector<std::string> addresses;  // where workers reach the link; none: nobody can be invited
};

class Enrolment final : public http::WorkerRegister {
 public:
  using Authorise = std::function<void(const AuthorisedWorkers&)>;
  Enrolment(EnrolmentOptions options, const Clock& clock, Random& random, Log& log)
      : options_(std::move(options)),
        clock_(clock),
        random_(random),
        log_(log),
        file_(options_.workers_file) {}

  Result<AuthorisedWorkers> read();
  // Called with the list whenever it is another one, until it is set to nothing.
  void on_change(Authorise authorise);
  // Looks whether somebody else has changed the file.
  void look();

  Result<Invitation> invite(const std::string& name, std::int64_t ttl_ms) override;
  Result<Enrolled> enrol(const std::string& token, const std::string& public_key,
                         const std::string& remote) override;
  Status revoke(const std::string& name) override;

 private:
  Result<Invitations> read_invitations() const;
  Status keep(const Invitations& invitations) const;
  Status rewrite(const std::string& text);
  Status admit(const std::string& name, const std::string& public_key);

  const EnrolmentOptions options_;
  const Clock& clock_;
  Random& random_;
  Log& log_;
  std::mutex mutex_;
  WorkersFile file_;
  Authorise authorise_;
  Guesses guesses_;
};

}  // namespace storesweep
