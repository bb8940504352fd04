"""Every message between the desktop and the companion API. It imports nothing of ours and never touches a network.

Stability: a field is never renamed and never changes its meaning. A field may be added with a default; programs ignore
fields that they do not know. What needs more is a new `PROTOCOL` number, which the API refuses with `upgrade_required`
while it does not speak it. Times are milliseconds since 1970, UTC, unless the name says otherwise (`expires_in_s`).
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Literal, TypeVar

from msgspec import Meta, Struct

PROTOCOL = 1
MAX_EVENTS = 2_000
MAX_BODY_BYTES = 1_048_576
"""Of a request, inflated; and of the events of an answer."""
MAX_PULLED = 1_000
MAX_PAYLOAD_BYTES = 16_384

Id = Annotated[str, Meta(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
Int = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Count = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Name = Annotated[str, Meta(min_length=1, max_length=80)]
Role = Literal["user", "admin"]

# The names in the JSON of what Python holds as dict[int, …].
_INDEXES = Meta(extra_json_schema={"propertyNames": {"pattern": "^(0|[1-9][0-9]*)$"}})


class Problem(Struct, frozen=True, omit_defaults=True):
    """RFC 9457. `code` is stable and for programs; `title` and `detail` are for people and may change."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    request_id: str = ""
    retry_after_s: int | None = None
    due_at: int | None = None
    """Only of deletion_pending: when the account's data will be removed."""


class GoogleStart(Struct, frozen=True):
    """What a desktop needs to begin a sign-in. `nonce` goes into the authorization request and is used once."""

    client_id: str
    client_secret: str
    authorization_endpoint: str
    token_endpoint: str
    nonce: str
    expires_in_s: int


class DeviceLabel(Struct, frozen=True):
    """How the learner recognises a laptop. A label: nothing is decided by it."""

    name: Name
    platform: Annotated[str, Meta(max_length=40)]


class GoogleSignIn(Struct, frozen=True):
    """`remembered` is false where the desktop cannot keep the token: its session ends after a day without use."""

    id_token: Annotated[str, Meta(max_length=8192)]
    nonce: Annotated[str, Meta(max_length=1024)]
    device: DeviceLabel
    remembered: bool = True


class Me(Struct, frozen=True):
    """The account. With `deletion_due_at`, it is removed then unless the learner takes that back."""

    id: Id
    email: str
    name: str
    role: Role
    created_at: int
    deletion_due_at: int | None = None


class Tokens(Struct, frozen=True):
    access_token: str
    expires_in_s: int
    refresh_token: str


class SignedIn(Struct, frozen=True):
    tokens: Tokens
    session: Id
    me: Me


class Refresh(Struct, frozen=True):
    """`attempt` is made at random and kept beside the token before it is sent: whoever repeats a refresh whose answer
    got lost, with the same `attempt`, gets the same answer, and only then a used token is no sign of theft."""

    refresh_token: Annotated[str, Meta(max_length=2048)]
    attempt: Annotated[str, Meta(min_length=16, max_length=64, pattern="^[A-Za-z0-9_-]+$")]


class Logout(Struct, frozen=True):
    refresh_token: Annotated[str, Meta(max_length=2048)]
    everywhere: bool = False


class Device(Struct, frozen=True):
    """A place where the account is signed in. `id` names the sign-in, not the machine."""

    id: Id
    name: str
    platform: str
    signed_in_at: int
    used_at: int
    is_this: bool


class Devices(Struct, frozen=True):
    devices: list[Device]


class DeviceName(Struct, frozen=True):
    name: Name


class Key(Struct, frozen=True):
    """RFC 8037: an Ed25519 public key."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    kid: str
    use: Literal["sig"] = "sig"
    alg: Literal["EdDSA"] = "EdDSA"


class Keys(Struct, frozen=True):
    keys: list[Key]


class Health(Struct, frozen=True):
    status: Literal["ok"]


class Columns(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Events by column, n of them; a column of one value holds it for all.

    `ms`: time of the id, the first absolute, then the difference to the one before; always n values. `tail`: the last
    20 of the id's 32 hexadecimal digits. `off`: time of the id − `occurred_at`. `payload`: JSON text, verbatim.
    """

    ms: list[Int] = []
    tail: list[str] = []
    dev: list[str] = []
    type: list[str] = []
    ver: list[Int] = []
    off: list[Int] = []
    payload: list[str] = []


class SyncRequest(Columns, frozen=True, kw_only=True, omit_defaults=True):
    """`cursor`: this device holds every seq from 1 to it. `at`: canonical times known from an earlier stream, by index.
    Without a `stream` (before the first contact) n must be 0."""

    p: int
    stream: Annotated[str, Meta(max_length=64)] | None
    cursor: Count
    device: Annotated[str, Meta(max_length=64)]
    n: Annotated[int, Meta(ge=0)]
    at: Annotated[dict[Annotated[int, Meta(ge=0)], Count], _INDEXES] = {}


class Run(Struct, frozen=True):
    """The `n` events sent from index `i` on have the numbers from `seq` on."""

    i: int
    n: int
    seq: int


class PulledColumns(Columns, frozen=True, kw_only=True, omit_defaults=True):
    """`seq`: the first absolute, then differences; always n values. `at`: canonical time − time of the id."""

    seq: list[int] = []
    at: list[int] = []


class SyncAnswer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`t`: the server's clock. `at`: canonical times of sent events where they are not the time of the id. `bad`: what
    was not taken, by index: see `BadEvent`."""

    p: int
    stream: str
    head: int
    t: int
    acks: list[Run] = []
    at: Annotated[dict[int, int], _INDEXES] = {}
    bad: Annotated[dict[int, str], _INDEXES] = {}
    events: PulledColumns = PulledColumns()


BadEvent = Literal["bad_id", "bad_type", "too_large", "bad_payload", "bad_version", "conflict", "repeated"]
"""The first five are permanent. `conflict`: the id is taken by another event, take a new one. `repeated`: sent twice in
one request, nothing to do."""


class WireEvent(Struct, frozen=True):
    """One event outside its columns. `at` is a hint in a request (None: the id's time), else the canonical time."""

    id: str
    device: str
    type: str
    version: int
    occurred_at: int
    payload: str
    at: int | None = None
    seq: int | None = None


class ColumnsBroken(ValueError):
    """Columns whose lengths do not fit their number of events. The message names the column."""


_T = TypeVar("_T")
_UUID7 = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def is_uuid7(text: str) -> bool:
    """Whether an id is a UUIDv7 (RFC 9562, section 5.7) in lower case."""
    return _UUID7.fullmatch(text) is not None


def id_ms(uuid7: str) -> int:
    """The time in a UUIDv7."""
    return int(uuid7[:8] + uuid7[9:13], 16)


def utf8_bytes(text: str) -> int:
    """How long a text is on the way and in the database."""
    return len(text) if text.isascii() else len(text.encode())


def join_id(ms: int, tail: str) -> str:
    """The id of a time and a tail; no UUIDv7 where one of them has no place in it."""
    digits = f"{ms:012x}{tail}" if ms >= 0 and len(tail) == 20 else ""
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def pack(events: Sequence[WireEvent]) -> Columns:
    """The columns of events whose ids are UUIDv7."""
    return Columns(**_columns(events))


def pack_pulled(events: Sequence[WireEvent]) -> PulledColumns:
    """As `pack`, with number and canonical time, which all of them have."""
    return PulledColumns(
        **_columns(events),
        seq=_differences([event.seq or 0 for event in events]),
        at=_constant([(event.at or 0) - id_ms(event.id) for event in events]),
    )


def unpack(columns: Columns, n: int, hints: dict[int, int]) -> list[WireEvent]:
    """The events of a request, with whatever id its digits give: whether that is one, the caller asks.

    Raises: ColumnsBroken.
    """
    times = _sums(_exactly("ms", columns.ms, n))
    cells = zip(
        times,
        _spread("tail", columns.tail, n),
        _spread("dev", columns.dev, n),
        _spread("type", columns.type, n),
        _spread("ver", columns.ver, n),
        _spread("off", columns.off, n),
        _spread("payload", columns.payload, n),
        strict=True,
    )
    return [
        WireEvent(join_id(ms, tail), dev, kind, version, ms - off, payload, hints.get(index))
        for index, (ms, tail, dev, kind, version, off, payload) in enumerate(cells)
    ]


def unpack_pulled(columns: PulledColumns) -> list[WireEvent]:
    """The events of an answer. Raises: ColumnsBroken."""
    n = len(columns.ms)
    events = unpack(columns, n, {})
    seqs = _sums(_exactly("seq", columns.seq, n))
    offsets = _spread("at", columns.at, n)
    return [
        WireEvent(
            event.id, event.device, event.type, event.version, event.occurred_at, event.payload, ms + offset, seq
        )
        for event, ms, offset, seq in zip(events, _sums(columns.ms), offsets, seqs, strict=True)
    ]  # fmt: skip


def _columns(events: Sequence[WireEvent]) -> dict[str, list]:
    times = [id_ms(event.id) for event in events]
    return {
        "ms": _differences(times),
        "tail": _constant([event.id.replace("-", "")[12:] for event in events]),
        "dev": _constant([event.device for event in events]),
        "type": _constant([event.type for event in events]),
        "ver": _constant([event.version for event in events]),
        "off": _constant([ms - event.occurred_at for ms, event in zip(times, events, strict=True)]),
        "payload": _constant([event.payload for event in events]),
    }


def _differences(values: list[int]) -> list[int]:
    return values[:1] + [after - before for before, after in pairwise(values)]


def _sums(differences: list[int]) -> list[int]:
    total, sums = 0, []
    for difference in differences:
        total += difference
        sums.append(total)
    return sums


def _constant(values: list[_T]) -> list[_T]:
    return values[:1] if len(set(values)) == 1 else values


def _spread(name: str, values: list[_T], n: int) -> list[_T]:
    return values * n if len(values) == 1 else _exactly(name, values, n)


def _exactly(name: str, values: list[_T], n: int) -> list[_T]:
    if len(values) != n:
        raise ColumnsBroken(f"column {name} has {len(values)} values for {n} events")
    return values
