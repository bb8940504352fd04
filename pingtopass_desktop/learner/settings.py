"""Settings that belong to the learner and follow to every device. What belongs to one screen is app configuration."""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from pingtopass_desktop.learner.events import Event, Payload, SettingSet

DAY_ZONE = "day.time_zone"
DAY_ROLLOVER_HOUR = "day.rollover_hour"


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


FOLD = _SettingFold()


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


def moves_days(payload: SettingSet) -> bool:
    """True where a setting decides which day an answer belongs to."""
    return payload.key in (DAY_ZONE, DAY_ROLLOVER_HOUR)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
