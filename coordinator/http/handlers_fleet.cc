// Workers, devices, events, evidence and what operation needs.
#include "common/base/text.h"
#include "coordinator/http/handlers_shared.h"

namespace storesweep::http {
namespace {
// The service's events in the form of server-sent events (HTML, "Server-sent events"). The service is asked
// from where this client has got to, so that a client that comes back misses nothing that is still kept.
class ServiceEvents final : public EventSource {
 public:
  ServiceEvents(ServiceApi& service, SweepId sweep, std::int64_t after)
      : service_(service), sweep_(sweep), after_(after) {}

  Result<std::string> next(const Deadline& deadline) override {
    auto events = service_.events(after_, sweep_, deadline);
    if (!events.ok() && events.status().kind() == ErrorKind::kTimeout) return std::string();
    if (!events.ok()) return events.status();
    std::string text;
    for (const Event& e : *events) {
      after_ = std::max(after_, e.sequence);
      text += "id: " + std::to_string(e.sequence) + "\nevent: " + e.kind + "\n";
      for (std::string_view line : lines(e.json)) text += "data: " + std::string(line) + "\n";
      text += "\n";
    }
    return text;
  }

 private:
  ServiceApi& service_;
  SweepId sweep_;
  std::int64_t after_;
};

}  // namespace

Result<Response> list_workers(const Call& call) {
  TRY_ASSIGN(const auto all, call.service.workers(call.deadline));
  return list_response(all);
}

Result<Response> drain_worker(const Call& call) {
  TRY(call.service.drain(call.part("worker"), true, call.deadline));
  return json_response({{"worker", call.part("worker")}, {"draining", true}});
}

Result<Response> undrain_worker(const Call& call) {
  TRY(call.service.drain(call.part("worker"), false, call.deadline));
  return json_response({{"worker", call.part("worker")}, {"draining", false}});
}

Result<Response> list_devices(const Call& call) {
  TRY_ASSIGN(const auto all, call.service.devices(call.deadline));
  return list_response(all);
}

Result<Response> stream_events(const Call& call) {
  TRY(call.service.leading());  // one that stands by has nothing to tell
  // A browser that comes back tells where it was in Last-Event-ID.
  const std::string last = call.request.head.header("last-event-id");
  TRY_ASSIGN(const std::int64_t after, number_or("after", last.empty() ? call.query("after") : last, 0));
  TRY_ASSIGN(const std::int64_t sweep, number_or("sweep", call.query("sweep"), 0));
  Response r;
  r.events = std::make_shared<ServiceEvents>(call.service, SweepId(sweep), after);
  return r;
}

Result<Response> get_blob(const Call& call) {
  const auto digest = digest_from_hex(call.part("sha256"));
  if (!digest) return invalid("wanted the SHA-256 of the blob, 64 hex digits, as the evidence list gives it");
  Response r;
  TRY_ASSIGN(r.body, call.service.blob(*digest, call.deadline));
  // Hostile apps wrote parts of it: never to be shown by a browser as a page of ours.
  r.content_type = "application/octet-stream";
  r.headers.emplace_back("Content-Disposition", "attachment");
  r.headers.emplace_back("Content-Security-Policy", "sandbox");
  return r;
}

Result<Response> put_blob(const Call& call) {
  TRY(call.service.put_blob(call.part("address"), call.part("name"), call.request.body, call.deadline));
  Response r;
  r.status = 204;
  return r;
}

Result<std::optional<Response>> place_blob(const Call& call) {
  const RequestHead& head = call.request.head;
  const auto sha256 = digest_from_hex(head.header("x-amz-content-sha256"));
  if (!sha256 || !head.content_length) return std::optional<Response>();
  TRY_ASSIGN(const BlobPlace place, call.service.place_blob(call.part("address"), call.part("name"), *sha256,
                                                            *head.content_length, call.deadline));
  if (place.kind == BlobPlace::Kind::kHere) return std::optional<Response>();
  Response r;
  r.status = place.kind == BlobPlace::Kind::kThere ? 204 : 307;
  if (r.status == 307) r.headers.emplace_back("Location", place.url);
  return std::optional<Response>(std::move(r));
}

Result<Response> collect_garbage(const Call& call) {
  TRY_ASSIGN(const Json body, body_of(call, {"older_than_days", "accusing_older_than_days"}));
  JsonReader in(body);
  const auto age = [&in](const char* key) -> std::optional<std::int64_t> {
    if (!in.has(key)) return std::nullopt;
    const std::int64_t days = in.integer(key, -1);
    if (days < 0 || days > 36'500) in.fail(key, "wanted 0 to 36500");
    return days * 86'400'000;
  };
  const RetentionWish asked{age("older_than_days"), age("accusing_older_than_days")};
  TRY(in.status());
  TRY_ASSIGN(const std::int64_t gone, call.service.gc(asked, call.deadline));
  return json_response({{"blobs_deleted", gone}});
}

Result<Response> get_metrics(const Call& call) {
  Response r;
  r.content_type = "text/plain; version=0.0.4; charset=utf-8";
  r.body = call.service.metrics_page();
  return r;
}

Result<Response> get_health(const Call&) { return json_response({{"status", "alive"}}); }

Result<Response> get_readiness(const Call& call) {
  TRY(call.service.healthy());
  return json_response({{"status", "ready"}});
}

Result<Response> get_leading(const Call& call) {
  TRY(call.service.leading());
  return json_response({{"status", "leads"}});
}

}  // namespace storesweep::http
