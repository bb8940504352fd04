"""Learner files for tests: a store with some answers in it, written by the real store."""

from pathlib import Path

from pingtopass_desktop.learner.events import Answered, NoteSet
from pingtopass_desktop.learner.journal import LearnerStore
from tests.fakes.clock import ManualClock


def answered(question: str, is_correct: bool, number: int = 1) -> Answered:
    """A practice answer."""
    return Answered("attempt", "sitting", "practice", question, 1, ("a",), is_correct, 1500, 1500 * number, "sure")


def write_learner(path: Path, answers: int, *, notes: int = 1, question: str = "q{}") -> None:
    """A learner file with that many practice answers, every third one wrong, and some notes."""
    store = LearnerStore(path, ManualClock())
    try:
        for number in range(1, answers + 1):
            store.record(answered(question.format(number), number % 3 != 0, number))
        for number in range(1, notes + 1):
            store.record(NoteSet(question.format(number), f"my note {number}"))
    finally:
        store.close()


def events_in(path: Path) -> int:
    """How many events a learner file holds, opened as the program opens it."""
    store = LearnerStore(path, ManualClock())
    try:
        store.database.check()
        return store.db.execute("SELECT count(*) FROM events").fetchone()[0]
    finally:
        store.close()
