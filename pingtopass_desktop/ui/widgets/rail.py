"""The rail at the left: the pages of the window."""

from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QVBoxLayout

from pingtopass_desktop.ui.widgets.basics import Button, Dot, Surface, label, row

PAGES = (
    ("today", "Today"),
    ("practice", "Practice"),
    ("exams", "Exams"),
    ("progress", "Progress"),
    ("library", "Library"),
    ("settings", "Settings"),
)
"""Name and word of each page; the name is also that of its command."""


_STRONG_FOCUS, _CLICK_FOCUS = 11, 2
"""Qt.FocusPolicy.StrongFocus and ClickFocus."""

_LEAST_WIDTH_PX = 208
"""Large text needs more, also beside a page that is too wide."""


class Rail(Surface):
    """Signals: `page_asked` with a page's name."""

    page_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__("rail")
        self.setAccessibleName("Pages")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._group = QButtonGroup(self)
        self.buttons: dict[str, Button] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 20, 12, 16)
        column.setSpacing(4)
        column.addLayout(row(Dot(), label("PingToPass", "section"), None, spacing=6, margins=(6, 0, 0, 12)))
        for name, words in PAGES:
            button = Button(words, "rail", command=name)
            button.setCheckable(True)
            button.clicked.connect(partial(self.page_asked.emit, name))
            self._group.addButton(button)
            self.buttons[name] = button
            if name == PAGES[-1][0]:
                column.addStretch(1)
            column.addWidget(button)

    def sizeHint(self) -> QSize:
        return super().sizeHint().expandedTo(QSize(_LEAST_WIDTH_PX, 0))

    def minimumSizeHint(self) -> QSize:
        return super().minimumSizeHint().expandedTo(QSize(_LEAST_WIDTH_PX, 0))

    @property
    def checked(self) -> str:
        """The name of the page that is in front or was before a session; empty at first."""
        return next((name for name, button in self.buttons.items() if button.isChecked()), "")

    def check(self, name: str) -> None:
        """Show which page is in front; Tab leads to it, and arrows to the others."""
        self.buttons[name].setChecked(True)
        for button in self.buttons.values():
            button.setProperty("focusPolicy", _STRONG_FOCUS if button.isChecked() else _CLICK_FOCUS)
