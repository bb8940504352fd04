"""The list of questions found: the stem with its words marked, objective, what came of it. The model does no I/O."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from pingtopass_desktop.library.words import runs
from pingtopass_desktop.study.finding import FoundQuestion
from pingtopass_desktop.ui import sheets, theme
from pingtopass_desktop.ui.widgets import marked_text
from pingtopass_desktop.ui.widgets.chip_delegate import draw_chip
from pingtopass_desktop.ui.widgets.marked_text import LINES

_COLUMNS = ("Question", "Objective", "You")
_QUESTION, _OBJECTIVE, _YOU = range(3)
_PAD_PX = 10
_OBJECTIVE_PX, _YOU_PX = 136, 64
_LEAST_QUESTION_PX = 180
"""The objective gives way where the question would get less, at 100 % text."""

_SELECTED = QStyle.StateFlag.State_Selected

Index = QModelIndex | QPersistentModelIndex


class HitModel(QAbstractTableModel):
    """Signals: `more_asked` when the end of what was read comes into sight and there is more."""

    more_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[FoundQuestion] = []
        self._total = 0
        self._is_asking = False

    @property
    def rows(self) -> Sequence[FoundQuestion]:
        return self._rows

    @property
    def total(self) -> int:
        return self._total

    def show_rows(self, rows: Sequence[FoundQuestion], total: int) -> None:
        self.beginResetModel()
        self._rows, self._total, self._is_asking = list(rows), total, False
        self.endResetModel()

    def add_rows(self, rows: Sequence[FoundQuestion]) -> None:
        """Further rows, behind those that are there."""
        self._is_asking = False
        if rows:
            self.beginInsertRows(QModelIndex(), len(self._rows), len(self._rows) + len(rows) - 1)
            self._rows += rows
            self.endInsertRows()
        else:
            self._total = len(self._rows)

    def update_results(self, rows: Sequence[FoundQuestion]) -> None:
        """The same questions with what came of them now."""
        self._rows[: len(rows)] = rows
        if rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, _YOU))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(_COLUMNS)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and len(self._rows) < self._total and not self._is_asking

    def fetchMore(self, parent: Index) -> None:
        if self._rows:
            self._is_asking = True
            self.more_asked.emit()

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _COLUMNS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return None
        row = self._rows[index.row()]
        if index.column() == _QUESTION:
            return "".join(text for text, _ in runs(row.snippet))
        if index.column() == _OBJECTIVE:
            return row.objective
        return results_in_words(row.results)


class _Delegate(QStyledItemDelegate):
    """Paints a row: marked words on the colour of warnings and bold, results as chips with a sign."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, HitModel)
        row = model.rows[index.row()]
        tokens = theme.current().tokens
        area: QRect = option.rect
        is_selected = bool(option.state & _SELECTED)
        painter.save()
        painter.fillRect(area, QColor(tokens.primary_soft if is_selected else tokens.surface))
        painter.fillRect(QRect(area.left(), area.bottom(), area.width(), 1), QColor(tokens.line))
        inner = area.adjusted(_PAD_PX, 0, -_PAD_PX, -1)
        if index.column() == _QUESTION:
            marked_text.draw(painter, inner, runs(row.snippet), marked_text.font(13))
        elif index.column() == _OBJECTIVE:
            marked_text.draw(painter, inner, [(row.objective, False)], marked_text.font(13))
        else:
            _draw_results(painter, option.widget, inner, row.results)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, row_height())


class HitList(QTableView):
    """Questions found. Signals: `chosen` with the row shown in the detail; `opened` on Enter or a double click;
    `more_asked` when more rows are wanted."""

    chosen = Signal(int)
    opened = Signal()
    more_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        sheets.put_on(self, "list")
        self.hits = HitModel()
        self.setModel(self.hits)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName("Questions")
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(True)
        self.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(_QUESTION, QHeaderView.ResizeMode.Stretch)
        self._fit()
        self.hits.more_asked.connect(self.more_asked)
        self.selectionModel().currentRowChanged.connect(self._current_changed)
        self.doubleClicked.connect(self._open)

    @property
    def row(self) -> int:
        """The chosen row; -1 for none."""
        return self.currentIndex().row()

    def choose(self, row: int) -> None:
        if 0 <= row < len(self.hits.rows):
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().setCurrentIndex(self.hits.index(row, 0), flags)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys that move in the list; letters and Esc belong to the page."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open()
        elif event.key() in _MOVING and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def restyle(self) -> None:
        sheets.put_on(self, "list")
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(220), theme.current().px(240))

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def _fit(self) -> None:
        """Widths and heights for the text zoom and the room that there is."""
        px = theme.current().px
        self.verticalHeader().setDefaultSectionSize(row_height())
        rest = self.viewport().width() - px(_OBJECTIVE_PX) - px(_YOU_PX) - 2 * _PAD_PX
        self.setColumnHidden(_OBJECTIVE, rest < px(_LEAST_QUESTION_PX))
        self.setColumnWidth(_OBJECTIVE, px(_OBJECTIVE_PX))
        self.setColumnWidth(_YOU, px(_YOU_PX) + 2 * _PAD_PX)

    def _current_changed(self, current: QModelIndex, _: QModelIndex) -> None:
        self.chosen.emit(current.row())

    def _open(self, *_: object) -> None:
        if self.row >= 0:
            self.opened.emit()


def results_in_words(results: Sequence[bool]) -> str:
    """For who does not see the signs: ``wrong, then right``."""
    return ", then ".join("right" if result else "wrong" for result in results) or "new"


def row_height() -> int:
    """Two lines of text, or two chips, with room around them."""
    return LINES * marked_text.line_height(13) + theme.current().px(18)


def _draw_results(painter: QPainter, widget: QWidget, area: QRect, results: Sequence[bool]) -> None:
    left = 0
    for result in results:
        place = area.adjusted(left, 0, 0, 0)
        left += draw_chip(painter, widget, place, "✓" if result else "✕", "chip-good" if result else "chip-bad") + 4
    if not results:
        draw_chip(painter, widget, area, "new", "chip")


_MOVING = (
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End,
)  # fmt: skip
