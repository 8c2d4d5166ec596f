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
      {"POST", "/api/v1/catalogues", Access::kFull, kMaxJsonBytes, kImportMs, {}, import_catalogue},
      {"GET",
       "/api/v1/listings",
       Access::kRead,
       kNoBody,
       kQuickMs,
       {"store", "cursor", "rows"},
       list_listings},
      {"GET",
       "/api/v1/changes",
       Access::kRead,
       kNoBody,
       kQuickMs,
       {"store", "import", "kind", "cursor", "rows"},
       list_changes},
      {"POST", "/api/v1/sweeps", Access::kFull, kMaxJsonBytes, kImportMs, {}, start_sweep},
      {"GET", "/api/v1/sweeps", Access::kRead, kNoBody, kQuickMs, {"cursor", "rows"}, list_sweeps},
      {"GET", "/api/v1/sweeps/{sweep}", Access::kRead, kNoBody, kQuickMs, {}, get_sweep},
      {"POST", "/api/v1/sweeps/{sweep}/pause", Access::kFull, kSmallBody, kQuickMs, {}, pause_sweep},
      {"POST", "/api/v1/sweeps/{sweep}/resume", Access::kFull, kSmallBody, kQuickMs, {}, resume_sweep},
      {"POST", "/api/v1/sweeps/{sweep}/cancel", Access::kFull, kSmallBody, kQuickMs, {}, cancel_sweep},
      {"POST",
       "/api/v1/sweeps/{sweep}/shards/{shard}/pause",
       Access::kFull,
       kSmallBody,
       kQuickMs,
       {},
       pause_shard},
      {"POST",
       "/api/v1/sweeps/{sweep}/shards/{shard}/resume",
       Access::kFull,
       kSmallBody,
       kQuickMs,
       {},
       resume_shard},
      {"GET",
       "/api/v1/sweeps/{sweep}/results",
       Access::kRead,
       kNoBody,
       kQuickMs,
       {"store", "package", "rule", "level", "cursor", "rows"},
       list_results},
      {"GET", "/api/v1/sweeps/{sweep}/summary", Access::kRead, kNoBody, kQuickMs, {"by"}, get_summary},
      {"GET",
       "/api/v1/sweeps/{sweep}/summary.csv",
       Access::kRead,
       kNoBody,
       kQuickMs,
       {"by"},
       get_summary_csv},
      {"GET", "/api/v1/sweeps/{sweep}/sdks", Access::kRead, kNoBody, kQuickMs, {}, get_sdks},
      {"GET", "/api/v1/sweeps/{sweep}/sdks.csv", Access::kRead, kNoBody, kQuickMs, {}, get_sdks_csv},
      {"GET", "/api/v1/sweeps/{sweep}/figures", Access::kRead, kNoBody, kQuickMs, {}, get_figures},
      {"GET", "/api/v1/sweeps/{sweep}/announcement", Access::kRead, kNoBody, kQuickMs, {}, get_announcement},
      {"GET",
       "/api/v1/sweeps/{sweep}/announcement.csv",
       Access::kRead,
       kNoBody,
       kQuickMs,
       {},
       get_announcement_csv},
      {"POST", "/api/v1/campaigns", Access::kFull, kMaxJsonBytes, kQuickMs, {}, create_campaign},
      {"GET", "/api/v1/campaigns/{campaign}", Access::kRead, kNoBody, kQuickMs, {}, get_campaign},
      {"GET", "/api/v1/results/{job}", Access::kRead, kNoBody, kQuickMs, {}, get_result},
      {"GET", "/api/v1/results/{job}/evidence", Access::kRead, kNoBody, kQuickMs, {}, list_evidence},
      {"GET", "/api/v1/results/{job}/statement", Access::kRead, kNoBody, kQuickMs, {}, get_statement},
      {"GET", "/api/v1/evidence/head", Access::kRead, kNoBody, kQuickMs, {}, get_closing_head},
      {"GET",
       "/api/v1/evidence/closings",
       Access::kRead,
       kNoBody,
       kQuickMs,
       {"after", "rows"},
       list_closings},
      {"GET", "/api/v1/packs/{pack}", Access::kRead, kNoBody, kQuickMs, {}, get_pack},
      {"PUT", "/api/v1/packs/{pack}", Access::kFull, kMaxPackBytes, kQuickMs, {}, put_pack},
      {"POST", "/api/v1/rejudge", Access::kFull, kSmallBody, kImportMs, {}, rejudge_results},
      {"GET", "/api/v1/blobs/{sha256}", Access::kRead, kNoBody, kQuickMs, {}, get_blob},
      {"POST", "/api/v1/retests", Access::kFull, kMaxJsonBytes, kQuickMs, {}, order_retest},
      {"GET",
       "/api/v1/findings",
       Access::kRead,
       kNoBody,
       kQuickMs,
       {"sweep", "store", "package", "rule", "level", "state", "cursor", "rows"},
       list_findings},
      {"GET", "/api/v1/findings/{finding}", Access::kRead, kNoBody, kQuickMs, {}, get_finding},
      {"POST",
       "/api/v1/findings/{finding}/withdraw",
       Access::kFull,
       kMaxJsonBytes,
       kQuickMs,
       {},
       withdraw_finding},
      {"POST",
       "/api/v1/findings/{finding}/overrule",
       Access::kFull,
       kMaxJsonBytes,
       kQuickMs,
       {},
       overrule_finding},
      {"POST",
       "/api/v1/findings/{finding}/confirm",
       Access::kFull,
       kMaxJsonBytes,
       kQuickMs,
       {},
       confirm_finding},
      {"POST", "/api/v1/findings/{finding}/notice", Access::kFull, kMaxJsonBytes, kQuickMs, {}, give_notice},
      {"GET", "/api/v1/workers", Access::kRead, kNoBody, kQuickMs, {}, list_workers},
      {"POST", "/api/v1/workers/{worker}/drain", Access::kFull, kSmallBody, kQuickMs, {}, drain_worker},
      {"POST", "/api/v1/workers/{worker}/undrain", Access::kFull, kSmallBody, kQuickMs, {}, undrain_worker},
      {"GET", "/api/v1/devices", Access::kRead, kNoBody, kQuickMs, {}, list_devices},
      {"POST", "/api/v1/devices/{device}/free", Access::kFull, kSmallBody, kQuickMs, {}, free_device},
      {"GET", "/api/v1/controls", Access::kRead, kNoBody, kQuickMs, {"cursor", "rows"}, list_controls},
      {"GET", "/api/v1/events", Access::kRead, kNoBody, kQuickMs, {"after", "sweep"}, stream_events},
      {"POST", "/api/v1/results/{job}/hold", Access::kFull, kSmallBody, kQuickMs, {}, hold_evidence},
      {"POST", "/api/v1/results/{job}/release", Access::kFull, kSmallBody, kQuickMs, {}, release_evidence},
      {"GET", "/api/v1/holds", Access::kRead, kNoBody, kQuickMs, {"cursor", "rows"}, list_holds},
      {"POST", "/api/v1/gc", Access::kFull, kSmallBody, kImportMs, {}, collect_garbage},
      {"POST", "/api/v1/calibrations", Access::kFull, kMaxCalibrationBytes, kQuickMs, {}, put_calibration},
      {"GET",
       "/api/v1/calibrations",
       Access::kRead,
       kNoBody,
       kQuickMs,
       {"cursor", "rows"},
       list_calibrations},
      // The address is a secret of its own, good for one lease.
      {"PUT", "/blobs/{address}/{name}", Access::kOpen, kMaxBlobBytes, kQuickMs, {}, put_blob, place_blob},
      {"GET", "/metrics", Access::kRead, kNoBody, kQuickMs, {}, get_metrics},
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
