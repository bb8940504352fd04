"""A sign-in that is under way: which step, what to do in the browser, and how to stop it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QProgressBar, QVBoxLayout, QWidget

from pingtopass_desktop.ui import sheets
from pingtopass_desktop.ui.account_words import step_words
from pingtopass_desktop.ui.widgets.announcing import announce
from pingtopass_desktop.ui.widgets.basics import Button, label
from pingtopass_desktop.ui.widgets.layouts import Flow

if TYPE_CHECKING:
    from pingtopass_desktop.cloud.account import SignInProgress

COPY = "Copy the address"


class SignInPanel(QWidget):
    """Signals: `open_asked` to show Google's page once more; `cancelled`."""

    open_asked = Signal()
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._address = ""
        self._step = label(kind="strong", wraps=True)
        self._hint = label(kind="secondary", wraps=True)
        self.bar = QProgressBar()
        sheets.wear(self.bar, "progress")
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.open = Button("Open the page again")
        self.copy = Button(COPY, name="Copy the address of the page")
        self.cancel = Button("Cancel", name="Cancel the sign-in")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(10)
        for part in (self._step, self._hint, self.bar, Flow(self.open, self.copy, self.cancel)):
            box.addWidget(part)
        self.open.clicked.connect(self.open_asked)
        self.copy.clicked.connect(self._copy)
        self.cancel.clicked.connect(self.cancelled)

    @property
    def text(self) -> str:
        return self._step.text()

    def show_progress(self, progress: "SignInProgress | None", *, moves: bool) -> None:
        """`moves` is false where the learner wants nothing to move."""
        step, hint = step_words(progress)
        address = progress.address if progress is not None else ""
        if step != self._step.text() and self.isVisible():
            announce(self, step)
        self._step.setText(step)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self.bar.setAccessibleName(step)
        self.bar.setVisible(moves)
        for button in (self.open, self.copy):
            button.setVisible(bool(address))
        if address != self._address:
            self._address = address
            self.copy.set_label(COPY, "Copy the address of the page")

    def _copy(self) -> None:
        QApplication.clipboard().setText(self._address)
        self.copy.set_label("Copied", "Address copied")
