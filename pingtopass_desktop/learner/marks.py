"""What the learner attaches to a question: a bookmark, a note, a report of a problem. The last event wins."""

import sqlite3
from collections.abc import Iterable

from pingtopass_desktop.learner.events import BookmarkSet, Event, NoteSet, Payload, QuestionReported


class _BookmarkFold:
    KIND = "bookmark"
    PAYLOADS = (BookmarkSet,)

    def keys(self, payload: Payload) -> Iterable[str]:
        if isinstance(payload, BookmarkSet):
            yield payload.question

    def clear(self, db: sqlite3.Connection, key: str) -> None:
        db.execute("DELETE FROM bookmarks WHERE question = ?", (key,))

    def apply(self, db: sqlite3.Connection, key: str, event: Event, payload: Payload) -> None:
        if isinstance(payload, BookmarkSet) and payload.on:
            db.execute("INSERT OR REPLACE INTO bookmarks VALUES (?, ?)", (key, event.at))
        else:
            self.clear(db, key)


class _NoteFold:
    KIND = "note"
    PAYLOADS = (NoteSet,)

    def keys(self, payload: Payload) -> Iterable[str]:
        if isinstance(payload, NoteSet):
            yield payload.question

    def clear(self, db: sqlite3.Connection, key: str) -> None:
        db.execute("DELETE FROM notes WHERE question = ?", (key,))

    def apply(self, db: sqlite3.Connection, key: str, event: Event, payload: Payload) -> None:
        if isinstance(payload, NoteSet) and payload.text:
            db.execute("INSERT OR REPLACE INTO notes VALUES (?, ?, ?)", (key, payload.text, event.at))
        else:
            self.clear(db, key)


class _ReportFold:
    KIND = "report"
    PAYLOADS = (QuestionReported,)

    def keys(self, payload: Payload) -> Iterable[str]:
        if isinstance(payload, QuestionReported):
            yield payload.report

    def clear(self, db: sqlite3.Connection, key: str) -> None:
        db.execute("DELETE FROM reports WHERE id = ?", (key,))

    def apply(self, db: sqlite3.Connection, key: str, event: Event, payload: Payload) -> None:
        if isinstance(payload, QuestionReported):
            db.execute(
                "INSERT OR REPLACE INTO reports VALUES (?, ?, ?, ?, ?, ?)",
                (key, payload.question, payload.revision, payload.reason, payload.text, event.at),
            )


BOOKMARKS = _BookmarkFold()
NOTES = _NoteFold()
REPORTS = _ReportFold()


def bookmarked(db: sqlite3.Connection) -> set[str]:
    return {row[0] for row in db.execute("SELECT question FROM bookmarks")}


def noted(db: sqlite3.Connection) -> set[str]:
    """Questions with a note."""
    return {row[0] for row in db.execute("SELECT question FROM notes")}


def is_bookmarked(db: sqlite3.Connection, question_id: str) -> bool:
    return db.execute("SELECT 1 FROM bookmarks WHERE question = ?", (question_id,)).fetchone() is not None


def note(db: sqlite3.Connection, question_id: str) -> str:
    """The note on a question; empty where there is none."""
    row = db.execute("SELECT text FROM notes WHERE question = ?", (question_id,)).fetchone()
    return row[0] if row else ""


def report_count(db: sqlite3.Connection, question_id: str) -> int:
    return db.execute("SELECT count(*) FROM reports WHERE question = ?", (question_id,)).fetchone()[0]
