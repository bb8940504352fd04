"""Learner events: what they are, their ids, and their payloads. docs/events.md is the table of all of them.

An event never changes. A payload that this version cannot use is kept, passed on and folded by a version that can.
"""

import json
import os
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Any, ClassVar, Self

MAX_PAYLOAD_BYTES = 16_384

compact_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""A value as JSON text without spaces. `json.dumps` builds an encoder for each call that asks for this."""


class PayloadTooLarge(Exception):
    """An action that would not fit into an event. The message says what to make smaller."""


@dataclass(frozen=True, slots=True)
class Event:
    """One action. `at` and `occurred_at` in milliseconds since 1970, UTC; `payload` is verbatim JSON text."""

    id: str
    device: str
    type: str
    version: int
    occurred_at: int
    at: int
    payload: str
    seq: int | None = None


class EventIds:
    """Ids of new events: UUIDv7 whose time is a hybrid clock, so that cause sorts before effect.

    The time is max(clock, latest + 1); the random tail is drawn once for each run.
    """

    def __init__(self, latest_at: int, tail: bytes | None = None) -> None:
        self._latest = latest_at
        random = int.from_bytes(tail or os.urandom(10), "big")
        self._high = random >> 62 & 0xFFF
        self._low = random & (1 << 62) - 1

    def observe(self, at: int) -> None:
        """Take note of an event from elsewhere: later ids sort after it."""
        self._latest = max(self._latest, at)

    def new(self, now_ms: int) -> tuple[str, int]:
        """A new id and its time in milliseconds."""
        self._latest = max(now_ms, self._latest + 1)
        return uuid7(self._latest, self._high, self._low), self._latest


def uuid7(at_ms: int, high: int, low: int) -> str:
    """RFC 9562, section 5.7: 48 bits of time, 12 random bits, 62 random bits."""
    number = at_ms << 80 | 7 << 76 | high << 64 | 2 << 62 | low
    digits = f"{number:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def new_id(now_ms: int) -> str:
    """A UUIDv7 that is no event's: of an attempt, a sitting, a device, a report."""
    random = int.from_bytes(os.urandom(10), "big")
    return uuid7(now_ms, random >> 62 & 0xFFF, random & (1 << 62) - 1)


@dataclass(frozen=True, slots=True)
class Payload:
    """Base of all payloads. Fields are JSON values; further fields of newer programs are ignored."""

    type: ClassVar[str] = ""
    version: ClassVar[int] = 1

    def to_json(self) -> str:
        """Raises: PayloadTooLarge."""
        values = {name: getattr(self, name) for name, _, _ in _shape(type(self))}
        text = compact_json(values)
        if len(text) > MAX_PAYLOAD_BYTES // 4 and len(text.encode("utf-8", "surrogatepass")) > MAX_PAYLOAD_BYTES:
            raise PayloadTooLarge(f"This {self.type.replace('_', ' ')} is too long to be kept. Make it shorter.")
        return text

    @classmethod
    def from_json(cls, text: str) -> Self | None:
        """The payload, or None where the text does not have its shape."""
        try:
            values = json.loads(text)
        except (ValueError, RecursionError):
            return None
        if not isinstance(values, dict):
            return None
        arguments: dict[str, Any] = {}
        for name, kind, is_required in _shape(cls):
            if name not in values:
                if is_required:
                    return None
                continue
            value = values[name]
            if not _fits(value, kind):
                return None
            arguments[name] = tuple(value) if isinstance(value, list) else value
        return cls(**arguments)


@dataclass(frozen=True, slots=True)
class AttemptStarted(Payload):
    """The form: ids, revisions and option orders by item. An order is option ids, with commas where one is long."""

    type: ClassVar[str] = "attempt_started"
    attempt: str
    sitting: str
    exam: str
    mode: str
    label: str
    limit_ms: int | None
    navigation: str
    multiple_response_rule: str
    time_percent: int
    asks_confidence: bool
    questions: tuple[str, ...]
    revisions: tuple[int, ...]
    orders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered(Payload):
    """An answer given or changed. `elapsed_ms` on this question, `clock_ms` on the attempt so far."""

    type: ClassVar[str] = "answered"
    attempt: str
    sitting: str
    mode: str
    question: str
    revision: int
    choice: tuple[str, ...]
    correct: bool
    elapsed_ms: int
    clock_ms: int
    confidence: str | None = None


@dataclass(frozen=True, slots=True)
class Flagged(Payload):
    """A question of an attempt marked for review, or the mark taken off."""

    type: ClassVar[str] = "flagged"
    attempt: str
    sitting: str
    question: str
    on: bool
    clock_ms: int


@dataclass(frozen=True, slots=True)
class Struck(Payload):
    """An option struck out, or taken back."""

    type: ClassVar[str] = "struck"
    attempt: str
    sitting: str
    question: str
    option: str
    on: bool
    clock_ms: int


@dataclass(frozen=True, slots=True)
class AttemptTaken(Payload):
    """A practice session goes on in another sitting, perhaps on another device."""

    type: ClassVar[str] = "attempt_taken"
    attempt: str
    sitting: str


@dataclass(frozen=True, slots=True)
class AttemptFinished(Payload):
    """The end and the result. `results` has one of '1', '0', '-' (not answered) for each question; `confidences`
    one of 's', 't', 'g', '-'; `raw` is a fraction such as ``47`` or ``93/2``; `seconds` are by item."""

    type: ClassVar[str] = "attempt_finished"
    attempt: str
    sitting: str
    mode: str
    reason: str
    questions: tuple[str, ...]
    results: str
    confidences: str
    seconds: tuple[int, ...]
    raw: str
    scaled: int | None
    passed: bool | None
    elapsed_ms: int
    interruptions: int


@dataclass(frozen=True, slots=True)
class BookmarkSet(Payload):
    """A question bookmarked, or the bookmark removed."""

    type: ClassVar[str] = "bookmark_set"
    question: str
    on: bool


@dataclass(frozen=True, slots=True)
class NoteSet(Payload):
    """The whole text of a note; empty removes it."""

    type: ClassVar[str] = "note_set"
    question: str
    text: str


@dataclass(frozen=True, slots=True)
class SettingSet(Payload):
    """`value` is JSON text."""

    type: ClassVar[str] = "setting_set"
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class QuestionReported(Payload):
    """A problem with a question, for its authors. `reason` is a key of `study.marks.REPORT_REASONS`."""

    type: ClassVar[str] = "question_reported"
    report: str
    question: str
    revision: int
    reason: str
    text: str


PAYLOADS: dict[str, type[Payload]] = {
    kind.type: kind
    for kind in (
        AttemptStarted,
        Answered,
        Flagged,
        Struck,
        AttemptTaken,
        AttemptFinished,
        BookmarkSet,
        NoteSet,
        SettingSet,
        QuestionReported,
    )
}


def payload_of(event: Event) -> Payload | None:
    """The payload of a known type and version with a usable shape; None is kept and not folded."""
    kind = PAYLOADS.get(event.type)
    if kind is None or event.version != kind.version:
        return None
    return kind.from_json(event.payload)


@cache
def _shape(kind: type[Payload]) -> tuple[tuple[str, str, bool], ...]:
    return tuple((f.name, _kind(f.type), f.default is MISSING) for f in fields(kind))


def _kind(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


def _fits(value: Any, kind: str) -> bool:
    if kind.endswith(" | None"):
        return value is None or _fits(value, kind.removesuffix(" | None"))
    if kind.startswith("tuple["):
        element = kind[len("tuple[") :].split(",")[0]
        return isinstance(value, list) and all(_fits(each, element) for each in value)
    if kind == "bool":
        return isinstance(value, bool)
    if kind == "int":
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
    return isinstance(value, str) and not _has_lone_surrogate(value)


def _has_lone_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
