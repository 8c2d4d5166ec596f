// Calibrations: the last one of each class of devices.
#include <algorithm>

#include "coordinator/store/sql_read.h"
#include "coordinator/store/sql_store.h"

#define CALIBRATION_COLUMNS "id, fingerprint, device_class, api, tools, at_ms, json"

namespace storesweep {
namespace {
CalibrationRecord record(Query& q) {
  DeviceClass where{std::string(q.view(1)),
                    {std::string(q.view(2)), static_cast<int>(q.integer(3))},
                    std::string(q.view(4))};
  return {q.integer(0), std::move(where), q.integer(5), std::string(q.view(6))};
}

void put(Db& db, const CalibrationRecord& r, const char* sql) {
  Query q(db, sql);
  q << r.at_ms << r.json << r.where.fingerprint << r.where.kind.device_class;
  (q << std::int64_t{r.where.kind.api} << r.where.tools).run();
}
}  // namespace

Status SqlStore::put_calibration(std::uint64_t epoch, const CalibrationRecord& record) {
  std::lock_guard lock(writing_);
  TRY(start_write(epoch));
  Db& db = *writer_;
  put(db, record,
      "UPDATE calibration SET at_ms = ?, json = ? WHERE fingerprint = ? AND device_class = ? AND "
      "api = ? AND tools = ?");
  if (db.changed() == 0) {
    put(db, record,
        "INSERT INTO calibration (at_ms, json, fingerprint, device_class, api, tools) VALUES (?, ?, "
        "?, ?, ?, ?)");
  }
  bool too_many = false;
  {
    Query q(db, "SELECT count(*) FROM calibration");
    too_many = q.next() && q.integer(0) > static_cast<std::int64_t>(kMaxCalibrations);
  }
  if (too_many) {
    db.rollback();
    return exhausted("more than 10000 classes of devices are calibrated");
  }
  return db.end();
}

Result<CalibrationRecord> SqlStore::calibration(const DeviceClass& where) {
  return read<CalibrationRecord>([&](Db& db) -> Result<CalibrationRecord> {
    Query q(db, "SELECT " CALIBRATION_COLUMNS
                " FROM calibration WHERE fingerprint = ? AND device_class = ? AND api = ? AND tools = ?");
    q << where.fingerprint << where.kind.device_class << std::int64_t{where.kind.api} << where.tools;
    if (!q.next()) return not_found("no calibration of this class of devices");
    return record(q);
  });
}

Result<Page<CalibrationRecord>> SqlStore::calibrations(const PageRequest& page) {
  return read<Page<CalibrationRecord>>([&](Db& db) -> Result<Page<CalibrationRecord>> {
    const auto after = parse_cursor(page.cursor);
    if (!after) return invalid("the cursor is not one of ours");
    const std::size_t rows = std::min(page.rows, kMaxCalibrationsAtOnce);
    Query q(db, "SELECT " CALIBRATION_COLUMNS " FROM calibration WHERE id > ? ORDER BY id LIMIT ?");
    q << *after << static_cast<std::int64_t>(rows + 1);
    Page<CalibrationRecord> out;
    while (q.next()) out.rows.push_back(record(q));
    if (out.rows.size() > rows) {
      out.rows.pop_back();
      out.next = out.rows.empty() ? "" : std::to_string(out.rows.back().id);
    }
    return out;
  });
}

}  // namespace storesweep
