-- The coordinator's closing entry of each journal that it accepted: one chain, in the order of the commits. Rows are
-- only ever appended; the evidence itself may go, its entry stays. The entry before is the row before.
CREATE TABLE closing (
  number INTEGER PRIMARY KEY,    -- 1, 2, 3, ...
  journal BLOB NOT NULL,
  epoch INTEGER NOT NULL,        -- of the token
  n INTEGER NOT NULL,
  job INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  before BLOB NOT NULL,          -- digest of the entry before
  key BLOB NOT NULL,
  signature BLOB NOT NULL
);
CREATE INDEX closing_by_journal ON closing (journal);

-- The rule packs that were judged with, whole, so that a verdict can be judged again as it was.
CREATE TABLE rule_pack (
  id INTEGER PRIMARY KEY,
  version TEXT NOT NULL,
  sha256 BLOB NOT NULL UNIQUE,
  files BLOB NOT NULL,
  at_ms INTEGER NOT NULL
);
