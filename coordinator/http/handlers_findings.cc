// Findings and what people say of them.
#include "common/base/text.h"
#include "common/report/finding_id.h"
#include "coordinator/http/handlers_shared.h"

namespace storesweep::http {
namespace {
Result<FindingId> finding_of(const Call& call) {
  const auto id = finding_id_of(call.part("finding"));
  if (!id) return not_found("wanted the id of a finding, like 17.3f2a9c1e07; /api/v1/findings lists them");
  return *id;
}

std::optional<FindingState> state_named(std::string_view text) {
  return named_in<FindingState>(text, kFindingStates);
}

Result<Response> say(const Call& call, ActKind kind) {
  TRY_ASSIGN(const FindingId id, finding_of(call));
  TRY_ASSIGN(const Json body, body_of(call, {"officer", "reason", "level", "date"}));
  JsonReader in(body);
  FindingOrder order;
  order.job = id.job;
  order.key = id.key;
  order.kind = kind;
  const std::string officer = in.text("officer");
  order.reason = in.text("reason");
  order.date = in.text("date");
  if (in.has("level")) order.level = in.one_of("level", Level::kSuspected, level_named);
  if (kind != ActKind::kOverrule && in.has("level")) in.fail("level", "is given to overrule alone");
  if (kind != ActKind::kNotice && in.has("date")) in.fail("date", "is that of a notice alone");
  TRY(in.status());
  TRY_ASSIGN(order.officer, speaker(call.request.caller, officer));
  TRY_ASSIGN(order.idempotency_key, idempotency_key(call));
  TRY_ASSIGN(const FindingRow row, call.service.say_of_finding(order, call.deadline));
  return json_response(to_json(row));
}
}  // namespace

Result<Response> list_findings(const Call& call) {
  TRY_ASSIGN(const PageRequest page, page_of(call));
  FindingQuery query;
  query.results.sweep = SweepId(parse_int<std::int64_t>(call.query("sweep")).value_or(0));
  query.results.store = call.query("store");
  query.results.package = call.query("package");
  query.results.rule = call.query("rule");
  if (!call.query("sweep").empty() && query.results.sweep.value < 1)
    return invalid("sweep: wanted the id of a sweep");
  if (const std::string level = call.query("level"); !level.empty()) {
    query.results.level = level_named(level);
    const bool fits = query.results.level && *query.results.level <= Level::kSuspected;
    if (!fits) return invalid("level: wanted violation or suspected, not `" + level + "`");
  }
  if (const std::string state = call.query("state"); !state.empty()) {
    query.state = state_named(state);
    if (!query.state)
      return invalid("state: wanted open, confirmed, withdrawn or overruled, not `" + state + "`");
  }
  TRY_ASSIGN(const auto rows, call.service.findings(query, page, call.deadline));
  return page_response(rows, [](const FindingRow& row) { return to_json(row); });
}

Result<Response> get_finding(const Call& call) {
  TRY_ASSIGN(const FindingId id, finding_of(call));
  TRY_ASSIGN(const FindingRow row, call.service.finding(id.job, id.key, call.deadline));
  return json_response(to_json(row));
}

Result<Response> confirm_finding(const Call& call) { return say(call, ActKind::kConfirm); }
Result<Response> withdraw_finding(const Call& call) { return say(call, ActKind::kWithdraw); }
Result<Response> overrule_finding(const Call& call) { return say(call, ActKind::kOverrule); }
Result<Response> give_notice(const Call& call) { return say(call, ActKind::kNotice); }

}  // namespace storesweep::http
