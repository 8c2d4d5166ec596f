-- The first form of the store. Rows are appended; only counters, marks, states and switches are updated.
-- Times: wall clock, milliseconds. Enumerations: the numbers of common/model. BLOBs: coordinator/store/codec.h.

CREATE TABLE lead (              -- one row
  id INTEGER PRIMARY KEY CHECK (id = 1),
  epoch INTEGER NOT NULL,
  incarnation INTEGER NOT NULL,
  secret BLOB NOT NULL
);

CREATE TABLE idempotency (       -- what a key made before
  kind TEXT NOT NULL,            -- sweep, campaign, retest, import
  key TEXT NOT NULL,
  id INTEGER NOT NULL,
  PRIMARY KEY (kind, key)
) WITHOUT ROWID;

-- ---- catalogues

CREATE TABLE import (
  id INTEGER PRIMARY KEY,
  store TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  finished_ms INTEGER NOT NULL DEFAULT 0,
  added INTEGER NOT NULL DEFAULT 0,
  changed INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0,
  gone INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0,
  nameless INTEGER NOT NULL DEFAULT 0  -- of the rejected: of which app they are is not known
);

CREATE TABLE listing (           -- one revision; never changes but for rank and downloads
  id INTEGER PRIMARY KEY,
  tenant INTEGER NOT NULL,
  subject INTEGER NOT NULL,      -- app, quick app, mini program, SDK, store
  place INTEGER NOT NULL,        -- store, site, preset
  store TEXT NOT NULL,
  package TEXT NOT NULL,
  version_name TEXT NOT NULL,
  version_code INTEGER NOT NULL,
  label TEXT NOT NULL,
  developer TEXT NOT NULL,
  credit_code TEXT NOT NULL,
  filing_number TEXT NOT NULL,
  region TEXT NOT NULL,
  category TEXT NOT NULL,
  category_source TEXT NOT NULL,
  rank INTEGER NOT NULL,
  downloads INTEGER NOT NULL,
  release_date TEXT NOT NULL,
  permissions BLOB NOT NULL,
  policy_url TEXT NOT NULL,
  apk_url TEXT NOT NULL,
  apk_sha256 TEXT NOT NULL,
  apk_bytes INTEGER NOT NULL,
  import INTEGER NOT NULL        -- that brought it first
);
CREATE INDEX listing_by_package ON listing (package);

CREATE TABLE current (           -- the newest revision of each listing
  store TEXT NOT NULL,
  package TEXT NOT NULL,
  tenant INTEGER NOT NULL,
  place INTEGER NOT NULL,
  listing INTEGER NOT NULL,
  content BLOB NOT NULL,         -- hash of all that is not the key, rank or downloads
  import INTEGER NOT NULL,       -- that brought it last
  since INTEGER NOT NULL,        -- change that brought this content, or brought it back
  gone INTEGER NOT NULL,         -- import that no longer brought it; 0: it stands
  PRIMARY KEY (store, package, tenant, place)
) WITHOUT ROWID;

CREATE TABLE change (            -- what each import found: new, changed, gone; dates by import
  id INTEGER PRIMARY KEY,
  import INTEGER NOT NULL,
  kind INTEGER NOT NULL,         -- 1 added, 2 changed, 3 gone
  listing INTEGER NOT NULL
);

-- ---- sweeps and jobs

CREATE TABLE campaign (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  target_apps INTEGER NOT NULL,
  end_date TEXT NOT NULL
);

CREATE TABLE campaign_app (      -- apps that a campaign has covered
  campaign INTEGER NOT NULL,
  tenant INTEGER NOT NULL,
  package TEXT NOT NULL,
  first_ms INTEGER NOT NULL,
  PRIMARY KEY (campaign, tenant, package)
) WITHOUT ROWID;

CREATE TABLE sweep (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  selection_kind INTEGER NOT NULL,
  selection_store TEXT NOT NULL,
  selection_top INTEGER NOT NULL,
  selection_packages BLOB NOT NULL,
  depth INTEGER NOT NULL,
  campaign INTEGER NOT NULL,
  origin INTEGER NOT NULL,       -- sweep, clue, complaint, retest, self-check, control
  state INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  ended_ms INTEGER NOT NULL,
  total INTEGER NOT NULL,
  base_change INTEGER NOT NULL,  -- of what is new or changed alone: it holds the changes after this one
  last_change INTEGER NOT NULL,  -- ... up to this one, the last when it was created
  simulated INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE shard (             -- a range of job ids
  sweep INTEGER NOT NULL,
  shard INTEGER NOT NULL,
  first INTEGER NOT NULL,
  count INTEGER NOT NULL,
  mark INTEGER NOT NULL,
  paused INTEGER NOT NULL,
  PRIMARY KEY (sweep, shard)
) WITHOUT ROWID;

CREATE TABLE job (               -- of sweeps, in the order they are handed out
  id INTEGER PRIMARY KEY,
  sweep INTEGER NOT NULL,
  listing INTEGER NOT NULL
);
CREATE INDEX job_by_listing ON job (listing);

CREATE TABLE extra (             -- confirmations and retests
  job INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  parent INTEGER NOT NULL,
  sweep INTEGER NOT NULL,
  origin INTEGER NOT NULL,
  rules BLOB NOT NULL,
  depth INTEGER NOT NULL,
  base_run INTEGER NOT NULL,
  not_on_device TEXT NOT NULL,
  on_class TEXT,                 -- NULL: any kind of device
  on_api INTEGER NOT NULL,
  file_set BLOB NOT NULL,
  idempotency_key TEXT NOT NULL,
  ended INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX extra_open ON extra (sweep, kind) WHERE ended = 0;

CREATE TABLE known (             -- what a fetch told of an open job
  job INTEGER PRIMARY KEY,
  file_set BLOB NOT NULL,
  needs BLOB NOT NULL,
  by_epoch INTEGER NOT NULL,     -- the token whose worker said so last
  by_n INTEGER NOT NULL
);

CREATE TABLE draining (worker TEXT PRIMARY KEY) WITHOUT ROWID;

-- ---- what came of them

CREATE TABLE ended_token (       -- attempts that ended without a good report
  epoch INTEGER NOT NULL,
  n INTEGER NOT NULL,
  job INTEGER NOT NULL,
  sweep INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  reason INTEGER NOT NULL,
  detail TEXT NOT NULL,
  file_set BLOB NOT NULL,
  device TEXT NOT NULL,
  worker TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (epoch, n)
) WITHOUT ROWID;
CREATE INDEX ended_token_by_sweep ON ended_token (sweep, job);
CREATE INDEX ended_token_by_job ON ended_token (job);

CREATE TABLE note (              -- reports that came again without an answer
  epoch INTEGER NOT NULL,
  n INTEGER NOT NULL,
  job INTEGER NOT NULL,
  times INTEGER NOT NULL,
  PRIMARY KEY (epoch, n)
) WITHOUT ROWID;

CREATE TABLE job_end (           -- a job ends once
  job INTEGER PRIMARY KEY,
  sweep INTEGER NOT NULL,
  how INTEGER NOT NULL,
  reason TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  n INTEGER NOT NULL,
  run INTEGER NOT NULL,
  reused INTEGER NOT NULL,
  at_ms INTEGER NOT NULL
);
CREATE INDEX job_end_by_sweep ON job_end (sweep, job);

CREATE TABLE sweep_end (         -- counter: listings of a sweep by how they ended
  sweep INTEGER NOT NULL,
  how INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (sweep, how)
) WITHOUT ROWID;

CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  epoch INTEGER NOT NULL,
  n INTEGER NOT NULL,
  job INTEGER NOT NULL,
  sweep INTEGER NOT NULL,
  base_run INTEGER NOT NULL,
  file_set BLOB NOT NULL,
  device BLOB NOT NULL,
  simulated INTEGER NOT NULL,
  worker TEXT NOT NULL,
  depth INTEGER NOT NULL,
  partial INTEGER NOT NULL,
  transient INTEGER NOT NULL,
  pack_version TEXT NOT NULL,
  blobs BLOB NOT NULL,
  figures BLOB NOT NULL,
  at_ms INTEGER NOT NULL,
  expired INTEGER NOT NULL DEFAULT 0  -- its evidence is gone
);
CREATE INDEX run_by_file_set ON run (file_set) WHERE partial = 0 AND expired = 0;
CREATE INDEX run_by_base ON run (base_run) WHERE base_run <> 0 AND expired = 0;

CREATE TABLE run_blob (          -- which runs, not expired, name a blob
  sha256 BLOB NOT NULL,
  run INTEGER NOT NULL,
  PRIMARY KEY (sha256, run)
) WITHOUT ROWID;

CREATE TABLE app_time (          -- device time of the newest whole run of a package
  package TEXT PRIMARY KEY,
  run INTEGER NOT NULL,
  device_ms INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE figure (            -- counter: sums over the runs of a sweep on a kind of device
  sweep INTEGER NOT NULL,
  device_class TEXT NOT NULL,
  api INTEGER NOT NULL,
  runs INTEGER NOT NULL,
  sums BLOB NOT NULL,
  PRIMARY KEY (sweep, device_class, api)
) WITHOUT ROWID;

CREATE TABLE judged (            -- every judgement; the last of a job counts
  id INTEGER PRIMARY KEY,
  job INTEGER NOT NULL,
  sweep INTEGER NOT NULL,
  verdict BLOB NOT NULL,
  groups BLOB NOT NULL,
  tallies BLOB NOT NULL,
  runs BLOB NOT NULL,
  why TEXT NOT NULL,
  at_ms INTEGER NOT NULL
);
CREATE INDEX judged_by_job ON judged (job);

CREATE TABLE counter (           -- counter: tallies of the judgements that count
  sweep INTEGER NOT NULL,
  grouping INTEGER NOT NULL,     -- 0 whole, 1 store, 2 region, 3 developer, 4 category
  name TEXT NOT NULL,
  counts BLOB NOT NULL,
  PRIMARY KEY (sweep, grouping, name)
) WITHOUT ROWID;
