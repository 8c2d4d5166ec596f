-- The jobs of a sweep are one range of ids, so what is looked for by sweep is found by job.
DROP INDEX job_end_by_sweep;
DROP INDEX ended_token_by_sweep;
-- Developers are nearly as many as apps: they are summed up from `judged` when somebody asks.
DELETE FROM counter WHERE grouping = 3;
