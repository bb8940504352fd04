"""A line above the page about something that can wait, with what can be done about it and a way to put it away."""

from collections.abc import Callable

from pingtopass_desktop.ui.widgets.announcing import announce
from pingtopass_desktop.ui.widgets.basics import Button, Notice


class Offer(Notice):
    """It stands back while a session fills the window, and comes again afterwards."""

    def __init__(self) -> None:
        super().__init__()
        self._is_open = False
        self._act: Callable[[], object] | None = None
        self.close_button = Button("Close", "link", name="Close this line")
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self.close_button)
        self.close_button.clicked.connect(self.withdraw)
        self.action.clicked.connect(self._accept)

    def make(self, text: str, action: str, act: Callable[[], object], *, is_in_way: bool) -> None:
        """Say it, now or when it is no longer `is_in_way`."""
        self._is_open, self._act = True, act
        self.show_text(text, "notice-warn", action)
        self.stand_back(is_in_way)
        if not is_in_way:
            announce(self, text)

    def stand_back(self, is_in_way: bool) -> None:
        self.setVisible(self._is_open and not is_in_way)

    def withdraw(self) -> None:
        self._is_open = False
        self.hide()

    def _accept(self) -> None:
        self.withdraw()
        if self._act is not None:
            self._act()
