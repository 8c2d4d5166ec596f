-- The captured page of a store that a listing was taken from.
ALTER TABLE listing ADD COLUMN page TEXT NOT NULL DEFAULT '';
