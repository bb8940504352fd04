"""Counters by the learner's day. A day begins at the roll-over hour of the learner's time zone, both synced settings.

Counting is free of order: each answer adds to the day of its event.
"""

import sqlite3
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache, lru_cache

from msgspec import Struct

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.learner import settings
from pingtopass_desktop.learner.events import EVENT_COLUMNS, Answered, AttemptFinished, Event, Payload, payload_of

DEFAULT_ROLLOVER_HOUR = 4

_MAX_COUNTED_MS = 48 * 3600 * 1000
"""More time than the longest exam with extra time takes is a mistake; sums stay far from 64 bits."""

_QUARTER_MS = 15 * 60 * 1000


class Totals(Struct, frozen=True):
    """All answers ever: how many, how many right, and the time they took."""

    answers: int
    correct: int
    elapsed_ms: int


def day_of(at_ms: int, zone: tzinfo, rollover_hour: int) -> str:
    """The learner's day of a moment, ISO 8601. Days begin at quarters of an hour in every zone since 1972."""
    return _day_of_quarter(at_ms // _QUARTER_MS, zone, rollover_hour)


@lru_cache(maxsize=64)
def _day_of_quarter(quarter: int, zone: tzinfo, rollover_hour: int) -> str:
    local = datetime.fromtimestamp(quarter * _QUARTER_MS / 1000, UTC).astimezone(zone).replace(tzinfo=None)
    return (local - timedelta(hours=rollover_hour)).date().isoformat()


class DayRule(Struct, frozen=True):
    """When a learner's day begins, as the settings say."""

    zone: tzinfo
    rollover_hour: int


def day_rule(db: sqlite3.Connection) -> DayRule:
    """The rule in force; it changes only with a setting that `settings.moves_days`."""
    rollover_hour = settings.get(db, settings.DAY_ROLLOVER_HOUR, DEFAULT_ROLLOVER_HOUR)
    zone = _zone(settings.get(db, settings.DAY_ZONE, "UTC"))
    return DayRule(zone, rollover_hour if 0 <= rollover_hour < 24 else 0)


def count(db: sqlite3.Connection, event: Event, payload: Payload, rule: DayRule) -> None:
    """Add an event to its day."""
    answers, correct, elapsed_ms = _amounts(payload)
    if answers:
        day = day_of(event.at, rule.zone, rule.rollover_hour)
        db.execute(
            "INSERT INTO days VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET "
            "answers = answers + ?2, correct = correct + ?3, elapsed_ms = elapsed_ms + ?4",
            (day, answers, correct, elapsed_ms),
        )


def rebuild_days(db: sqlite3.Connection) -> None:
    """Count all days again, after the time zone or the roll-over changed."""
    db.execute("DELETE FROM days")
    rule = day_rule(db)
    rows = db.execute(f"SELECT {EVENT_COLUMNS} FROM events WHERE type IN ('answered', 'attempt_finished')")
    for row in rows.fetchall():
        event = Event(*row)
        payload = payload_of(event)
        if payload is not None:
            count(db, event, payload, rule)


def totals(db: sqlite3.Connection) -> Totals:
    row = db.execute(
        "SELECT coalesce(sum(answers), 0), coalesce(sum(correct), 0), coalesce(sum(elapsed_ms), 0) FROM days"
    ).fetchone()
    return Totals(*row)


def days(db: sqlite3.Connection) -> list[tuple[str, int, int]]:
    """(day, answers, correct) of every day with an answer, in order."""
    return db.execute("SELECT day, answers, correct FROM days ORDER BY day").fetchall()


def _amounts(payload: Payload) -> tuple[int, int, int]:
    if isinstance(payload, Answered) and payload.mode == Mode.PRACTICE:
        return 1, int(payload.correct), _counted_ms(payload.elapsed_ms)
    if isinstance(payload, AttemptFinished) and payload.mode == Mode.EXAM:
        return len(payload.results.replace("-", "")), payload.results.count("1"), _counted_ms(payload.elapsed_ms)
    return 0, 0, 0


def _counted_ms(elapsed_ms: int) -> int:
    return min(max(0, elapsed_ms), _MAX_COUNTED_MS)


@cache
def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # the first answer pays it, not the start of the window

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
