// The columns in which what one commit appends waits (of postgres_rows.h alone).
#pragma once

#include "coordinator/store/postgres_batch.h"
#include "coordinator/store/postgres_rows.h"

namespace storesweep {

struct PostgresRows::Waiting {
  PostgresBatch tokens{
      "INSERT INTO token_end SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
      "iiiiitbttii"};
  PostgresBatch ends{"INSERT INTO job_end SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                     "iiitiiiiii"};
  PostgresBatch runs{
      "INSERT INTO run (id, epoch, n, job, sweep, base_run, file_set, device, simulated, worker, depth, "
      "partial, "
      "transient, pack_version, blobs, figures, at_ms, sdks) SELECT * FROM unnest($1, $2, $3, $4, $5, $6, "
      "$7, "
      "$8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
      "iiiiiibbitiiitbbib"};
  PostgresBatch blobs{"INSERT INTO run_blob SELECT * FROM unnest($1, $2) ON CONFLICT DO NOTHING", "bi"};
  PostgresBatch judged{"INSERT INTO judged SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                       "iiibbbbti"};
  PostgresBatch extras{
      "INSERT INTO extra (job, kind, parent, sweep, origin, rules, depth, base_run, not_on_device, on_class, "
      "on_api, file_set, idempotency_key, finding, apk_url) SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, "
      "$8, "
      "$9, $10, $11, $12, $13, $14, $15)",
      "iiiiibiittibttt"};
  PostgresBatch closings{"INSERT INTO closing SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                         "ibiiiibbb"};
  PostgresBatch jobs{"INSERT INTO job SELECT * FROM unnest($1, $2, $3)", "iii"};
  PostgresBatch ended_extras{"UPDATE extra SET ended = 1 WHERE job = ANY($1)", "i"};
  PostgresBatch forgotten{"DELETE FROM known WHERE job = ANY($1)", "i"};
  PostgresBatch known{
      "INSERT INTO known SELECT * FROM unnest($1, $2, $3, $4, $5) ON CONFLICT (job) DO UPDATE SET file_set = "
      "excluded.file_set, needs = excluded.needs, by_epoch = excluded.by_epoch, by_n = excluded.by_n",
      "ibbii"};
  PostgresBatch app_times{
      "INSERT INTO app_time SELECT * FROM unnest($1, $2, $3) ON CONFLICT (package) DO UPDATE SET run = "
      "excluded.run, device_ms = excluded.device_ms WHERE excluded.run > app_time.run",
      "tii"};
  PostgresBatch covered{
      "INSERT INTO campaign_app SELECT * FROM unnest($1, $2, $3, $4) ON CONFLICT (campaign, tenant, package) "
      "DO "
      "UPDATE SET first_ms = excluded.first_ms WHERE excluded.first_ms < campaign_app.first_ms",
      "iiti"};
  PostgresBatch marks{
      "UPDATE shard s SET mark = m.mark FROM unnest($1, $2, $3) AS m(sweep, shard, mark) WHERE s.sweep = "
      "m.sweep "
      "AND s.shard = m.shard AND s.mark < m.mark",
      "iii"};
  PostgresBatch sweep_ends{"INSERT INTO sweep_end (sweep, how, n) SELECT * FROM unnest($1, $2, $3)", "iii"};
  PostgresBatch counters{
      "INSERT INTO counter (sweep, grouping, name, counts) SELECT * FROM unnest($1, $2, $3, $4)", "iitb"};
  PostgresBatch figures{
      "INSERT INTO figure (sweep, device_class, api, runs, sums) SELECT * FROM unnest($1, $2, $3, $4, $5)",
      "itiib"};
};

}  // namespace storesweep
