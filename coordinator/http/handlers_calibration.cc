// What devices showed of apps with known faults, knowing it or not.
#include "common/report/calibration_json.h"
#include "coordinator/http/handlers_shared.h"

namespace storesweep::http {
namespace {
constexpr std::size_t kMaxWhy = 2'000;
}  // namespace

Result<Response> free_device(const Call& call) {
  TRY_ASSIGN(const Json body, body_of(call, {"why"}));
  JsonReader in(body);
  const std::string why = in.text("why");
  if (why.empty() || why.size() > kMaxWhy) in.fail("why", "wanted 1 to 2000 bytes: how the device was reset");
  TRY(in.status());
  TRY(call.service.free_device(call.part("device"), why, call.deadline));
  return json_response({{"device", call.part("device")}, {"quarantined", false}});
}

Result<Response> list_controls(const Call& call) {
  TRY_ASSIGN(const PageRequest page, page_of(call));
  TRY_ASSIGN(const Page<ControlRecord> all, call.service.controls(page, call.deadline));
  return page_response(all, [](const ControlRecord& c) { return to_json(c); });
}

Result<Response> put_calibration(const Call& call) {
  TRY_ASSIGN(const Json body,
             body_of(call, {"simulated", "fingerprint", "device_class", "api", "tools", "pack_version",
                            "wall_ms", "devices", "rules", "not_run", "results"}));
  TRY_ASSIGN(const Calibration calibration, calibration_from_json(body));
  TRY_ASSIGN(const Calibration now, call.service.calibrate(calibration, call.deadline));
  return json_response(calibration_json(now));
}

Result<Response> list_calibrations(const Call& call) {
  TRY_ASSIGN(const PageRequest page, page_of(call));
  TRY_ASSIGN(const Page<Calibration> all, call.service.calibrations(page, call.deadline));
  return page_response(all, calibration_json);
}

}  // namespace storesweep::http
