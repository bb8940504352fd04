-- A pack: one immutable release of a bank. The content tables are those of every content primary.
-- seal: SHA-256 of all that stands in front of the questions (bank, release, exams, objectives), checked on opening.
CREATE TABLE bank(id TEXT NOT NULL, name TEXT NOT NULL, source TEXT NOT NULL, seal TEXT NOT NULL) STRICT;
CREATE TABLE release(id INTEGER PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('publishing', 'ready')),
  version TEXT NOT NULL, question_count INTEGER NOT NULL, digest TEXT NOT NULL, published_at TEXT NOT NULL) STRICT;
CREATE TABLE exams(id TEXT PRIMARY KEY, code TEXT NOT NULL, name TEXT NOT NULL, vendor TEXT NOT NULL,
  description TEXT NOT NULL, language TEXT NOT NULL, tier TEXT NOT NULL CHECK (tier IN ('free', 'premium')),
  question_count INTEGER NOT NULL, time_limit_s INTEGER NOT NULL, scale_min INTEGER NOT NULL,
  scale_max INTEGER NOT NULL, pass_scaled INTEGER NOT NULL, cut_count INTEGER NOT NULL,
  multiple_response_rule TEXT NOT NULL, navigation TEXT NOT NULL, is_active INTEGER NOT NULL) STRICT;
CREATE TABLE objectives(id TEXT PRIMARY KEY, exam_id TEXT NOT NULL REFERENCES exams(id), parent_id TEXT,
  code TEXT NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL, weight REAL, draw_count INTEGER,
  position INTEGER NOT NULL) STRICT;
CREATE TABLE questions(number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, source_id TEXT NOT NULL,
  exam_id TEXT NOT NULL REFERENCES exams(id), objective_id TEXT NOT NULL REFERENCES objectives(id),
  type TEXT NOT NULL, text TEXT NOT NULL, difficulty INTEGER NOT NULL, answers TEXT NOT NULL,
  explanation TEXT NOT NULL, reference TEXT NOT NULL, source_quote TEXT NOT NULL, sibling_group TEXT,
  shuffle_options INTEGER NOT NULL, is_active INTEGER NOT NULL, ai_generated INTEGER NOT NULL, preview_of TEXT,
  revision INTEGER NOT NULL, row_digest TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT;
CREATE TABLE media(sha256 TEXT PRIMARY KEY, mime TEXT NOT NULL, bytes BLOB NOT NULL) STRICT;
CREATE TABLE errata(question_id TEXT NOT NULL, revision INTEGER NOT NULL, note TEXT NOT NULL,
  published_at TEXT NOT NULL, PRIMARY KEY (question_id, revision)) STRICT, WITHOUT ROWID;
CREATE TABLE item_stats(question_id TEXT NOT NULL, revision INTEGER NOT NULL, n INTEGER NOT NULL, p REAL NOT NULL,
  median_s REAL NOT NULL, PRIMARY KEY (question_id, revision)) STRICT, WITHOUT ROWID;
CREATE INDEX questions_pool ON questions(exam_id, is_active, objective_id, id, sibling_group, type);

