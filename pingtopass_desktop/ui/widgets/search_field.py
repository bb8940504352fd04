"""A field to search in, which says at its right end how much was found."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit

from pingtopass_desktop.ui import looks, sheets, theme

_CLEAR_PX = 30
"""The room that Qt's button to clear the field takes."""

_SIDE_PX = 12


class SearchField(QLineEdit):
    """Signals: `left_down` when Enter or Down goes on to what was found; `escaped` on Esc in the empty field."""

    left_down = Signal()
    escaped = Signal()

    def __init__(self, placeholder: str, name: str) -> None:
        super().__init__()
        sheets.wear(self, "field")
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name)
        self.setClearButtonEnabled(True)
        self._found = ""

    @property
    def found_text(self) -> str:
        return self._found

    def show_found(self, words: str) -> None:
        self._found = words
        self.setAccessibleDescription(words)
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.left_down.emit()
        elif event.key() == Qt.Key.Key_Escape:
            if self.text():
                self.clear()
            else:
                self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.textMargins().right():
            with QPainter(self) as painter:
                painter.setFont(_found_font())
                end = _CLEAR_PX if self.text() else _SIDE_PX
                area = self.rect().adjusted(0, 0, -end, 0)
                looks.draw_text(painter, self, area, self._found, "ink_3", looks.RIGHT)

    def _place(self) -> None:
        """Keep room for the words where there is room for both."""
        width = QFontMetrics(_found_font()).horizontalAdvance(self._found)
        fits = width > 0 and width + 3 * _CLEAR_PX < self.width()
        self.setTextMargins(0, 0, width + _SIDE_PX if fits else 0, 0)
        self.update()


def _found_font() -> QFont:
    return looks.font(12, 0, theme.current().zoom)
