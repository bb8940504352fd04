"""Small parts that every page is built of: labels by kind, cards, bars, buttons with a key beside the word."""

from collections.abc import Iterable
from itertools import pairwise

from PySide6.QtCore import QRectF, QSize, Qt
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

from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.widgets.layouts import FlowLayout


def label(text: str = "", kind: str = "", *, wraps: bool = False) -> QLabel:
    """A plain-text label; `kind` chooses its look in the style sheet."""
    widget = QLabel(text)
    widget.setTextFormat(Qt.TextFormat.PlainText)
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
    """A push button whose key, if it has one, stands beside the word in a quieter tone. Enter presses it too."""

    def __init__(self, text: str, kind: str = "", key: str = "", name: str = "") -> None:
        super().__init__(text)
        self._key = key
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        if kind:
            self.setProperty("kind", kind)
        if key:
            self.setToolTip(f"{text} ({key})")
        self.setAccessibleName(name or text)

    def set_label(self, text: str, name: str = "") -> None:
        self.setText(text)
        self.setAccessibleName(name or text)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        size = super().sizeHint()
        return QSize(size.width() + self._key_width(), size.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._key:
            super().paintEvent(event)
            return
        from PySide6.QtWidgets import QStyle, QStyleOptionButton, QStylePainter

        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        is_rail = self.property("kind") == "rail"
        area = self.rect().adjusted(10 if is_rail else 16, 0, -10 if is_rail else -16, 0)
        is_here = is_rail and self.isChecked()
        colour = QColor(theme.current().tokens.primary) if is_here else self.palette().buttonText().color()
        painter.setPen(colour)
        words = self.font()
        words.setWeight(words.Weight.DemiBold if is_here or not is_rail else words.Weight.Normal)
        painter.setFont(words)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text())
        font = self.font()
        font.setPixelSize(theme.current().px(12))
        font.setWeight(font.Weight.Normal if is_rail else font.Weight.DemiBold)
        painter.setFont(font)
        hint = QColor(colour) if self.property("kind") == "primary" else QColor(theme.current().tokens.ink_3)
        painter.setPen(hint)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._key)

    def _key_width(self) -> int:
        return self.fontMetrics().horizontalAdvance(self._key) + 8 if self._key else 0


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
        painter.setPen(Qt.PenStyle.NoPen)
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


class Dot(QWidget):
    """The mark of the program: a dot in its ring."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(20, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        tokens = theme.current().tokens
        for colour, radius in ((tokens.primary_soft, 10), (tokens.primary, 6)):
            painter.setBrush(QColor(colour))
            painter.drawEllipse(QRectF(10 - radius, 10 - radius, 2 * radius, 2 * radius))


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
    layout = QHBoxLayout()
    layout.setSpacing(spacing)
    layout.setContentsMargins(*margins)
    for widget in widgets:
        if widget is None:
            layout.addStretch(1)
        else:
            layout.addWidget(widget)
    return layout


def flow(*widgets: QWidget, spacing: int = 8) -> FlowLayout:
    """Widgets side by side that wrap like words."""
    layout = FlowLayout(spacing)
    for widget in widgets:
        layout.addWidget(widget)
    return layout


def column(*widgets: QWidget | None, spacing: int = 8) -> QVBoxLayout:
    """A vertical layout; None is a stretch."""
    layout = QVBoxLayout()
    layout.setSpacing(spacing)
    layout.setContentsMargins(0, 0, 0, 0)
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
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
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
