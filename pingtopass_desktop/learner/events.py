"""Learner events: what they are, their ids, and their payloads. docs/events.md is the table of all of them.

An event never changes. A payload that this version cannot use is kept, passed on and folded by a version that can.
"""

import os
from functools import cache
from typing import Annotated, ClassVar, Self, TypeVar

from msgspec import Meta, MsgspecError, Struct
from msgspec.json import Decoder, encode

from pingtopass_desktop.domain.ids import random_bits, uuid7

MAX_PAYLOAD_BYTES = 16_384

Int = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""A whole number that SQLite can keep."""


class PayloadTooLarge(Exception):
    """An action that would not fit into an event. The message says what to make smaller."""


class Event(Struct, frozen=True):
    """One action. `at` and `occurred_at` in milliseconds since 1970, UTC; `payload` is verbatim JSON text."""

    id: str
    device: str
    type: str
    version: int
    occurred_at: int
    at: int
    payload: str
    seq: int | None = None


EVENT_COLUMNS = ", ".join(Event.__struct_fields__)
"""What to select from the table `events` for ``Event(*row)``."""


class EventIds:
    """Ids of new events: UUIDv7 whose time is a hybrid clock, so that cause sorts before effect.

    The time is max(clock, latest + 1); the random tail is drawn once for each run.
    """

    def __init__(self, latest_at: int, tail: bytes | None = None) -> None:
        self.latest_at = latest_at
        self._high, self._low = random_bits(tail or os.urandom(10))

    def observe(self, at: int) -> None:
        """Take note of an event from elsewhere: later ids sort after it."""
        self.latest_at = max(self.latest_at, at)

    def new(self, now_ms: int) -> tuple[str, int]:
        """A new id and its time in milliseconds."""
        self.latest_at = max(now_ms, self.latest_at + 1)
        return uuid7(self.latest_at, self._high, self._low), self.latest_at


def new_id(now_ms: int) -> str:
    """A UUIDv7 that is no event's: of an attempt, a sitting, a device, a report."""
    return uuid7(now_ms, *random_bits(os.urandom(10)))


class Payload(Struct, frozen=True):
    """Base of all payloads. Fields are JSON values; further fields of newer programs are ignored."""

    type: ClassVar[str] = ""
    version: ClassVar[int] = 1

    def to_json(self) -> str:
        """Raises: PayloadTooLarge."""
        text = encode(self)
        if len(text) > MAX_PAYLOAD_BYTES:
            raise PayloadTooLarge(f"This {self.type.replace('_', ' ')} is too long to be kept. Make it shorter.")
        return text.decode()

    @classmethod
    def from_json(cls, text: str) -> Self | None:
        """The payload, or None where the text does not have its shape."""
        try:
            return _decoder(cls).decode(text)
        except (MsgspecError, ValueError, RecursionError):
            return None


class AttemptStarted(Payload, frozen=True):
    """The form: ids, revisions and option orders by item. An order is option ids, with commas where one is long."""

    type: ClassVar[str] = "attempt_started"
    attempt: str
    sitting: str
    exam: str
    mode: str
    label: str
    limit_ms: Int | None
    navigation: str
    multiple_response_rule: str
    time_percent: Int
    asks_confidence: bool
    questions: tuple[str, ...]
    revisions: tuple[Int, ...]
    orders: tuple[str, ...]


class Answered(Payload, frozen=True):
    """An answer given or changed. `elapsed_ms` on this question, `clock_ms` on the attempt so far."""

    type: ClassVar[str] = "answered"
    attempt: str
    sitting: str
    mode: str
    question: str
    revision: Int
    choice: tuple[str, ...]
    correct: bool
    elapsed_ms: Int
    clock_ms: Int
    confidence: str | None = None


class Flagged(Payload, frozen=True):
    """A question of an attempt marked for review, or the mark taken off."""

    type: ClassVar[str] = "flagged"
    attempt: str
    sitting: str
    question: str
    on: bool
    clock_ms: Int


class Struck(Payload, frozen=True):
    """An option struck out, or taken back."""

    type: ClassVar[str] = "struck"
    attempt: str
    sitting: str
    question: str
    option: str
    on: bool
    clock_ms: Int


class AttemptTaken(Payload, frozen=True):
    """A practice session goes on in another sitting, perhaps on another device."""

    type: ClassVar[str] = "attempt_taken"
    attempt: str
    sitting: str


class AttemptFinished(Payload, frozen=True):
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
    seconds: tuple[Int, ...]
    raw: str
    scaled: Int | None
    passed: bool | None
    elapsed_ms: Int
    interruptions: Int


class AttemptDeleted(Payload, frozen=True):
    """An attempt taken out of every list, finished or not, or put back. What was answered in it keeps counting."""

    type: ClassVar[str] = "attempt_deleted"
    attempt: str
    on: bool


class BookmarkSet(Payload, frozen=True):
    """A question bookmarked, or the bookmark removed."""

    type: ClassVar[str] = "bookmark_set"
    question: str
    on: bool


class NoteSet(Payload, frozen=True):
    """The whole text of a note; empty removes it."""

    type: ClassVar[str] = "note_set"
    question: str
    text: str


class SettingSet(Payload, frozen=True):
    """`value` is JSON text."""

    type: ClassVar[str] = "setting_set"
    key: str
    value: str


class ExamDateSet(Payload, frozen=True):
    """The day of an exam, ISO 8601; empty where it is not known any more."""

    type: ClassVar[str] = "exam_date_set"
    exam: str
    date: str


class QuestionReported(Payload, frozen=True):
    """A problem with a question, for its authors. `reason` is a key of `study.marks.REPORT_REASONS`."""

    type: ClassVar[str] = "question_reported"
    report: str
    question: str
    revision: Int
    reason: str
    text: str


_P = TypeVar("_P", bound=Payload)

PAYLOADS: dict[str, type[Payload]] = {
    kind.type: kind
    for kind in (
        AttemptStarted,
        Answered,
        Flagged,
        Struck,
        AttemptTaken,
        AttemptFinished,
        AttemptDeleted,
        BookmarkSet,
        NoteSet,
        SettingSet,
        ExamDateSet,
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
def _decoder(kind: type[_P]) -> Decoder[_P]:
    return Decoder(kind)
