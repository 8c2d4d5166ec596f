// What devices showed of apps with known faults.
#include "common/report/calibration_json.h"
#include "coordinator/http/handlers_shared.h"

namespace storesweep::http {

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
