"""What the window shows when the learner's file cannot be opened: what happened, what can be done, nothing lost."""

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout

from pingtopass_desktop.ui.widgets.basics import Button, Card, label, row
from pingtopass_desktop.ui.widgets.layouts import Flow
from pingtopass_desktop.ui.widgets.page import Page


class ProblemPage(Page):
    """A heading, sentences, and buttons that each do one thing."""

    def __init__(self, heading: str, sentences: list[str], actions: list[tuple[str, Callable[[], None]]]) -> None:
        super().__init__()
        card = Card(spacing=12)
        card.setFixedWidth(640)
        card.column.addWidget(label(heading, "title", wraps=True))
        for sentence in sentences:
            card.column.addWidget(label(sentence, "secondary", wraps=True))
        self.buttons: list[Button] = []
        for number, (words, action) in enumerate(actions):
            button = Button(words, "primary" if number == 0 else "")
            button.clicked.connect(action)
            self.buttons.append(button)
        card.column.addSpacing(8)
        card.column.addWidget(Flow(*self.buttons))
        box = QVBoxLayout(self)
        box.setContentsMargins(36, 36, 36, 36)
        box.addStretch(1)
        box.addLayout(row(None, card, None))
        box.addStretch(2)
