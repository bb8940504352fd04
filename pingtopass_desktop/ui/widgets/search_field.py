"""A field to search in, which says at its right end how much was found."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit

from pingtopass_desktop.ui.widgets.basics import label

_CLEAR_PX = 30
"""The room that Qt's button to clear the field takes."""


class SearchField(QLineEdit):
    """Signals: `left_down` when Enter or Down goes on to what was found; `escaped` on Esc in the empty field."""

    left_down = Signal()
    escaped = Signal()

    def __init__(self, placeholder: str, name: str) -> None:
        super().__init__()
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name)
        self.setClearButtonEnabled(True)
        self._found = label(kind="hint")
        self._found.setParent(self)
        self._found.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    @property
    def found_text(self) -> str:
        return self._found.text()

    def show_found(self, words: str) -> None:
        self._found.setText(words)
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

    def _place(self) -> None:
        self._found.adjustSize()
        width = self._found.width() if self._found.text() else 0
        fits = width + 3 * _CLEAR_PX < self.width()
        self._found.setVisible(fits and width > 0)
        self.setTextMargins(0, 0, width + 12 if fits else 0, 0)
        end = self.width() - (_CLEAR_PX if self.text() else 12)
        self._found.move(end - width, (self.height() - self._found.height()) // 2)
