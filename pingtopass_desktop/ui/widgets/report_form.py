"""A short form to report a problem with a question: a reason and, if wanted, a sentence."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QPlainTextEdit, QVBoxLayout, QWidget

from pingtopass_desktop.study.marks import REPORT_REASONS
from pingtopass_desktop.ui import sheets
from pingtopass_desktop.ui.widgets.basics import Button, label, row


class ReportForm(QWidget):
    """Signals: `sent` with a reason of `REPORT_REASONS` and the text; `cancelled`."""

    sent = Signal(str, str)
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._reason = QComboBox()
        sheets.wear(self._reason, "combo")
        for reason, words in REPORT_REASONS.items():
            self._reason.addItem(words, reason)
        self._reason.setAccessibleName("What is wrong")
        self._reason.setMinimumContentsLength(12)
        self._reason.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._text = QPlainTextEdit()
        sheets.wear(self._text, "text")
        self._text.setPlaceholderText("What should it say? (optional)")
        self._text.setAccessibleName("Details")
        self._text.setTabChangesFocus(True)
        self._text.setFixedHeight(80)
        self.send = Button("Send", "primary")
        self._cancel = Button("Cancel")
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 4, 0, 0)
        box.setSpacing(6)
        box.addWidget(label("What is wrong?", "hint"))
        box.addWidget(self._reason)
        box.addWidget(self._text)
        box.addLayout(row(self.send, self._cancel, None))
        self.send.clicked.connect(self._finish)
        self._cancel.clicked.connect(self.cancelled)

    @property
    def controls(self) -> list[QWidget]:
        """In the order of reading."""
        return [self._reason, self._text, self.send, self._cancel]

    def start(self) -> None:
        self._text.clear()
        self._reason.setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
            return
        super().keyPressEvent(event)

    def _finish(self) -> None:
        self.sent.emit(self._reason.currentData(), self._text.toPlainText().strip())
