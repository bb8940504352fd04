"""A score on its scale with the pass mark written where it lies."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pingtopass_desktop.ui import theme

_BAR_PX, _GAP_PX = 8, 4


class ScoreBar(QWidget):
    """`share` and `mark` from 0 to 1 of the scale; read out by its accessible name only."""

    def __init__(self, share: float, token: str, mark: float, words: str) -> None:
        super().__init__()
        self._share = min(1.0, max(0.0, share))
        self._token, self._mark, self._words = token, min(1.0, max(0.0, mark)), words
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.restyle()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            tokens = theme.current().tokens
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.surface_2))
            painter.drawRoundedRect(QRectF(0, 0, self.width(), _BAR_PX), 4, 4)
            if self._share > 0:
                painter.setBrush(QColor(getattr(tokens, self._token)))
                painter.drawRoundedRect(QRectF(0, 0, max(8.0, self.width() * self._share), _BAR_PX), 4, 4)
            place = self.width() * self._mark
            painter.setBrush(QColor(tokens.ink))
            painter.drawRect(QRectF(min(self.width() - 2.0, max(0.0, place - 1)), 0, 2, _BAR_PX + 3))
            painter.setFont(self._small_font())
            painter.setPen(QColor(tokens.ink_3))
            width = painter.fontMetrics().horizontalAdvance(self._words) + 2
            left = min(max(0.0, place - width / 2), max(0.0, self.width() - width))
            top = _BAR_PX + _GAP_PX
            painter.drawText(QRectF(left, top, width, self.height() - top), Qt.AlignmentFlag.AlignCenter, self._words)

    def restyle(self) -> None:
        self.setFixedHeight(_BAR_PX + _GAP_PX + QFontMetrics(self._small_font()).height())

    def _small_font(self) -> QFont:
        font = self.font()
        font.setPixelSize(theme.current().px(12))
        return font
