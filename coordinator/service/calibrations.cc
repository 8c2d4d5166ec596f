#include "coordinator/service/calibrations.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/report/calibration_json.h"
#include "common/report/verdict_json.h"

namespace storesweep {
namespace {
Result<Calibration> read(const CalibrationRecord& record) {
  TRY_ASSIGN(const auto json, parse_json(record.json));
  return calibration_from_json(json);
}
}  // namespace

Result<std::vector<Calibration>> Calibrations::all() {
  TRY_ASSIGN(const std::vector<CalibrationRecord> records, store_.calibrations());
  std::vector<Calibration> out;
  for (const CalibrationRecord& record : records) {
    TRY_ASSIGN(Calibration one, read(record));
    out.push_back(std::move(one));
  }
  return out;
}

Result<Calibration> Calibrations::put(std::uint64_t epoch, Calibration fresh) {
  std::lock_guard lock(mutex_);
  TRY_ASSIGN(const std::vector<Calibration> known, all());
  const auto before =
      std::find_if(known.begin(), known.end(), [&](const Calibration& c) { return c.where == fresh.where; });
  if (before != known.end()) fresh.rules = renewed(before->rules, fresh.rules);
  TRY(store_.put_calibration(epoch, {fresh.where, fresh.wall_ms, dump_json(calibration_json(fresh))}));
  dark_.reset();
  return fresh;
}

Result<std::vector<DarkRule>> Calibrations::dark() {
  std::lock_guard lock(mutex_);
  if (dark_) return *dark_;
  TRY_ASSIGN(const std::vector<Calibration> known, all());
  std::vector<DarkRule> out;
  for (const Calibration& c : known) {
    const std::vector<DarkRule> some = dark_rules(c);
    out.insert(out.end(), some.begin(), some.end());
  }
  dark_ = out;
  return out;
}

void Calibrations::forget() {
  std::lock_guard lock(mutex_);
  dark_.reset();
}

}  // namespace storesweep
