"""The card with the latest timed exams: a table whose rows open their reports."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QTableWidgetItem

from pingtopass_desktop.study.review import HistoryRow
from pingtopass_desktop.ui import keys
from pingtopass_desktop.ui.widgets.basics import Button, Card, duration, label, plural, row
from pingtopass_desktop.ui.widgets.chart_card import PlainTable
from pingtopass_desktop.ui.widgets.chip_delegate import ChipDelegate, show_as_chip
from pingtopass_desktop.ui.words import moment_text, short_date_text, verdict_word

_HEADINGS = ("Date", "Score", "Result", "Time", "Weakest objective")
_RESULT, _WEAKEST = 2, 4
_WEAKEST_SHORT = "Weakest"
_TABLE_PX = 560
_OPENS = "Enter or a double click opens the report"


class ExamTable(PlainTable):
    """Signals: `report_asked` with an attempt's id, by Enter or a double click on its row."""

    report_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__(len(_HEADINGS), most_px=_TABLE_PX)
        self._ids: list[str] = []
        self.setAccessibleName("Latest exams; Enter opens the report")
        self.setHorizontalHeaderLabels(_HEADINGS)
        self.setItemDelegateForColumn(_RESULT, ChipDelegate(self))
        self.cellDoubleClicked.connect(self._open)

    def show_rows(self, rows: Sequence[HistoryRow]) -> None:
        """The latest first. The chosen exam stays chosen."""
        chosen = self._ids[self.currentRow()] if 0 <= self.currentRow() < len(self._ids) else ""
        self._ids = [each.summary.id for each in rows]
        self.setRowCount(0)
        self.setRowCount(len(rows))
        for number, each in enumerate(rows):
            self._fill(number, each)
        if chosen in self._ids:
            self.setCurrentCell(self._ids.index(chosen), 0)
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if keys.is_enter(event):
            self._open(self.currentRow())
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.currentRow() < 0 < self.rowCount():
            self.setCurrentCell(0, 0)

    def _fill(self, number: int, each: HistoryRow) -> None:
        summary = each.summary
        finished_at = summary.finished_at or 0
        texts = (
            short_date_text(finished_at),
            "–" if summary.scaled is None else str(summary.scaled),
            verdict_word(summary),
            duration(summary.elapsed_ms),
            each.weakest.name if each.weakest else "–",
        )
        for place, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setToolTip(f"Exam of {moment_text(finished_at)}: {_OPENS}")
            self.setItem(number, place, item)
            if place == _RESULT:
                show_as_chip(item, "chip-good" if summary.passed else "chip-bad")

    def _widths(self, hints: list[int]) -> list[int]:
        """The last column takes what is left; where that is little, its heading is short."""
        left = self.viewport().width() - sum(hints[:_WEAKEST])
        self._name_weakest(_HEADINGS[_WEAKEST])
        if left < self._heading_width(_WEAKEST):
            self._name_weakest(_WEAKEST_SHORT)
        return [*hints[:_WEAKEST], max(left, self._heading_width(_WEAKEST))]

    def _name_weakest(self, heading: str) -> None:
        item = self.horizontalHeaderItem(_WEAKEST)
        if item is not None and item.text() != heading:
            item.setText(heading)

    def _open(self, number: int, place: int = 0) -> None:
        if 0 <= number < len(self._ids):
            self.report_asked.emit(self._ids[number])


class ExamsCard(Card):
    """Signals: `report_asked` with an attempt's id; `history_asked` for all attempts; `exam_asked` to sit one."""

    report_asked = Signal(str)
    history_asked = Signal()
    exam_asked = Signal()

    def __init__(self) -> None:
        super().__init__(spacing=10)
        self.table = ExamTable()
        self.all_attempts = Button("All attempts", "link")
        self.sit = Button("Sit an exam")
        self._empty = label(
            "Your timed exams will stand here with score, result, time and the objective that was weakest.",
            "secondary",
            wraps=True,
        )
        self._hint = label(kind="hint", wraps=True)
        self.add_head(label("Exams", "section"), self.all_attempts)
        self.column.addWidget(self.table)
        self.column.addWidget(self._empty)
        self.column.addLayout(row(self.sit, None))
        self.column.addStretch(1)
        self.column.addWidget(self._hint)
        for widget in (self.table, self.all_attempts, self.sit, self._empty, self._hint):
            widget.hide()
        self.table.report_asked.connect(self.report_asked)
        self.all_attempts.clicked.connect(self.history_asked)
        self.sit.clicked.connect(self.exam_asked)

    def show_exams(self, rows: Sequence[HistoryRow], exams: int, attempts: int) -> None:
        """The latest exams; `exams` and `attempts` (practice among them) are how many there are in all."""
        self.table.show_rows(rows)
        self.table.setVisible(bool(rows))
        self._empty.setVisible(not rows)
        self.sit.setVisible(not rows)
        self.all_attempts.setVisible(attempts > 0)
        more = f"The latest {len(rows)} of {plural(exams, 'exam')}. " if exams > len(rows) else ""
        self._hint.setText(f"{more}{_OPENS}.")
        self._hint.setVisible(bool(rows))
