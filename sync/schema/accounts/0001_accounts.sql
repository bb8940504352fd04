-- Who has an account. (issuer, subject) is the person at Google; an e-mail may change hands and is only shown.
CREATE TABLE accounts(
  id TEXT PRIMARY KEY, issuer TEXT NOT NULL, subject TEXT NOT NULL, email TEXT NOT NULL, name TEXT NOT NULL,
  role TEXT NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin')), created_at INTEGER NOT NULL,
  UNIQUE (issuer, subject)) STRICT;
CREATE INDEX accounts_email ON accounts(email);

-- The learner's stream of events. A row outlives its account, empty (stream ''), so that an id is never used again.
CREATE TABLE users(
  id TEXT PRIMARY KEY, stream TEXT NOT NULL, last_seq INTEGER NOT NULL DEFAULT 0,
  last_at INTEGER NOT NULL DEFAULT 0, bytes INTEGER NOT NULL DEFAULT 0, deleted_at INTEGER) STRICT;
CREATE INDEX users_deleted ON users(deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE events(
  user TEXT NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL, device TEXT NOT NULL, type TEXT NOT NULL,
  version INTEGER NOT NULL, occurred_at INTEGER NOT NULL, at INTEGER NOT NULL, payload TEXT NOT NULL,
  PRIMARY KEY (user, seq)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX events_id ON events(user, id);

-- A sign-in on a device: the family of its refresh tokens. Only the token of the current generation is good.
CREATE TABLE sessions(
  id TEXT PRIMARY KEY, user TEXT NOT NULL, name TEXT NOT NULL, platform TEXT NOT NULL, remembered INTEGER NOT NULL,
  created_at INTEGER NOT NULL, used_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
  generation INTEGER NOT NULL DEFAULT 0, attempt TEXT NOT NULL DEFAULT '', ended_at INTEGER,
  ended_by TEXT CHECK (ended_by IN ('sign_out', 'reuse'))) STRICT;
CREATE INDEX sessions_user ON sessions(user);
CREATE INDEX sessions_expiry ON sessions(expires_at);

-- Nonces of sign-ins that were used, until they expire: none works twice.
CREATE TABLE nonces(nonce TEXT PRIMARY KEY, session TEXT NOT NULL, expires_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX nonces_expiry ON nonces(expires_at);
