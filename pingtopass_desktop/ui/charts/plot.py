"""What the charts share: a plot in the look of the theme, which says the value under the mouse.

It never pans, zooms, opens a menu or takes the wheel: the page scrolls. Values by keyboard are in the table behind it.
"""

from collections.abc import Sequence
from datetime import date

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetricsF,
    QMouseEvent,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QToolTip, QWidget

from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.words import short_day_text

pg.setConfigOptions(antialias=True)

_LABEL_GAP = 1.5
"""A label on the axis of days gets this many times its width, so that labels never touch."""

_LABEL_ROOM_PX = 200
"""How far a label may reach beyond its axis; there is room, see `restyle`."""

_DATES_BELOW_PX = 6


class Plot(pg.GraphicsView):
    """Axes and a view box. A chart puts its items into `box`, places them by `set_places`, and colours them in
    `_colour_items`, which is called again for each change of the theme or of the text zoom."""

    _theme: theme.Theme | None = None
    """The theme taken over last; none until the plot is first shown. The base sends events while it is being built."""

    def __init__(self, least_height: int) -> None:
        super().__init__(background=None)  # type: ignore[arg-type]  it is allowed, see `setBackground`
        self._least_height = least_height
        self._today = 0
        self._places: list[float] = []
        self._words: list[str] = []
        self._days: list[date] = []
        self.box = pg.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0)
        self.values = _ValueAxis("left", linkView=self.box)
        self.dates = pg.AxisItem("bottom", linkView=self.box)
        self._lay_out()

    def set_places(self, places: Sequence[float], days: Sequence[date], words: Sequence[str], today: int) -> None:
        """Where the values lie on the axis of days, which days these are, what the mouse says of each, and which of
        them is today, by its index."""
        self._places, self._days, self._words, self._today = list(places), list(days), list(words), today
        self._mark_days()

    def fit_values(self) -> None:
        """Give the left axis the width of its texts; nothing where the theme was not taken over yet."""
        if self._theme is not None:
            metrics = QFontMetricsF(axis_font())
            self.values.setWidth(round(max(metrics.horizontalAdvance(text) for text in self._value_texts())) + 10)

    def words_at(self, x: float) -> str:
        """What the mouse says at a distance in pixels from the left edge; empty beside the values."""
        index = self._index_at(x)
        return "" if index is None else self._words[index]

    def marked_days(self) -> list[tuple[float, str]]:
        """The days written under the plot, and where."""
        room = self.width() - self.values.width()
        if not self._places or room <= 0:
            return []
        fitting = max(1, int(room / (self._day_width(QFontMetricsF(axis_font())) * _LABEL_GAP)))
        step = -(-len(self._places) // fitting)
        chosen = range(self._today % step, len(self._places), step)
        return [(self._places[index], self._day_text(index)) for index in chosen]

    def pixel_of(self, place: float, value: float) -> QPointF:
        """Where a value is drawn, in pixels of the widget."""
        return QPointF(self.mapFromScene(self.box.mapViewToScene(QPointF(place, value))))

    def close(self) -> bool:  # type: ignore[override]
        """As any widget; the base takes its viewport away, which ends the process."""
        return QWidget.close(self)

    def sizeHint(self) -> QSize:
        """Not that of the base, which is the size it has."""
        return QSize(theme.current().px(2 * self._least_height), theme.current().px(self._least_height))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(160), theme.current().px(self._least_height))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        theme.paint_apart(self, turns=2)  # after the page around
        self._take_over()

    def resizeEvent(self, ev: QResizeEvent | None) -> None:
        super().resizeEvent(ev)
        if self._theme is not None:
            self._mark_days()

    def wheelEvent(self, ev: QWheelEvent) -> None:
        ev.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.ignore()

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        ev.ignore()

    def mouseReleaseEvent(self, ev: QMouseEvent) -> None:
        ev.ignore()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.ignore()

    def mouseMoveEvent(self, ev: QMouseEvent) -> None:
        index = self._index_at(ev.position().x())
        self._point_at(index)
        if index is None:
            QToolTip.hideText()
        else:
            # The rectangle is that of this mouse position only: the next move asks again.
            here = QRect(ev.position().toPoint(), ev.position().toPoint())
            QToolTip.showText(ev.globalPosition().toPoint(), self._words[index], self, here)

    def leaveEvent(self, ev: QEvent) -> None:
        self._point_at(None)
        QToolTip.hideText()

    def _lay_out(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.setCacheMode(pg.GraphicsView.CacheModeFlag.CacheNone)  # the cached background would be that of the window
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.centralLayout.setContentsMargins(0, 0, 0, 0)
        self.centralLayout.setSpacing(0)
        self.centralLayout.addItem(self.values, 0, 0)
        self.centralLayout.addItem(self.box, 0, 1)
        self.centralLayout.addItem(self.dates, 1, 1)
        for axis in (self.values, self.dates):
            axis.setStyle(tickLength=0, tickAlpha=255, maxTickLevel=0, hideOverlappingLabels=_LABEL_ROOM_PX)
            axis.setZValue(-1000)  # behind the view box, which puts itself at -100
        self.values.setGrid(255)

    def restyle(self) -> None:
        """Take over another theme in a turn of its own, after the page around; until then nothing is painted."""
        if self._theme is not None and self._theme != theme.current():
            QTimer.singleShot(0, self, self._take_over)

    def paintEvent(self, ev: QPaintEvent) -> None:
        if self._theme == theme.current():
            super().paintEvent(ev)

    def _take_over(self) -> None:
        """Take over the theme in force; nothing happens where it is the one already taken."""
        current = theme.current()
        if self._theme == current:
            return
        self._theme = current
        font = axis_font()
        metrics = QFontMetricsF(font)
        for axis in (self.values, self.dates):
            axis.setTickFont(font)
            axis.setPen(pg.mkPen(None))
            axis.setTickPen(pg.mkPen(current.tokens.line))
            axis.setTextPen(pg.mkPen(current.tokens.ink_3))
        self.fit_values()
        self.dates.setStyle(tickTextOffset=current.px(_DATES_BELOW_PX))
        self.dates.setHeight(round(metrics.height()) + current.px(_DATES_BELOW_PX))
        self.centralLayout.setContentsMargins(0, metrics.height() / 2, self._day_width(metrics) / 2, 0)
        self.updateGeometry()
        self._colour_items(current.tokens)
        self._mark_days()

    def _mark_days(self) -> None:
        """Write as many days under the plot as have room, today always among them."""
        if self._theme is not None:
            self.dates.setTicks([self.marked_days()])

    def _day_width(self, metrics: QFontMetricsF) -> float:
        texts = [self._day_text(index) for index in {0, len(self._days) // 2, len(self._days) - 1} if self._days]
        return max((metrics.horizontalAdvance(text) for text in texts), default=0.0)

    def _index_at(self, x: float) -> int | None:
        if not self._places:
            return None
        place = self.box.mapSceneToView(self.mapToScene(round(x), 0)).x()
        return min(range(len(self._places)), key=lambda index: abs(self._places[index] - place))

    def _day_text(self, index: int) -> str:
        return short_day_text(self._days[index], self._days[self._today])

    def _value_texts(self) -> list[str]:
        """The texts of the left axis, for its width."""
        raise NotImplementedError

    def _colour_items(self, tokens: theme.Tokens) -> None:
        raise NotImplementedError

    def _point_at(self, index: int | None) -> None:
        """Show which value the mouse is at, where the chart has a way to."""


class _ValueAxis(pg.AxisItem):
    """An axis with lines across the plot whose first and last label are written too: the base leaves out what reaches
    beyond the plot as soon as there are lines."""

    def boundingRect(self) -> QRectF:
        return super().boundingRect().adjusted(0, -_LABEL_ROOM_PX, 0, _LABEL_ROOM_PX)


def pen(colour: str, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """A pen that keeps its width whatever the scale of the axes."""
    made = QPen(QColor(colour), width, style)
    made.setCosmetic(True)
    made.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return made


def axis_font() -> QFont:
    """The font of hints, with digits of one width."""
    font = QFont(QApplication.font())
    font.setPixelSize(theme.current().px(12))
    font.setFeature(QFont.Tag("tnum"), 1)
    return font
