#include "coordinator/http/routes.h"

#include "common/base/text.h"
#include "coordinator/http/handlers.h"

namespace storesweep::http {
namespace {
constexpr std::int64_t kQuickMs = 30'000;
constexpr std::int64_t kImportMs = 600'000;
constexpr std::size_t kNoBody = 0;
constexpr std::size_t kMaxCalibrationBytes = 1u << 20;
constexpr std::size_t kSmallBody = 4'096;  // of actions, which need none

bool is_id(std::string_view name) {
  return name == "sweep" || name == "job" || name == "campaign" || name == "shard";
}

// Whether the path is the pattern's; fills in the {names}.
bool fits(std::string_view pattern, std::string_view path,
          std::map<std::string, std::string, std::less<>>& values) {
  const auto wanted = split(pattern, '/');
  const auto given = split(path, '/');
  if (wanted.size() != given.size()) return false;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].empty() || wanted[i][0] != '{') {
      if (wanted[i] != given[i]) return false;
      continue;
    }
    const std::string_view name = wanted[i].substr(1, wanted[i].size() - 2);
    const auto value = percent_decoded(given[i], false);
    if (!value || value->empty() || value->size() > kMaxNameBytes || !valid_utf8(*value)) return false;
    const auto number = parse_int<std::int64_t>(*value);
    if (is_id(name) && (!number || *number < 0)) return false;
    values.emplace(name, *value);
  }
  return true;
}

const std::vector<Route>& table() {
  static const std::vector<Route> kRoutes = {
      {"POST",
       "/api/v1/catalogues",
       Access::kOperator,
       kMaxJsonBytes,
       kImportMs,
       {},
       import_catalogue,
       {"source", "store", "format", "tenant"}},
      {"GET",
       "/api/v1/listings",
       Access::kViewer,
       kNoBody,
       kQuickMs,
       {"store", "cursor", "rows"},
       list_listings},
      {"GET",
       "/api/v1/changes",
       Access::kViewer,
       kNoBody,
       kQuickMs,
       {"store", "import", "kind", "cursor", "rows"},
       list_changes},
      {"POST",
       "/api/v1/sweeps",
       Access::kOperator,
       kMaxJsonBytes,
       kImportMs,
       {},
       start_sweep,
       {"name", "selection", "depth", "origin", "campaign"}},
      {"GET", "/api/v1/sweeps", Access::kViewer, kNoBody, kQuickMs, {"cursor", "rows"}, list_sweeps},
      {"GET", "/api/v1/sweeps/{sweep}", Access::kViewer, kNoBody, kQuickMs, {}, get_sweep},
      {"POST", "/api/v1/sweeps/{sweep}/pause", Access::kOperator, kSmallBody, kQuickMs, {}, pause_sweep},
      {"POST", "/api/v1/sweeps/{sweep}/resume", Access::kOperator, kSmallBody, kQuickMs, {}, resume_sweep},
      {"POST", "/api/v1/sweeps/{sweep}/cancel", Access::kOperator, kSmallBody, kQuickMs, {}, cancel_sweep},
      {"POST",
       "/api/v1/sweeps/{sweep}/shards/{shard}/pause",
       Access::kOperator,
       kSmallBody,
       kQuickMs,
       {},
       pause_shard},
      {"POST",
       "/api/v1/sweeps/{sweep}/shards/{shard}/resume",
       Access::kOperator,
       kSmallBody,
       kQuickMs,
       {},
       resume_shard},
      {"GET",
       "/api/v1/sweeps/{sweep}/results",
       Access::kViewer,
       kNoBody,
       kQuickMs,
       {"store", "package", "rule", "level", "cursor", "rows"},
       list_results},
      {"GET", "/api/v1/sweeps/{sweep}/summary", Access::kViewer, kNoBody, kQuickMs, {"by"}, get_summary},
      {"GET",
       "/api/v1/sweeps/{sweep}/summary.csv",
       Access::kViewer,
       kNoBody,
       kQuickMs,
       {"by"},
       get_summary_csv},
      {"GET", "/api/v1/sweeps/{sweep}/sdks", Access::kViewer, kNoBody, kQuickMs, {}, get_sdks},
      {"GET", "/api/v1/sweeps/{sweep}/sdks.csv", Access::kViewer, kNoBody, kQuickMs, {}, get_sdks_csv},
      {"GET", "/api/v1/sweeps/{sweep}/figures", Access::kViewer, kNoBody, kQuickMs, {}, get_figures},
      {"GET",
       "/api/v1/sweeps/{sweep}/announcement",
       Access::kViewer,
       kNoBody,
       kQuickMs,
       {},
       get_announcement},
      {"GET",
       "/api/v1/sweeps/{sweep}/announcement.csv",
       Access::kViewer,
       kNoBody,
       kQuickMs,
       {},
       get_announcement_csv},
      {"POST",
       "/api/v1/campaigns",
       Access::kOperator,
       kMaxJsonBytes,
       kQuickMs,
       {},
       create_campaign,
       {"name", "target_apps", "end_date"}},
      {"GET", "/api/v1/campaigns/{campaign}", Access::kViewer, kNoBody, kQuickMs, {}, get_campaign},
      {"GET", "/api/v1/results/{job}", Access::kViewer, kNoBody, kQuickMs, {}, get_result},
      {"GET", "/api/v1/results/{job}/evidence", Access::kViewer, kNoBody, kQuickMs, {}, list_evidence},
      {"GET", "/api/v1/results/{job}/statement", Access::kViewer, kNoBody, kQuickMs, {}, get_statement},
      {"GET", "/api/v1/evidence/head", Access::kViewer, kNoBody, kQuickMs, {}, get_closing_head},
      {"GET",
       "/api/v1/evidence/closings",
       Access::kViewer,
       kNoBody,
       kQuickMs,
       {"after", "rows"},
       list_closings},
      {"GET", "/api/v1/packs/{pack}", Access::kViewer, kNoBody, kQuickMs, {}, get_pack},
      {"PUT", "/api/v1/packs/{pack}", Access::kAdmin, kMaxPackBytes, kQuickMs, {}, put_pack},
      {"POST",
       "/api/v1/rejudge",
       Access::kOperator,
       kSmallBody,
       kImportMs,
       {},
       rejudge_results,
       {"sweep", "job", "store", "package", "rule", "pack", "apply"}},
      {"GET", "/api/v1/blobs/{sha256}", Access::kViewer, kNoBody, kQuickMs, {}, get_blob},
      {"POST",
       "/api/v1/retests",
       Access::kOperator,
       kMaxJsonBytes,
       kQuickMs,
       {},
       order_retest,
       {"job", "rules", "origin", "finding", "apk_url"}},
      {"GET",
       "/api/v1/findings",
       Access::kViewer,
       kNoBody,
       kQuickMs,
       {"sweep", "store", "package", "rule", "level", "state", "cursor", "rows"},
       list_findings},
      {"GET", "/api/v1/findings/{finding}", Access::kViewer, kNoBody, kQuickMs, {}, get_finding},
      {"POST",
       "/api/v1/findings/{finding}/withdraw",
       Access::kOfficer,
       kMaxJsonBytes,
       kQuickMs,
       {},
       withdraw_finding,
       {"officer", "reason"}},
      {"POST",
       "/api/v1/findings/{finding}/overrule",
       Access::kOfficer,
       kMaxJsonBytes,
       kQuickMs,
       {},
       overrule_finding,
       {"officer", "reason", "level"}},
      {"POST",
       "/api/v1/findings/{finding}/confirm",
       Access::kOfficer,
       kMaxJsonBytes,
       kQuickMs,
       {},
       confirm_finding,
       {"officer", "reason"}},
      {"POST",
       "/api/v1/findings/{finding}/notice",
       Access::kOfficer,
       kMaxJsonBytes,
       kQuickMs,
       {},
       give_notice,
       {"officer", "reason", "date"}},
      {"GET", "/api/v1/workers", Access::kViewer, kNoBody, kQuickMs, {}, list_workers},
      {"POST", "/api/v1/workers/{worker}/drain", Access::kOperator, kSmallBody, kQuickMs, {}, drain_worker},
      {"POST",
       "/api/v1/workers/{worker}/undrain",
       Access::kOperator,
       kSmallBody,
       kQuickMs,
       {},
       undrain_worker},
      {"POST", "/api/v1/workers/{worker}/revoke", Access::kAdmin, kSmallBody, kQuickMs, {}, revoke_worker},
      {"POST",
       "/api/v1/enrolments",
       Access::kAdmin,
       kSmallBody,
       kQuickMs,
       {},
       invite_worker,
       {"name", "ttl_ms"}},
      // The token in it is the right.
      {"POST", "/api/v1/enrol", Access::kOpen, kSmallBody, kQuickMs, {}, enrol_worker, {"public_key"}},
      {"GET", "/api/v1/devices", Access::kViewer, kNoBody, kQuickMs, {}, list_devices},
      {"POST",
       "/api/v1/devices/{device}/free",
       Access::kAdmin,
       kSmallBody,
       kQuickMs,
       {},
       free_device,
       {"why"}},
      {"GET", "/api/v1/controls", Access::kViewer, kNoBody, kQuickMs, {"cursor", "rows"}, list_controls},
      {"GET", "/api/v1/events", Access::kViewer, kNoBody, kQuickMs, {"after", "sweep"}, stream_events},
      {"POST",
       "/api/v1/results/{job}/hold",
       Access::kOfficer,
       kSmallBody,
       kQuickMs,
       {},
       hold_evidence,
       {"officer", "reason"}},
      {"POST",
       "/api/v1/results/{job}/release",
       Access::kOfficer,
       kSmallBody,
       kQuickMs,
       {},
       release_evidence,
       {"officer", "reason"}},
      {"GET", "/api/v1/holds", Access::kViewer, kNoBody, kQuickMs, {"cursor", "rows"}, list_holds},
      {"POST",
       "/api/v1/gc",
       Access::kOperator,
       kSmallBody,
       kImportMs,
       {},
       collect_garbage,
       {"older_than_days", "accusing_older_than_days"}},
      {"POST",
       "/api/v1/calibrations",
       Access::kAdmin,
       kMaxCalibrationBytes,
       kQuickMs,
       {},
       put_calibration,
       {"fingerprint", "device_class", "api", "pack_version"}},
      {"GET",
       "/api/v1/calibrations",
       Access::kViewer,
       kNoBody,
       kQuickMs,
       {"cursor", "rows"},
       list_calibrations},
      // The address is a secret of its own, good for one lease.
      {"PUT",
       "/blobs/{address}/{name}",
       Access::kOpen,
       kMaxBlobBytes,
       kQuickMs,
       {},
       put_blob,
       {},
       place_blob},
      {"GET", "/metrics", Access::kViewer, kNoBody, kQuickMs, {}, get_metrics},
      {"GET", "/healthz", Access::kOpen, kNoBody, kQuickMs, {}, get_health},
      {"GET", "/readyz", Access::kOpen, kNoBody, kQuickMs, {}, get_readiness},
      {"GET", "/leaderz", Access::kOpen, kNoBody, kQuickMs, {}, get_leading},
  };
  return kRoutes;
}
}  // namespace

std::int64_t Call::id(std::string_view name) const {
  const auto at = path.find(name);
  return at == path.end() ? 0 : parse_int<std::int64_t>(at->second).value_or(0);
}

std::string Call::query(const std::string& name) const {
  const auto at = request.head.query.find(name);
  return at == request.head.query.end() ? "" : at->second;
}

std::span<const Route> routes() { return table(); }

Match match(std::string_view method, std::string_view path) {
  Match found;
  for (const Route& route : table()) {
    std::map<std::string, std::string, std::less<>> values;
    if (!fits(route.pattern, path, values)) continue;
    if (route.method != method) {
      found.other_methods += (found.other_methods.empty() ? "" : ", ") + std::string(route.method);
      continue;
    }
    found.route = &route;
    found.path = std::move(values);
    break;
  }
  return found;
}

}  // namespace storesweep::http
