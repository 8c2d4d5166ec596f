// The handler of the whole API: routes, access and errors around the handlers. Safe for concurrent use; the
// service outlives it.
#pragma once

#include "coordinator/http/access.h"
#include "coordinator/http/http.h"
#include "coordinator/service/api.h"

namespace storesweep::http {

class ApiHandler final : public Handler {
 public:
  ApiHandler(ServiceApi& service, AccessList access) : service_(service), access_(std::move(access)) {}
  Admission admit(const RequestHead& head) override;
  std::optional<Response> before_body(const RequestHead& head, const Deadline& deadline) override;
  Response handle(const Request& request, const Deadline& deadline) override;

 private:
  ServiceApi& service_;
  AccessList access_;
};

}  // namespace storesweep::http
