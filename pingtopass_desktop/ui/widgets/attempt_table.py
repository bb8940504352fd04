"""Finished attempts as rows: when, how it went, where it was weakest, and what can be done with each."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.study.review import HistoryRow
from pingtopass_desktop.ui import sheets, theme
from pingtopass_desktop.ui.widgets.basics import Button, clear_layout, column, duration, label, rule
from pingtopass_desktop.ui.widgets.layouts import Flow
from pingtopass_desktop.ui.words import kind_word, moment_text, short_moment_text, verdict_word

_WIDE_PX = 840
"""From this width on (at 100 % text) an attempt is one line; below, its parts wrap."""

_STEPS = {int(Qt.Key.Key_Up): -1, int(Qt.Key.Key_Down): 1}

_BLOCK = 5
"""Rows with a layout of their own, built before the window gets its turn again: one layout of all rows takes longer
with each of them."""

_GAP = 6

_HEADINGS = ("", "Date", "Kind", "Result", "Score", "Right", "Time", "Weakest objective")
_WEAKEST = 7


class AttemptTable(QWidget):
    """Signals: `report_asked` and `delete_asked` with an attempt's id; `chosen_changed` when another exam is ticked;
    `filled` when all rows stand.

    Up and Down go to the same control of the row above or below.
    """

    report_asked = Signal(str)
    delete_asked = Signal(str)
    chosen_changed = Signal()
    filled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[HistoryRow] = []
        self._lines: list[tuple[QWidget, ...]] = []
        self._ticked: set[str] = set()  # exams whose rows are to be ticked as they are built
        self._is_wide = True
        self._more = QTimer(self)
        self._more.setSingleShot(True)
        self._more.timeout.connect(self._add_some)
        self.boxes: dict[str, QCheckBox] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._blocks: list[QGridLayout] = []
        self._widths: dict[int, int] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(_GAP)

    @property
    def chosen(self) -> list[str]:
        """The ids of the ticked exams, the latest first."""
        return [attempt_id for attempt_id, box in self.boxes.items() if box.isChecked()]

    def show_rows(self, rows: Sequence[HistoryRow]) -> None:
        """Show other rows; an exam that is still among them stays ticked. Where rows only follow, those are added."""
        shown, self._rows = self._rows, list(rows)
        if shown and self._rows[: len(shown)] == shown and self._fits_wide() == self._is_wide:
            self._more.start()
        else:
            self._fill()

    def focus_row(self, number: int) -> None:
        """Put the keyboard on what deletes the row of that place, or the last one: where the next press would be."""
        if self._rows:
            place = min(number, len(self._rows) - 1)
            self._add_rows(place + 1)
            self._lines[place][-1].setFocus(Qt.FocusReason.OtherFocusReason)

    def minimumSizeHint(self) -> QSize:
        height = 0 if self.hasHeightForWidth() else super().minimumSizeHint().height()
        return QSize(theme.current().px(240), height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fits_wide() != self._is_wide:
            self._fill()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and Down on a control; a button of its own would go to whatever button lies nearest."""
        step = (
            _STEPS.get(event.key()) if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress else None
        )
        if step is None:
            return super().eventFilter(watched, event)
        for number, line in enumerate(self._lines):
            if watched in line and 0 <= number + step < len(self._lines):
                target = self._lines[number + step]
                place = line.index(watched) - len(line)  # from the right: a practice session has nothing to tick
                target[max(place, -len(target))].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def _fits_wide(self) -> bool:
        return self.width() >= theme.current().px(_WIDE_PX)

    def _fill(self) -> None:
        """Begin anew; the table keeps its height meanwhile, so that the page does not jump."""
        chosen = self._ticked | set(self.chosen)
        self._ticked = {row.summary.id for row in self._rows} & chosen
        self.setMinimumHeight(self.height() if self._lines else 0)
        clear_layout(self._column)
        self.boxes, self._lines, self._blocks, self._widths = {}, [], [], {}
        self._is_wide = self._fits_wide()
        self._add_some()

    def _add_block(self, rows: Sequence[HistoryRow]) -> None:
        """Further rows in a layout of their own; the first one has the headings. It is shown once, with all in it: Qt
        lays out every ancestor again for each widget that is shown in a visible one."""
        block = QWidget()
        grid = QGridLayout(block)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(_GAP)
        grid.setColumnStretch(_WEAKEST if self._is_wide else 1, 1)
        if self._is_wide and not self._blocks:
            for place, heading in enumerate(_HEADINGS):
                grid.addWidget(label(heading, "hint"), 0, place)
        for place, width in self._widths.items():
            grid.setColumnMinimumWidth(place, width)
        for number, row in enumerate(rows):
            self._add(grid, 2 * number + 1, row, row.summary.id in self._ticked)
        self._blocks.append(grid)
        self._align([grid])
        self._column.addWidget(block)
        block.show()

    def _align(self, blocks: Sequence[QGridLayout]) -> None:
        """Give the columns of all blocks the width that the widest cell of these needs."""
        if not self._is_wide:
            return
        before = dict(self._widths)
        for grid in blocks:
            for index in range(grid.count()):
                _, place, _, span = grid.getItemPosition(index)  # type: ignore[misc]  its stub says object
                item = grid.itemAt(index)
                if span == 1 and place != _WEAKEST and item is not None:
                    self._widths[place] = max(self._widths.get(place, 0), item.sizeHint().width())
        changed = [place for place, width in self._widths.items() if before.get(place) != width]
        for place in changed:
            for grid in self._blocks:
                grid.setColumnMinimumWidth(place, self._widths[place])

    def restyle(self) -> None:
        """What is in the rows gets another size just after this."""
        self._widths = {}
        QTimer.singleShot(0, self, self._align_all)

    def _align_all(self) -> None:
        self._align(self._blocks)

    def _add_some(self) -> None:
        """A few rows at a time: the window answers keys while a long table is built."""
        if len(self._lines) < len(self._rows):
            self._add_rows(len(self._lines) + _BLOCK)
        else:
            self.setMinimumHeight(0)

    def _add_rows(self, until: int) -> None:
        while len(self._lines) < min(until, len(self._rows)):
            self._add_block(self._rows[len(self._lines) :][:_BLOCK])
        if len(self._lines) == len(self._rows):
            self._ticked = set()
            self.filled.emit()
        # The layouts around learn only in their next turn how high it is: rows would be squeezed until then.
        self.setMinimumHeight(max(self.minimumHeight(), self._column.totalHeightForWidth(self.width())))
        self.updateGeometry()
        self._more.start()

    def _add(self, grid: QGridLayout, line: int, row: HistoryRow, is_chosen: bool) -> None:
        summary = row.summary
        when = moment_text(summary.finished_at or 0)
        name = f"{kind_word(summary).lower()} of {when}"
        report = self._button("Report", f"Report on {name}", summary.id)
        delete = self._button("Delete", f"Delete {name}", summary.id)
        report.clicked.connect(self._ask_report)
        delete.clicked.connect(self._ask_delete)
        controls: tuple[QWidget, ...] = (report, delete)
        if summary.mode is Mode.EXAM:
            box = QCheckBox()
            sheets.wear(box, "check")
            box.setAccessibleName(f"Choose {name} for a comparison")
            box.setToolTip("Choose for a comparison")
            box.setChecked(is_chosen)
            box.toggled.connect(self.chosen_changed)
            self.boxes[summary.id] = box
            grid.addWidget(box, line + 1, 0, Qt.AlignmentFlag.AlignTop)
            controls = (box, *controls)
        for control in controls:
            control.installEventFilter(self)
        self._lines.append(controls)
        grid.addWidget(rule(), line, 0, 1, 10 if self._is_wide else 2)
        if self._is_wide:
            self._place_wide(grid, line + 1, row, report, delete)
        else:
            self._place_narrow(grid, line + 1, row, when, report, delete)

    def _place_wide(self, grid: QGridLayout, line: int, row: HistoryRow, *buttons: QWidget) -> None:
        summary = row.summary
        cells = (
            label(short_moment_text(summary.finished_at or 0)),
            label(_kind(row), wraps=row.exam is None),
            _chip(row),
            label(_score(row), "strong"),
            label(_right(row)),
        )
        rest = (label(duration(summary.elapsed_ms)), label(_weakest(row) or "–", wraps=True), *buttons)
        for place, cell in enumerate((*cells, *rest), start=1):
            grid.addWidget(cell, line, place)

    def _place_narrow(self, grid: QGridLayout, line: int, row: HistoryRow, when: str, *buttons: QWidget) -> None:
        parts = [label(when, "strong"), label(_kind(row), "secondary"), _chip(row)]
        if _score(row):
            parts.append(label(_score(row), "strong"))
        weakest = _weakest(row)
        details = f"{_right(row)} · {duration(row.summary.elapsed_ms)}" + (f" · weakest: {weakest}" if weakest else "")
        body = QWidget()
        body.setLayout(column(Flow(*parts), label(details, "secondary", wraps=True), Flow(*buttons), spacing=2))
        grid.addWidget(body, line, 1)

    def _button(self, words: str, name: str, attempt_id: str) -> Button:
        button = Button(words, "link", name=name)
        button.setProperty("attempt", attempt_id)
        return button

    def _ask_report(self) -> None:
        self.report_asked.emit(self.sender().property("attempt"))

    def _ask_delete(self) -> None:
        self.delete_asked.emit(self.sender().property("attempt"))


def _kind(row: HistoryRow) -> str:
    """``Exam``; with its id where the library no longer has it."""
    return kind_word(row.summary) if row.exam else f"{kind_word(row.summary)} {row.summary.exam_id}"


def _chip(row: HistoryRow) -> QLabel:
    """Pass or fail; a practice session has neither, and says whether it was ended early."""
    summary = row.summary
    if summary.mode is Mode.EXAM:
        return label(verdict_word(summary), "chip-good" if summary.passed else "chip-bad")
    return label("All answered" if row.counted == summary.question_count else "Ended early", "chip")


def _score(row: HistoryRow) -> str:
    if row.summary.mode is not Mode.EXAM or row.summary.scaled is None:
        return ""
    return f"{row.summary.scaled} / {row.exam.scale_max}" if row.exam else str(row.summary.scaled)


def _right(row: HistoryRow) -> str:
    return f"{row.right} of {row.counted} ({row.share:.0%})" if row.share is not None else "Nothing answered"


def _weakest(row: HistoryRow) -> str:
    return f"{row.weakest.name} {row.weakest.share:.0%}" if row.weakest else ""
