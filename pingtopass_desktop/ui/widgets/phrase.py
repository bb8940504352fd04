"""Words that give way where there is too little room: they wrap, or end in an ellipsis with the whole in a tool tip."""

from PySide6 import QtCore
from PySide6.QtCore import QEvent, QRect, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QStyle, QStyleOptionButton

from pingtopass_desktop.ui import looks, sheets, theme
from pingtopass_desktop.ui.looks import CHIPS, TEXTS
from pingtopass_desktop.ui.widgets.basics import Chip, Label, Paragraph

_LEAST_PX = 60
_UNBROKEN = 30
"""Letters without a blank from which a word may break anywhere."""


class Phrase(Paragraph):
    """A plain-text label that asks for one line; a wrapping `QLabel` asks for about twenty letters."""

    def __init__(self, text: str, kind: str = "") -> None:
        super().__init__(text, kind)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 2, super().sizeHint().height())


class OneLine(Label):
    """A label that never wraps."""

    def minimumSizeHint(self) -> QSize:
        return _least(super().minimumSizeHint())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        _say_whole(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            looks.draw_text(painter, self, self.contentsRect(), _fitting(self), TEXTS[self.kind].ink, looks.LEFT)


class OneLineChip(Chip):
    """A chip that may be narrower than its words."""

    def minimumSizeHint(self) -> QSize:
        return _least(super().minimumSizeHint())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        _say_whole(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, area = CHIPS[self.kind], QRectF(self.rect())
        with QPainter(self) as painter:
            looks.draw_box(painter, area, look.fill, look.edge, area.height() / 2)
            looks.draw_text(painter, self, self.contentsRect(), _fitting(self), look.ink, looks.LEFT)


def _least(hint: QSize) -> QSize:
    return QSize(min(hint.width(), theme.current().px(_LEAST_PX)), hint.height())


def _fitting(label: Label) -> str:
    """As much of the text as has room. One that fits is asked for nothing more: it may be part of the first page."""
    metrics, room = label.fontMetrics(), label.contentsRect().width()
    if metrics.horizontalAdvance(label.text()) <= room:
        return label.text()
    return metrics.elidedText(label.text(), QtCore.Qt.TextElideMode.ElideRight, room)


def _say_whole(label: Label) -> None:
    label.setToolTip(label.text() if _fitting(label) != label.text() else "")


class CheckBox(QCheckBox):
    """A check box whose words wrap; Qt's own stands on one line, however long, and takes ``&`` for a key."""

    def __init__(self, text: str) -> None:
        self._heights: dict[int, int] = {}  # before the base, which sends events while it is being built
        super().__init__(text)
        sheets.wear(self, "check")
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(2 * _LEAST_PX), super().minimumSizeHint().height())

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            lines = self._wrapped(width).count("\n")
            self._heights[width] = super().sizeHint().height() + lines * self.fontMetrics().lineSpacing()
        return self._heights[width]

    def changeEvent(self, event: QEvent) -> None:
        self._heights.clear()
        super().changeEvent(event)

    def initStyleOption(self, option: QStyleOptionButton) -> None:
        super().initStyleOption(option)
        option.text = self._wrapped(self.width()).replace("&", "&&")

    def _wrapped(self, width: int) -> str:
        """The text in lines that fit beside the box."""
        option = QStyleOptionButton()
        option.initFrom(self)
        option.rect = QRect(0, 0, width, self.height())
        room = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxContents, option, self).width()
        metrics, lines = self.fontMetrics(), [""]
        for word in breakable(self.text()).split():
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and metrics.horizontalAdvance(longer) > room:
                lines.append(word)
            else:
                lines[-1] = longer
        return "\n".join(lines)


def breakable(text: str) -> str:
    """The text with places to break in words that are too long for any line."""
    return " ".join(
        word if len(word) <= _UNBROKEN else "\u200b".join(word[at : at + 10] for at in range(0, len(word), 10))
        for word in text.split(" ")
    )
