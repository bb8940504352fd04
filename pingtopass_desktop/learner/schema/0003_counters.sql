-- Counters that an answer keeps up, so that no page counts answers: by day how sure the learner was, by objective and day
-- what is seen, known and due. When a question is due follows from its stability and the desired retention, a setting.
ALTER TABLE question_memory DROP COLUMN due_at;
-- The quarters of an hour since 1970 in which the question was first answered, and in which its last answer went from
-- right to wrong or back; separated by spaces.
ALTER TABLE question_memory ADD COLUMN steps TEXT NOT NULL DEFAULT '';

ALTER TABLE days ADD COLUMN sure INTEGER NOT NULL DEFAULT 0;
ALTER TABLE days ADD COLUMN sure_correct INTEGER NOT NULL DEFAULT 0;
ALTER TABLE days ADD COLUMN think_so INTEGER NOT NULL DEFAULT 0;
ALTER TABLE days ADD COLUMN think_so_correct INTEGER NOT NULL DEFAULT 0;
ALTER TABLE days ADD COLUMN guess INTEGER NOT NULL DEFAULT 0;
ALTER TABLE days ADD COLUMN guess_correct INTEGER NOT NULL DEFAULT 0;

CREATE TABLE exam_dates(exam TEXT PRIMARY KEY, day TEXT NOT NULL) STRICT, WITHOUT ROWID;

-- State of this device: the objective of every active question of the packs in force. `local.placed` names the packs.
-- points: questions of which no two are of one sibling group.
CREATE TABLE places(place INTEGER PRIMARY KEY, exam TEXT NOT NULL, objective TEXT NOT NULL, questions INTEGER NOT NULL,
  points INTEGER NOT NULL, UNIQUE (exam, objective)) STRICT;
CREATE TABLE placement(question TEXT PRIMARY KEY, place INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Counted from question_memory by placement. Days are those of the learner, in days since 1970-01-01. seen: first answers of
-- that day; known: questions whose last answer became right less those that became wrong; due: questions that fall due.
CREATE TABLE objective_days(place INTEGER NOT NULL, day INTEGER NOT NULL, seen INTEGER NOT NULL, known INTEGER NOT NULL,
  due INTEGER NOT NULL, PRIMARY KEY (place, day)) STRICT, WITHOUT ROWID;

-- Lists of attempts are found without reading their forms.
DROP INDEX attempts_finished;
CREATE INDEX attempts_listed ON attempts(exam, mode, finished_at, started_at, id);
