"""Layouts that give way: items that wrap like words, and columns that become rows where the window is narrow."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLayout, QLayoutItem, QSizePolicy, QWidget

from pingtopass_desktop.ui import theme


class FlowLayout(QLayout):
    """Items side by side, wrapped to further lines where the width ends. After Qt's own flow layout example."""

    def __init__(self, spacing: int = 8, right_from: int | None = None) -> None:
        """`right_from`: where all items fit on one line, those from this place on stand at its end."""
        super().__init__()
        self._right_from = right_from
        self._items: list[QLayoutItem] = []
        self._heights: dict[int, int] = {}
        self._least: QSize | None = None
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    def invalidate(self) -> None:
        self._heights.clear()
        self._least = None
        super().invalidate()

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:  # Qt asks many times for one layout
            self._heights[width] = self._arrange(QRect(0, 0, width, 0), is_trial=True)
        return self._heights[width]

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        self._arrange(area, is_trial=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        if self._least is None:
            size = QSize()
            for item in self._items:
                size = size.expandedTo(item.minimumSize())
            margins = self.contentsMargins()
            self._least = size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())
        return self._least

    def _arrange(self, area: QRect, *, is_trial: bool) -> int:
        margins = self.contentsMargins()
        outer, area = area, area.marginsRemoved(margins)
        x, y, line = area.x(), area.y(), list[tuple[QLayoutItem, QRect]]()
        for item in self._items:
            widget = item.widget()
            if widget is not None and widget.isHidden():
                continue
            hint = item.sizeHint()
            hint.setWidth(min(hint.width(), max(area.width(), item.minimumSize().width())))
            if x + hint.width() > area.right() + 1 and line:
                y += _place(line, is_trial=is_trial) + self.spacing()
                x, line = area.x(), []
            line.append((item, QRect(QPoint(x, y), hint)))
            x += hint.width() + self.spacing()
        if self._right_from is not None and y == area.y():
            rest = area.right() + 1 - (x - self.spacing())
            apart = self._items[self._right_from :]
            line = [(item, place.translated(rest if item in apart else 0, 0)) for item, place in line]
        return y + _place(line, is_trial=is_trial) - outer.y() + margins.bottom()


def _place(line: list[tuple[QLayoutItem, QRect]], *, is_trial: bool) -> int:
    """Put the items of one line on its middle, so that words stand beside buttons. Returns the height of the line."""
    height = max((place.height() for _, place in line), default=0)
    for item, place in () if is_trial else line:
        item.setGeometry(place.translated(0, (height - place.height()) // 2))
    return height


@contextmanager
def held(*layouts: QLayout | None) -> Iterator[None]:
    """Lay out once at the end. Qt lays out every ancestor again for each widget that is shown in a visible one."""
    found = [layout for layout in layouts if layout is not None]
    for layout in found:
        layout.setEnabled(False)
    try:
        yield
    finally:
        for layout in found:
            layout.setEnabled(True)
            layout.update()


class Flow(QWidget):
    """Widgets side by side that wrap like words; never higher than their lines."""

    def __init__(self, *widgets: QWidget, spacing: int = 8, right_from: int | None = None) -> None:
        super().__init__()
        self.items = FlowLayout(spacing, right_from)
        for widget in widgets:
            self.items.addWidget(widget)
        self.setLayout(self.items)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As high as at the width that it has: the height at its least width would be asked for otherwise."""
        width = self.items.minimumSize().width()
        return QSize(width, self.items.heightForWidth(max(width, self.width())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()


class Columns(QWidget):
    """Widgets side by side; below each other where one would get less than `least_px` (pixels at 100 % text)."""

    def __init__(self, spacing: int = 16, least_px: int = 230) -> None:
        super().__init__()
        self._least_px = least_px
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(spacing)

    def add(self, widget: QWidget, stretch: int = 1) -> None:
        self._box.addWidget(widget, stretch)

    def minimumSizeHint(self) -> QSize:
        narrow = max((item.minimumSize().width() for item in self._items()), default=0)
        return QSize(narrow, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._turn(event.size().width())

    def _turn(self, width: int) -> None:
        items = self._items()
        stretches = [max(1, self._box.stretch(index)) for index in range(len(items))]
        inner = width - self._box.spacing() * (len(items) - 1)
        least = theme.current().px(self._least_px)
        fits = all(
            max(item.minimumSize().width(), least) <= inner * stretch / sum(stretches)
            for item, stretch in zip(items, stretches, strict=True)
        )
        direction = QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom
        if direction is not self._box.direction():
            self._box.setDirection(direction)
            self.updateGeometry()

    def _items(self) -> list[QLayoutItem]:
        found = (self._box.itemAt(index) for index in range(self._box.count()))
        return [item for item in found if item is not None]
