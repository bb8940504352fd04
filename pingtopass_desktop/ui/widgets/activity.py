"""The last 26 weeks as squares, a column for each week. Painted: a page asks for it after its first paint."""

from collections.abc import Sequence
from datetime import timedelta

from PySide6.QtCore import QEvent, QLocale, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from pingtopass_desktop.study.insights import WEEKS, DayCount
from pingtopass_desktop.ui import theme, words
from pingtopass_desktop.ui.widgets.basics import plural

_STEP_PX, _GAP_PX = 16, 4
_LEVELS = (0.0, 0.3, 0.62, 1.0)
"""How much of the primary colour a square has: no answer, some, half of the goal, the goal of the day."""


class ActivitySquares(QWidget):
    """Signals: `day_pointed_at` with a `DayCount` while the pointer or the keyboard is on its square, else None.

    The arrow keys go from day to day.
    """

    day_pointed_at = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._days: tuple[DayCount, ...] = ()
        self._goal = 1
        self._lead = 0
        self._here = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_days(self, days: Sequence[DayCount], goal: int) -> None:
        """Show days without a gap, the last one today; `goal` is that of a day, in answers."""
        week_day = (days[-1].day.isoweekday() - QLocale().firstDayOfWeek().value) % 7
        self._days = tuple(days[-(7 * (WEEKS - 1) + week_day + 1) :])
        self._lead = (self._days[0].day.isoweekday() - QLocale().firstDayOfWeek().value) % 7
        self._goal = max(1, goal)
        self._here = min(self._here, len(self._days) - 1)
        active = [day for day in self._days if day.answers]
        answers = sum(day.answers for day in active)
        self.setAccessibleName(
            f"Last {WEEKS} weeks: {plural(answers, 'answer')} on {len(active)} of {plural(len(self._days), 'day')}"
        )
        self.update()

    def sizeHint(self) -> QSize:
        step = theme.current().px(_STEP_PX)
        return QSize(step * WEEKS, step * 7)

    def minimumSizeHint(self) -> QSize:
        return QSize(WEEKS * 8, 7 * 8)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(self._step(width) * 7)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            tokens = theme.current().tokens
            colours = [_mixed(QColor(tokens.surface_2), QColor(tokens.primary), share) for share in _LEVELS]
            radius = self._step(self.width()) * 0.18
            for index, day in enumerate(self._days):
                painter.setBrush(colours[self._level(day)])
                painter.drawRoundedRect(self._square(index), radius, radius)
            if self.hasFocus() and self._here >= 0:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(QColor(tokens.ink), 2))
                painter.drawRoundedRect(self._square(self._here), radius, radius)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            index = self._index_at(event.pos())
            text = day_words(self._days[index], self._days[-1]) if index >= 0 else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        if event.type() == QEvent.Type.Leave:
            self.day_pointed_at.emit(self._days[self._here] if self.hasFocus() and self._here >= 0 else None)
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index = self._index_at(event.position().toPoint())
        self.day_pointed_at.emit(self._days[index] if index >= 0 else None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -7, Qt.Key.Key_Right: 7, Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        elif 0 <= self._here + step < len(self._days):
            self._go_to(self._here + step)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._days:
            self._go_to(len(self._days) - 1 if self._here < 0 else self._here)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.day_pointed_at.emit(None)
        self.update()

    def _go_to(self, index: int) -> None:
        self._here = index
        self.setAccessibleDescription(day_words(self._days[index], self._days[-1]))
        self.day_pointed_at.emit(self._days[index])
        self.update()

    def _level(self, day: DayCount) -> int:
        if not day.answers:
            return 0
        return 3 if day.answers >= self._goal else 2 if 2 * day.answers >= self._goal else 1

    def _step(self, width: int) -> float:
        return min(float(theme.current().px(_STEP_PX)), width / WEEKS)

    def _square(self, index: int) -> QRectF:
        step = self._step(self.width())
        column, line = divmod(index + self._lead, 7)
        side = step * (1 - _GAP_PX / _STEP_PX)
        return QRectF(column * step + 1, line * step + 1, side, side)

    def _index_at(self, point: QPoint) -> int:
        step = self._step(self.width())
        index = int(point.x() // step) * 7 + int(point.y() // step) - self._lead
        return index if 0 <= index < len(self._days) and point.y() < 7 * step else -1


def day_words(day: DayCount, last: DayCount) -> str:
    """``22 Nov: 34 answers, 26 right``."""
    name = "Today" if day.day == last.day else words.short_day_text(day.day, last.day)
    if day.day == last.day - timedelta(days=1):
        name = "Yesterday"
    return f"{name}: {plural(day.answers, 'answer')}, {day.correct:,} right" if day.answers else f"{name}: no answers"


def _mixed(one: QColor, other: QColor, share: float) -> QColor:
    parts = zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)  # type: ignore[index]
    return QColor(*(round(a + (b - a) * share) for a, b in parts))
