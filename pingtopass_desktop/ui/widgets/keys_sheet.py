"""The sheet of all keys, as they are now."""

from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from pingtopass_desktop.ui import keys, theme
from pingtopass_desktop.ui.keys import COMMANDS, FIXED_KEYS, Place
from pingtopass_desktop.ui.widgets.basics import Button, Scroller, label, row
from pingtopass_desktop.ui.widgets.page import Dialog


class KeysSheet(Dialog):
    """All keys in groups; Esc or the button closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard")
        px = theme.current().px
        self.resize(min(px(560), parent.width() - 40), min(px(640), parent.height() - 40))
        self._scroller = scroller = Scroller(margins=(24, 20, 24, 12), spacing=10)
        for heading, entries in _groups():
            scroller.column.addWidget(label(heading, "section"))
            grid = QGridLayout()
            grid.setHorizontalSpacing(20)
            grid.setVerticalSpacing(4)
            grid.setColumnMinimumWidth(0, px(150))
            for line, (key, words) in enumerate(entries):
                grid.addWidget(label(key, "strong"), line, 0)
                grid.addWidget(label(words, wraps=True), line, 1)
            grid.setColumnStretch(1, 1)
            scroller.column.addLayout(grid)
        scroller.column.addWidget(label("Settings › Keyboard changes them.", "hint"))
        scroller.column.addStretch(1)
        close = Button("Close")
        close.clicked.connect(self.accept)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 16)
        box.addWidget(scroller, 1)
        box.addLayout(row(None, close, margins=(24, 0, 24, 0)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._scroller.scroll_by_key(event):
            super().keyPressEvent(event)


def _groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """Headings, each with (keys, what they do); commands without a key are in the palette only."""
    key_map = keys.current()
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    for place in Place:
        lines = [
            (" or ".join(keys.key_in_words(key) for key in key_map.keys(command.id)), command.words)
            for command in COMMANDS
            if command.place is place and key_map.keys(command.id)
        ]
        if place is Place.QUESTION:
            letters = (key_map.option_words() + " or 1–9", FIXED_KEYS[0][1])
            lines = [letters, *FIXED_KEYS[1:], *lines]
        groups.append((str(place), lines))
    return groups
