"""The SQL of the exchange of events. Every write guards itself: it does nothing for a session that ended, an account
that is to be deleted, another stream, or an account without room.

A batch of new events is stored whole or not at all: not at all where one of them is stored already. Then those are
read, and the rest goes again. So an ordinary exchange has no row for each event but the one that is stored.
"""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct, json

from sync.database import Database, Rows, Value, steps
from sync.wire import WireEvent, id_ms, utf8_bytes

_EVENT_BYTES = 230
"""What an event takes beside its payload, its place in the index included."""

_GUARD = (
    "id = :user AND deleted_at IS NULL AND stream = :stream AND bytes < :room AND EXISTS(SELECT 1 FROM sessions s"
    " WHERE s.id = :session AND s.user = :user AND s.ended_at IS NULL)"
)

STATE = (
    "SELECT u.stream, u.deleted_at, u.last_seq, u.bytes,"
    " (SELECT s.ended_at IS NULL FROM sessions s WHERE s.id = :session AND s.user = :user)"
    " FROM users u WHERE u.id = :user"
)

# The numbers for all events, unless one of them is stored already.
CLAIM = (
    "UPDATE users SET last_seq = last_seq + :n, last_at = max(:now, last_at + 1) + :n, bytes = bytes + :size"
    f" WHERE {_GUARD} AND NOT EXISTS(SELECT 1 FROM events e"
    "  WHERE e.user = :user AND e.id IN (SELECT value FROM json_each(:ids))) RETURNING last_seq"
)

# Right after CLAIM, if that took them. If this read `events` too, SQLite would copy all of them first.
INSERT = (
    "INSERT INTO events(user, seq, id, device, type, version, occurred_at, at, payload)"
    " SELECT u.id, u.last_seq - :n + 1 + j.key, j.value->>0, j.value->>1, j.value->>2, j.value->>3, j.value->>4,"
    " min(j.value->>5, u.last_at - :n + 1 + j.key), j.value->>6"
    " FROM users u CROSS JOIN json_each(:events) j WHERE u.id = :user AND changes() = 1"
)

# The canonical times of the events inserted just now: one row, however many.
STAMPS = (
    "SELECT json_group_array(at) FROM (SELECT e.at FROM users u CROSS JOIN events e"
    " WHERE u.id = :user AND e.user = :user AND e.seq > u.last_seq - :n ORDER BY e.seq)"
)

KNOWN = (
    "SELECT j.key, e.seq, e.at, e.type = j.value->>2 AND e.version = j.value->>3 AND e.payload = j.value->>6"
    " FROM json_each(:events) j CROSS JOIN events e WHERE e.user = :user AND e.id = j.value->>0"
)

NEW_STREAM = (
    "UPDATE users SET stream = lower(hex(randomblob(16))), last_at = max(last_at, :now)"
    " WHERE id = :user AND stream = :stream AND last_seq - :stored < :cursor RETURNING stream"
)

# Bytes in the answer: the payload as a JSON string, the labels, and at most 125 of everything else.
PULL = (
    "SELECT seq, id, device, type, version, occurred_at, at, payload FROM ("
    "  SELECT *, sum(length(CAST(json_quote(payload) AS BLOB)) + length(device) + length(type) + 125)"
    "  OVER (ORDER BY seq ROWS UNBOUNDED PRECEDING) AS size,"
    "  row_number() OVER (ORDER BY seq) AS place FROM ("
    "    SELECT * FROM events WHERE user = :user AND seq > :cursor"
    "    AND seq NOT IN (SELECT value FROM json_each(:known)) ORDER BY seq LIMIT :most))"
    " WHERE place = 1 OR size <= :most_bytes ORDER BY seq"
)


class State(Struct, frozen=True):
    """`is_signed_in` None: no such session."""

    stream: str
    deleted_at: int | None
    head: int
    bytes: int
    is_signed_in: int | None


class Ack(NamedTuple):
    """Where the event at `place` of a request is stored, and whether what is stored there is the same event."""

    place: int
    seq: int
    at: int
    is_same: bool


class Exchange(Struct, frozen=True):
    """What one transaction did. `state`: before it, tells why nothing was stored. `head`: after it. `stored`: how many
    of `acks` were not there before."""

    state: State | None
    head: int
    acks: list[Ack]
    stored: int
    pulled: Rows


class EventRepository:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def exchange(
        self,
        *,
        user: str,
        session: str,
        stream: str,
        events: Sequence[WireEvent],
        cursor: int,
        now: int,
        room: int,
        most: int,
        most_bytes: int,
    ) -> Exchange:
        """Store `events`, whose ids differ and are UUIDv7, and read what comes after `cursor` without them: all in one
        transaction. The canonical time of an event is neither after that of its id nor after its `at`. Without new
        events it writes nothing."""
        args: dict[str, Value] = {
            "user": user, "session": session, "stream": stream, "cursor": cursor, "now": now, "room": room,
            "most": most, "most_bytes": most_bytes,
        }  # fmt: skip
        known: list[Ack] = []
        places = list(range(len(events)))
        while places:
            args |= _arguments([events[place] for place in places], known)
            statements = [STATE, PULL, CLAIM, INSERT, STAMPS]
            before, pulled, claimed, _, stamps = await self._database.write(steps(statements, args))
            if claimed:
                head = int(claimed[0][0])  # type: ignore[arg-type]  last_seq
                stamped = zip(places, json.decode(stamps[0][0]), strict=True)  # type: ignore[arg-type]  a text
                first = head - len(places) + 1
                stored = [Ack(place, seq, at, True) for seq, (place, at) in enumerate(stamped, start=first)]
                return Exchange(_state(before), head, sorted(known + stored), len(stored), pulled)
            (found,) = await self._database.read(steps([KNOWN], args))
            if not found:  # `before` tells what stood in the way
                break
            known += [Ack(places[key], seq, at, bool(is_same)) for key, seq, at, is_same in found]  # type: ignore[index,arg-type]
            places = sorted({*places} - {ack.place for ack in known})
        else:  # nothing, or nothing any more
            before, pulled = await self._database.read(steps([STATE, PULL], args | _arguments([], known)))
        state = _state(before)
        return Exchange(state, state.head if state is not None else 0, sorted(known), 0, pulled)

    async def begin_stream(self, user: str, stream: str, *, cursor: int, stored: int, now: int) -> bool:
        """Begin a new stream, in which devices send again what they hold, where the numbers before the `stored` ones of
        this exchange do not go up to `cursor`. False where they do: what was read may have been a copy that lags."""
        args: dict[str, Value] = {"user": user, "stream": stream, "cursor": cursor, "stored": stored, "now": now}
        (begun,) = await self._database.write(steps([NEW_STREAM], args))
        return bool(begun)


def _arguments(events: Sequence[WireEvent], known: Sequence[Ack]) -> dict[str, Value]:
    """Of the statements, for events to store and those of the same request that are stored."""
    rows = []
    for event in events:
        ms = id_ms(event.id)
        hint = ms if event.at is None else min(ms, event.at)
        rows.append((event.id, event.device, event.type, event.version, event.occurred_at, hint, event.payload))
    return {
        "n": len(events),
        "size": sum(utf8_bytes(event.payload) + _EVENT_BYTES for event in events),
        "ids": json.encode([event.id for event in events]).decode(),
        "events": json.encode(rows).decode(),
        "known": json.encode([ack.seq for ack in known]).decode(),
    }


def _state(rows: Rows) -> State | None:
    return State(*rows[0]) if rows else None  # type: ignore[arg-type]  the columns of STATE, which are STRICT
