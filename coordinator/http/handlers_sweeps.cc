// Catalogues, sweeps and campaigns.
#include "common/base/text.h"
#include "coordinator/http/handlers_shared.h"

namespace storesweep::http {
namespace {
std::optional<Selection::Kind> selection_named(std::string_view name) {
  static const std::map<std::string_view, Selection::Kind> kKinds = {{"all", Selection::Kind::kAll},
                                                                     {"store", Selection::Kind::kStore},
                                                                     {"changed", Selection::Kind::kChanged},
                                                                     {"top", Selection::Kind::kTop},
                                                                     {"list", Selection::Kind::kList}};
  const auto at = kKinds.find(name);
  return at == kKinds.end() ? std::nullopt : std::optional(at->second);
}

Result<Selection> selection_of(const Json& json) {
  JsonReader in(json, "selection.");
  Selection s;
  s.kind = in.one_of("kind", s.kind, selection_named);
  s.store = in.text("store");
  s.top = in.integer("top");
  s.packages = in.texts("packages", kMaxListedPackages);
  if (s.kind == Selection::Kind::kStore && s.store.empty()) in.fail("store", "must be given");
  if (s.kind == Selection::Kind::kTop && s.top < 1) in.fail("top", "wanted at least 1");
  if (s.kind == Selection::Kind::kList && s.packages.empty()) in.fail("packages", "must be given");
  TRY(in.status());
  return s;
}

Result<Response> change(const Call& call, SweepAction action, std::optional<std::uint32_t> shard) {
  auto status = call.service.change_sweep(SweepId(call.id("sweep")), action, shard, call.deadline);
  if (!status.ok()) return status.status();
  return json_response(to_json(*status));
}
Result<Response> change_shard(const Call& call, SweepAction action) {
  const std::int64_t shard = call.id("shard");
  if (shard >= kMaxShards) return not_found("a sweep has at most " + std::to_string(kMaxShards) + " shards");
  return change(call, action, static_cast<std::uint32_t>(shard));
}
}  // namespace

Result<Response> import_catalogue(const Call& call) {
  TRY_ASSIGN(const Json body, body_of(call, {"source", "format", "store", "tenant"}));
  JsonReader in(body);
  ImportRequest r;
  r.source = in.text("source");
  r.format = in.text("format");
  r.store = in.text("store");
  r.tenant = TenantId(in.integer("tenant", 1));
  if (r.source.empty())
    in.fail("source", "wanted a path on the coordinator's machine, or an http(s) address");
  if (!r.format.empty() && r.format != "csv" && r.format != "jsonl" && r.format != "fdroid") {
    in.fail("format", "wanted csv, jsonl or fdroid, or nothing to tell it by the name");
  }
  TRY(in.status());
  TRY_ASSIGN(r.idempotency_key, idempotency_key(call));
  TRY_ASSIGN(const ImportReport report, call.service.import_catalogue(r, call.deadline));
  return json_response(to_json(report), 201);
}

Result<Response> list_listings(const Call& call) {
  TRY_ASSIGN(const PageRequest page, page_of(call));
  TRY_ASSIGN(const auto rows, call.service.listings(call.query("store"), page, call.deadline));
  return page_response(rows, listing_json);
}

Result<Response> list_changes(const Call& call) {
  TRY_ASSIGN(const PageRequest page, page_of(call));
  ChangeQuery query;
  query.store = call.query("store");
  if (const std::string import = call.query("import"); !import.empty()) {
    const auto n = parse_int<std::int64_t>(import);
    if (!n || *n < 1)
      return invalid("import: wanted the id of an import, not `" + import.substr(0, 80) + "`");
    query.import = *n;
  }
  if (const std::string kind = call.query("kind"); !kind.empty()) {
    for (ChangeKind k : {ChangeKind::kAdded, ChangeKind::kChanged, ChangeKind::kGone}) {
      if (name(k) == kind) query.kind = k;
    }
    if (!query.kind) return invalid("kind: wanted added, changed or gone, not `" + kind.substr(0, 80) + "`");
  }
  TRY_ASSIGN(const auto rows, call.service.changes(query, page, call.deadline));
  return page_response(rows, [](const ChangeRow& c) { return to_json(c); });
}

Result<Response> start_sweep(const Call& call) {
  TRY_ASSIGN(const Json body, body_of(call, {"name", "selection", "depth", "shards", "campaign", "origin"}));
  JsonReader in(body);
  SweepRequest r;
  r.name = in.text("name");
  r.depth = in.one_of("depth", r.depth, [](auto t) { return named_in<Depth>(t, 2); });
  r.shards =
      static_cast<std::uint32_t>(std::clamp<std::int64_t>(in.integer("shards", 16), 0, kMaxShards + 1));
  r.campaign = CampaignId(in.integer("campaign"));
  static const std::map<std::string_view, Origin> kOrigins = {
      {"sweep", Origin::kSweep},          {"clue", Origin::kClue},
      {"complaint", Origin::kComplaint},  {"retest", Origin::kRetest},
      {"self_check", Origin::kSelfCheck}, {"control", Origin::kControl}};
  r.origin = in.one_of("origin", r.origin, [](std::string_view t) -> std::optional<Origin> {
    const auto at = kOrigins.find(t);
    return at == kOrigins.end() ? std::nullopt : std::optional(at->second);
  });
  if (r.shards < 1 || r.shards > kMaxShards) in.fail("shards", "wanted 1 to " + std::to_string(kMaxShards));
  if (r.name.size() > kMaxNameBytes) in.fail("name", "too long");
  const Json* selection = in.object("selection");
  TRY(in.status());
  if (selection != nullptr) {
    TRY_ASSIGN(r.selection, selection_of(*selection));
  }
  TRY_ASSIGN(r.idempotency_key, idempotency_key(call));
  TRY_ASSIGN(const SweepStatus status, call.service.start_sweep(r, call.deadline));
  return json_response(to_json(status), 201);
}

Result<Response> list_sweeps(const Call& call) {
  TRY_ASSIGN(const PageRequest page, page_of(call));
  TRY_ASSIGN(const auto rows, call.service.sweeps(page, call.deadline));
  return page_response(rows, [](const SweepStatus& s) { return to_json(s); });
}

Result<Response> get_sweep(const Call& call) {
  TRY_ASSIGN(const SweepStatus status, call.service.sweep(SweepId(call.id("sweep")), call.deadline));
  return json_response(to_json(status));
}

Result<Response> pause_sweep(const Call& call) { return change(call, SweepAction::kPause, std::nullopt); }
Result<Response> resume_sweep(const Call& call) { return change(call, SweepAction::kResume, std::nullopt); }
Result<Response> cancel_sweep(const Call& call) { return change(call, SweepAction::kCancel, std::nullopt); }
Result<Response> pause_shard(const Call& call) { return change_shard(call, SweepAction::kPause); }
Result<Response> resume_shard(const Call& call) { return change_shard(call, SweepAction::kResume); }

Result<Response> create_campaign(const Call& call) {
  TRY_ASSIGN(const Json body, body_of(call, {"name", "target_apps", "end_date"}));
  JsonReader in(body);
  CampaignRequest r;
  r.name = in.text("name");
  r.target_apps = in.integer("target_apps");
  r.end_date = in.text("end_date");
  if (r.name.empty() || r.name.size() > kMaxNameBytes) in.fail("name", "must be given");
  if (r.target_apps < 1) in.fail("target_apps", "wanted how many apps shall be covered");
  if (r.end_date.size() != 10 || r.end_date[4] != '-' || r.end_date[7] != '-') {
    in.fail("end_date", "wanted YYYY-MM-DD");
  }
  TRY(in.status());
  TRY_ASSIGN(r.idempotency_key, idempotency_key(call));
  TRY_ASSIGN(const CampaignStatus status, call.service.create_campaign(r, call.deadline));
  return json_response(to_json(status), 201);
}

Result<Response> get_campaign(const Call& call) {
  TRY_ASSIGN(const CampaignStatus c, call.service.campaign(CampaignId(call.id("campaign")), call.deadline));
  return json_response(to_json(c));
}

}  // namespace storesweep::http
