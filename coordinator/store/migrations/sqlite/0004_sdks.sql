-- The SDKs that a run's file set holds (codec::sdks); empty: nobody has looked. What a sweep holds is summed up from
-- the runs that its jobs' ends name: a job ends once, by one run, so that nothing can count twice.
ALTER TABLE run ADD COLUMN sdks BLOB NOT NULL DEFAULT x'';
