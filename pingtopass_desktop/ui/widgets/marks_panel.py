"""The panel "This question": earlier answers, next review, note, bookmark, report."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.marks import QuestionMarks
from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.widgets.basics import Scroller, Surface, clear_layout, label, plural
from pingtopass_desktop.ui.widgets.layouts import Flow
from pingtopass_desktop.ui.widgets.marks_edit import MarksEdit
from pingtopass_desktop.ui.words import review_text

_SHOWN_RESULTS = 5
_NOTE_PX = 110
_WIDTH_PX = 270
"""Large text may need more."""


class MarksPanel(Surface):
    """The fields of `edit` below each other, under what the learner has with the question."""

    def __init__(self, study: Study, tasks: Tasks) -> None:
        super().__init__("side-right")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._is_below = False
        self._study = study
        self.edit = MarksEdit(study, tasks, self, button_kind="left", note_px=_NOTE_PX)
        self._seen = label(kind="hint")
        self._results = Flow(spacing=4)
        self._review_label = label("Next review", "hint")
        self._review = label(kind="strong")
        self._lay_out()
        self.edit.read.connect(self._show)

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
        box.addWidget(self.edit.note)
        box.addSpacing(8)
        box.addWidget(self.edit.bookmark)
        box.addSpacing(4)
        box.addWidget(self.edit.report)
        box.addWidget(self.edit.form)
        box.addWidget(self.edit.thanks)
        box.addStretch(1)

    def _show(self, found: QuestionMarks) -> None:
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
