"""What the learner knows of each question: results, last exposure, and when it is due again."""

import json
import sqlite3
from collections.abc import Iterable, Sequence

from msgspec import Struct

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.domain.memory import Memory, review
from pingtopass_desktop.domain.question import Confidence
from pingtopass_desktop.learner.events import Answered, AttemptFinished, Event, Payload

_CONFIDENCES = {"s": Confidence.SURE, "t": Confidence.THINK_SO, "g": Confidence.GUESS}
_CONFIDENCE_NAMES = {str(confidence): confidence for confidence in Confidence}
CONFIDENCE_LETTERS = {confidence: letter for letter, confidence in _CONFIDENCES.items()}


class QuestionHistory(Struct, frozen=True):
    """All answers to one question. `results` oldest first; times in milliseconds since 1970, UTC."""

    results: tuple[bool, ...]
    last_confidence: Confidence | None
    first_at: int
    last_at: int
    due_at: int


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

    def apply(self, db: sqlite3.Connection, key: str, event: Event, payload: Payload) -> None:
        if isinstance(payload, Answered):
            confidence = _CONFIDENCE_NAMES.get(payload.confidence or "")
            _remember(db, key, event.at, payload.correct, confidence)
        elif isinstance(payload, AttemptFinished):
            index = payload.questions.index(key)
            confidence = _CONFIDENCES.get(payload.confidences[index])
            _remember(db, key, event.at, payload.results[index] == "1", confidence)


FOLD = _QuestionFold()


def history(db: sqlite3.Connection, question_id: str) -> QuestionHistory | None:
    """All answers to a question, or None where it was never answered."""
    row = db.execute(
        "SELECT results, last_confidence, first_at, last_at, due_at FROM question_memory WHERE question = ?",
        (question_id,),
    ).fetchone()
    if row is None:
        return None
    confidence = Confidence(row[1]) if row[1] else None
    return QuestionHistory(tuple(result == "1" for result in row[0]), confidence, row[2], row[3], row[4])


def exposures(db: sqlite3.Connection, question_ids: Sequence[str]) -> dict[str, int]:
    """For those ids answered before, an unfinished exam included: when last."""
    wanted = json.dumps(list(question_ids))
    rows = db.execute(
        "SELECT m.question, m.last_at FROM json_each(?) AS w JOIN question_memory AS m ON m.question = w.value",
        (wanted,),
    )
    found = {row[0]: row[1] for row in rows}
    rows = db.execute(
        "SELECT i.question, max(i.answered_at) FROM attempt_local AS l "
        "JOIN attempt_items AS i ON i.attempt = l.attempt WHERE i.answered_at IS NOT NULL GROUP BY i.question"
    )
    pending = dict(rows.fetchall())
    for question_id in question_ids if pending else ():
        if question_id in pending:
            found[question_id] = max(found.get(question_id, 0), pending[question_id])
    return found


def missed(db: sqlite3.Connection) -> set[str]:
    """Questions whose last answer was wrong."""
    return {row[0] for row in db.execute("SELECT question FROM question_memory WHERE last_correct = 0")}


def guessed(db: sqlite3.Connection) -> set[str]:
    """Questions whose last answer was called a guess."""
    return {row[0] for row in db.execute("SELECT question FROM question_memory WHERE last_confidence = 'guess'")}


def due(db: sqlite3.Connection, now_ms: int) -> set[str]:
    """Questions whose review is due."""
    return {row[0] for row in db.execute("SELECT question FROM question_memory WHERE due_at <= ?", (now_ms,))}


def seen(db: sqlite3.Connection) -> set[str]:
    """Every question ever answered."""
    return {row[0] for row in db.execute("SELECT question FROM question_memory")}


def _remember(db: sqlite3.Connection, question: str, at: int, is_correct: bool, confidence: Confidence | None) -> None:
    row = db.execute(
        "SELECT stability, difficulty, due_at, last_at FROM question_memory WHERE question = ?", (question,)
    ).fetchone()
    memory = review(Memory(*row) if row else None, is_correct=is_correct, confidence=confidence, at_ms=at)
    db.execute(
        "INSERT INTO question_memory VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?5, ?6, ?7, ?8) ON CONFLICT DO UPDATE SET "
        "results = results || ?2, last_correct = ?3, last_confidence = ?4, last_at = ?5, stability = ?6, "
        "difficulty = ?7, due_at = ?8",
        (
            question,
            "1" if is_correct else "0",
            is_correct,
            confidence,
            at,
            memory.stability,
            memory.difficulty,
            memory.due_ms,
        ),
    )


def _is_sound(payload: AttemptFinished) -> bool:
    return len(payload.questions) == len(payload.results) == len(payload.confidences)
