"""Seconds per question as bars. Painted by hand: sixty bars need no plotting library before the first paint."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from pingtopass_desktop.study.review import PaceBar
from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.widgets.basics import label
from pingtopass_desktop.ui.widgets.chart_card import ChartCard, ChartValues


class PaceCard(ChartCard):
    """The pace of an attempt as bars, and as a table with a row for each question."""

    def __init__(self, bars: Sequence[PaceBar], even_pace_s: int | None) -> None:
        super().__init__("Pace: seconds per question", "the pace")
        self.put_chart(PaceChart(bars, even_pace_s))
        even = f" · dashed = {even_pace_s} s, the even pace" if even_pace_s else ""
        self.area.addWidget(label(f"Red and hatched = wrong or unanswered{even}", "hint", wraps=True))
        rows = tuple((f"Question {bar.number}", f"{bar.seconds} s", _result(bar).capitalize()) for bar in bars)
        self.show_values(ChartValues("Pace", ("Question", "Time", "Result"), rows))


class PaceChart(QWidget):
    """Bars in the order of the form; wrong ones differ by colour and by hatching."""

    def __init__(self, bars: Sequence[PaceBar], even_pace_s: int | None) -> None:
        super().__init__()
        self._bars = tuple(bars)
        self._even_pace_s = even_pace_s
        self._top_s = max([bar.seconds for bar in self._bars] + [even_pace_s or 1, 1]) * 1.05
        self.setMinimumHeight(170)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        slowest = max(self._bars, key=lambda bar: bar.seconds, default=None)
        words = f"Pace of {len(self._bars)} questions"
        if slowest is not None:
            words += f", slowest question {slowest.number} with {slowest.seconds} seconds"
        self.setAccessibleName(words)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            tokens = theme.current().tokens
            painter.setPen(Qt.PenStyle.NoPen)
            for index, bar in enumerate(self._bars):
                area = self._area(index, bar.seconds)
                painter.setBrush(QColor(tokens.primary if bar.is_right else tokens.bad))
                painter.drawRoundedRect(area, 2, 2)
                if not bar.is_right:
                    painter.setBrush(QBrush(QColor(tokens.surface), Qt.BrushStyle.BDiagPattern))
                    painter.drawRoundedRect(area, 2, 2)
            if self._even_pace_s:
                painter.setPen(QPen(QColor(tokens.ink_3), 1, Qt.PenStyle.DashLine))
                height = self.height() * (1 - self._even_pace_s / self._top_s)
                painter.drawLine(0, round(height), self.width(), round(height))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self._bars:
            index = min(len(self._bars) - 1, int(event.pos().x() * len(self._bars) / max(1, self.width())))
            bar = self._bars[index]
            QToolTip.showText(event.globalPos(), f"Question {bar.number}: {bar.seconds} s, {_result(bar)}", self)
            return True
        return super().event(event)

    def _area(self, index: int, seconds: int) -> QRectF:
        step = self.width() / max(1, len(self._bars))
        width = max(2.0, min(step * 0.68, 18.0))
        height = max(2.0, self.height() * seconds / self._top_s)
        return QRectF(index * step + (step - width) / 2, self.height() - height, width, height)


def _result(bar: PaceBar) -> str:
    return "right" if bar.is_right else "wrong" if bar.is_answered else "unanswered"
