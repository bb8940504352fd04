"""The review screen of an exam: every question with its status, filters, and a way back to each."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHeaderView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from pingtopass_desktop.domain.attempt import Attempt
from pingtopass_desktop.ui import keys, sheets, theme
from pingtopass_desktop.ui.widgets.basics import Button, Card, label, row
from pingtopass_desktop.ui.widgets.chip_delegate import ChipDelegate, show_as_chip

_ALL, _UNANSWERED, _FLAGGED = range(3)
_STATUS, _MARK = 1, 2
_LOW_PX = 330
"""Below this height, in pixels at 100 % text, the table gets the room of the title, which the bar says as well."""
_MOVING = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class _QuestionTable(QTableWidget):
    """A table that takes only the keys that move in it, and numbers: letters belong to the page.

    Signals: `opened` with a line on Enter or a click. Enter goes no further: the page would go on to another question.
    """

    opened = Signal(int)

    def __init__(self) -> None:
        super().__init__(0, 4)
        self.cellClicked.connect(self.opened)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if keys.is_enter(event):
            self.opened.emit(self.currentRow())
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.setCurrentCell(0 if event.key() == Qt.Key.Key_Home else self.rowCount() - 1, 0)
        elif event.key() in _MOVING or event.text().isdigit():
            super().keyPressEvent(event)
        else:
            event.ignore()


class ReviewScreen(QWidget):
    """Signals: `visited` with the index of a question to go back to."""

    visited = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._attempt: Attempt | None = None
        self._summary = label(kind="secondary", wraps=True)
        self._filters = QButtonGroup(self)
        self.filters = [Button("All", "pill"), Button("Unanswered", "pill"), Button("Flagged", "pill")]
        for number, button in enumerate(self.filters):
            button.setCheckable(True)
            self._filters.addButton(button, number)
        self.table = _QuestionTable()
        sheets.wear(self.table, "list")
        self.table.setItemDelegate(ChipDelegate(self))
        self.table.setHorizontalHeaderLabels(["Question", "Status", "Mark", "Time spent"])
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        self.table.setAccessibleName("Questions of the exam; Enter goes to one")
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        card = Card()
        card.column.setContentsMargins(12, 10, 12, 10)
        card.column.addWidget(self.table)
        self._empty = label("", "secondary")
        card.column.addWidget(self._empty)
        self._title = label("Before you finish", "title")
        self._box = box = QVBoxLayout(self)
        box.setContentsMargins(120, 32, 120, 24)
        box.setSpacing(16)
        box.addWidget(self._title)
        box.addWidget(self._summary)
        box.addLayout(row(*self.filters, None))
        box.addWidget(card, 1)
        self._filters.idClicked.connect(self._filter)
        self.table.opened.connect(self._open)

    def open(self, attempt: Attempt) -> None:
        """Show another moment of an attempt with all questions."""
        self.filters[_ALL].setChecked(True)
        self.show_attempt(attempt)

    def show_attempt(self, attempt: Attempt) -> None:
        self._attempt = attempt
        total, unanswered, flagged = len(attempt.items), len(attempt.unanswered), len(attempt.flagged)
        self._summary.setText(
            f"{total - unanswered} of {total} answered · {unanswered} unanswered · {flagged} flagged. "
            "Unanswered questions score as wrong."
        )
        for button, word, count in zip(
            self.filters, ("All", "Unanswered", "Flagged"), (total, unanswered, flagged), strict=True
        ):
            button.set_label(f"{word} {count}")
        self._fill()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.restyle()

    def restyle(self) -> None:
        is_low = self.height() < theme.current().px(_LOW_PX)
        if is_low is self._title.isHidden():
            return
        self._title.setVisible(not is_low)
        self._box.setContentsMargins(*((36, 16, 36, 12) if is_low else (120, 32, 120, 24)))
        self._box.setSpacing(10 if is_low else 16)

    def _filter(self, number: int) -> None:
        self._fill()

    def _fill(self) -> None:
        attempt = self._attempt
        if attempt is None:
            return
        chosen = self._filters.checkedId()
        indexes = range(len(attempt.items))
        if chosen == _UNANSWERED:
            indexes = list(attempt.unanswered)
        elif chosen == _FLAGGED:
            indexes = sorted(attempt.flagged)
        self.table.setRowCount(len(indexes))
        for line, index in enumerate(indexes):
            is_answered = attempt.is_answered(index)
            seconds = attempt.item_ms.get(index, 0) // 1000
            is_flagged = index in attempt.flagged
            status, mark = "Answered" if is_answered else "Unanswered", "Flagged" if is_flagged else ""
            texts = (str(index + 1), status, mark, f"{seconds} s")
            for place, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setData(Qt.ItemDataRole.UserRole, index)
                self.table.setItem(line, place, item)
                if (place == _STATUS and not is_answered) or (place == _MARK and is_flagged):
                    show_as_chip(item, "chip" if place == _STATUS else "chip-mark")
        self.table.resizeRowsToContents()
        if indexes:
            self.table.setCurrentCell(0, 0)
        words = {_UNANSWERED: "Every question is answered.", _FLAGGED: "Nothing is marked for review."}
        self._empty.setText(words.get(chosen, ""))
        self._empty.setVisible(not indexes)
        self.table.setVisible(bool(indexes))

    def _open(self, line: int) -> None:
        if self._attempt is not None and line >= 0:
            index = self.table.model().index(line, 0).data(Qt.ItemDataRole.UserRole)
            if self._attempt.may_go_back or index == self._attempt.position:
                self.visited.emit(index)
