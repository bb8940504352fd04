"""A question's marks in little room: history in a sentence, bookmark, note, report. It saves through use cases."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pingtopass_desktop.domain.question import Question
from pingtopass_desktop.learner.memory import QuestionHistory
from pingtopass_desktop.study import marks
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.marks import QuestionMarks
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.undo import Undoable
from pingtopass_desktop.ui.widgets.basics import Button, Notice, label
from pingtopass_desktop.ui.widgets.layouts import Flow
from pingtopass_desktop.ui.widgets.marks_panel import NoteEdit
from pingtopass_desktop.ui.widgets.report_form import ReportForm
from pingtopass_desktop.ui.words import date_text, review_text

_SAVE_AFTER_MS = 800
_NOTE_PX = 90


class MarksBox(QWidget):
    """Note and report; `history` and `bookmark` are for the owner to place.

    Signals: `undoable` with a step; `failed` with a message; `left` when Esc leaves the note or the form; `opened`
    with the note or the form when it is to be seen."""

    undoable = Signal(object)
    failed = Signal(str)
    left = Signal()
    opened = Signal(object)

    def __init__(self, study: Study, tasks: Tasks) -> None:
        super().__init__()
        self._study = study
        self._tasks = tasks
        self._question: Question | None = None
        self._marks: QuestionMarks | None = None
        self._note_before = ""
        self.history = label(kind="hint", wraps=True)
        self.bookmark = Button("Bookmark", command="keep")
        self.bookmark.setCheckable(True)
        self.write = Button("Note", command="note")
        self.report = Button("Report a problem", command="report")
        self.note = NoteEdit()
        self.note.setFixedHeight(_NOTE_PX)
        self.form = ReportForm()
        self._thanks = Notice()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SAVE_AFTER_MS)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(12)
        for widget in (Flow(self.write, self.report), self.note, self.form, self._thanks):
            box.addWidget(widget)
        for widget in (self.note, self.form):
            widget.hide()
        self._connect()

    @property
    def controls(self) -> list[QWidget]:
        """In the order of reading."""
        return [self.write, self.report, self.note]

    def show_marks(self, question: Question, found: QuestionMarks) -> None:
        """Show another question's marks; a note that is being written is kept first."""
        self.close_note()
        self._question = question
        self.form.hide()
        self._thanks.hide()
        self._show(found)
        self._set_note(found.note)

    def close_note(self) -> None:
        """Keep the note as it stands, and what it was before as a step to take back."""
        self._save_note()
        found, before = self._marks, self._note_before
        text = self.note.toPlainText()
        self._note_before = text
        if self._question is not None and found is not None and text != before:
            undo = partial(marks.set_note, self._study, self._question.id, before)
            undone = partial(self._read_again, self._question.id)
            self.undoable.emit(Undoable("Note changed", undo, undone, is_quiet=True))

    def commands(self) -> dict[str, Callable[[], object]]:
        """What can be done now, by command id."""
        if self._question is None:
            return {}
        return {"keep": self.toggle_bookmark, "note": self.write_note, "report": self._toggle_form}

    def toggle_bookmark(self) -> None:
        if self._question is not None and self._marks is not None:
            work = partial(marks.set_bookmark, self._study, self._question.id, not self._marks.is_bookmarked)
            self._tasks.run(work, owner=self, done=self._bookmarked, failed=self._fail)

    def write_note(self) -> None:
        self.note.show()
        self.note.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.opened.emit(self.note)

    def _connect(self) -> None:
        self.bookmark.clicked.connect(self.toggle_bookmark)
        self.write.clicked.connect(self.write_note)
        self.report.clicked.connect(self._toggle_form)
        self.note.textChanged.connect(self._timer.start)
        self.note.left.connect(self.close_note)
        self.note.escaped.connect(self.left)
        self._timer.timeout.connect(self._save_note)
        self.form.sent.connect(self._send_report)
        self.form.cancelled.connect(self._close_form)

    def _show(self, found: QuestionMarks) -> None:
        self._marks = found
        self.history.setText(history_text(found.history, self._study.now_ms()))
        self.bookmark.setChecked(found.is_bookmarked)
        self.bookmark.set_label("Bookmarked" if found.is_bookmarked else "Bookmark")

    def _set_note(self, text: str) -> None:
        self._note_before = text
        self.note.blockSignals(True)
        self.note.setPlainText(text)
        self.note.blockSignals(False)
        self.note.setVisible(bool(text))

    def _bookmarked(self, found: QuestionMarks) -> None:
        if self._is_shown(found):
            self._show(found)
        words = "Bookmark set" if found.is_bookmarked else "Bookmark removed"
        undo = partial(marks.set_bookmark, self._study, found.question_id, not found.is_bookmarked)
        undone = partial(self._read_again, found.question_id)
        self.undoable.emit(Undoable(words, undo, undone, is_quiet=True))

    def _save_note(self) -> None:
        self._timer.stop()
        text = self.note.toPlainText()
        if self._question is None or self._marks is None or text == self._marks.note:
            return
        work = partial(marks.set_note, self._study, self._question.id, text)
        self._tasks.run(work, owner=self, done=self._note_saved, failed=self._fail)

    def _note_saved(self, found: QuestionMarks) -> None:
        if self._is_shown(found):
            self._marks = found

    def _toggle_form(self) -> None:
        self._thanks.hide()
        self.form.setVisible(not self.form.isVisible())
        if self.form.isVisible():
            self.form.start()
            self.opened.emit(self.form)

    def _close_form(self) -> None:
        self.form.hide()
        self.left.emit()

    def _send_report(self, reason: str, text: str) -> None:
        if self._question is not None:
            question = self._question
            work = partial(marks.report_question, self._study, question.id, question.revision, reason, text)
            self._tasks.run(work, owner=self, done=self._reported, failed=self._fail)

    def _reported(self, found: QuestionMarks) -> None:
        if self._is_shown(found):
            self._close_form()
            self._thanks.show_text("Kept. It reaches the authors with your next sync.")

    def _read_again(self, question_id: str) -> None:
        """After a step was taken back."""
        if self._question is not None and self._question.id == question_id:
            work = partial(marks.load_marks, self._study, question_id)
            self._tasks.run(work, owner=self, done=self._taken_back, failed=self._fail)

    def _taken_back(self, found: QuestionMarks) -> None:
        if self._is_shown(found):
            self._show(found)
            self._set_note(found.note)

    def _is_shown(self, found: QuestionMarks) -> bool:
        return self._question is not None and found.question_id == self._question.id

    def _fail(self, error: Exception) -> None:
        self.failed.emit(str(error))


def history_text(history: QuestionHistory | None, now_ms: int) -> str:
    """``Seen 12 November and 19 November · next review tomorrow``"""
    if history is None:
        return "Not seen before"
    first, last = date_text(history.first_at), date_text(history.last_at)
    count = len(history.results)
    if count == 1 or (count == 2 and first == last):
        seen = f"Seen {first}" if count == 1 else f"Seen twice on {first}"
    elif count == 2:
        seen = f"Seen {first} and {last}"
    else:
        seen = f"Seen {count} times, last {last}"
    return f"{seen} · next review {review_text(history.due_at, now_ms)}"
