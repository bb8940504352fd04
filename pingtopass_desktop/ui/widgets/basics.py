"""Small parts that every page is built of: labels by kind, cards, bars, buttons with a key beside the word.

The first page is built of them, so they do without the namespace `Qt`, see `ui.looks`. `QtCore.Qt` in a handler costs
nothing.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeVar

from PySide6 import QtCore
from PySide6.QtCore import QEvent, QRectF, QSize
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractSlider,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QScrollBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from pingtopass_desktop.ui import keys, looks, sheets, theme
from pingtopass_desktop.ui.looks import BUTTONS, CHIPS, SURFACES, TEXTS, ButtonLook

_Box = TypeVar("_Box", QHBoxLayout, QVBoxLayout)

_PLAIN_TEXT = 0
"""Qt.TextFormat.PlainText."""

_SCROLL_BAR_OFF = 1
"""Qt.ScrollBarPolicy.ScrollBarAlwaysOff."""

_SCROLL_BAR_ON = 2
"""Qt.ScrollBarPolicy.ScrollBarAlwaysOn."""

_NO_FOCUS = 0
"""Qt.FocusPolicy.NoFocus."""

_ARROW_KEYS = (0x01000012, 0x01000013, 0x01000014, 0x01000015)
"""Qt.Key.Key_Left, Key_Up, Key_Right, Key_Down."""

_DOT_PX = 20
_BAR_PX, _WHOLE_BAR = 8, 1000


class Label(QLabel):
    """Plain text; `kind` is one of `looks.TEXTS`."""

    def __init__(self, text: str = "", kind: str = "", *, wraps: bool = False) -> None:
        super().__init__(text)
        self.kind = kind
        self.setProperty("textFormat", _PLAIN_TEXT)
        self.setWordWrap(wraps)
        if kind:
            self.restyle()

    def set_kind(self, kind: str) -> None:
        """Change the look."""
        if kind != self.kind:
            self.kind = kind
            self.restyle()

    def restyle(self) -> None:
        looks.set_text_look(self, TEXTS[self.kind])


class Paragraph(Label):
    """A label whose text wraps. Layouts ask for its height many times, and Qt would wrap the text each time."""

    def __init__(self, text: str = "", kind: str = "") -> None:
        self._heights: dict[int, int] = {}  # before the base, which sends events while it is being built
        super().__init__(text, kind, wraps=True)

    def setText(self, text: str) -> None:
        self._heights.clear()
        super().setText(text)

    def changeEvent(self, event: QEvent) -> None:
        self._heights.clear()
        super().changeEvent(event)

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            self._heights[width] = super().heightForWidth(width)
        return self._heights[width]


class Chip(Label):
    """A few words on a filled shape; `kind` is one of `looks.CHIPS`."""

    def __init__(self, text: str = "", kind: str = "chip") -> None:
        super().__init__(text, kind)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)

    def restyle(self) -> None:
        look, px = CHIPS[self.kind], theme.current().px
        looks.set_text_look(self, look)
        self.setContentsMargins(look.side, look.above, look.side, look.above)
        width, height = look.least
        self.setMinimumSize(px(width) + 2 * look.side if width else 0, px(height) + 2 * look.above)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        look, area = CHIPS[self.kind], QRectF(self.rect())
        with QPainter(self) as painter:
            looks.draw_box(painter, area, look.fill, look.edge, look.radius or area.height() / 2)
        super().paintEvent(event)


def label(text: str = "", kind: str = "", *, wraps: bool = False) -> Label:
    """A label or, where the kind is one of chips, a chip."""
    if kind in CHIPS:
        return Chip(text, kind)
    return Paragraph(text, kind) if wraps else Label(text, kind)


class Surface(QFrame):
    """A filled area, with a line around it or at one side; `kind` is one of `looks.SURFACES`."""

    def __init__(self, kind: str = "") -> None:
        super().__init__()
        self.kind = ""
        if kind:
            self.set_kind(kind)

    def set_kind(self, kind: str) -> None:
        """Change the look."""
        if kind != self.kind:
            self.kind = kind
            look = SURFACES[kind]
            line = 1 if look.edge and look.sides == "all" else 0
            self.setContentsMargins(line, line, line, line)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        is_option = self.kind.startswith("option")  # nothing else shows the focus or the pointer
        looks.draw_surface(
            self,
            SURFACES[self.kind],
            is_focused=is_option and self.hasFocus(),
            is_hovered=is_option and self.underMouse(),
        )


def rule() -> Surface:
    """A horizontal line."""
    line = Surface("rule")
    line.setFixedHeight(1)
    return line


class Dot(QWidget):
    """The mark of the product."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(_DOT_PX, _DOT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            looks.draw_box(painter, QRectF(self.rect()), "primary", "primary_soft", _DOT_PX / 2, 4.0)


class Card(Surface):
    """A bordered surface with a vertical layout and, where given, a heading."""

    def __init__(self, heading: str = "", *, spacing: int = 12) -> None:
        super().__init__("card")
        self._head: tuple[Label, Button] | None = None
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(20, 20, 20, 20)
        self.column.setSpacing(spacing)
        if heading:
            self.column.addWidget(label(heading, "section"))

    def add_head(self, title: Label, link: "Button") -> None:
        """A heading with a link at its right; it is on one line with that of a card beside it which has no link."""
        self._head = (title, link)
        head = row(title, link)
        head.setStretch(0, 1)
        head.setAlignment(link, QtCore.Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(head)
        self.restyle()

    def restyle(self) -> None:
        if self._head is not None:
            title, link = self._head
            height = link.sizeHint().height()
            title.setMinimumHeight(height)
            above = max(0, height - QFontMetrics(looks.font(15, 600, theme.current().zoom)).height()) // 2
            self.column.setContentsMargins(20, 20 - above, 20, 20)


class Button(QPushButton):
    """A push button whose key, if it has one, stands beside the word in a quieter tone. Enter presses it too.

    `kind` is one of `looks.BUTTONS`. `command` is the id of the command that does the same: its key is shown as it is
    now. `key` is one that is fixed.
    """

    def __init__(self, text: str, kind: str = "", key: str = "", name: str = "", command: str = "") -> None:
        super().__init__(text)
        self.kind = kind
        self._command = command
        self._key = key
        self.setAutoDefault(False)
        self.setAccessibleName(name or text)
        self.restyle()
        self.show_key()

    @property
    def key(self) -> str:
        """The key that stands beside the word."""
        return self._key

    def set_kind(self, kind: str) -> None:
        """Change the look."""
        if kind != self.kind:
            self.kind = kind
            self.restyle()
            self.update()

    def restyle(self) -> None:
        look = BUTTONS[self.kind]
        self.setFont(looks.font(look.size, look.weight, theme.current().zoom))
        self.updateGeometry()

    def show_key(self) -> None:
        """Show the key that the command has now."""
        if self._command:
            self._key = keys.current().words(self._command)
        if self._command or self._key:
            self.setToolTip(f"{self.text()} ({self._key})" if self._key else "")
            self.updateGeometry()
            self.update()

    def set_label(self, text: str, name: str = "") -> None:
        self.setText(text)
        self.setAccessibleName(name or text)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        look, px = BUTTONS[self.kind], theme.current().px
        font = self.font()
        if self.isCheckable() and look.weight_checked > look.weight:
            font = looks.font(look.size, look.weight_checked, theme.current().zoom)
        width = max(QFontMetrics(font).horizontalAdvance(self.text()), px(look.least_width))
        if self._key:
            width += QFontMetrics(self._key_font()).horizontalAdvance(self._key) + 8
        return QSize(width + 2 * (look.side + look.edge_px), px(look.height) + 2 * look.edge_px)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        look = BUTTONS[self.kind]
        is_on, is_checked = self.isEnabled(), self.isChecked()
        is_hovered = is_on and self.underMouse()
        filling, token, edge = look.fill, look.ink, look.edge
        if not is_on:
            filling = look.fill_checked if is_checked else look.fill_disabled
            token, edge = look.ink_disabled, "line" if edge else ""
        elif is_checked:
            filling, token, edge = look.fill_checked, look.ink_checked, look.edge_checked
        elif is_hovered:
            filling, edge = look.fill_hovered or look.fill, look.edge_hovered
        has_focus = self.hasFocus()
        edge_px = 2.0 if has_focus else float(look.edge_px)
        with QPainter(self) as painter:
            radius = look.radius if self.kind != "pill" else self.height() / 2
            looks.draw_box(
                painter, QRectF(self.rect()), filling, look.edge_focused if has_focus else edge, radius, edge_px
            )
            self._draw_words(painter, look, token, is_underlined=is_hovered and look.is_underlined_hovered)

    def _draw_words(self, painter: QPainter, look: ButtonLook, token: str, *, is_underlined: bool) -> None:
        side = look.side + look.edge_px
        area = self.rect().adjusted(side, 0, -side, 0)
        is_left = look.is_left or bool(self._key)
        if is_underlined or (self.isChecked() and look.weight_checked != look.weight):
            weight = look.weight_checked if self.isChecked() else look.weight
            painter.setFont(looks.font(look.size, weight, theme.current().zoom, is_underlined=is_underlined))
        looks.draw_text(painter, self, area, self.text(), token, looks.LEFT if is_left else looks.CENTRED)
        if self._key:
            painter.setFont(self._key_font())
            area = self.rect().adjusted(0, 0, -look.key_side, 0)
            ink = look.key_ink if self.isEnabled() else look.ink_disabled
            looks.draw_text(painter, self, area, self._key, ink, looks.RIGHT)

    def _key_font(self) -> QFont:
        weight = 400 if self.kind == "rail" else 600
        return looks.font(12, weight, theme.current().zoom)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows belong to the page, save in a group: Qt would move the focus to whatever comes next, a note even."""
        is_arrow = event.key() in _ARROW_KEYS
        if event.key() in (QtCore.Qt.Key.Key_Return, QtCore.Qt.Key.Key_Enter):
            if not event.isAutoRepeat():  # one press deletes one row
                self.click()
        elif is_arrow and self.group() is None and not self.autoExclusive():
            event.ignore()
        else:
            super().keyPressEvent(event)


class Bar(QProgressBar):
    """A horizontal share, 0 to 1, in a colour of the theme. Its accessible name says what of."""

    def __init__(self, share: float = 0.0, token: str = "primary") -> None:
        super().__init__()
        self._token = token
        self.setRange(0, _WHOLE_BAR)
        self.setTextVisible(False)
        self.setFixedHeight(_BAR_PX)
        self.set_share(share)

    def set_share(self, share: float) -> None:
        self.setValue(round(_WHOLE_BAR * min(1.0, max(0.0, share))))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            looks.draw_share(painter, QRectF(self.rect()), self.value() / _WHOLE_BAR, self._token)


class Notice(Surface):
    """A line about something that happened, with at most one action. Hidden until `show_text`."""

    def __init__(self) -> None:
        super().__init__("notice")
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
        self.set_kind(kind)
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


class _ScrollBar(QScrollBar):
    """Not painted where there is nothing to scroll; its room stays, or texts would be laid out twice and jump."""

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.maximum() > self.minimum():
            super().paintEvent(event)


class Scroller(QScrollArea):
    """A page that scrolls vertically when it must; `column` holds its content, within margins that hold the bar."""

    def __init__(self, *, margins: tuple[int, int, int, int] = (36, 28, 36, 28), spacing: int = 16) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("horizontalScrollBarPolicy", _SCROLL_BAR_OFF)
        self.setProperty("verticalScrollBarPolicy", _SCROLL_BAR_ON)
        self.setProperty("focusPolicy", _NO_FOCUS)
        bar = _ScrollBar()
        self.setVerticalScrollBar(bar)
        sheets.wear(bar, "scroll")
        inner = QWidget()
        inner.setObjectName("scrolled")
        self.column = QVBoxLayout(inner)
        left, top, right, bottom = margins
        self.column.setContentsMargins(left, top, max(0, right - bar.sizeHint().width()), bottom)
        self.column.setSpacing(spacing)
        self.setWidget(inner)
        for ground in (inner, self.viewport()):
            ground.setAutoFillBackground(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What scrolls nothing belongs to the page: Qt would keep every arrow, also left and right."""
        event.setAccepted(self.scroll_by_key(event))

    def scroll_by_key(self, event: QKeyEvent) -> bool:
        """Scroll by a key, where it is one that scrolls and there is something to scroll."""
        key, action = QtCore.Qt.Key, QAbstractSlider.SliderAction
        actions = {
            key.Key_Up: action.SliderSingleStepSub,
            key.Key_Down: action.SliderSingleStepAdd,
            key.Key_PageUp: action.SliderPageStepSub,
            key.Key_PageDown: action.SliderPageStepAdd,
            key.Key_Home: action.SliderToMinimum,
            key.Key_End: action.SliderToMaximum,
        }
        others = event.modifiers() & ~QtCore.Qt.KeyboardModifier.KeypadModifier
        bar, wanted = self.verticalScrollBar(), actions.get(key(event.key()))
        if wanted is None or others != QtCore.Qt.KeyboardModifier.NoModifier or bar.minimum() == bar.maximum():
            return False
        bar.triggerAction(wanted)
        return True


def bring_into_sight(widget: QWidget) -> None:
    """Scroll everything that a widget lies in so that it is seen."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, Scroller):
            parent.ensureWidgetVisible(widget)
        parent = parent.parentWidget()


def set_tab_order(widgets: Iterable[QWidget]) -> None:
    """Let Tab visit the widgets in this order, which is that of reading."""
    for before, after in pairwise(widgets):
        QWidget.setTabOrder(before, after)


def place_of_focus(widgets: Iterable[QWidget]) -> int | None:
    """Which of the widgets has the keyboard, from 0; None where none has it."""
    return next((place for place, widget in enumerate(widgets) if widget.hasFocus()), None)


def focus_at(place: int | None, widgets: Sequence[QWidget], otherwise: QWidget) -> None:
    """Give the keyboard, after widgets were made anew, to the one at the place where it was: where the next press would
    be. `otherwise` gets it where none is left; with None, it is elsewhere and stays there."""
    if place is not None:
        widget = widgets[min(place, len(widgets) - 1)] if widgets else otherwise
        widget.setFocus(QtCore.Qt.FocusReason.OtherFocusReason)


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
