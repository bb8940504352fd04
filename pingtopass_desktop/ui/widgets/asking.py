"""A question in place, below the row it belongs to, before what one press cannot take back."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout

from pingtopass_desktop.ui.widgets.basics import Button, Surface, label
from pingtopass_desktop.ui.widgets.layouts import Flow


class Asking(Surface):
    """What will happen, and two buttons. The quiet one has the keyboard; Esc is the quiet one. Hidden until `ask`.

    Signals: `agreed`; `left` when it was closed without.
    """

    agreed = Signal()
    left = Signal()

    def __init__(self, text: str, keep: str, go: str) -> None:
        super().__init__("notice-warn")
        self.keep = Button(keep)
        self.go = Button(go, "danger")
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 10, 12, 12)
        box.setSpacing(10)
        box.addWidget(label(text, wraps=True))
        box.addWidget(Flow(self.keep, self.go))
        self.setAccessibleName(text)
        self.keep.setAccessibleDescription(text)
        self.keep.clicked.connect(self.leave)
        self.go.clicked.connect(self._agree)
        self.hide()

    @property
    def controls(self) -> list[Button]:
        """In the order of reading."""
        return [self.keep, self.go]

    def ask(self) -> None:
        self.show()
        self.keep.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """Close it; nothing happens."""
        if not self.isHidden():
            self.hide()
            self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def _agree(self) -> None:
        self.hide()
        self.agreed.emit()
