// Rows as records, for the reads and the writes of SqlStore. Each function works in the
// transaction that its Db is in; errors stick to the Db (db.h). One thread at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coordinator/store/db.h"
#include "coordinator/store/store.h"

namespace storesweep::rows {

// The columns of a listing in the order that listing() reads them, for a table alias l; and a run's for alias
// r.
#define STORESWEEP_LISTING_COLUMNS                                                                    \
  "l.id, l.tenant, l.subject, l.place, l.store, l.package, l.version_name, l.version_code, l.label, " \
  "l.developer, l.credit_code, l.filing_number, l.region, l.category, l.category_source, l.rank, "    \
  "l.downloads, "                                                                                     \
  "l.release_date, l.permissions, l.policy_url, l.apk_url, l.apk_sha256, l.apk_bytes, l.page"
#define STORESWEEP_RUN_COLUMNS                                                                           \
  "r.id, r.epoch, r.n, r.job, r.sweep, r.base_run, r.file_set, r.device, r.worker, r.depth, r.partial, " \
  "r.transient, r.pack_version, r.blobs, r.figures, r.at_ms, r.sdks, "                                   \
  "(SELECT rules FROM extra WHERE extra.job = r.job)"
// Whether a job is of a sweep (an expression): its jobs are one range of ids.
#define STORESWEEP_JOB_OF_SWEEP(job, sweep)                                               \
  job " >= (SELECT min(first) FROM shard WHERE sweep = " sweep " AND count > 0) AND " job \
      " < (SELECT max(first + count) FROM shard WHERE sweep = " sweep " AND count > 0)"
#define STORESWEEP_EXTRA_COLUMNS                                                                          \
  "job, kind, parent, sweep, origin, rules, depth, base_run, not_on_device, on_class, on_api, file_set, " \
  "idempotency_key, finding, apk_url"
#define STORESWEEP_CLOSING_COLUMNS "number, journal, epoch, n, job, at_ms, before, key, signature"
inline constexpr int kListingColumns = 24;

Listing listing(const Query& q, int first);
RunRecord run(const Query& q, int first);
std::optional<RunRecord> run(Db& db, RunId id);
ExtraJob extra(const Query& q);
std::optional<ExtraJob> extra(Db& db, JobId job);
std::vector<ExtraJob> open_extras(Db& db);
std::optional<SweepRecord> sweep(Db& db, SweepId id);
std::map<std::string, std::int64_t> ended_by(Db& db, SweepId id);
// The judgement of a job that counts: the last one, and its number (0: there is none).
std::int64_t judgement(Db& db, JobId job);
std::optional<Judged> last_judged(Db& db, JobId job);
// Into what a leader loads: controls, and the devices that are quarantined. The sweeps are there already.
void load_controls(Db& db, Loaded& loaded);
std::vector<Voiding> voidings(Db& db, JobId job);  // the oldest first
Closing closing(const Query& q);
Closing closing_head(Db& db);  // number 0: there is none

}  // namespace storesweep::rows
