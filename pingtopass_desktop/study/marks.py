"""Bookmark a question, write a note on it, report a problem with it."""

from msgspec import Struct

from pingtopass_desktop.learner import marks, memory
from pingtopass_desktop.learner.events import BookmarkSet, NoteSet, QuestionReported, new_id
from pingtopass_desktop.learner.memory import QuestionHistory
from pingtopass_desktop.study.context import Study

REPORT_REASONS = {
    "wrong_key": "The key is wrong",
    "ambiguous": "Several can be right",
    "typo": "Spelling or wording",
    "outdated": "No longer true",
    "other": "Something else",
}


class QuestionMarks(Struct, frozen=True):
    """What the learner has with a question. `history` is None where it was never answered."""

    question_id: str
    history: QuestionHistory | None
    is_bookmarked: bool
    note: str
    reports: int


def load_marks(study: Study, question_id: str) -> QuestionMarks:
    """Raises: StoreError."""
    with study.store.database.translated():
        db = study.store.db
        return QuestionMarks(
            question_id=question_id,
            history=memory.history(db, question_id),
            is_bookmarked=marks.is_bookmarked(db, question_id),
            note=marks.note(db, question_id),
            reports=marks.report_count(db, question_id),
        )


def set_bookmark(study: Study, question_id: str, is_on: bool) -> QuestionMarks:
    """Raises: StoreError."""
    study.store.record(BookmarkSet(question_id, is_on))
    return load_marks(study, question_id)


def set_note(study: Study, question_id: str, text: str) -> QuestionMarks:
    """Keep a note; the empty text removes it. Unchanged text writes nothing. Raises: StoreError, PayloadTooLarge."""
    text = _sound(text)
    before = load_marks(study, question_id)
    if before.note == text:
        return before
    study.store.record(NoteSet(question_id, text))
    return load_marks(study, question_id)


def report_question(study: Study, question_id: str, revision: int, reason: str, text: str) -> QuestionMarks:
    """Keep a report for the authors. `reason` is a key of `REPORT_REASONS`. Raises: StoreError, PayloadTooLarge."""
    report_id = new_id(study.now_ms())
    study.store.record(QuestionReported(report_id, question_id, revision, reason, _sound(text)))
    return load_marks(study, question_id)


def _sound(text: str) -> str:
    """Text without half surrogate pairs, which a text field can hold and no database can."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
