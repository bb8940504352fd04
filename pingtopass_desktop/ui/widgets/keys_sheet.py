"""The sheet of all keys."""

from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from pingtopass_desktop.ui.keys import KEYS
from pingtopass_desktop.ui.widgets.basics import Button, Scroller, label, row


class KeysSheet(QDialog):
    """All keys in groups; Esc or the button closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard")
        self.resize(520, 620)
        scroller = Scroller(margins=(24, 20, 24, 12), spacing=10)
        for heading, entries in KEYS:
            scroller.column.addWidget(label(heading, "section"))
            grid = QGridLayout()
            grid.setHorizontalSpacing(20)
            grid.setVerticalSpacing(4)
            grid.setColumnMinimumWidth(0, 150)
            for line, (key, words) in enumerate(entries):
                grid.addWidget(label(key, "strong"), line, 0)
                grid.addWidget(label(words, wraps=True), line, 1)
            grid.setColumnStretch(1, 1)
            scroller.column.addLayout(grid)
        scroller.column.addStretch(1)
        close = Button("Close")
        close.clicked.connect(self.accept)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 16)
        box.addWidget(scroller, 1)
        box.addLayout(row(None, close, margins=(24, 0, 24, 0)))
