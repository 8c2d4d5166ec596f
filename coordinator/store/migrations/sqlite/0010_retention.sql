-- Runs on which a verdict rests, or rested, that accuses somebody: their evidence is kept longer. Noted by gc, from the
-- judgements up to the greatest `judged` of accusing_noted.
CREATE TABLE accusing_run (run INTEGER PRIMARY KEY);
CREATE TABLE accusing_noted (judged INTEGER NOT NULL);

-- What a person said: a case needs the evidence of a result, or needs it no more. Rows are only ever added; the last one of
-- a job counts.
CREATE TABLE hold_act (
  id INTEGER PRIMARY KEY,
  job INTEGER NOT NULL,
  held INTEGER NOT NULL,
  officer TEXT NOT NULL,
  reason TEXT NOT NULL,
  at_ms INTEGER NOT NULL
);
CREATE INDEX hold_act_by_job ON hold_act (job, id);
CREATE TABLE held_run (run INTEGER PRIMARY KEY);   -- of what is held; made anew by each gc
