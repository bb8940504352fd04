-- Events are the truth; every other table but `local` and `attempt_local` is a fold of them and can be rebuilt.
-- seq is the server's number, NULL until acknowledged; (at, id) is the canonical order.
CREATE TABLE events(
  at INTEGER NOT NULL, id TEXT NOT NULL, seq INTEGER, device TEXT NOT NULL, type TEXT NOT NULL,
  version INTEGER NOT NULL, occurred_at INTEGER NOT NULL, payload TEXT NOT NULL,
  PRIMARY KEY (at, id)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX events_id ON events(id);
CREATE UNIQUE INDEX events_seq ON events(seq) WHERE seq IS NOT NULL;
CREATE INDEX events_pending ON events(at, id) WHERE seq IS NULL;

-- Which events a group of read-model rows is folded from: 'attempt:<id>', 'question:<id>', 'setting:<key>', …
CREATE TABLE event_groups(grp TEXT NOT NULL, at INTEGER NOT NULL, id TEXT NOT NULL,
  PRIMARY KEY (grp, at, id)) STRICT, WITHOUT ROWID;

CREATE TABLE attempts(
  id TEXT PRIMARY KEY, exam TEXT NOT NULL, mode TEXT NOT NULL, label TEXT NOT NULL, device TEXT NOT NULL,
  sitting TEXT NOT NULL, started_at INTEGER NOT NULL, form TEXT NOT NULL, rules TEXT NOT NULL,
  finished_at INTEGER, reason TEXT, raw TEXT, scaled INTEGER, passed INTEGER, elapsed_ms INTEGER,
  interruptions INTEGER, item_ms TEXT) STRICT;
CREATE INDEX attempts_finished ON attempts(exam, finished_at);
CREATE TABLE attempt_items(
  attempt TEXT NOT NULL, question TEXT NOT NULL, choice TEXT, correct INTEGER, first_correct INTEGER,
  elapsed_ms INTEGER, confidence TEXT, changes INTEGER NOT NULL DEFAULT 0, answered_at INTEGER,
  flagged INTEGER NOT NULL DEFAULT 0, struck TEXT NOT NULL DEFAULT '[]', clock_ms INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (attempt, question)) STRICT, WITHOUT ROWID;

-- One row for each question ever answered. results: one character an answer, '1' or '0', oldest first.
CREATE TABLE question_memory(
  question TEXT PRIMARY KEY, results TEXT NOT NULL, first_correct INTEGER NOT NULL, last_correct INTEGER NOT NULL,
  last_confidence TEXT, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, stability REAL NOT NULL,
  difficulty REAL NOT NULL, due_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE bookmarks(question TEXT PRIMARY KEY, set_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE notes(question TEXT PRIMARY KEY, text TEXT NOT NULL, set_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE reports(id TEXT PRIMARY KEY, question TEXT NOT NULL, revision INTEGER NOT NULL, reason TEXT NOT NULL,
  text TEXT NOT NULL, reported_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE settings(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE days(day TEXT PRIMARY KEY, answers INTEGER NOT NULL, correct INTEGER NOT NULL,
  elapsed_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- State of this device only: never synced, never folded.
CREATE TABLE local(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE attempt_local(attempt TEXT PRIMARY KEY, pack TEXT NOT NULL, position INTEGER NOT NULL,
  elapsed_ms INTEGER NOT NULL, interruptions INTEGER NOT NULL, item_ms TEXT NOT NULL) STRICT, WITHOUT ROWID;
