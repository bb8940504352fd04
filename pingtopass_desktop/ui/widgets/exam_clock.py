"""The clock of an exam: remaining time, which may be hidden, and comes back for the last five minutes."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QSizePolicy

from pingtopass_desktop.ui.widgets.announcing import announce
from pingtopass_desktop.ui.widgets.basics import Chip

WARN_AT_S = (300, 60)


def clock_text(remaining_ms: int) -> str:
    """``42:18``, or ``1:29:59`` from an hour on; a started second counts as whole."""
    seconds = -(-remaining_ms // 1000)
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


class ExamClock(Chip):
    """Signals: `warned` with the seconds left, once at five minutes and once at one."""

    warned = Signal(int)

    def __init__(self) -> None:
        super().__init__("", "clock")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setToolTip("Hide or show the clock (T)")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._is_hidden = False
        self._warned: set[int] = set()
        self._remaining_ms = 0

    def begin(self, remaining_ms: int) -> None:
        """Start with the time of another attempt; warnings already passed are not repeated."""
        self._is_hidden = False
        self._warned = {limit for limit in WARN_AT_S if remaining_ms <= limit * 1000}
        self.show_remaining(remaining_ms)

    def show_remaining(self, remaining_ms: int) -> None:
        self._remaining_ms = remaining_ms
        for limit in WARN_AT_S:
            if remaining_ms <= limit * 1000 and limit not in self._warned:
                self._warned.add(limit)
                self._is_hidden = False
                self._announce(limit)
                self.warned.emit(limit)
        self._draw()

    def toggle(self) -> None:
        """Hide the time or show it; in the last five minutes it stays."""
        self._is_hidden = not self._is_hidden and self._remaining_ms > WARN_AT_S[0] * 1000
        self._draw()

    @property
    def is_time_hidden(self) -> bool:
        return self._is_hidden

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.toggle()

    def _draw(self) -> None:
        text = "Show time" if self._is_hidden else clock_text(self._remaining_ms)
        if text != self.text():
            self.setText(text)
            minutes = -(-self._remaining_ms // 60_000)
            self.setAccessibleName("Clock, hidden" if self._is_hidden else f"About {minutes} minutes left")
        is_urgent = self._remaining_ms <= WARN_AT_S[1] * 1000
        self.set_kind("clock-hidden" if self._is_hidden else "clock-urgent" if is_urgent else "clock")

    def _announce(self, seconds: int) -> None:
        minutes = seconds // 60
        words = f"{minutes} {'minute' if minutes == 1 else 'minutes'} left"
        announce(self, words)
