"""The one question before something that cannot be undone: ending an exam."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from pingtopass_desktop.domain.attempt import Attempt
from pingtopass_desktop.ui.widgets.basics import Button, duration, label, plural, row
from pingtopass_desktop.ui.widgets.page import Dialog


class ConfirmDialog(Dialog):
    """A heading, a sentence, and two buttons. The quiet one has the focus; Esc is the quiet one."""

    def __init__(self, parent: QWidget, heading: str, text: str, keep: str, go: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(heading)
        self.setModal(True)
        self.keep = Button(keep)
        self.go = Button(go, "danger")
        words = label(text, "secondary", wraps=True)
        words.setMinimumWidth(380)
        box = QVBoxLayout(self)
        box.setContentsMargins(24, 24, 24, 20)
        box.setSpacing(12)
        box.addWidget(label(heading, "section"))
        box.addWidget(words)
        box.addLayout(row(None, self.keep, self.go))
        self.keep.clicked.connect(self.reject)
        self.go.clicked.connect(self.accept)
        self.keep.setFocus(Qt.FocusReason.OtherFocusReason)


def confirm_end(parent: QWidget, attempt: Attempt, go: Callable[[], None]) -> None:
    """Ask before an exam ends; `go` runs when the answer is yes. Does not block the clock."""
    unanswered = len(attempt.unanswered)
    left = duration(attempt.remaining_ms or 0)
    answered = len(attempt.items) - unanswered
    text = f"{answered} of {len(attempt.items)} answered, {left} left. After this no answer can be changed."
    if unanswered:
        text = f"{plural(unanswered, 'question')} unanswered: they score as wrong. " + text
    dialog = ConfirmDialog(parent, "End the exam?", text, "Go on with the exam", "End exam")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.accepted.connect(go)
    dialog.finished.connect(parent.window().activateWindow)  # not every platform gives the focus back
    dialog.open()
