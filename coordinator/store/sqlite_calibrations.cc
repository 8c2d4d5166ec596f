// Calibrations: the last one of each class of devices.
#include "coordinator/store/sqlite_read.h"
#include "coordinator/store/sqlite_store.h"

namespace storesweep {

Status SqliteStore::put_calibration(std::uint64_t epoch, const CalibrationRecord& record) {
  std::lock_guard lock(writing_);
  TRY(start_write(epoch));
  Db& db = *writer_;
  {
    Query q(db,
            "INSERT OR REPLACE INTO calibration (fingerprint, device_class, api, tools, at_ms, json) VALUES "
            "(?, ?, ?, ?, ?, ?)");
    (q << record.where.fingerprint << record.where.kind.device_class << std::int64_t{record.where.kind.api}
       << record.where.tools << record.at_ms << record.json)
        .run();
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

Result<std::vector<CalibrationRecord>> SqliteStore::calibrations() {
  return read<std::vector<CalibrationRecord>>([&](Db& db) -> Result<std::vector<CalibrationRecord>> {
    std::vector<CalibrationRecord> out;
    Query q(db,
            "SELECT fingerprint, device_class, api, tools, at_ms, json FROM calibration ORDER BY 1, 2, 3, 4");
    while (q.next()) {
      out.push_back({{std::string(q.view(0)),
                      {std::string(q.view(1)), static_cast<int>(q.integer(2))},
                      std::string(q.view(3))},
                     q.integer(4),
                     std::string(q.view(5))});
    }
    return out;
  });
}

}  // namespace storesweep
