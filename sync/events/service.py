"""The server half of the learner sync protocol: takes events, numbers them, gives others. It looks at their envelope
only; what they mean is the learners' programs' matter."""

import json as standard_json
import re
from collections.abc import Callable, Sequence
from functools import cache

import structlog
from msgspec import DecodeError, Raw, json

from sync.auth.service import refuse_gone, refuse_pending
from sync.auth.tokens import Caller
from sync.edge.limits import RateLimits
from sync.edge.metrics import Metrics
from sync.edge.problems import ServiceError
from sync.events.repository import Ack, EventRepository, Exchange, State
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
    utf8_bytes,
)

_log = structlog.get_logger("sync.events")

_TYPE = re.compile("[a-z][a-z0-9_]{0,63}")
_DEVICE = re.compile("[0-9a-f-]{1,64}")
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
        taken: dict[str, int] = {}
        payload_fault = cache(_payload_fault)  # one column of one payload stands for 2,000 of them
        for index, event in enumerate(events):
            code = "repeated" if event.id in taken else _fault(event) or payload_fault(event.payload)
            if code is None:
                taken[event.id] = index
            else:
                bad[index] = code
        indexes = list(taken.values())
        new = [events[index] for index in indexes]
        _refuse_more_than_a_body(new)
        self._rates.take(self._limits.events, "events of one account", caller.user, cost=len(new))
        now = self._now_ms()
        exchange = await self._repository.exchange(
            user=caller.user, session=caller.session, stream=request.stream or "", cursor=request.cursor, now=now,
            events=new, room=self._limits.account_bytes, most=MAX_PULLED,
            most_bytes=MAX_BODY_BYTES,
        )  # fmt: skip
        state = self._checked(exchange, request, now, is_whole=len(exchange.acks) == len(new))
        if request.stream is not None and request.cursor > state.head:
            await self._refuse_lost_numbers(caller, state, request.cursor, exchange.stored, now)
        acks, at = _acknowledged(exchange.acks, new, indexes, bad)
        self._metrics.events_received(exchange.stored, len(bad))
        pulled = [WireEvent(str(i), str(d), str(k), v, o, str(p), a, s) for s, i, d, k, v, o, a, p in exchange.pulled]  # type: ignore[arg-type]
        return SyncAnswer(
            p=PROTOCOL,
            stream=state.stream,
            head=exchange.head,
            t=now,
            acks=acks,
            at=at,
            bad=bad,
            events=pack_pulled(pulled),
        )

    async def _refuse_lost_numbers(self, caller: Caller, state: State, cursor: int, stored: int, now: int) -> None:
        """The device holds numbers that were given and are gone: the database lost its last commits, with the power or
        by a backup that was put back. In a new stream the devices bring them again. Raises: ServiceError."""
        if await self._repository.begin_stream(caller.user, state.stream, cursor=cursor, stored=stored, now=now):
            _log.warning("events were missing in the database, a new stream has begun", head=state.head, device=cursor)
            raise ServiceError("stream_changed")

    def _checked(self, exchange: Exchange, request: SyncRequest, now: int, *, is_whole: bool) -> State:
        """The account's state, where nothing stood in the way. `is_whole`: all events are stored. Raises:
        ServiceError."""
        state = exchange.state
        if state is None:
            raise ServiceError("sign_in")
        refuse_gone(state.deleted_at, now)
        if not state.is_signed_in:
            raise ServiceError("sign_in")
        refuse_pending(state.deleted_at)
        if request.stream is not None and request.stream != state.stream:
            raise ServiceError("stream_changed")
        if not is_whole and state.bytes >= self._limits.account_bytes:
            raise ServiceError("over_quota", "What is on this device stays there.", retry_after_s=86_400)
        return state


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
    """Why an event can never be taken, whatever its payload."""
    if not is_uuid7(event.id) or not -(2**63) <= event.occurred_at < 2**63 or _DEVICE.fullmatch(event.device) is None:
        return "bad_id"
    if _TYPE.fullmatch(event.type) is None:
        return "bad_type"
    if event.version not in _VERSIONS:
        return "bad_version"
    return None


def _payload_fault(payload: str) -> str | None:
    if utf8_bytes(payload) > MAX_PAYLOAD_BYTES:
        return "too_large"
    return None if _is_json(payload) else "bad_payload"


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


def _refuse_more_than_a_body(events: Sequence[WireEvent]) -> None:
    """One payload may stand for 2,000 events: 16 kB on the way, 32 MB here. Raises: ServiceError too_many."""
    if sum(utf8_bytes(event.payload) for event in events) > MAX_BODY_BYTES:
        raise ServiceError("too_many", f"Payloads together have at most {MAX_BODY_BYTES} bytes.")


def _acknowledged(
    acks: Sequence[Ack], events: Sequence[WireEvent], indexes: Sequence[int], bad: dict[int, str]
) -> tuple[list[Run], dict[int, int]]:
    """Runs of consecutive indexes and numbers, and the times that differ from the id's. Adds conflicts to `bad`.

    `events` were sent to the database, `indexes` are their places in the request.
    """
    runs: list[list[int]] = []
    at: dict[int, int] = {}
    for ack in acks:
        index = indexes[ack.place]
        if not ack.is_same:
            bad[index] = "conflict"
            continue
        if ack.at != id_ms(events[ack.place].id):
            at[index] = ack.at
        if runs and (index, ack.seq) == (runs[-1][0] + runs[-1][1], runs[-1][2] + runs[-1][1]):
            runs[-1][1] += 1
        else:
            runs.append([index, 1, ack.seq])
    return [Run(i, n, seq) for i, n, seq in runs], at
