"""Counters by the learner's day. A day begins at the roll-over hour of the learner's time zone, both synced settings.

Counting is free of order: each answer adds to the day of its event.
"""

import sqlite3
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache, lru_cache

from msgspec import Struct

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.domain.question import Confidence
from pingtopass_desktop.learner import settings
from pingtopass_desktop.learner.events import EVENT_COLUMNS, Answered, AttemptFinished, Event, Payload, payload_of

DEFAULT_ROLLOVER_HOUR = 4

_MAX_COUNTED_MS = 48 * 3600 * 1000
"""More time than the longest exam with extra time takes is a mistake; sums stay far from 64 bits."""

QUARTER_MS = 15 * 60 * 1000

_LEVELS = {"s": "sure", "t": "think_so", "g": "guess"}
"""The columns of `days` by the letter of a confidence; each has one more for the right answers."""

_PLACES: dict[str | None, int] = {level: 2 * number for number, level in enumerate(_LEVELS.values())}

_COLUMNS = ("answers", "correct", "elapsed_ms", *(c for level in _LEVELS.values() for c in (level, f"{level}_correct")))
_COUNT = (
    f"INSERT INTO days(day, {', '.join(_COLUMNS)}) VALUES (?{', ?' * len(_COLUMNS)}) ON CONFLICT DO UPDATE SET "
    + ", ".join(f"{column} = {column} + excluded.{column}" for column in _COLUMNS)
)


class Totals(Struct, frozen=True):
    """All answers ever: how many, how many right, and the time they took."""

    answers: int
    correct: int
    elapsed_ms: int


class Calibration(Struct, frozen=True):
    """Answers that the learner was so sure of, and how many of them were right."""

    confidence: Confidence
    answers: int
    correct: int


def day_of(at_ms: int, zone: tzinfo, rollover_hour: int) -> str:
    """The learner's day of a moment, ISO 8601. Days begin at quarters of an hour in every zone since 1972."""
    return _day_of_quarter(at_ms // QUARTER_MS, zone, rollover_hour)


@lru_cache(maxsize=64)
def _day_of_quarter(quarter: int, zone: tzinfo, rollover_hour: int) -> str:
    return _date_of_quarter(quarter, zone, rollover_hour).isoformat()


@lru_cache(maxsize=32_768)
def _date_of_quarter(quarter: int, zone: tzinfo, rollover_hour: int) -> date:
    local = datetime.fromtimestamp(quarter * QUARTER_MS / 1000, UTC).astimezone(zone).replace(tzinfo=None)
    return (local - timedelta(hours=rollover_hour)).date()


class DayRule(Struct, frozen=True):
    """When a learner's day begins, as the settings say."""

    zone: tzinfo
    rollover_hour: int

    def date_of(self, at_ms: int) -> date:
        """The learner's day of a moment."""
        return _date_of_quarter(at_ms // QUARTER_MS, self.zone, self.rollover_hour)

    def start_ms(self, day: date) -> int:
        """When a day of the learner begins."""
        start = datetime.combine(day, time(self.rollover_hour), self.zone)
        return round(start.timestamp() * 1000)


def day_rule(db: sqlite3.Connection) -> DayRule:
    """The rule in force; it changes only with a setting that `settings.moves_days`."""
    rollover_hour = settings.get(db, settings.DAY_ROLLOVER_HOUR, DEFAULT_ROLLOVER_HOUR)
    zone = _zone(settings.get(db, settings.DAY_ZONE, "UTC"))
    return DayRule(zone, rollover_hour if 0 <= rollover_hour < 24 else 0)


def count(db: sqlite3.Connection, event: Event, payload: Payload, rule: DayRule) -> None:
    """Add an event to its day."""
    amounts = _amounts(payload)
    if amounts[0]:
        day = day_of(event.at, rule.zone, rule.rollover_hour)
        db.execute(_COUNT, (day, *amounts, *_rated(payload)))


def rebuild_days(db: sqlite3.Connection) -> None:
    """Count all days again, after the time zone or the roll-over changed."""
    db.execute("DELETE FROM days")
    rule = day_rule(db)
    rows = db.execute(f"SELECT {EVENT_COLUMNS} FROM events WHERE type IN ('answered', 'attempt_finished')")
    sums: dict[int, list[int]] = {}
    for row in rows.fetchall():
        event = Event(*row)
        payload = payload_of(event)
        if payload is not None and (amounts := _amounts(payload))[0]:
            quarter = sums.setdefault(event.at // QUARTER_MS, [0] * len(_COLUMNS))
            for place, amount in enumerate((*amounts, *_rated(payload))):
                quarter[place] += amount
    days = ((day_of(quarter * QUARTER_MS, rule.zone, rule.rollover_hour), *each) for quarter, each in sums.items())
    db.executemany(_COUNT, days)


def totals(db: sqlite3.Connection) -> Totals:
    row = db.execute(
        "SELECT coalesce(sum(answers), 0), coalesce(sum(correct), 0), coalesce(sum(elapsed_ms), 0) FROM days"
    ).fetchone()
    return Totals(*row)


def days(db: sqlite3.Connection) -> list[tuple[str, int, int]]:
    """(day, answers, correct) of every day with an answer, in order."""
    return db.execute("SELECT day, answers, correct FROM days ORDER BY day").fetchall()


def recent_pace_ms(db: sqlite3.Connection, since_day: str) -> tuple[int, int]:
    """Answers since a day, and the time they took."""
    row = db.execute(
        "SELECT coalesce(sum(answers), 0), coalesce(sum(elapsed_ms), 0) FROM days WHERE day >= ?", (since_day,)
    ).fetchone()
    return row[0], row[1]


def calibration(db: sqlite3.Connection) -> list[Calibration]:
    """How often the learner was right, by how sure the learner was; all exams together."""
    columns = ", ".join(f"coalesce(sum({level}), 0), coalesce(sum({level}_correct), 0)" for level in _LEVELS.values())
    row = db.execute(f"SELECT {columns} FROM days").fetchone()
    return [
        Calibration(Confidence(level), row[2 * number], row[2 * number + 1])
        for number, level in enumerate(_LEVELS.values())
    ]


def _amounts(payload: Payload) -> tuple[int, int, int]:
    if isinstance(payload, Answered) and payload.mode == Mode.PRACTICE:
        return 1, int(payload.correct), _counted_ms(payload.elapsed_ms)
    if isinstance(payload, AttemptFinished) and payload.mode == Mode.EXAM:
        return len(payload.results.replace("-", "")), payload.results.count("1"), _counted_ms(payload.elapsed_ms)
    return 0, 0, 0


def _rated(payload: Payload) -> list[int]:
    """For each level of confidence: answers called so, and how many of them were right."""
    amounts = [0] * (2 * len(_LEVELS))
    if isinstance(payload, Answered):
        _rate(amounts, payload.confidence, "1" if payload.correct else "0")
    elif isinstance(payload, AttemptFinished):
        for letter, result in zip(payload.confidences, payload.results, strict=False):
            _rate(amounts, _LEVELS.get(letter), result)
    return amounts


def _rate(amounts: list[int], level: str | None, result: str) -> None:
    place = _PLACES.get(level)
    if place is not None and result in ("0", "1"):
        amounts[place] += 1
        amounts[place + 1] += result == "1"


def _counted_ms(elapsed_ms: int) -> int:
    return min(max(0, elapsed_ms), _MAX_COUNTED_MS)


@cache
def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # the first answer pays it, not the start of the window

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
