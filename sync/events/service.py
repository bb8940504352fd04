"""The server half of the learner sync protocol: takes events, numbers them, gives others. It looks at their envelope
only; what they mean is the learners' programs' matter."""

import json as standard_json
import re
from collections.abc import Callable, Sequence

from msgspec import DecodeError, Raw, json

from sync.auth.service import refuse_gone, refuse_pending
from sync.auth.tokens import Caller
from sync.database import Rows
from sync.edge.limits import RateLimits
from sync.edge.metrics import Metrics
from sync.edge.problems import ServiceError
from sync.events.repository import EventRepository, Exchange, State
from sync.settings import Limits
from sync.wire import (
    MAX_BODY_BYTES,
    MAX_EVENTS,
    MAX_PAYLOAD_BYTES,
    MAX_PULLED,
    PROTOCOL,
    ColumnsBroken,
    Run,
    SyncAnswer,
    SyncRequest,
    WireEvent,
    id_ms,
    is_uuid7,
    pack_pulled,
    unpack,
)

_TYPE = re.compile("[a-z][a-z0-9_]{0,63}")
_DEVICE = re.compile("[0-9a-f-]{1,64}")
_INT64 = range(-(2**63), 2**63)
_VERSIONS = range(1, 2**31)

_payload_decoder = json.Decoder(Raw)


class SyncService:
    """`now_ms` gives milliseconds since 1970."""

    def __init__(
        self, repository: EventRepository, rates: RateLimits, limits: Limits, metrics: Metrics,
        now_ms: Callable[[], int],
    ) -> None:  # fmt: skip
        self._repository = repository
        self._rates = rates
        self._limits = limits
        self._metrics = metrics
        self._now_ms = now_ms

    async def exchange(self, caller: Caller, request: SyncRequest) -> SyncAnswer:
        """Take the events of a request, answer with those that the device does not hold. Raises: ServiceError."""
        events = _events(request)
        bad: dict[int, str] = {}
        taken: list[tuple[int, int]] = []
        rows: list[list[object]] = []
        seen: set[str] = set()
        for index, event in enumerate(events):
            code = "repeated" if event.id in seen else _fault(event)
            if code is not None:
                bad[index] = code
                continue
            seen.add(event.id)
            ms = id_ms(event.id)
            taken.append((index, ms))
            rows.append(_row(event, ms))
        _refuse_more_than_a_body(rows)
        self._rates.take(self._limits.events, "events of one account", caller.user, cost=len(rows))
        now = self._now_ms()
        exchange = await self._repository.exchange(
            user=caller.user, session=caller.session, stream=request.stream or "", cursor=request.cursor, now=now,
            events=json.encode(rows).decode(), room=self._limits.account_bytes, most=MAX_PULLED,
            most_bytes=MAX_BODY_BYTES,
        )  # fmt: skip
        state = self._checked(exchange, request, now, bool(rows))
        acks, at = _acknowledged(exchange.acks, taken, bad)
        self._metrics.events_received(len(exchange.acks), len(bad))
        pulled = [WireEvent(str(i), str(d), str(k), v, o, str(p), a, s) for s, i, d, k, v, o, a, p in exchange.pulled]  # type: ignore[arg-type]
        return SyncAnswer(
            p=PROTOCOL,
            stream=state.stream,
            head=state.head,
            t=now,
            acks=acks,
            at=at,
            bad=bad,
            events=pack_pulled(pulled),
        )

    def _checked(self, exchange: Exchange, request: SyncRequest, now: int, has_events: bool) -> State:
        """The account's state afterwards, where nothing stood in the way. Raises: ServiceError."""
        before, after = exchange.before, exchange.after
        if before is None or after is None:
            raise ServiceError("sign_in")
        refuse_gone(before.deleted_at, now)
        if not before.is_signed_in:
            raise ServiceError("sign_in")
        refuse_pending(before.deleted_at)
        if request.stream is not None and request.stream != before.stream:
            raise ServiceError("stream_changed")
        if has_events and before.bytes >= self._limits.account_bytes:
            raise ServiceError("over_quota", "What is on this device stays there.", retry_after_s=86_400)
        return after


def _events(request: SyncRequest) -> list[WireEvent]:
    """Raises: ServiceError bad_request, too_many, upgrade_required."""
    if request.p != PROTOCOL:
        raise ServiceError(
            "upgrade_required" if request.p < PROTOCOL else "bad_request", f"This is protocol {PROTOCOL}."
        )
    if request.n > MAX_EVENTS:
        raise ServiceError("too_many", f"At most {MAX_EVENTS} events in a request.")
    if request.stream is None and request.n:
        raise ServiceError("bad_request", "Events are sent once the stream is known.")
    if any(index >= request.n for index in request.at):
        raise ServiceError("bad_request", "at names an event that is not there.")
    try:
        return unpack(request, request.n, request.at)
    except ColumnsBroken as error:
        raise ServiceError("bad_request", str(error)) from error


def _fault(event: WireEvent) -> str | None:
    """Why an event can never be taken."""
    if not is_uuid7(event.id) or event.occurred_at not in _INT64 or _DEVICE.fullmatch(event.device) is None:
        return "bad_id"
    if _TYPE.fullmatch(event.type) is None:
        return "bad_type"
    if event.version not in _VERSIONS:
        return "bad_version"
    if len(event.payload) > MAX_PAYLOAD_BYTES or len(event.payload.encode()) > MAX_PAYLOAD_BYTES:
        return "too_large"
    return None if _is_json(event.payload) else "bad_payload"


def _is_json(text: str) -> bool:
    try:
        _payload_decoder.decode(text)
    except DecodeError:
        return _is_json_with_half_pairs(text)
    except RecursionError:
        return False
    return True


def _is_json_with_half_pairs(text: str) -> bool:
    """JSON may escape half of a surrogate pair (RFC 8259, section 8.2); the fast decoder refuses that."""
    try:
        standard_json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _row(event: WireEvent, ms: int) -> list[object]:
    hint = ms if event.at is None else min(ms, event.at)
    return [event.id, event.device, event.type, event.version, event.occurred_at, hint, event.payload]


def _refuse_more_than_a_body(rows: Sequence[list[object]]) -> None:
    """One payload may stand for 2,000 events: 16 kB on the way, 32 MB here. Raises: ServiceError too_many."""
    if sum(len(str(payload).encode()) for *_, payload in rows) > MAX_BODY_BYTES:
        raise ServiceError("too_many", f"Payloads together have at most {MAX_BODY_BYTES} bytes.")


def _acknowledged(
    rows: Rows, taken: Sequence[tuple[int, int]], bad: dict[int, str]
) -> tuple[list[Run], dict[int, int]]:
    """Runs of consecutive indexes and numbers, and the times that differ from the id's. Adds conflicts to `bad`.

    `taken`: index in the request and time of the id, of each event that was sent to the database.
    """
    runs: list[Run] = []
    at: dict[int, int] = {}
    for key, seq, event_at, is_same in rows:
        assert isinstance(key, int)
        assert isinstance(seq, int)
        assert isinstance(event_at, int)
        index, ms = taken[key]
        if not is_same:
            bad[index] = "conflict"
            continue
        if event_at != ms:
            at[index] = event_at
        last = runs[-1] if runs else None
        if last is not None and last.i + last.n == index and last.seq + last.n == seq:
            runs[-1] = Run(last.i, last.n + 1, last.seq)
        else:
            runs.append(Run(index, 1, seq))
    return runs, at
