"""The SQL of the exchange of events. Every write guards itself: it does nothing for a session that ended, an account
that is to be deleted, another stream, or an account without room."""

from msgspec import Struct

from sync.database import Database, Rows, Value, steps

_GUARD = (
    "id = :user AND deleted_at IS NULL AND stream = :stream AND bytes < :room AND EXISTS(SELECT 1 FROM sessions s"
    " WHERE s.id = :session AND s.user = :user AND s.ended_at IS NULL)"
)

STATE = (
    "SELECT u.stream, u.deleted_at, u.last_seq, u.bytes,"
    " (SELECT s.ended_at IS NULL FROM sessions s WHERE s.id = :session AND s.user = :user)"
    " FROM users u WHERE u.id = :user"
)

STAMP = f"UPDATE users SET last_at = max(:now, last_at + 1) WHERE {_GUARD}"

INSERT = (
    "INSERT INTO events(user, seq, id, device, type, version, occurred_at, at, payload)"
    " SELECT u.id, u.last_seq + row_number() OVER (ORDER BY j.key), j.value->>0, j.value->>1, j.value->>2, j.value->>3,"
    " j.value->>4, min(j.value->>5, u.last_at + row_number() OVER (ORDER BY j.key)), j.value->>6"
    f" FROM json_each(:events) j CROSS JOIN (SELECT * FROM users WHERE {_GUARD}) u"
    " WHERE NOT EXISTS(SELECT 1 FROM events e WHERE e.user = u.id AND e.id = j.value->>0) ON CONFLICT DO NOTHING"
)

# The right-hand sides see the row as it was: `last_seq` is that of before the insertion.
COUNT = (
    "UPDATE users SET bytes = bytes + coalesce((SELECT sum(length(CAST(payload AS BLOB)) + 230) FROM events"
    "  WHERE user = :user AND seq > last_seq), 0),"
    " last_seq = max(last_seq, coalesce((SELECT max(seq) FROM events WHERE user = :user), 0)),"
    f" last_at = last_at + json_array_length(:events) WHERE {_GUARD}"
)

# Before COUNT: what is beyond `last_seq` was inserted just now and is the same.
ACKS = (
    "SELECT j.key, e.seq, e.at, CASE WHEN e.seq > u.last_seq THEN 1"
    " ELSE e.type = j.value->>2 AND e.version = j.value->>3 AND e.payload = j.value->>6 END"
    " FROM users u CROSS JOIN json_each(:events) j CROSS JOIN events e"
    " WHERE u.id = :user AND e.user = :user AND e.id = j.value->>0"
)

# Bytes in the answer: the payload as a JSON string, the labels, and at most 125 of everything else.
PULL = (
    "SELECT seq, id, device, type, version, occurred_at, at, payload FROM ("
    "  SELECT *, sum(length(CAST(json_quote(payload) AS BLOB)) + length(device) + length(type) + 125)"
    "  OVER (ORDER BY seq ROWS UNBOUNDED PRECEDING) AS size,"
    "  row_number() OVER (ORDER BY seq) AS place FROM ("
    "    SELECT * FROM events WHERE user = :user AND seq > :cursor"
    "    AND id NOT IN (SELECT value->>0 FROM json_each(:events)) ORDER BY seq LIMIT :most))"
    " WHERE place = 1 OR size <= :most_bytes ORDER BY seq"
)


class State(Struct, frozen=True):
    """`is_signed_in` None: no such session. Read in the same transaction as everything else of an exchange."""

    stream: str
    deleted_at: int | None
    head: int
    bytes: int
    is_signed_in: int | None


class Exchange(Struct, frozen=True):
    """What one transaction did. `acks`: (index, seq, at, whether the content is the same)."""

    before: State | None
    acks: Rows
    pulled: Rows
    after: State | None


class EventRepository:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def exchange(
        self,
        *,
        user: str,
        session: str,
        stream: str,
        events: str,
        cursor: int,
        now: int,
        room: int,
        most: int,
        most_bytes: int,
    ) -> Exchange:
        """Store `events`, a JSON list of [id, device, type, version, occurred_at, hint, payload], and read what comes
        after `cursor`: all in one transaction. An empty list writes nothing."""  # fmt: skip
        args: dict[str, Value] = {
            "user": user, "session": session, "stream": stream, "events": events, "cursor": cursor, "now": now,
            "room": room, "most": most, "most_bytes": most_bytes,
        }  # fmt: skip
        if events == "[]":
            before, pulled = await self._database.read(steps([STATE, PULL], args))
            return Exchange(_state(before), [], pulled, _state(before))
        statements = [STATE, STAMP, INSERT, ACKS, COUNT, PULL, STATE]
        before, _, _, acks, _, pulled, after = await self._database.write(steps(statements, args))
        return Exchange(_state(before), acks, pulled, _state(after))


def _state(rows: Rows) -> State | None:
    return State(*rows[0]) if rows else None  # type: ignore[arg-type]  the columns of STATE, which are STRICT
