"""The panel "This question": earlier answers, next review, note, bookmark, report. It saves through use cases."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QTextEdit, QVBoxLayout, QWidget

from pingtopass_desktop.domain.question import Question
from pingtopass_desktop.study import marks
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.marks import QuestionMarks
from pingtopass_desktop.ui import sheets, theme
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.undo import Undoable
from pingtopass_desktop.ui.widgets.basics import Button, Notice, Scroller, Surface, clear_layout, label, plural
from pingtopass_desktop.ui.widgets.layouts import Flow
from pingtopass_desktop.ui.widgets.report_form import ReportForm
from pingtopass_desktop.ui.words import review_text

_SHOWN_RESULTS = 5
_WIDTH_PX = 270
"""Large text may need more."""

_SAVE_AFTER_MS = 800


class NoteEdit(QTextEdit):
    """A note. Signals: `left` when the keyboard leaves it; `escaped` on Esc."""

    left = Signal()
    escaped = Signal()

    def __init__(self) -> None:
        super().__init__()
        sheets.wear(self, "text")
        self.setAcceptRichText(False)
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


class MarksPanel(Surface):
    """Signals: `failed` with a message where the disk did not take a mark; `escaped` when Esc leaves the note;
    `undoable` with a step where a note or bookmark was changed."""

    failed = Signal(str)
    escaped = Signal()
    undoable = Signal(object)

    def __init__(self, study: Study, tasks: Tasks) -> None:
        super().__init__("side-right")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._is_below = False
        self._study = study
        self._tasks = tasks
        self._question: Question | None = None
        self._marks: QuestionMarks | None = None
        self._saved_note = ""
        self._note_before = ""  # as it was when the learner came to it
        self._build()
        self._lay_out()
        self._connect()

    def lie_below(self, is_below: bool) -> None:
        """Take the whole width, with nothing to scroll, under what the question is read in."""
        self._is_below = is_below
        across = QSizePolicy.Policy.Preferred if is_below else QSizePolicy.Policy.Fixed
        self.setSizePolicy(across, QSizePolicy.Policy.Fixed if is_below else QSizePolicy.Policy.Preferred)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        if self._is_below:
            inner = self._scroller.column.sizeHint()
            return QSize(self._scroller.column.minimumSize().width(), inner.height())
        around = self.width() - self.contentsRect().width() + self._scroller.verticalScrollBar().sizeHint().width()
        needed = self._scroller.column.minimumSize().width() + around
        return QSize(max(_WIDTH_PX, needed), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return hint if self._is_below else QSize(hint.width(), super().minimumSizeHint().height())

    def show_question(self, question: Question) -> None:
        """Show another question's marks; a note that is still being written is kept first."""
        self._close_note()
        self._question = question
        self._marks = None
        self.form.hide()
        self._thanks.hide()
        self.refresh()

    def refresh(self) -> None:
        """Read the marks again, after an answer."""
        if self._question is not None:
            work = partial(marks.load_marks, self._study, self._question.id)
            self._tasks.run(work, owner=self, done=self._show, failed=self._fail)

    def flush(self) -> None:
        """Save the note as it stands."""
        self._timer.stop()
        text = self.note.toPlainText()
        if self._question is None or self._marks is None or text == self._saved_note:
            return
        self._saved_note = text
        work = partial(marks.set_note, self._study, self._question.id, text)
        self._tasks.run(work, owner=self, done=self._note_saved, failed=self._note_failed)

    def toggle_bookmark(self) -> None:
        if self._question is not None and self._marks is not None:
            is_on = not self._marks.is_bookmarked
            work = partial(marks.set_bookmark, self._study, self._question.id, is_on)
            self._tasks.run(work, owner=self, done=self._bookmarked, failed=self._fail)

    def commands(self) -> dict[str, Callable[[], object]]:
        """What can be done now, by command id."""
        return {"keep": self.toggle_bookmark, "note": self.write_note, "report": self._toggle_form}

    def write_note(self) -> None:
        self.note.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _build(self) -> None:
        self._seen = label(kind="hint")
        self._results = Flow(spacing=4)
        self._review_label = label("Next review", "hint")
        self._review = label(kind="strong")
        self.note = NoteEdit()
        self.note.setFixedHeight(110)
        self.bookmark = Button("Bookmark", "left", command="keep")
        self.bookmark.setCheckable(True)
        self.report = Button("Report a problem", "left", command="report")
        self.form = ReportForm()
        self.form.hide()
        self._thanks = Notice()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SAVE_AFTER_MS)

    def _lay_out(self) -> None:
        self._scroller = Scroller(margins=(24, 24, 24, 24), spacing=6)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self._scroller)
        box = self._scroller.column
        box.addWidget(label("This question", "section"))
        box.addSpacing(10)
        box.addWidget(self._seen)
        box.addWidget(self._results)
        box.addSpacing(10)
        box.addWidget(self._review_label)
        box.addWidget(self._review)
        box.addSpacing(10)
        box.addWidget(label("Your note", "hint"))
        box.addWidget(self.note)
        box.addSpacing(8)
        box.addWidget(self.bookmark)
        box.addSpacing(4)
        box.addWidget(self.report)
        box.addWidget(self.form)
        box.addWidget(self._thanks)
        box.addStretch(1)

    def _connect(self) -> None:
        self.note.textChanged.connect(self._timer.start)
        self.note.left.connect(self._close_note)
        self.note.escaped.connect(self.escaped)
        self._timer.timeout.connect(self.flush)
        self.bookmark.clicked.connect(self.toggle_bookmark)
        self.report.clicked.connect(self._toggle_form)
        self.form.sent.connect(self._send_report)
        self.form.cancelled.connect(self.form.hide)

    def _show(self, found: QuestionMarks) -> None:
        if self._question is None or found.question_id != self._question.id:
            return
        is_first = self._marks is None
        self._marks = found
        history = found.history
        self._seen.setText(f"Seen {plural(len(history.results), 'time')}" if history else "Not seen before")
        clear_layout(self._results.items)
        for result in history.results[-_SHOWN_RESULTS:] if history else ():
            pill = label("✓" if result else "✕", "chip-good" if result else "chip-bad")
            pill.setAccessibleName("right" if result else "wrong")
            self._results.items.addWidget(pill)
        self._review_label.setVisible(history is not None)
        self._review.setVisible(history is not None)
        if history is not None:
            review = review_text(history.due_at, self._study.now_ms())
            self._review.setText(review[:1].upper() + review[1:])
        self.bookmark.setChecked(found.is_bookmarked)
        self.bookmark.set_label("Bookmarked" if found.is_bookmarked else "Bookmark")
        if is_first:
            self._saved_note = self._note_before = found.note
            self.note.blockSignals(True)
            self.note.setPlainText(found.note)
            self.note.blockSignals(False)

    def _bookmarked(self, found: QuestionMarks) -> None:
        self._show(found)
        words = "Bookmark set" if found.is_bookmarked else "Bookmark removed"
        undo = partial(marks.set_bookmark, self._study, found.question_id, not found.is_bookmarked)
        self.undoable.emit(Undoable(words, undo, self.refresh, is_quiet=True))

    def _close_note(self) -> None:
        """The learner is done with the note: keep it, and what it was before as a step to take back."""
        self.flush()
        before, self._note_before = self._note_before, self._saved_note
        if self._question is not None and self._marks is not None and before != self._saved_note:
            undo = partial(marks.set_note, self._study, self._question.id, before)
            self.undoable.emit(Undoable("Note changed", undo, self._read_again, is_quiet=True))

    def _read_again(self) -> None:
        self._marks = None
        self.refresh()

    def _note_saved(self, found: QuestionMarks) -> None:
        if self._question is not None and found.question_id == self._question.id:
            self._marks = found

    def _note_failed(self, error: Exception) -> None:
        self._saved_note = "\0"
        self._fail(error)

    def _toggle_form(self) -> None:
        self._thanks.hide()
        self.form.setVisible(not self.form.isVisible())
        if self.form.isVisible():
            self.form.start()
            QTimer.singleShot(0, self, lambda: self._scroller.ensureWidgetVisible(self.form))  # once it has its place

    def _send_report(self, reason: str, text: str) -> None:
        if self._question is not None:
            question = self._question
            work = partial(marks.report_question, self._study, question.id, question.revision, reason, text)
            self._tasks.run(work, owner=self, done=self._reported, failed=self._fail)

    def _reported(self, found: QuestionMarks) -> None:
        self.form.hide()
        self._thanks.show_text("Kept. It reaches the authors with your next sync.")
        self._show(found)

    def _fail(self, error: Exception) -> None:
        self.failed.emit(str(error))


class WithMarks(QWidget):
    """What is read, in a scroller, with the panel beside it; below it where the window is narrow for the text."""

    _BESIDE_PX = 620

    def __init__(self, scroller: Scroller, panel: MarksPanel) -> None:
        super().__init__()
        self._scroller, self._panel = scroller, panel
        self._is_beside = True
        self._box = QHBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        self._box.addWidget(scroller, 1)
        self._box.addWidget(panel)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_beside = self.width() >= theme.current().px(self._BESIDE_PX)
        if is_beside is not self._is_beside:
            self._is_beside = is_beside
            self._panel.lie_below(not is_beside)
            if is_beside:
                self._box.addWidget(self._panel)
            else:
                self._scroller.column.addWidget(self._panel)
