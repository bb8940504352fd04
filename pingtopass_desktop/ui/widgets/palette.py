"""The command palette: everything that can be done now, found by typing a part of its words."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from pingtopass_desktop.ui import sheets, theme
from pingtopass_desktop.ui.widgets.basics import label, row
from pingtopass_desktop.ui.widgets.page import Dialog

Entry = tuple[str, str, Callable[[], Any]]
"""Words, key, action."""


class Palette(Dialog):
    """Typing narrows the list, arrows move in it, Enter or a click does what is chosen, Esc leaves."""

    def __init__(self, parent: QWidget, entries: Sequence[Entry]) -> None:
        super().__init__(parent)
        self.setWindowTitle("Find a command")
        self._entries = tuple(entries)
        self._chosen: Callable[[], Any] | None = None
        self.search = QLineEdit()
        sheets.wear(self.search, "field")
        self.search.setPlaceholderText("Type what you want to do")
        self.search.setAccessibleName("Find a command")
        self.list = QTableWidget(0, 2)
        sheets.wear(self.list, "list")
        self.list.setAccessibleName("Commands")
        self.list.setShowGrid(False)
        self.list.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.list.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.list.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.list.verticalHeader().hide()
        self.list.horizontalHeader().hide()
        self.list.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._empty = label("No command of these words.", "secondary")
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(10)
        box.addWidget(self.search)
        box.addWidget(self.list, 1)
        box.addWidget(self._empty)
        box.addLayout(row(label("↑ ↓ choose · Enter does it · Esc leaves", "hint"), None))
        self.resize(
            min(theme.current().px(560), parent.width() - 40), min(theme.current().px(480), parent.height() - 40)
        )
        self.search.textChanged.connect(self._fill)
        self.search.returnPressed.connect(self._take)
        self.list.itemClicked.connect(self._take)
        self._fill("")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        elif self.list.rowCount():
            self.list.selectRow(min(self.list.rowCount() - 1, max(0, self.list.currentRow() + step)))

    def done(self, result: int) -> None:
        super().done(result)
        if self._chosen is not None:
            self._chosen()

    def _fill(self, text: str) -> None:
        words = text.casefold().split()
        found = [
            number for number, entry in enumerate(self._entries) if all(word in entry[0].casefold() for word in words)
        ]
        self.list.setRowCount(len(found))
        for line, number in enumerate(found):
            title, key, _ = self._entries[number]
            item = QTableWidgetItem(title)
            item.setData(Qt.ItemDataRole.UserRole, number)
            shortcut = QTableWidgetItem(key)
            shortcut.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.list.setItem(line, 0, item)
            self.list.setItem(line, 1, shortcut)
        self.list.resizeRowsToContents()
        self.list.selectRow(0)
        self.list.setVisible(bool(found))
        self._empty.setVisible(not found)

    def _take(self) -> None:
        item = self.list.item(self.list.currentRow(), 0)
        if item is not None and self.list.rowCount():
            self._chosen = self._entries[item.data(Qt.ItemDataRole.UserRole)][2]
            self.accept()
