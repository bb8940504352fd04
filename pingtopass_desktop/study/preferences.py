"""The learner's own rules of study, the same on every device, and the day of each exam."""

from datetime import date
from typing import Any

from msgspec import Struct

from pingtopass_desktop.domain.attempt import EXTRA_TIME_PERCENT
from pingtopass_desktop.domain.memory import DESIRED_RETENTION, MAX_RETENTION, MIN_RETENTION
from pingtopass_desktop.learner import settings
from pingtopass_desktop.learner.events import ExamDateSet
from pingtopass_desktop.learner.progress import DEFAULT_ROLLOVER_HOUR
from pingtopass_desktop.study.context import Study

MAX_A_DAY = 1000


class StudyPreferences(Struct, frozen=True):
    """`exam_id` is the exam shown first, "" for the first of the library; `daily_goal` in answers a day;
    `new_per_day` in new questions that the plan of a day suggests; `retention` is the chance of remembering at which a
    question comes back; `time_percent` is the time of an exam; `rollover_hour` is when a day of study begins."""

    exam_id: str = ""
    daily_goal: int = 20
    new_per_day: int = 20
    retention: float = DESIRED_RETENTION
    time_percent: int = 100
    asks_confidence: bool = True
    rates_in_exam: bool = False
    rollover_hour: int = DEFAULT_ROLLOVER_HOUR


_KEYS = {
    "exam_id": "study.exam",
    "daily_goal": "study.daily_goal",
    "new_per_day": "study.new_per_day",
    "retention": settings.RETENTION,
    "time_percent": "study.time_percent",
    "asks_confidence": "study.asks_confidence",
    "rates_in_exam": "study.rates_in_exam",
    "rollover_hour": settings.DAY_ROLLOVER_HOUR,
}
_DEFAULTS = StudyPreferences()


def load(study: Study) -> StudyPreferences:
    """What is set; the default where nothing, or something that this version cannot use, is. Raises: StoreError."""
    with study.store.database.translated():
        found = {name: settings.get(study.store.db, key, getattr(_DEFAULTS, name)) for name, key in _KEYS.items()}
    usable = {name: value for name, value in found.items() if not _problem(name, value)}
    return StudyPreferences(**usable)


def save(study: Study, changed: StudyPreferences) -> StudyPreferences:
    """Keep what differs from what is set, and nothing else. Raises: ValueError with what to change, StoreError."""
    for name in _KEYS:
        problem = _problem(name, getattr(changed, name))
        if problem:
            raise ValueError(problem)
    before = load(study)
    for name, key in _KEYS.items():
        value = getattr(changed, name)
        if value != getattr(before, name):
            study.store.record(settings.setting(key, float(value) if name == "retention" else value))
    return load(study)


def exam_date(study: Study, exam_id: str) -> date | None:
    """The day of an exam, or None where the learner has set none. Raises: StoreError."""
    with study.store.database.translated():
        return settings.exam_date(study.store.db, exam_id)


def set_exam_date(study: Study, exam_id: str, day: date | None) -> None:
    """Set the day of an exam, or clear it. An unchanged one writes nothing. Raises: StoreError."""
    if exam_date(study, exam_id) != day:
        study.store.record(ExamDateSet(exam_id, day.isoformat() if day else ""))


def _problem(name: str, value: Any) -> str:
    """What is wrong with a value, in words; "" where nothing is."""
    if name in ("daily_goal", "new_per_day"):
        least = 1 if name == "daily_goal" else 0
        what = "The daily goal" if name == "daily_goal" else "The number of new questions a day"
        return "" if _is_whole(value, least, MAX_A_DAY) else f"{what} is {least} to {MAX_A_DAY}, not {value}."
    if name == "retention":
        is_sound = isinstance(value, (int, float)) and MIN_RETENTION <= value <= MAX_RETENTION
        return "" if is_sound else f"The desired retention is {MIN_RETENTION:.0%} to {MAX_RETENTION:.0%}, not {value}."
    if name == "time_percent":
        choices = ", ".join(map(str, EXTRA_TIME_PERCENT))
        return "" if value in EXTRA_TIME_PERCENT else f"The time of an exam is one of {choices} %, not {value}."
    if name == "rollover_hour":
        return "" if _is_whole(value, 0, 23) else f"A day begins at an hour from 0 to 23, not {value}."
    return ""


def _is_whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
