-- An answer writes fewer pages: events lie in the order of their arrival (number), and which of them a group of read-model
-- rows is folded from is worked out when events from elsewhere need it. `local.grouped` is the number up to which
-- event_groups is complete, `local.latest_at` the highest `at` that came from elsewhere.
CREATE TABLE numbered(
  number INTEGER PRIMARY KEY, id TEXT NOT NULL, at INTEGER NOT NULL, seq INTEGER, device TEXT NOT NULL,
  type TEXT NOT NULL, version INTEGER NOT NULL, occurred_at INTEGER NOT NULL, payload TEXT NOT NULL) STRICT;
INSERT INTO numbered(id, at, seq, device, type, version, occurred_at, payload)
  SELECT id, at, seq, device, type, version, occurred_at, payload FROM events ORDER BY at, id;
DROP TABLE events;
ALTER TABLE numbered RENAME TO events;
CREATE UNIQUE INDEX events_id ON events(id);
CREATE UNIQUE INDEX events_seq ON events(seq) WHERE seq IS NOT NULL;
CREATE INDEX events_pending ON events(at, id) WHERE seq IS NULL;

DROP TABLE event_groups;
CREATE TABLE event_groups(grp TEXT NOT NULL, number INTEGER NOT NULL,
  PRIMARY KEY (grp, number)) STRICT, WITHOUT ROWID;

INSERT INTO local(key, value) SELECT 'latest_at', at FROM events ORDER BY at DESC LIMIT 1;
