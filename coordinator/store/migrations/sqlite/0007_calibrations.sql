-- What probe apps showed of each class of devices: the last word on each, and when it was said.
CREATE TABLE calibration (
  id           INTEGER PRIMARY KEY,
  fingerprint  TEXT NOT NULL,
  device_class TEXT NOT NULL,
  api          INTEGER NOT NULL,
  tools        TEXT NOT NULL,
  at_ms        INTEGER NOT NULL,
  json         TEXT NOT NULL,
  UNIQUE (fingerprint, device_class, api, tools)
);
