"""Settings that belong to the learner and follow to every device. What belongs to one screen is app configuration."""

import json
import re
import sqlite3
from collections.abc import Iterable
from datetime import date
from typing import Any

from pingtopass_desktop.learner.events import Event, ExamDateSet, Payload, SettingSet

DAY_ZONE = "day.time_zone"
DAY_ROLLOVER_HOUR = "day.rollover_hour"
RETENTION = "study.retention"


class _SettingFold:
    KIND = "setting"
    PAYLOADS = (SettingSet,)

    def keys(self, payload: Payload) -> Iterable[str]:
        if isinstance(payload, SettingSet):
            yield payload.key

    def clear(self, db: sqlite3.Connection, key: str) -> None:
        db.execute("DELETE FROM settings WHERE key = ?", (key,))

    def apply(self, db: sqlite3.Connection, key: str, event: Event, payload: Payload) -> None:
        if isinstance(payload, SettingSet) and _is_json(payload.value):
            db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (key, payload.value))


class _ExamDateFold:
    KIND = "exam_date"
    PAYLOADS = (ExamDateSet,)

    def keys(self, payload: Payload) -> Iterable[str]:
        if isinstance(payload, ExamDateSet):
            yield payload.exam

    def clear(self, db: sqlite3.Connection, key: str) -> None:
        db.execute("DELETE FROM exam_dates WHERE exam = ?", (key,))

    def apply(self, db: sqlite3.Connection, key: str, event: Event, payload: Payload) -> None:
        if not isinstance(payload, ExamDateSet):
            return
        if not payload.date:
            self.clear(db, key)
        elif _is_day(payload.date):
            db.execute("INSERT OR REPLACE INTO exam_dates VALUES (?, ?)", (key, payload.date))


FOLD = _SettingFold()
EXAM_DATES = _ExamDateFold()


def get(db: sqlite3.Connection, key: str, default: Any) -> Any:
    """A setting, or the default where it is not set or of another kind than the default."""
    row = db.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
    if row is None:
        return default
    value = json.loads(row[0])
    return value if isinstance(value, type(default)) else default


def setting(key: str, value: Any) -> SettingSet:
    """The event that sets a setting; `value` is anything that JSON can hold."""
    return SettingSet(key, json.dumps(value))


def exam_date(db: sqlite3.Connection, exam_id: str) -> date | None:
    """The day that the learner has set for an exam."""
    row = db.execute("SELECT day FROM exam_dates WHERE exam = ?", (exam_id,)).fetchone()
    return date.fromisoformat(row[0]) if row else None


def moves_days(payload: SettingSet) -> bool:
    """True where a setting decides which day an answer belongs to."""
    return payload.key in (DAY_ZONE, DAY_ROLLOVER_HOUR)


def moves_reviews(payload: SettingSet) -> bool:
    """True where a setting decides on which day questions are due."""
    return moves_days(payload) or payload.key == RETENTION


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_day(text: str) -> bool:
    """True for ``2026-12-15``; `fromisoformat` also takes weeks and dates without dashes."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
