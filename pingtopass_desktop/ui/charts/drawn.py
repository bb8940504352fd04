"""The charts: shares over time as lines with an area, and counts by day as bars."""

from collections.abc import Sequence
from datetime import date

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.charts.plot import Plot, pen

_LINE, _SECOND_LINE, _DOT = 2.5, 1.5, 9
"""Pixels at 100 % text."""

_BAR_SHARE = 0.72
"""How much of the room of a day its bar takes."""

_END_SHARE = 0.015
"""Room for the dot at the end of a line, as a share of its length."""

_MOST_STEPS = 4


class MasteryChart(Plot):
    """Two shares over time: one as a line over an area, one dashed. Both axes are fixed, so that looks compare."""

    def __init__(self) -> None:
        super().__init__(least_height=190)
        self._of_all = _Area(fillLevel=0)
        self._of_seen = pg.PlotCurveItem(connect="finite")
        self._dot = pg.ScatterPlotItem(pxMode=True)
        self._ends: list[tuple[float, float]] = []
        for item in (self._of_seen, self._of_all, self._dot):
            self.box.addItem(item)
        self.values.setTicks([[(share, f"{share:.0%}") for share in (0, 0.25, 0.5, 0.75, 1)]])
        self.box.setYRange(0, 1.02, padding=0)

    def show_shares(
        self, days: Sequence[date], of_all: Sequence[float], of_seen: Sequence[float | None], words: Sequence[str]
    ) -> None:
        """One point a day given; a share that is not known leaves a gap in the dashed line."""
        places = [float(day.toordinal()) for day in days]
        self._of_all.setData(places, list(of_all))
        self._of_seen.setData(places, [float("nan") if share is None else share for share in of_seen])
        self._ends = list(zip(places, of_all, strict=True))
        span = places[-1] - places[0]
        self.box.setXRange(places[0] - (0 if span else 0.5), places[-1] + (span * _END_SHARE or 0.5), padding=0)
        self.set_places(places, days, words, today=len(days) - 1)
        self._point_at(None)

    def _value_texts(self) -> list[str]:
        return ["100%"]

    def _colour_items(self, tokens: theme.Tokens) -> None:
        scale = theme.current().zoom / 100
        self._of_all.setBrush(QColor(tokens.primary_soft))
        self._of_all.setPen(pen(tokens.primary, _LINE * scale))
        self._of_seen.setPen(pen(tokens.ink_3, _SECOND_LINE * scale, Qt.PenStyle.DashLine))
        self._dot.setBrush(QColor(tokens.primary))
        self._dot.setPen(pen(tokens.surface, 2 * scale))
        self._dot.setSize(_DOT * scale)

    def _point_at(self, index: int | None) -> None:
        """The dot is on the last day, or on the one that the mouse is at."""
        if self._ends:
            x, y = self._ends[-1 if index is None else index]
            self._dot.setData([x], [y])


class _Area(pg.PlotCurveItem):
    """A line with the area below it filled as one: the base fills 50 points at a time, and each joint shows."""

    def _getFillPathList(self, widget: QWidget | None) -> list[QPainterPath]:
        return [self._getFillPath()]


class ReviewsChart(Plot):
    """Counts by day as bars, the first one today. What is overdue stands below in today's bar, in another colour and
    hatched."""

    def __init__(self) -> None:
        super().__init__(least_height=120)
        self._bars = _Bars()
        self._top_text = "0"
        self.box.addItem(self._bars)

    def show_counts(self, days: Sequence[date], counts: Sequence[int], overdue: int, words: Sequence[str]) -> None:
        """`counts` of each day; today's holds what is overdue as well."""
        self._bars.show_counts(counts, overdue)
        step = step_of(max(counts, default=0))
        top = max(step, -(-max(counts, default=0) // step) * step)
        self._top_text = f"{top:,}"
        self.values.setTicks([[(value, f"{value:,}" if value else "") for value in range(0, top + 1, step)]])
        self.box.setYRange(0, top * 1.04, padding=0)
        self.box.setXRange(-0.5, len(counts) - 0.5, padding=0)
        self.set_places([float(number) for number in range(len(counts))], days, words, today=0)
        self.fit_values()

    def _value_texts(self) -> list[str]:
        return [self._top_text]

    def _colour_items(self, tokens: theme.Tokens) -> None:
        self._bars.update()

    def _day_text(self, index: int) -> str:
        return super()._day_text(index) if index else "Today"


class _Bars(pg.GraphicsObject):
    """Bars at 0, 1, 2 …; painted in pixels, so that corners and hatching do not stretch with the axes."""

    def __init__(self) -> None:
        super().__init__()
        self._counts: list[int] = []
        self._overdue = 0

    def show_counts(self, counts: Sequence[int], overdue: int) -> None:
        self.prepareGeometryChange()
        self._counts, self._overdue = list(counts), overdue
        self.informViewBoundsChanged()
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(-0.5, 0, max(1, len(self._counts)), max(1, *self._counts, 1))

    def paint(self, p: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        tokens = theme.current().tokens
        to_pixels = p.worldTransform()
        p.save()
        p.resetTransform()
        p.setRenderHint(QPainter.RenderHint.Antialiasing)
        p.setPen(Qt.PenStyle.NoPen)
        for place, count in enumerate(self._counts):
            p.setBrush(QColor(tokens.primary))
            bar = to_pixels.mapRect(QRectF(place - _BAR_SHARE / 2, 0, _BAR_SHARE, count))
            if count:
                p.drawRoundedRect(bar, 2, 2)
            if place == 0 and self._overdue:
                bar.setTop(bar.bottom() - bar.height() * self._overdue / count)
                p.setBrush(QColor(tokens.warn))
                p.drawRoundedRect(bar, 2, 2)
                p.setBrush(QBrush(QColor(tokens.surface), Qt.BrushStyle.BDiagPattern))
                p.drawRoundedRect(bar, 2, 2)
        p.restore()


def step_of(top: int) -> int:
    """The distance of the lines of an axis up to `top`: 1, 2 or 5 times a power of ten, at most four of them."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if factor * power * _MOST_STEPS >= top:
                return factor * power
        power *= 10
