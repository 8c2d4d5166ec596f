-- What probe apps showed of each class of devices: the last word on each, and when it was said.
CREATE TABLE calibration (
  fingerprint  TEXT NOT NULL,
  device_class TEXT NOT NULL,
  api          INTEGER NOT NULL,
  tools        TEXT NOT NULL,
  at_ms        INTEGER NOT NULL,
  json         TEXT NOT NULL,
  PRIMARY KEY (fingerprint, device_class, api, tools)
) WITHOUT ROWID;
