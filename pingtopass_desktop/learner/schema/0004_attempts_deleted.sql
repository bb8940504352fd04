-- Attempts that the learner deleted: folded from `attempt_deleted`, also where the attempt itself is not known (yet).
CREATE TABLE attempts_deleted(attempt TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
