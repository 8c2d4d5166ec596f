// The handlers of the routes: pure functions from a call to a response, over ServiceApi.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "coordinator/http/routes.h"

namespace storesweep::http {

// ---- catalogues and sweeps
Result<Response> import_catalogue(const Call& call);
Result<Response> list_listings(const Call& call);
Result<Response> start_sweep(const Call& call);
Result<Response> list_sweeps(const Call& call);
Result<Response> get_sweep(const Call& call);
Result<Response> pause_sweep(const Call& call);
Result<Response> resume_sweep(const Call& call);
Result<Response> cancel_sweep(const Call& call);
Result<Response> pause_shard(const Call& call);
Result<Response> resume_shard(const Call& call);
Result<Response> create_campaign(const Call& call);
Result<Response> get_campaign(const Call& call);
// ---- results
Result<Response> list_results(const Call& call);
Result<Response> get_result(const Call& call);
Result<Response> list_evidence(const Call& call);
Result<Response> get_summary(const Call& call);
Result<Response> get_summary_csv(const Call& call);
Result<Response> get_sdks(const Call& call);
Result<Response> get_sdks_csv(const Call& call);
Result<Response> get_figures(const Call& call);
Result<Response> get_announcement(const Call& call);
Result<Response> get_announcement_csv(const Call& call);
Result<Response> order_retest(const Call& call);
Result<Response> list_findings(const Call& call);
Result<Response> get_finding(const Call& call);
Result<Response> confirm_finding(const Call& call);
Result<Response> withdraw_finding(const Call& call);
Result<Response> overrule_finding(const Call& call);
Result<Response> give_notice(const Call& call);
// ---- workers, devices, evidence, operation
Result<Response> list_workers(const Call& call);
Result<Response> drain_worker(const Call& call);
Result<Response> undrain_worker(const Call& call);
Result<Response> list_changes(const Call& call);
Result<Response> revoke_worker(const Call& call);
Result<Response> invite_worker(const Call& call);
Result<Response> enrol_worker(const Call& call);
Result<Response> list_devices(const Call& call);
Result<Response> stream_events(const Call& call);
Result<Response> get_statement(const Call& call);
Result<Response> get_closing_head(const Call& call);
Result<Response> list_closings(const Call& call);
Result<Response> get_pack(const Call& call);
Result<Response> put_pack(const Call& call);
Result<Response> rejudge_results(const Call& call);
Result<Response> get_blob(const Call& call);
Result<Response> hold_evidence(const Call& call);
Result<Response> release_evidence(const Call& call);
Result<Response> list_holds(const Call& call);
Result<Response> put_blob(const Call& call);
Result<std::optional<Response>> place_blob(const Call& call);
Result<Response> collect_garbage(const Call& call);
Result<Response> free_device(const Call& call);
Result<Response> list_controls(const Call& call);
Result<Response> put_calibration(const Call& call);
Result<Response> list_calibrations(const Call& call);
Result<Response> get_metrics(const Call& call);
Result<Response> get_health(const Call& call);
Result<Response> get_leading(const Call& call);
Result<Response> get_readiness(const Call& call);

// ---- what they share
Response json_response(const nlohmann::ordered_json& json, int status = 200);
Result<PageRequest> page_of(const Call& call);
// The Idempotency-Key header: empty, or 1 to 200 printable characters.
Result<std::string> idempotency_key(const Call& call);

}  // namespace storesweep::http
