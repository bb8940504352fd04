"""What the learner knows of each question: results, last exposure, and when it is due again.

A question is due on the learner's day on which its interval ends, from the first minute of that day. The interval
follows from the desired retention when it is read: the rows are a fold of the answers alone.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from msgspec import Struct

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.domain.memory import (
    DAY_MS,
    DESIRED_RETENTION,
    MAX_INTERVAL_DAYS,
    MAX_RETENTION,
    MIN_RETENTION,
    Memory,
    interval_days,
    interval_factor,
    review,
)
from pingtopass_desktop.domain.question import Confidence
from pingtopass_desktop.learner import progress, settings
from pingtopass_desktop.learner.events import Answered, AttemptFinished, Event, Payload
from pingtopass_desktop.learner.progress import QUARTER_MS, DayRule
from pingtopass_desktop.sql import json_list

_CONFIDENCES = {"s": Confidence.SURE, "t": Confidence.THINK_SO, "g": Confidence.GUESS}
_CONFIDENCE_NAMES = {str(confidence): confidence for confidence in Confidence}
CONFIDENCE_LETTERS = {confidence: letter for letter, confidence in _CONFIDENCES.items()}


class QuestionHistory(Struct, frozen=True):
    """All answers to one question. `results` oldest first; times in milliseconds since 1970, UTC; `due_at` is the
    beginning of the learner's day on which it is due."""

    results: tuple[bool, ...]
    last_confidence: Confidence | None
    first_at: int
    last_at: int
    due_at: int


class Counted(NamedTuple):
    """What a question counts by. `steps` as in schema/0003_*.sql."""

    first_correct: int
    last_at: int
    stability: float
    steps: str


class Change(NamedTuple):
    """A question that now counts by something else; None is nothing."""

    question: str
    before: Counted | None
    after: Counted | None


class _QuestionFold:
    """Practice answers count as they come; answers of an exam count when it ends, as they stood then."""

    KIND = "question"
    PAYLOADS = (Answered, AttemptFinished)

    def keys(self, payload: Payload) -> Iterable[str]:
        if isinstance(payload, Answered) and payload.mode == Mode.PRACTICE:
            yield payload.question
        elif isinstance(payload, AttemptFinished) and payload.mode == Mode.EXAM and _is_sound(payload):
            answered = (q for q, result in zip(payload.questions, payload.results, strict=True) if result != "-")
            yield from dict.fromkeys(answered)

    def clear(self, db: sqlite3.Connection, key: str) -> None:
        db.execute("DELETE FROM question_memory WHERE question = ?", (key,))

    def apply(self, db: sqlite3.Connection, key: str, event: Event, payload: Payload) -> Change | None:
        """What changed, for the counters of `mastery`."""
        if isinstance(payload, Answered):
            confidence = _CONFIDENCE_NAMES.get(payload.confidence or "")
            return _remember(db, key, event.at, payload.correct, confidence)
        if isinstance(payload, AttemptFinished):
            index = payload.questions.index(key)
            confidence = _CONFIDENCES.get(payload.confidences[index])
            return _remember(db, key, event.at, payload.results[index] == "1", confidence)
        return None


FOLD = _QuestionFold()


def history(db: sqlite3.Connection, question_id: str) -> QuestionHistory | None:
    """All answers to a question, or None where it was never answered."""
    row = db.execute(
        "SELECT results, last_confidence, first_at, last_at, stability FROM question_memory WHERE question = ?",
        (question_id,),
    ).fetchone()
    if row is None:
        return None
    results, confidence, first_at, last_at, stability = row
    rule = review_rule(db)
    due_at = rule.days.start_ms(rule.days.date_of(rule.due_ms(last_at, stability)))
    known = Confidence(confidence) if confidence else None
    return QuestionHistory(tuple(result == "1" for result in results), known, first_at, last_at, due_at)


class ReviewRule(Struct, frozen=True):
    """What decides on which day a question is due; `factor` is `domain.memory.interval_factor` of the retention."""

    days: DayRule
    factor: float

    def due_ms(self, last_at: int, stability: float) -> int:
        """The moment at which an interval ends; the question is due on all of that day."""
        return last_at + interval_days(stability, self.factor) * DAY_MS


def review_rule(db: sqlite3.Connection) -> ReviewRule:
    """The rule in force; it changes only with a setting that `settings.moves_reviews`."""
    retention = settings.get(db, settings.RETENTION, DESIRED_RETENTION)
    if not MIN_RETENTION <= retention <= MAX_RETENTION:
        retention = DESIRED_RETENTION
    return ReviewRule(progress.day_rule(db), interval_factor(retention))


def counted(db: sqlite3.Connection, question_id: str) -> Counted | None:
    """What a question counts by; None where it was never answered."""
    row = db.execute(
        "SELECT first_correct, last_at, stability, steps FROM question_memory WHERE question = ?", (question_id,)
    ).fetchone()
    return Counted(*row) if row else None


def exposures(db: sqlite3.Connection, question_ids: Sequence[str]) -> dict[str, int]:
    """For those ids answered before, an unfinished exam included: when last."""
    wanted = json_list(question_ids)
    rows = db.execute(
        "SELECT m.question, m.last_at FROM json_each(?) AS w JOIN question_memory AS m ON m.question = w.value",
        (wanted,),
    )
    found = {row[0]: row[1] for row in rows}
    rows = db.execute(  # CROSS JOIN: begin with the few unfinished attempts, never with all items
        "SELECT i.question, max(i.answered_at) FROM attempt_local AS l "
        "CROSS JOIN attempt_items AS i ON i.attempt = l.attempt WHERE i.answered_at IS NOT NULL GROUP BY i.question"
    )
    pending = dict(rows.fetchall())
    for question_id in question_ids if pending else ():
        if question_id in pending:
            found[question_id] = max(found.get(question_id, 0), pending[question_id])
    return found


def missed(db: sqlite3.Connection) -> set[str]:
    """Questions whose last answer was wrong."""
    return _ids(db, "last_correct = 0")


def guessed(db: sqlite3.Connection) -> set[str]:
    """Questions whose last answer was called a guess."""
    return _ids(db, "last_confidence = 'guess'")


def due(db: sqlite3.Connection, now_ms: int) -> set[str]:
    """Questions whose review is due on the learner's day of that moment, or was before."""
    rule = review_rule(db)
    tomorrow_ms = rule.days.start_ms(rule.days.date_of(now_ms) + timedelta(days=1))
    is_due = "last_at + max(1, min(?, CAST(stability * ? + 0.5 AS INTEGER))) * ? < ?"  # as `ReviewRule.due_ms`
    return _ids(db, is_due, MAX_INTERVAL_DAYS, rule.factor, DAY_MS, tomorrow_ms)


def seen(db: sqlite3.Connection) -> set[str]:
    """Every question ever answered."""
    return _ids(db, "true")


def results(db: sqlite3.Connection, question_ids: Sequence[str]) -> dict[str, str]:
    """The results of those ids answered before: '1' or '0' for each answer, oldest first."""
    rows = db.execute(
        "SELECT m.question, m.results FROM json_each(?) AS w JOIN question_memory AS m ON m.question = w.value",
        (json_list(question_ids),),
    )
    return dict(rows.fetchall())


def _ids(db: sqlite3.Connection, where: str, *arguments: object) -> set[str]:
    """As one row: SQLite collects them without Python, which the window's thread may use meanwhile."""
    sql = f"SELECT json_group_array(question) FROM question_memory WHERE {where}"
    return set(json.loads(db.execute(sql, arguments).fetchone()[0]))


def _remember(
    db: sqlite3.Connection, question: str, at: int, is_correct: bool, confidence: Confidence | None
) -> Change:
    row = db.execute(
        "SELECT first_correct, last_at, stability, steps, difficulty, last_correct FROM question_memory "
        "WHERE question = ?",
        (question,),
    ).fetchone()
    before = Counted(*row[:4]) if row else None
    known = Memory(row[2], row[4], row[1]) if row else None
    memory = review(known, is_correct=is_correct, confidence=confidence, at_ms=at)
    steps = before.steps if before else ""
    if row is None or row[5] != is_correct:
        steps = f"{steps} {at // QUARTER_MS}".lstrip()
    db.execute(
        "INSERT INTO question_memory(question, results, first_correct, last_correct, last_confidence, first_at, "
        "last_at, stability, difficulty, steps) VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?5, ?6, ?7, ?8) "
        "ON CONFLICT DO UPDATE SET results = results || ?2, last_correct = ?3, last_confidence = ?4, last_at = ?5, "
        "stability = ?6, difficulty = ?7, steps = ?8",
        (
            question,
            "1" if is_correct else "0",
            is_correct,
            confidence,
            at,
            memory.stability,
            memory.difficulty,
            steps,
        ),
    )
    first_correct = before.first_correct if before else int(is_correct)
    return Change(question, before, Counted(first_correct, at, memory.stability, steps))


def _is_sound(payload: AttemptFinished) -> bool:
    return len(payload.questions) == len(payload.results) == len(payload.confidences)
