// The handler of the whole API: routes, access and errors around the handlers. Safe for concurrent use; the
// service outlives it.
#pragma once

#include "coordinator/http/access.h"
#include "coordinator/http/http.h"
#include "coordinator/http/recorder.h"
#include "coordinator/service/api.h"

namespace storesweep::http {

class ApiHandler final : public Handler {
 public:
  // Without a recorder nothing is recorded, without a register nobody enrols; both outlive the handler.
  ApiHandler(ServiceApi& service, AccessList access, Recorder* recorder = nullptr,
             WorkerRegister* workers = nullptr)
      : service_(service), access_(std::move(access)), recorder_(recorder), workers_(workers) {}
  Admission admit(const RequestHead& head) override;
  void refused(const RequestHead& head, const Admission& admission, int status) override;
  std::optional<Response> before_body(const RequestHead& head, const Deadline& deadline) override;
  Response handle(const Request& request, const Deadline& deadline) override;

 private:
  Admission look_at(const RequestHead& head);
  Response run(const Request& request, Match found, const Deadline& deadline);
  Response run_on_record(const Request& request, Match found, const Deadline& deadline);

  ServiceApi& service_;
  AccessList access_;
  Recorder* recorder_;
  WorkerRegister* workers_;
};

}  // namespace storesweep::http
