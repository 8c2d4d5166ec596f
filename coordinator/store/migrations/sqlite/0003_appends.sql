-- What a failure that ends its job costs is two appends, and no index beside them.
-- A token's end is found by its number; by its job only while somebody may look for it: its job goes on, or what it
-- says of a file set counts for others.
CREATE TABLE token_end (
  token INTEGER PRIMARY KEY,     -- epoch << 40 | n
  job INTEGER NOT NULL,
  sweep INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  detail TEXT NOT NULL,
  file_set BLOB NOT NULL,        -- empty: not known
  device TEXT NOT NULL,
  worker TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  sought INTEGER NOT NULL        -- 0: with it its job ended, and nobody else asks
);
INSERT INTO token_end SELECT epoch << 40 | n, job, sweep, kind, reason, detail,
  CASE WHEN file_set = zeroblob(32) THEN x'' ELSE file_set END, device, worker, at_ms, 1 FROM ended_token ORDER BY 1;
DROP TABLE ended_token;
CREATE INDEX token_end_by_job ON token_end (job) WHERE sought = 1;

-- A verdict that rests on no run (buried, no device) is the same for many jobs: kept once, named by their ends.
CREATE TABLE plain_verdict (
  id INTEGER PRIMARY KEY,
  verdict BLOB NOT NULL,
  tallies BLOB NOT NULL
);
ALTER TABLE job_end ADD COLUMN plain INTEGER NOT NULL DEFAULT 0;  -- plain_verdict, where none of `judged` follows
