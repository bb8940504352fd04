"""Words that stand on one line where there is room for them, and wrap where there is not."""

from PySide6.QtCore import QSize

from pingtopass_desktop.ui.widgets.basics import Paragraph


class Phrase(Paragraph):
    """A plain-text label that asks for one line; a wrapping `QLabel` asks for about twenty letters."""

    def __init__(self, text: str, kind: str = "") -> None:
        super().__init__(text, kind)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 2, super().sizeHint().height())
