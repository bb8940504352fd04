"""A card with a chart and, behind a button, the same values as a table. Knows no plotting library."""

from collections.abc import Sequence

from msgspec import Struct
from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHeaderView, QSizePolicy, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from pingtopass_desktop.ui import sheets, theme
from pingtopass_desktop.ui.widgets.basics import Button, Card, label, row

_MAX_TABLE_PX = 300
"""A longer table scrolls within the card."""

_LEAST_COLUMN_PX = 60

_CELL_PX = 22
"""What the style puts beside a text in a cell."""

_HEADING_PX = 21
"""What the style puts beside a heading."""

_MEASURED_PX = 8
"""The style wraps a text at a width some pixels wider than it then paints in, and leaves out what does not fit."""


class ChartValues(Struct, frozen=True):
    """The values of a chart as a table; `name` says what the table is about, the first column what a row is about."""

    name: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class ChartCard(Card):
    """Until `show_values` or `show_empty` it shows its heading only. The chart comes by `put_chart`, at any time;
    `area` takes what belongs below it.

    Signals: `action_asked` when the button of the empty state is pressed.
    """

    action_asked = Signal()

    def __init__(self, heading: str, subject: str = "", least_height: int = 0) -> None:
        """`subject` names the chart within a sentence: ``Show <subject> as a table``. `least_height` is kept free for
        a chart that comes later, in pixels at 100 % text."""
        super().__init__(spacing=10)
        self._subject = subject or heading[:1].lower() + heading[1:]
        self._least_height = least_height
        self._values: ChartValues | None = None
        self._title = label(heading, "section", wraps=True)
        self.switch = Button("", "link")
        self.chart: QWidget | None = None
        self._place = label(kind="hint", wraps=True)
        self._area = QWidget()
        self.area = QVBoxLayout(self._area)
        self.table: ValueTable | None = None
        self._empty = label(kind="secondary", wraps=True)
        self.action = Button("")
        self._lay_out()
        self.switch.clicked.connect(self._switch)
        self.action.clicked.connect(self.action_asked)

    @property
    def is_table(self) -> bool:
        """True while the table stands in place of the chart."""
        return self.table is not None and not self.table.isHidden()

    def put_chart(self, chart: QWidget) -> None:
        """Put the chart where room was kept for it."""
        self.chart = chart
        self.area.replaceWidget(self._place, chart)
        self.area.setStretchFactor(chart, 1)
        self._place.hide()

    def say(self, words: str) -> None:
        """Say something where the chart will be."""
        self._place.setText(words)

    def show_values(self, values: ChartValues) -> None:
        """Show the chart, or the table where the learner asked for it; both hold these values."""
        self._values = values
        self._fill_table()
        self._empty.hide()
        self.action.hide()
        self._place.setMinimumHeight(theme.current().px(self._least_height))
        self._area.setVisible(not self.is_table)
        self.switch.show()
        self._name_switch()

    def show_empty(self, words: str, action: str = "") -> None:
        """Say what will appear here; `action` is the word on the button for what to do about it."""
        self._values = None
        if self.table is not None:
            self.table.hide()
        self._area.hide()
        self.switch.hide()
        self._empty.setText(words)
        self._empty.show()
        self.action.set_label(action)
        self.action.setVisible(bool(action))
        self._name_switch()

    def show_table(self) -> None:
        """Put the table in place of the chart."""
        if self._values is None:
            return
        if self.table is None:
            self.table = ValueTable()
            self.column.insertWidget(self.column.indexOf(self._area) + 1, self.table)
            QWidget.setTabOrder(self.switch, self.table)
        self._area.hide()
        self.table.show()
        self._fill_table()
        self._name_switch()

    def show_chart(self) -> None:
        """Put the chart back in place of the table."""
        if self.table is not None:
            self.table.hide()
        self._area.setVisible(self._values is not None)
        self._name_switch()

    def _lay_out(self) -> None:
        self._name_switch()
        self.area.setContentsMargins(0, 0, 0, 0)
        self.area.setSpacing(10)
        self.area.addWidget(self._place, 1)
        self._place.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.add_head(self._title, self.switch)
        self.column.addWidget(self._area, 1)
        self.column.addWidget(self._empty)
        self.column.addLayout(row(self.action, None))
        self.column.addStretch(0)
        for widget in (self.switch, self._area, self._empty, self.action):
            widget.hide()

    def _fill_table(self) -> None:
        """A table that is hidden is filled when it is asked for."""
        if self.is_table and self.table is not None and self._values is not None and self.table.values != self._values:
            self.table.show_values(self._values)

    def _switch(self) -> None:
        theme.paint_apart(self)
        if self.is_table:
            self.show_chart()
        else:
            self.show_table()

    def _name_switch(self) -> None:
        shape = "chart" if self.is_table else "table"
        self.switch.set_label(f"Show as {shape}", f"Show {self._subject} as a {shape}")


class PlainTable(QTableWidget):
    """A table to read: no grid, no editing, rows as high as their text, as high as its rows but at most `most_px`."""

    def __init__(self, columns: int = 0, most_px: int = _MAX_TABLE_PX) -> None:
        self._soon = QTimer()  # before the base, which sends events while it is being built
        super().__init__(0, columns)
        sheets.put_on(self, "list")
        self._soon.setParent(self)
        self._soon.setSingleShot(True)
        self._most_px = most_px
        self._is_fitted = False
        self._soon.timeout.connect(self._fit_once)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QTableWidget.ScrollMode.ScrollPerPixel)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(1)

    def fit(self) -> None:
        """Give the columns the width there is, and the rows and the table the height that they need now; a table that
        is not shown gets it when it is."""
        self._is_fitted = False
        if not self.isVisible():
            return
        header = self.horizontalHeader()
        hints = [max(self._needed(n), self._heading_width(n)) for n in range(self.columnCount())]
        widths = self._widths(hints)
        for place, (width, hint) in enumerate(zip(widths, hints, strict=True)):
            self.setColumnWidth(place, width - (_MEASURED_PX if hint > width else 0))
        self._fit_rows(is_wrapped=any(hint > width for width, hint in zip(widths, hints, strict=True)))
        for place, width in enumerate(widths):
            self.setColumnWidth(place, width)
        rows = sum(self.rowHeight(number) for number in range(self.rowCount()))
        height = header.sizeHint().height() + rows + 2 * self.frameWidth() + 4
        self._is_fitted = True
        self.setFixedHeight(min(theme.current().px(self._most_px), height))

    def _heading_width(self, place: int) -> int:
        """The width that a heading needs, which never wraps; Qt's own hint is up to 16 pixels wider."""
        item = self.horizontalHeaderItem(place)
        font = QFont(self.font())
        font.setPixelSize(theme.current().px(12))
        font.setWeight(QFont.Weight.DemiBold)
        return (QFontMetrics(font).horizontalAdvance(item.text()) if item is not None else 0) + _HEADING_PX

    def _needed(self, place: int) -> int:
        """The width that a column needs for texts on one line."""
        return self.sizeHintForColumn(place)

    def _fit_rows(self, *, is_wrapped: bool) -> None:
        self.resizeRowsToContents()

    def _widths(self, hints: list[int]) -> list[int]:
        """What each column needs, and an equal share of what is left; where too little is there, texts wrap."""
        left = self.viewport().width() - sum(hints)
        if left >= 0:
            return [width + left // len(hints) for width in hints]
        widest = hints.index(max(hints))
        least = max(theme.current().px(_LEAST_COLUMN_PX), self._heading_width(widest), hints[widest] + left)
        return [least if place == widest else width for place, width in enumerate(hints)]

    def _fit_once(self) -> None:
        if not self._is_fitted:
            self.fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(200), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit_once()

    def restyle(self) -> None:
        sheets.put_on(self, "list")
        self._is_fitted = False
        self._soon.start()


class ValueTable(PlainTable):
    """The values of a chart, a row each."""

    values: ChartValues | None = None
    _measured: tuple[ChartValues | None, QFont | None, list[int]] = (None, None, [])
    """The width of each column, of which values and in which font."""

    def _needed(self, place: int) -> int:
        """As the style counts it; asked for each cell it would take the time of hundreds of layouts."""
        if self.values is None:
            return _CELL_PX
        values, font, widths = self._measured
        if values is not self.values or font != self.font():
            metrics = self.fontMetrics()
            columns = zip(*self.values.rows, strict=True)
            widths = [max(map(metrics.horizontalAdvance, set(texts))) + _CELL_PX for texts in columns]
            self._measured = (self.values, QFont(self.font()), widths)
        return widths[place] if widths else _CELL_PX

    def _fit_rows(self, *, is_wrapped: bool) -> None:
        if is_wrapped:
            super()._fit_rows(is_wrapped=True)
        else:
            self.verticalHeader().setDefaultSectionSize(self.sizeHintForRow(0))

    def show_values(self, values: ChartValues) -> None:
        self.values = values
        self.setAccessibleName(values.name)
        self.setColumnCount(len(values.headings))
        self.setHorizontalHeaderLabels(values.headings)
        self.setRowCount(len(values.rows))
        for number, texts in enumerate(values.rows):
            self._fill(number, texts)
        self.fit()

    def _fill(self, number: int, texts: Sequence[str]) -> None:
        for place, text in enumerate(texts):
            item = self.item(number, place)
            if item is None:
                item = QTableWidgetItem()
                self.setItem(number, place, item)
            item.setText(text)


class LegendLine(QWidget):
    """A piece of a chart's line beside the words that say what it is."""

    def __init__(self, token: str, *, is_dashed: bool = False) -> None:
        super().__init__()
        self._token, self._is_dashed = token, is_dashed
        self._words = label(kind="hint")
        sample = QWidget()
        sample.setFixedWidth(_SAMPLE_PX)
        self.setLayout(row(sample, self._words))

    def set_words(self, words: str) -> None:
        self._words.setText(words)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            style = Qt.PenStyle.DashLine if self._is_dashed else Qt.PenStyle.SolidLine
            painter.setPen(
                QPen(QColor(getattr(theme.current().tokens, self._token)), 1.5 if self._is_dashed else 3, style)
            )
            middle = self.height() // 2
            painter.drawLine(0, middle, _SAMPLE_PX, middle)


_SAMPLE_PX = 22
