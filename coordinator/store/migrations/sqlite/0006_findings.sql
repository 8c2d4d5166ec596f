-- What people say of findings and what retests of them answer: rows are added and never changed.
CREATE TABLE finding_act (
  id INTEGER PRIMARY KEY,
  job INTEGER NOT NULL,
  sweep INTEGER NOT NULL,
  finding TEXT NOT NULL,         -- key of the finding in the job's verdict
  kind INTEGER NOT NULL,         -- confirm, withdraw, overrule, notice, retest ordered, retested
  officer TEXT NOT NULL,
  reason TEXT NOT NULL,
  level INTEGER,                 -- of an overruling
  notice_date TEXT NOT NULL,
  due_date TEXT NOT NULL,
  retest INTEGER NOT NULL,
  apk_url TEXT NOT NULL,
  outcome INTEGER NOT NULL,
  verdict BLOB NOT NULL,
  journal_sha256 TEXT NOT NULL,
  judgement INTEGER NOT NULL,
  at_ms INTEGER NOT NULL
);
CREATE INDEX finding_act_by_job ON finding_act (job);
CREATE INDEX finding_act_by_sweep ON finding_act (sweep);

-- A retest of one finding answers that finding and judges nothing else; it may be of another version of the app.
ALTER TABLE extra ADD COLUMN finding TEXT NOT NULL DEFAULT '';
ALTER TABLE extra ADD COLUMN apk_url TEXT NOT NULL DEFAULT '';
