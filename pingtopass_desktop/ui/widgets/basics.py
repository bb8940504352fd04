"""Small parts that every page is built of: labels by kind, cards, bars, buttons with a key beside the word.

The first page is built of them, so they do without the namespace `Qt`: naming it for the first time builds all its
enumerations, which takes a fifth of the time that an empty window needs. `QtCore.Qt` in a handler costs nothing.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import TypeVar

from PySide6 import QtCore
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from pingtopass_desktop.ui import keys, theme

_Box = TypeVar("_Box", QHBoxLayout, QVBoxLayout)

_PLAIN_TEXT = 0
"""Qt.TextFormat.PlainText."""

_SCROLL_BAR_OFF = 1
"""Qt.ScrollBarPolicy.ScrollBarAlwaysOff."""

_NO_FOCUS = 0
"""Qt.FocusPolicy.NoFocus."""


def label(text: str = "", kind: str = "", *, wraps: bool = False) -> QLabel:
    """A plain-text label; `kind` chooses its look in the style sheet."""
    widget = QLabel(text)
    widget.setProperty("textFormat", _PLAIN_TEXT)
    widget.setWordWrap(wraps)
    if kind:
        widget.setProperty("kind", kind)
    if kind.startswith("chip"):
        widget.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
    return widget


def set_kind(widget: QWidget, kind: str) -> None:
    """Change the look of a widget that is shown already."""
    set_property(widget, "kind", kind)


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at, and let it look again."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    for each in (widget, *widget.findChildren(QLabel)):
        each.style().unpolish(each)
        each.style().polish(each)


def frame(kind: str = "", name: str = "") -> QFrame:
    widget = QFrame()
    if kind:
        widget.setProperty("kind", kind)
    if name:
        widget.setObjectName(name)
    return widget


def rule() -> QFrame:
    """A horizontal line."""
    return frame("rule")


class Card(QFrame):
    """A bordered surface with a vertical layout and, where given, a heading."""

    def __init__(self, heading: str = "", *, spacing: int = 12) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(20, 20, 20, 20)
        self.column.setSpacing(spacing)
        if heading:
            self.column.addWidget(label(heading, "section"))


class Button(QPushButton):
    """A push button whose key, if it has one, stands beside the word in a quieter tone. Enter presses it too.

    `command` is the id of the command that does the same: its key is shown as it is now. `key` is one that is fixed.
    """

    def __init__(self, text: str, kind: str = "", key: str = "", name: str = "", command: str = "") -> None:
        super().__init__(text)
        self._command = command
        self._key = label("", "key") if key or command else None
        self.setAutoDefault(False)
        if kind:
            self.setProperty("kind", kind)
        if self._key is not None:
            self.setProperty("keyed", True)
            side = 10 if kind == "rail" else 16
            self.setLayout(row(None, self._key, margins=(side, 0, side, 0)))
            self._key.setText(key)
            self.show_key()
        self.setAccessibleName(name or text)

    def show_key(self) -> None:
        """Show the key that the command has now."""
        if self._key is not None:
            if self._command:
                self._key.setText(keys.current().words(self._command))
            key = self._key.text()
            self._key.setVisible(bool(key))
            self.setToolTip(f"{self.text()} ({key})" if key else "")
            self.updateGeometry()

    def set_label(self, text: str, name: str = "") -> None:
        self.setText(text)
        self.setAccessibleName(name or text)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        size = super().sizeHint()
        if self._key is None or not self._key.text():
            return size
        return QSize(size.width() + self._key.sizeHint().width() + 8, size.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (QtCore.Qt.Key.Key_Return, QtCore.Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)


class Bar(QWidget):
    """A horizontal share, 0 to 1, in a colour of the theme. Read out by its accessible name only."""

    def __init__(self, share: float = 0.0, token: str = "primary", mark: float | None = None) -> None:
        super().__init__()
        self._share, self._token, self._mark = share, token, mark
        self.setFixedHeight(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_share(self, share: float, token: str | None = None) -> None:
        self._share = share
        self._token = token or self._token
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QtCore.Qt.PenStyle.NoPen)
        tokens = theme.current().tokens
        painter.setBrush(QColor(tokens.surface_2))
        painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        width = self.width() * min(1.0, max(0.0, self._share))
        if width > 0:
            painter.setBrush(QColor(getattr(tokens, self._token)))
            painter.drawRoundedRect(QRectF(0, 0, max(8.0, width), 8), 4, 4)
        if self._mark is not None:
            painter.setBrush(QColor(tokens.ink))
            painter.drawRect(QRectF(self.width() * self._mark - 1, 0, 2, 8))


class Notice(QFrame):
    """A line about something that happened, with at most one action. Hidden until `show_text`."""

    def __init__(self) -> None:
        super().__init__()
        self._text = label(wraps=True)
        self.action = Button("", "link")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.addWidget(self._text, 1)
        row.addWidget(self.action)
        self.hide()

    @property
    def text(self) -> str:
        return self._text.text()

    def show_text(self, text: str, kind: str = "notice", action: str = "") -> None:
        set_kind(self, kind)
        self._text.setText(text)
        self.setAccessibleName(text)
        self.action.set_label(action)
        self.action.setVisible(bool(action))
        self.show()


def row(*widgets: QWidget | None, spacing: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QHBoxLayout:
    """A horizontal layout; None is a stretch."""
    return _filled(QHBoxLayout(), widgets, spacing, margins)


def column(
    *widgets: QWidget | None, spacing: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QVBoxLayout:
    """A vertical layout; None is a stretch."""
    return _filled(QVBoxLayout(), widgets, spacing, margins)


def _filled(layout: _Box, widgets: Iterable[QWidget | None], spacing: int, margins: tuple[int, int, int, int]) -> _Box:
    layout.setSpacing(spacing)
    layout.setContentsMargins(*margins)
    for widget in widgets:
        if widget is None:
            layout.addStretch(1)
        else:
            layout.addWidget(widget)
    return layout


def clear_layout(layout: QLayout) -> None:
    """Remove and delete everything in a layout."""
    while (item := layout.takeAt(0)) is not None:
        inner = item.layout()
        if inner is not None:
            clear_layout(inner)
        elif (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()


class Scroller(QScrollArea):
    """A page that scrolls vertically when it must; `column` holds its content."""

    def __init__(self, *, margins: tuple[int, int, int, int] = (36, 28, 36, 28), spacing: int = 16) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("horizontalScrollBarPolicy", _SCROLL_BAR_OFF)
        self.setProperty("focusPolicy", _NO_FOCUS)
        inner = QWidget()
        inner.setObjectName("scrolled")
        self.column = QVBoxLayout(inner)
        self.column.setContentsMargins(*margins)
        self.column.setSpacing(spacing)
        self.setWidget(inner)


def set_tab_order(widgets: Iterable[QWidget]) -> None:
    """Let Tab visit the widgets in this order, which is that of reading."""
    for before, after in pairwise(widgets):
        QWidget.setTabOrder(before, after)


def plural(count: int, one: str, many: str = "") -> str:
    """``1 question``, ``2 questions``, ``1,842 questions``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def duration(ms: int) -> str:
    """``48 s``, ``12 min``, ``1 h 18 min``."""
    seconds = round(ms / 1000)
    if seconds < 60:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
