"""Dates and results in words, the same on every page. The system's locale decides how a date reads."""

import re
from datetime import date, datetime
from functools import lru_cache

from PySide6.QtCore import QDate, QLocale, QTime

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.learner.attempts import AttemptSummary

_WEEKDAY = re.compile(r"[,،]?\s*\bdddd\b\s*[,،]?\s*|\s*dddd,?\s*")
_DAY_AND_MONTH = re.compile(r"(?:M{1,4}|(?<!d)d{1,2}(?!d))[^y]*(?:M{1,4}|(?<!d)d{1,2}(?!d))(?:\.(?!\S)|[日일])?")
_QUOTED = re.compile(r"'[^']*'")
_IN_A_TIME = re.compile(r"(?<=\d) (?=(?:h|min|s)\b)|(?<=\bh) (?=\d)|(?<=\d h) (?=\d)")


def date_text(at_ms: int) -> str:
    """A day in the system's locale: ``22 November``, with the year where it is not this one."""
    moment = _local(at_ms)
    return _day(moment, has_year=moment.year != datetime.now().astimezone().year)


def moment_text(at_ms: int) -> str:
    """A day and the time: ``22 November, 14:05``."""
    return f"{date_text(at_ms)}, {_time(_local(at_ms))}"


def short_moment_text(at_ms: int) -> str:
    """As `moment_text`, for tables: ``22 Nov, 14:05``; it breaks after the day only."""
    return f"{unbroken(short_date_text(at_ms))}, {unbroken(_time(_local(at_ms)))}"


def full_moment_text(at_ms: int) -> str:
    """For a document: ``22 November 2026, 14:05``."""
    moment = _local(at_ms)
    return f"{_day(moment, has_year=True)}, {_time(moment)}"


def day_text(day: date, today: date) -> str:
    """``22 November``, with the year where it is not that of `today`."""
    return _day(day, has_year=day.year != today.year)


def short_day_text(day: date, today: date) -> str:
    """For axes and tables: ``22 Nov``, with the year where it is not that of `today`."""
    return _day(day, has_year=day.year != today.year, is_short=True)


def short_date_text(at_ms: int) -> str:
    """As `date_text`, for tables: ``22 Nov``."""
    return short_day_text(_local(at_ms), datetime.now().astimezone())


def unbroken(words: str) -> str:
    """Words that stay on one line."""
    return words.replace(" ", "\u00a0")


def with_whole_times(words: str) -> str:
    """Words in which no time such as ``1 h 18 min`` is broken."""
    return _IN_A_TIME.sub("\u00a0", words)


def review_text(due_at_ms: int, now_ms: int) -> str:
    """When a question is due, within a sentence: ``today``, ``tomorrow``, ``in 5 days``, or the date."""
    days = (_local(due_at_ms).date() - _local(now_ms).date()).days
    if days <= 1:
        return "today" if days <= 0 else "tomorrow"
    return f"in {days} days" if days < 30 else date_text(due_at_ms)


def verdict_word(summary: AttemptSummary) -> str:
    """How an exam ended: ``Pass`` or ``Fail``."""
    return "Pass" if summary.passed else "Fail"


def kind_word(summary: AttemptSummary) -> str:
    return "Exam" if summary.mode is Mode.EXAM else "Practice"


def points_text(points: int) -> str:
    """A change: ``+4``, ``−11``, ``±0``."""
    return "±0" if points == 0 else f"+{points}" if points > 0 else f"−{-points}"


def _local(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000).astimezone()


def _time(moment: datetime) -> str:
    return QLocale().toString(QTime(moment.hour, moment.minute), QLocale.FormatType.ShortFormat)


def _day(moment: date, *, has_year: bool, is_short: bool = False) -> str:
    """The locale's long date without the day of the week and, unless `has_year`, without the year."""
    locale = QLocale()
    pattern = _pattern(locale.name(), has_year=has_year, is_short=is_short)
    return locale.toString(QDate(moment.year, moment.month, moment.day), pattern)


@lru_cache(maxsize=16)
def _pattern(_: str, *, has_year: bool, is_short: bool) -> str:
    """That of the locale in force, whose name only says when it is another one: its formats may be the system's own."""
    locale = QLocale()
    pattern = _WEEKDAY.sub("", locale.dateFormat(QLocale.FormatType.LongFormat))
    if not has_year:
        found = _DAY_AND_MONTH.search(_QUOTED.sub(_masked, pattern))
        pattern = pattern[found.start() : found.end()] if found else "d MMMM"
    if is_short:
        pattern = pattern.replace("MMMM", "MMM")
    return pattern


def _masked(quoted: re.Match[str]) -> str:
    """Words such as 'de' in a pattern hold letters that stand for nothing."""
    return "_" * len(quoted.group())
