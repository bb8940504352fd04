"""The note, the bookmark and the report of a question: the fields, and what keeps what is done in them.

`MarksPanel` and `MarksBox` place the fields. Everything is saved through use cases, and what was before is a step to
take back.
"""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from pingtopass_desktop.domain.question import Question
from pingtopass_desktop.study import marks
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.marks import QuestionMarks
from pingtopass_desktop.ui import sheets
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.undo import Undoable
from pingtopass_desktop.ui.widgets.basics import Button, Notice, bring_into_sight
from pingtopass_desktop.ui.widgets.report_form import ReportForm

_SAVE_AFTER_MS = 800


class NoteEdit(QPlainTextEdit):
    """A note. Signals: `left` when the keyboard leaves it; `escaped` on Esc."""

    left = Signal()
    escaped = Signal()

    def __init__(self) -> None:
        super().__init__()
        sheets.wear(self, "text")
        self.setPlaceholderText("What helps you remember")
        self.setAccessibleName("Your note on this question")
        self.setTabChangesFocus(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
            return
        super().keyPressEvent(event)


class MarksEdit(QObject):
    """Signals: `read` with the marks each time they are known anew; `note_replaced` with the text that the field got;
    `opened` with the note or the form, which then comes into sight; `escaped` when Esc leaves them; `undoable` with a
    step; `failed` with a message where the disk did not take a mark."""

    read = Signal(object)
    note_replaced = Signal(str)
    opened = Signal(object)
    escaped = Signal()
    undoable = Signal(object)
    failed = Signal(str)

    def __init__(self, study: Study, tasks: Tasks, owner: QWidget, *, button_kind: str, note_px: int) -> None:
        super().__init__(owner)
        self._study = study
        self._tasks = tasks
        self._question: Question | None = None
        self._marks: QuestionMarks | None = None
        self._saved_note: str | None = ""
        """As it was sent to the disk last; None where that failed."""
        self._note_before = ""
        """As it was when the learner came to it."""
        self.note = NoteEdit()
        self.note.setFixedHeight(note_px)
        self.bookmark = Button("Bookmark", button_kind, command="keep")
        self.bookmark.setCheckable(True)
        self.report = Button("Report a problem", button_kind, command="report")
        self.form = ReportForm()
        self.form.hide()
        self.thanks = Notice()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SAVE_AFTER_MS)
        self._connect()

    def show_question(self, question: Question, found: QuestionMarks | None = None) -> None:
        """Show the marks of a question, which are read unless they are known; a note that is still being written to
        another is kept first, one to the same stays."""
        is_being_written = self.note.hasFocus() and self._question is not None and self._question.id == question.id
        if is_being_written and found is not None:
            self._take(found)
            return
        self.close_note()
        self._question = question
        self._marks = None
        self.form.hide()
        self.thanks.hide()
        if found is None:
            self._run(partial(marks.load_marks, self._study, question.id), self._begin)
        else:
            self._begin(found)

    def refresh(self) -> None:
        """Read the marks again; a note that is being written stays."""
        if self._question is not None:
            done = self._take if self._marks is not None else self._begin
            self._run(partial(marks.load_marks, self._study, self._question.id), done)

    def flush(self) -> None:
        """Save the note as it stands."""
        self._timer.stop()
        text = self.note.toPlainText()
        if self._question is None or self._marks is None or text == self._saved_note:
            return
        self._saved_note = text
        work = partial(marks.set_note, self._study, self._question.id, text)
        self._tasks.run(work, owner=self, done=self._note_saved, failed=self._note_failed)

    def close_note(self) -> None:
        """The learner is done with the note: keep it, and what it was before as a step to take back."""
        self.flush()
        if self._question is None or self._marks is None:
            return
        before, self._note_before = self._note_before, self.note.toPlainText()
        if before != self._note_before:
            undo = partial(marks.set_note, self._study, self._question.id, before)
            undone = partial(self._read_note_again, self._question.id)
            self.undoable.emit(Undoable("Note changed", undo, undone, is_quiet=True))

    @property
    def controls(self) -> list[QWidget]:
        """In the order of reading, where they lie below each other."""
        return [self.note, self.bookmark, self.report, *self.form.controls]

    def commands(self) -> dict[str, Callable[[], object]]:
        """What can be done now, by command id."""
        if self._question is None:
            return {}
        return {"keep": self.toggle_bookmark, "note": self.write_note, "report": self.toggle_form}

    def toggle_bookmark(self) -> None:
        if self._question is not None and self._marks is not None:
            is_on = not self._marks.is_bookmarked
            self._run(partial(marks.set_bookmark, self._study, self._question.id, is_on), self._bookmarked)

    def write_note(self) -> None:
        self._open(self.note)
        self.note.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def toggle_form(self) -> None:
        self.thanks.hide()
        self.form.setVisible(not self.form.isVisible())
        if self.form.isVisible():
            self.form.start()
            self._open(self.form)

    def _connect(self) -> None:
        self.bookmark.clicked.connect(self.toggle_bookmark)
        self.report.clicked.connect(self.toggle_form)
        self.note.textChanged.connect(self._timer.start)
        self.note.left.connect(self.close_note)
        self.note.escaped.connect(self.escaped)
        self._timer.timeout.connect(self.flush)
        self.form.sent.connect(self._send_report)
        self.form.cancelled.connect(self._close_form)

    def _open(self, part: QWidget) -> None:
        self.opened.emit(part)
        QTimer.singleShot(0, part, partial(bring_into_sight, part))  # once it has its place

    def _begin(self, found: QuestionMarks) -> None:
        if self._is_shown(found):
            self._take(found)
            self._replace_note(found.note)

    def _take(self, found: QuestionMarks) -> None:
        if self._is_shown(found):
            self._marks = found
            self.bookmark.setChecked(found.is_bookmarked)
            self.bookmark.set_label("Bookmarked" if found.is_bookmarked else "Bookmark")
            self.read.emit(found)

    def _replace_note(self, text: str) -> None:
        self._saved_note = self._note_before = text
        with QSignalBlocker(self.note):
            self.note.setPlainText(text)
        self.note_replaced.emit(text)

    def _bookmarked(self, found: QuestionMarks) -> None:
        self._take(found)
        words = "Bookmark set" if found.is_bookmarked else "Bookmark removed"
        undo = partial(marks.set_bookmark, self._study, found.question_id, not found.is_bookmarked)
        self.undoable.emit(Undoable(words, undo, self.refresh, is_quiet=True))

    def _note_saved(self, found: QuestionMarks) -> None:
        if self._is_shown(found):
            self._marks = found

    def _note_failed(self, error: Exception) -> None:
        self._saved_note = None
        self._fail(error)

    def _read_note_again(self, question_id: str) -> None:
        """After a change of it was taken back."""
        if self._question is not None and self._question.id == question_id:
            self._run(partial(marks.load_marks, self._study, question_id), self._begin)

    def _send_report(self, reason: str, text: str) -> None:
        if self._question is not None:
            question = self._question
            self._run(
                partial(marks.report_question, self._study, question.id, question.revision, reason, text),
                self._reported,
            )

    def _reported(self, found: QuestionMarks) -> None:
        if self._is_shown(found):
            self._close_form()
            self.thanks.show_text("Kept. It reaches the authors with your next sync.")
            self._take(found)

    def _close_form(self) -> None:
        self.form.hide()
        self.escaped.emit()

    def _is_shown(self, found: QuestionMarks) -> bool:
        return self._question is not None and found.question_id == self._question.id

    def _run(self, work: Callable[[], QuestionMarks], done: Callable[[QuestionMarks], None]) -> None:
        self._tasks.run(work, owner=self, done=done, failed=self._fail)

    def _fail(self, error: Exception) -> None:
        self.failed.emit(str(error))
