#include "coordinator/service/calibrations.h"

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

Result<Page<Calibration>> Calibrations::page(const PageRequest& page) {
  TRY_ASSIGN(const Page<CalibrationRecord> records, store_.calibrations(page));
  Page<Calibration> out{{}, records.next};
  for (const CalibrationRecord& record : records.rows) {
    TRY_ASSIGN(Calibration one, read(record));
    out.rows.push_back(std::move(one));
  }
  return out;
}

Result<Calibration> Calibrations::put(std::uint64_t epoch, Calibration fresh) {
  std::lock_guard lock(mutex_);
  const auto known = store_.calibration(fresh.where);
  Calibration before;
  if (known.ok()) {
    TRY_ASSIGN(before, read(*known));
  } else if (known.status().kind() != ErrorKind::kNotFound) {
    return known.status();
  }
  fresh = renewed(before, std::move(fresh));
  TRY(store_.put_calibration(epoch, {0, fresh.where, fresh.wall_ms, dump_json(calibration_json(fresh))}));
  dark_.reset();
  return fresh;
}

Result<std::vector<DarkRule>> Calibrations::dark() {
  std::lock_guard lock(mutex_);
  if (dark_) return *dark_;
  std::vector<DarkRule> out;
  PageRequest next;
  do {
    TRY_ASSIGN(const Page<Calibration> some, page(next));
    for (const Calibration& c : some.rows) {
      const std::vector<DarkRule> rules = dark_rules(c);
      out.insert(out.end(), rules.begin(), rules.end());
    }
    next.cursor = some.next;
  } while (!next.cursor.empty());
  dark_ = out;
  return out;
}

void Calibrations::forget() {
  std::lock_guard lock(mutex_);
  dark_.reset();
}

}  // namespace storesweep
