"""Text that a delegate paints: a few lines, an ellipsis where there is more, marked words on a ground of their own."""

from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import QPointF, QRect
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QApplication

from pingtopass_desktop.ui import theme

LINES = 2

Runs = Sequence[tuple[str, bool]]


def font(size: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The application's font in a size at 100 % text. Not to be changed."""
    return _font(QApplication.font().family(), theme.current().px(size), weight)


@lru_cache(maxsize=32)
def _font(family: str, size_px: int, weight: QFont.Weight) -> QFont:
    made = QFont(QApplication.font())
    made.setPixelSize(size_px)
    made.setWeight(weight)
    return made


def line_height(size: int) -> int:
    return QFontMetrics(font(size)).height()


def draw(painter: QPainter, area: QRect, runs: Runs, in_font: QFont) -> None:
    """Draw text from the left, in the middle of the area's height, on at most `LINES` lines."""
    layout = _kept_layout(tuple(runs), in_font.key(), area.width(), theme.current())
    height = sum(layout.lineAt(number).height() for number in range(layout.lineCount()))
    painter.setPen(QColor(theme.current().tokens.ink))
    layout.draw(painter, QPointF(area.left(), area.top() + max(0.0, (area.height() - height) / 2)))


@lru_cache(maxsize=256)
def _kept_layout(runs: tuple[tuple[str, bool], ...], font_key: str, width: int, _: theme.Theme) -> QTextLayout:
    """A list paints the same rows again and again; the colours of the theme stand in the layout."""
    in_font = QFont()
    in_font.fromString(font_key)
    return lay_out(runs, in_font, width)


def lay_out(runs: Runs, in_font: QFont, width: int) -> QTextLayout:
    """The text in lines that fit the width; where it needs more than `LINES`, the last one ends in an ellipsis."""
    layout = _laid_out(runs, in_font, width)
    if layout.lineCount() <= LINES:
        return layout
    last = layout.lineAt(LINES - 1)
    room = width - QFontMetrics(in_font).horizontalAdvance("…")
    units = 2 * (last.xToCursor(room) + 1)
    end = len("".join(text for text, _ in runs).encode("utf-16-le")[:units].decode("utf-16-le", "ignore"))
    while True:
        end -= 1
        layout = _laid_out([*_head(runs, end), ("…", False)], in_font, width)
        if layout.lineCount() <= LINES or end <= 0:
            return layout


def _laid_out(runs: Runs, in_font: QFont, width: int) -> QTextLayout:
    layout = QTextLayout("".join(text for text, _ in runs), in_font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.setFormats(_formats(runs))
    layout.beginLayout()
    y = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(1, width))
        line.setPosition(QPointF(0, y))
        y += line.height()
        if layout.lineCount() > LINES + 1:
            break
    layout.endLayout()
    return layout


def _formats(runs: Runs) -> list[QTextLayout.FormatRange]:
    tokens = theme.current().tokens
    look = QTextCharFormat()
    look.setFontWeight(QFont.Weight.Bold)
    look.setBackground(QColor(tokens.warn_soft))
    look.setForeground(QColor(tokens.ink))
    formats, at = [], 0
    for text, is_marked in runs:
        if is_marked:
            part = QTextLayout.FormatRange()
            part.start, part.length, part.format = at, _units(text), look
            formats.append(part)
        at += _units(text)
    return formats


def _units(text: str) -> int:
    """Qt counts in units of UTF-16."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def _head(runs: Runs, length: int) -> list[tuple[str, bool]]:
    head: list[tuple[str, bool]] = []
    for text, is_marked in runs:
        head.append((text[:length].rstrip() if len(text) > length else text, is_marked))
        length -= len(text)
        if length <= 0:
            break
    return head
