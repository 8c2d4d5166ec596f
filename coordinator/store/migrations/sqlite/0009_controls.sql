-- Runs of probe apps that went out disguised as jobs of a sweep, and what came of them for devices and verdicts.
CREATE TABLE control (
  epoch INTEGER NOT NULL,
  n INTEGER NOT NULL,
  job INTEGER NOT NULL,          -- whose place it took
  sweep INTEGER NOT NULL,        -- of that job
  probe TEXT NOT NULL,
  granted_ms INTEGER NOT NULL,
  ended_ms INTEGER NOT NULL,
  how INTEGER NOT NULL,          -- open, good, bad, untested, not run
  why TEXT NOT NULL,
  device TEXT NOT NULL,
  worker TEXT NOT NULL,
  run INTEGER NOT NULL,          -- 0: none
  rules BLOB NOT NULL,
  judged INTEGER NOT NULL,       -- the last judgement when it ended
  voided INTEGER NOT NULL,       -- bad: all that it makes void has been
  PRIMARY KEY (epoch, n)
) WITHOUT ROWID;
CREATE INDEX control_by_sweep ON control (sweep);
CREATE INDEX control_by_device ON control (device, run) WHERE run <> 0;
CREATE INDEX control_by_run ON control (run) WHERE run <> 0;
CREATE INDEX control_bad ON control (run) WHERE how = 2;

CREATE TABLE device_act (        -- rows are added and never changed; the last of a device counts
  id INTEGER PRIMARY KEY,
  device TEXT NOT NULL,
  kind INTEGER NOT NULL,         -- quarantined, freed
  run INTEGER NOT NULL,          -- the control; the last run when it was freed
  why TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  judged INTEGER NOT NULL        -- the last judgement by then
);
CREATE INDEX device_act_by_device ON device_act (device);

CREATE TABLE voiding (           -- what a result said of some rules and says no more; never changed
  id INTEGER PRIMARY KEY,
  job INTEGER NOT NULL,
  sweep INTEGER NOT NULL,
  control INTEGER NOT NULL,      -- run of the control
  device TEXT NOT NULL,
  rules BLOB NOT NULL,           -- and what was said of each
  runs BLOB NOT NULL,            -- that have no word on them any more
  judgement INTEGER NOT NULL,
  retest INTEGER NOT NULL,
  at_ms INTEGER NOT NULL
);
CREATE INDEX voiding_by_job ON voiding (job);
