#include "coordinator/http/api_json.h"

#include <nlohmann/json.hpp>

#include "common/base/clock.h"
#include "common/model/trace.h"
#include "common/report/finding_id.h"
#include "common/report/verdict_json.h"

namespace storesweep::http {
namespace {
using Json = nlohmann::ordered_json;
Json time_or_null(std::int64_t wall_ms) { return wall_ms == 0 ? Json() : Json(format_time(wall_ms)); }
Json id_or_null(std::int64_t id) { return id == 0 ? Json() : Json(id); }

Json common_fields(const ResultRow& r) {
  return {{"simulated", r.verdict.simulated},
          {"job", r.job.value},
          {"sweep", r.sweep.value},
          {"end", name(r.end)},
          {"end_reason", r.end_reason},
          {"ended", time_or_null(r.ended_ms)},
          {"worker", r.worker},
          {"device", r.device}};
}
}  // namespace

Json to_json(const ImportReport& r) {
  return {{"id", r.id},
          {"store", r.store},
          {"rows", r.rows},
          {"added", r.added},
          {"changed", r.changed},
          {"unchanged", r.unchanged},
          {"gone", r.gone},
          {"rejected", r.rejected},
          {"nameless", r.nameless},
          {"rejects_file", r.rejects_file},
          {"took_ms", r.took_ms},
          {"unknown_columns", r.unknown_columns}};
}

Json to_json(const SweepStatus& s) {
  Json ended = Json::object();
  for (const auto& [how, count] : s.ended) ended[how] = count;
  Json shards = Json::array();
  for (const ShardStatus& shard : s.shards) {
    shards.push_back({{"shard", shard.shard},
                      {"total", shard.total},
                      {"ended", shard.ended},
                      {"leased", shard.leased},
                      {"paused", shard.paused}});
  }
  return {{"simulated", s.simulated},
          {"id", s.id.value},
          {"name", s.name},
          {"state", name(s.state)},
          {"depth", name(s.depth)},
          {"campaign", id_or_null(s.campaign.value)},
          {"created", time_or_null(s.created_ms)},
          {"ended_at", time_or_null(s.ended_ms)},
          {"total", s.total},
          {"ended", ended},
          {"ended_total", s.ended_total},
          {"leased", s.leased},
          {"waiting", s.waiting},
          {"confirmations_open", s.confirmations_open},
          {"rate_per_s", s.rate_per_s},
          {"left_ms", s.left_ms ? Json(*s.left_ms) : Json()},
          {"stopped_why", s.stopped_why},
          {"shards", shards}};
}

Json to_json(const CampaignStatus& c) {
  Json sweeps = Json::array();
  for (SweepId id : c.sweeps) sweeps.push_back(id.value);
  return {{"id", c.id.value},
          {"name", c.name},
          {"target_apps", c.target_apps},
          {"end_date", c.end_date},
          {"covered_apps", c.covered_apps},
          {"left_apps", c.left_apps},
          {"apps_per_day", c.apps_per_day},
          {"forecast_date", c.forecast_date},
          {"sweeps", sweeps}};
}

Json evidence_json(const ResultRow& r) {
  Json runs = Json::array();
  for (const ResultRow::Evidence& e : r.evidence) {
    Json blobs = Json::array();
    for (const BlobRef& b : e.blobs) blobs.push_back(blob_json(b));
    runs.push_back({{"run", e.run.value},
                    {"worker", e.worker},
                    {"device", e.device},
                    {"at", time_or_null(e.at_ms)},
                    {"blobs", std::move(blobs)}});
  }
  return runs;
}

Json voidings_json(const ResultRow& r) {
  Json all = Json::array();
  for (const Voiding& v : r.voidings) {
    Json rules = Json::array();
    for (const VoidedRule& one : v.rules) rules.push_back({{"rule", one.rule}, {"said", name(one.said)}});
    Json runs = Json::array();
    for (RunId run : v.runs) runs.push_back(run.value);
    all.push_back({{"control", v.control.value},
                   {"device", v.device},
                   {"at", time_or_null(v.at_ms)},
                   {"rules", std::move(rules)},
                   {"runs", std::move(runs)},
                   {"judgement", v.judgement},
                   {"retest", v.retest.value}});
  }
  return all;
}

Json to_json(const ChangeRow& c) {
  return {{"id", c.id},
          {"kind", name(c.kind)},
          {"import", c.import},
          {"at", time_or_null(c.at_ms)},
          {"listing", listing_json(c.listing)}};
}

Json to_json(const ResultRow& r) {
  Json blobs = Json::array();
  for (const BlobRef& b : r.blobs) blobs.push_back(blob_json(b));
  Json all = common_fields(r);
  all["trace_id"] = trace_id(r.job);
  all["listing"] = listing_json(r.listing);
  all["verdict"] = verdict_json(r.verdict);
  all["figures"] = figures_json(r.figures);
  all["blobs"] = std::move(blobs);
  all["evidence"] = evidence_json(r);
  all["voided"] = voidings_json(r);
  return all;
}

Json brief_json(const ResultRow& r) {
  Json all = common_fields(r);
  all["store"] = r.listing.store;
  all["package"] = r.listing.package;
  all["label"] = r.listing.label;
  all["version_name"] = r.listing.version_name;
  all["developer"] = r.listing.developer;
  Json rows = Json::array();
  for (const RowVerdict& row : r.verdict.rows) rows.push_back(name(row.level));
  all["rows"] = std::move(rows);
  all["findings"] = r.verdict.findings.size();
  return all;
}

namespace {
Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json act_json(const FindingAct& a, const FindingRow& row) {
  const auto retest = row.retests.find(a.id);
  return {{"id", a.id},
          {"kind", name(a.kind)},
          {"at", time_or_null(a.at_ms)},
          {"officer", a.officer},
          {"reason", a.reason},
          {"level", a.level ? Json(name(*a.level)) : Json()},
          {"notice_date", text_or_null(a.notice_date)},
          {"due_date", text_or_null(a.due_date)},
          {"retest", id_or_null(a.retest.value)},
          {"apk_url", a.apk_url},
          {"outcome", name(a.outcome)},
          {"journal", text_or_null(a.journal_sha256)},
          {"verdict", retest != row.retests.end() ? verdict_json(retest->second) : Json()}};
}

Json earlier_json(const std::optional<FindingRow::Earlier>& e) {
  if (!e) return {};
  return {{"id", text(FindingId{e->job, e->key})},
          {"version_name", e->version_name},
          {"version_code", e->version_code},
          {"level", name(e->level)},
          {"ended", time_or_null(e->ended_ms)}};
}
}  // namespace

Json to_json(const FindingRow& r) {
  Json history = Json::array();
  for (const FindingAct& act : r.history) history.push_back(act_json(act, r));
  const FindingStanding& s = r.standing;
  return {{"id", text(FindingId{r.job, r.key})},
          {"simulated", r.simulated},
          {"job", r.job.value},
          {"sweep", r.sweep.value},
          {"listing", listing_json(r.listing)},
          {"finding", finding_json(r.finding)},
          {"state", name(s.state)},
          {"level", s.level ? Json(name(*s.level)) : Json()},
          {"officer", text_or_null(s.officer)},
          {"reason", text_or_null(s.reason)},
          {"notice_date", text_or_null(s.notice_date)},
          {"due_date", text_or_null(s.due_date)},
          {"retest", id_or_null(s.retest.value)},
          {"outcome", name(s.outcome)},
          {"repeat", r.repeats.has_value()},
          {"repeats", earlier_json(r.repeats)},
          {"history", std::move(history)}};
}

Json to_json(const RejudgeReport& r) {
  Json rows = Json::array();
  for (const RejudgedRow& row : r.rows) {
    Json changes = Json::array();
    for (const RejudgeChange& c : row.changes) {
      changes.push_back(
          {{"task", c.task}, {"rule", c.rule}, {"from", name(c.from)}, {"to", name(c.to)}, {"why", c.why}});
    }
    rows.push_back({{"simulated", row.simulated},
                    {"job", row.job.value},
                    {"store", row.store},
                    {"package", row.package},
                    {"changes", std::move(changes)},
                    {"failed", row.failed},
                    {"second_runs", row.second_runs}});
  }
  return {{"pack_version", r.pack_version}, {"judged", r.judged}, {"unchanged", r.unchanged},
          {"changed", r.changed},           {"failed", r.failed}, {"without_runs", r.without_runs},
          {"applied", r.applied},           {"moved", r.moved},   {"second_runs", r.second_runs},
          {"rows", std::move(rows)},        {"next", r.next}};
}

Json to_json(const SummaryRow& r) {
  return {
      {"group", r.group}, {"task", r.task}, {"rule", r.rule}, {"level", name(r.level)}, {"count", r.count}};
}

Json to_json(const FiguresRow& r) {
  return {{"simulated", r.kind.simulated()},
          {"device_kind", {{"class", r.kind.device_class}, {"api", r.kind.api}}},
          {"runs", r.runs},
          {"sum", figures_json(r.sum)}};
}

// A version is null where packages do not tell; of the rest it is, too.
Json to_json(const SdkReport& r) {
  Json rows = Json::array(), catalogues = Json::object();
  for (const SdkRow& row : r.rows) {
    rows.push_back({{"sdk", row.count.id},
                    {"name", row.name},
                    {"company", row.company},
                    {"kind", row.kind},
                    {"version", row.count.version.empty() ? Json() : Json(row.count.version)},
                    {"rest", row.count.rest},
                    {"listings", row.count.listings}});
  }
  for (const auto& [version, listings] : r.summary.catalogues) catalogues[version] = listings;
  return {{"looked", r.summary.looked},
          {"not_looked", r.summary.not_looked},
          {"left_out", r.summary.left_out},
          {"catalogues", catalogues},
          {"rows", rows}};
}

Json to_json(const AnnouncementRow& r) {
  return {{"number", r.number}, {"app", r.app},         {"developer", r.developer},
          {"source", r.source}, {"version", r.version}, {"problems", r.problems}};
}

Json to_json(const WorkerStatus& w) {
  return {{"name", w.name},         {"connected", w.connected},
          {"draining", w.draining}, {"last_seen", time_or_null(w.last_seen_ms)},
          {"devices", w.devices},   {"leases", w.leases},
          {"spooled", w.spooled},   {"reports", w.reports},
          {"failures", w.failures}, {"overruled", w.overruled}};
}

Json to_json(const DeviceStatus& d) {
  return {{"simulated", d.device.kind.simulated()},
          {"identity", d.device.identity},
          {"worker", d.worker},
          {"class", d.device.kind.device_class},
          {"api", d.device.kind.api},
          {"abis", d.device.abis},
          {"features", d.device.features},
          {"quick_app_runtime", d.device.quick_app_runtime},
          {"worker_leases", d.worker_leases},
          {"quarantined", d.quarantined ? Json{{"control", d.quarantined->run.value},
                                               {"since", time_or_null(d.quarantined->at_ms)}}
                                        : Json(nullptr)}};
}

Json to_json(const ControlRecord& c) {
  Json rules = Json::array();
  for (const RuleOutcome& r : c.rules) {
    rules.push_back({{"rule", r.rule}, {"outcome", name(r.outcome)}, {"since", r.since.value}});
  }
  return {{"control", c.run.value},
          {"end", name(c.end)},
          {"probe", c.probe},
          {"device", c.device},
          {"worker", c.worker},
          {"sweep", c.sweep.value},
          {"job", c.job.value},
          {"granted", time_or_null(c.granted_ms)},
          {"ended", time_or_null(c.ended_ms)},
          {"rules", std::move(rules)},
          {"voided", c.voided}};
}

}  // namespace storesweep::http
