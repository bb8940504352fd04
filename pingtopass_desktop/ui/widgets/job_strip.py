"""A line about long work that is going on: what, how far, and a way to stop it. Hidden when nothing is going on."""

from threading import Event

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout

from pingtopass_desktop.ui import sheets
from pingtopass_desktop.ui.widgets.basics import Button, Surface, label, row


class Steering(QObject):
    """What a job and the window share. The job calls `tell`; `stop` makes it return False from then on.

    Signals: `told` with words, steps done and steps in all (0 where nobody knows).
    """

    told = Signal(str, int, int)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._is_stopped = Event()

    def tell(self, words: str, done: int, total: int) -> bool:
        """From the job's thread. False where the job is to stop."""
        if not self._is_stopped.is_set():
            self.told.emit(words, done, total)
        return not self._is_stopped.is_set()

    def stop(self) -> None:
        self._is_stopped.set()


class JobStrip(Surface):
    """Shows one job at a time. `counts` is false where the words say how far it is."""

    def __init__(self, *, counts: bool = True) -> None:
        super().__init__("notice")
        self._counts = counts
        self._words = label(wraps=True)
        self._bar = QProgressBar()
        sheets.wear(self._bar, "progress")
        self._bar.setTextVisible(False)
        self.cancel = Button("Cancel", "link")
        self._steering: Steering | None = None
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 8, 12, 12)
        line = row(self._words, self.cancel)
        line.setStretch(0, 1)
        box.addLayout(line)
        box.addWidget(self._bar)
        self.cancel.clicked.connect(self.stop)
        self.hide()

    @property
    def text(self) -> str:
        return self._words.text()

    @property
    def is_running(self) -> bool:
        return self._steering is not None

    def start(self, words: str) -> Steering:
        """Show that a job begins."""
        steering = Steering(self)
        steering.told.connect(self._show)
        self._steering = steering
        self.cancel.setEnabled(True)
        self._show(words, 0, 0)
        self.show()
        return steering

    def tell(self, words: str, done: int, total: int) -> None:
        """As a job does by its steering; from the window's thread."""
        self._show(words, done, total)

    def finish(self) -> None:
        """The job is over, whatever came of it."""
        if self._steering is not None:
            self._steering.told.disconnect(self._show)
            self._steering.deleteLater()
            self._steering = None
        self.hide()

    def stop(self) -> None:
        """Ask the job to stop; it says when it has."""
        if self._steering is not None:
            self._steering.stop()
            self.cancel.setEnabled(False)
            self._words.setText("Stopping…")

    def _show(self, words: str, done: int, total: int) -> None:
        if not self.cancel.isEnabled():
            return
        counted = f"{words} · {done:,} of {total:,}" if total else f"{words} · {done:,}" if done else words
        self._words.setText(counted if self._counts else words)
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self._bar.setAccessibleName(self._words.text())
