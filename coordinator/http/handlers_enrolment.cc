// Workers that come to the list and go from it.
#include "common/base/clock.h"
#include "coordinator/http/handlers_shared.h"

namespace storesweep::http {
namespace {
constexpr std::int64_t kInvitationMs = 15 * 60'000;

// One coordinator keeps the list: the one that leads.
Result<WorkerRegister*> register_of(const Call& call) {
  if (call.workers == nullptr)
    return unsupported("nobody enrols here: keys are made by `storesweep-worker keygen`");
  TRY(call.service.leading());
  return call.workers;
}
}  // namespace

Result<Response> invite_worker(const Call& call) {
  TRY_ASSIGN(const Json body, body_of(call, {"name", "ttl_ms"}));
  JsonReader in(body);
  const std::string name = in.text("name");
  const std::int64_t ttl_ms = in.integer("ttl_ms", kInvitationMs);
  TRY(in.status());
  TRY_ASSIGN(WorkerRegister * workers, register_of(call));
  TRY_ASSIGN(const auto invitation, workers->invite(name, ttl_ms));
  return json_response(
      {{"name", name}, {"token", invitation.token}, {"expires", format_time(invitation.expires_ms)}}, 201);
}

Result<Response> enrol_worker(const Call& call) {
  TRY_ASSIGN(const Json body, body_of(call, {"token", "public_key"}));
  JsonReader in(body);
  const std::string token = in.text("token"), key = in.text("public_key");
  TRY(in.status());
  TRY_ASSIGN(WorkerRegister * workers, register_of(call));
  auto enrolled = workers->enrol(token, key, call.request.head.remote);
  if (enrolled.status().kind() == ErrorKind::kExhausted) {
    Response r = error_response(enrolled.status());
    r.status = 429;
    return r;
  }
  TRY(enrolled.status());
  return json_response({{"name", enrolled->name},
                        {"coordinator_public_key", enrolled->coordinator_key},
                        {"addresses", enrolled->addresses}});
}

Result<Response> revoke_worker(const Call& call) {
  TRY_ASSIGN(WorkerRegister * workers, register_of(call));
  TRY(workers->revoke(call.part("worker")));
  return json_response({{"worker", call.part("worker")}, {"revoked", true}});
}

}  // namespace storesweep::http
