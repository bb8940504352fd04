"""Words that stand on one line where there is room for them, and wrap where there is not."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLabel

_PLAIN_TEXT = 0
"""Qt.TextFormat.PlainText."""


class Phrase(QLabel):
    """A plain-text label that asks for one line; a wrapping `QLabel` asks for about twenty letters."""

    def __init__(self, text: str, kind: str = "") -> None:
        super().__init__(text)
        self.setProperty("textFormat", _PLAIN_TEXT)
        self.setWordWrap(True)
        if kind:
            self.setProperty("kind", kind)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 2, super().sizeHint().height())
