// The chain of closed journals, what the coordinator signs of a result, and the rule packs it judged with.
#include <algorithm>

#include "common/base/clock.h"
#include "common/base/text.h"
#include "common/report/statement.h"
#include "coordinator/http/handlers_shared.h"

namespace storesweep::http {

Result<Response> get_statement(const Call& call) {
  TRY_ASSIGN(const StatedResult stated, call.service.statement(JobId(call.id("job")), call.deadline));
  Json json = statement_json(stated.statement);
  Json closings = Json::array();
  for (const Closing& c : stated.closings) closings.push_back(closing_json(c));
  json["closings"] = std::move(closings);
  return json_response(json);
}

Result<Response> get_closing_head(const Call& call) {
  TRY_ASSIGN(const Closing head, call.service.closing_head(call.deadline));
  return json_response({{"head", head.number > 0 ? closing_json(head) : Json()}});
}

Result<Response> list_closings(const Call& call) {
  TRY_ASSIGN(const PageRequest page, page_of(call));
  TRY_ASSIGN(const std::int64_t after, number_or("after", call.query("after"), 0));
  TRY_ASSIGN(const auto entries, call.service.closings(after, page.rows, call.deadline));
  Json rows = Json::array();
  for (const Closing& c : entries) rows.push_back(closing_json(c));
  return json_response({{"rows", rows}});
}

Result<Response> get_pack(const Call& call) {
  const auto digest = digest_from_hex(call.part("pack"));
  if (!digest) return invalid("wanted the SHA-256 of the rule pack, 64 hex digits, as a statement gives it");
  Response r;
  TRY_ASSIGN(r.body, call.service.pack(*digest, call.deadline));
  r.content_type = "application/zip";
  r.headers.emplace_back("Content-Disposition", "attachment; filename=\"rules.zip\"");
  return r;
}

Result<Response> put_pack(const Call& call) {
  const auto digest = digest_from_hex(call.part("pack"));
  if (!digest) return invalid("wanted the SHA-256 of the rule pack, 64 hex digits");
  TRY(call.service.put_pack(*digest, call.request.body, call.deadline));
  Response r;
  r.status = 204;
  return r;
}

Result<Response> rejudge_results(const Call& call) {
  TRY_ASSIGN(const Json body,
             body_of(call, {"sweep", "job", "store", "package", "rule", "pack", "apply", "cursor", "rows"}));
  JsonReader in(body);
  RejudgeRequest r;
  r.query.sweep = SweepId(in.integer("sweep"));
  r.job = JobId(in.integer("job"));
  r.query.store = in.text("store");
  r.query.package = in.text("package");
  r.query.rule = in.text("rule");
  r.apply = in.boolean("apply");
  if (r.query.sweep.value < 0 || r.job.value < 0) in.fail("sweep", "wanted an id");
  if (const std::string hex = in.text("pack"); !hex.empty()) {
    r.pack = digest_from_hex(hex);
    if (!r.pack) in.fail("pack", "wanted the SHA-256 of a rule pack that was put before, 64 hex digits");
  }
  const PageRequest page{in.text("cursor"),
                         static_cast<std::size_t>(std::clamp<std::int64_t>(in.integer("rows", 100), 1, 500))};
  TRY(in.status());
  TRY_ASSIGN(const RejudgeReport report, call.service.rejudge(r, page, call.deadline));
  return json_response(to_json(report));
}

namespace {
Json hold_json(const HoldAct& act) {
  return {{"job", act.job.value},
          {"held", act.held},
          {"officer", act.officer},
          {"reason", act.reason},
          {"at", format_time(act.at_ms)}};
}

Result<Response> put_hold(const Call& call, bool held) {
  TRY_ASSIGN(const Json body, body_of(call, {"officer", "reason"}));
  JsonReader in(body);
  HoldAct act;
  act.job = JobId(call.id("job"));
  act.held = held;
  const std::string officer = in.text("officer");
  act.reason = in.text("reason");
  if (act.reason.empty()) in.fail("reason", "is kept with the evidence and may not be empty");
  TRY(in.status());
  TRY_ASSIGN(act.officer, speaker(call.request.caller, officer));
  if (act.officer.empty()) return invalid("officer: is kept with the evidence and may not be empty");
  TRY_ASSIGN(const HoldAct kept, call.service.hold(act, call.deadline));
  return json_response(hold_json(kept));
}
}  // namespace

Result<Response> hold_evidence(const Call& call) { return put_hold(call, true); }
Result<Response> release_evidence(const Call& call) { return put_hold(call, false); }

Result<Response> list_holds(const Call& call) {
  TRY_ASSIGN(const PageRequest page, page_of(call));
  TRY_ASSIGN(const auto rows, call.service.holds(page, call.deadline));
  return page_response(rows, hold_json);
}

}  // namespace storesweep::http
