"""The themes as cards with a picture of each, put in force as they are chosen."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.preferences import Preferences
from pingtopass_desktop.ui.theme import DARK, HIGH_CONTRAST, LIGHT, ThemeName, Tokens
from pingtopass_desktop.ui.widgets.choice_card import CardGrid, ChoiceCard

_WORDS = {
    ThemeName.SYSTEM: ("As the system", "Changes with your computer"),
    ThemeName.LIGHT: ("Light", "Dark text on white"),
    ThemeName.DARK: ("Dark", "Light text on near black"),
    ThemeName.HIGH_CONTRAST: ("High contrast", "White and yellow on black"),
}
_TOKENS = {ThemeName.LIGHT: LIGHT, ThemeName.DARK: DARK, ThemeName.HIGH_CONTRAST: HIGH_CONTRAST}
_HEIGHT = 88


class ThemePicture(QWidget):
    """A small window in the colours of a theme; that of the system is half light and half dark."""

    def __init__(self, name: ThemeName) -> None:
        super().__init__()
        self._name = name
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        return QSize(160, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            outline = QPainterPath()
            outline.addRoundedRect(area, 8, 8)
            painter.setClipPath(outline)
            if self._name is ThemeName.SYSTEM:
                _paint_window(painter, area, LIGHT)
                painter.save()
                painter.setClipRect(QRectF(area.center().x(), area.y(), area.width(), area.height()), _INTERSECT)
                _paint_window(painter, area, DARK)
                painter.restore()
            else:
                _paint_window(painter, area, _TOKENS[self._name])
            painter.setClipping(False)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(theme.current().tokens.control))
            painter.drawPath(outline)


_INTERSECT = Qt.ClipOperation.IntersectClip


def _paint_window(painter: QPainter, area: QRectF, tokens: Tokens) -> None:
    """A rail, a card with lines of text, and a chosen option."""
    left, top, width, height = area.x(), area.y(), area.width(), area.height()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.fillRect(area, QColor(tokens.bg))
    painter.fillRect(QRectF(left, top, width * 0.2, height), QColor(tokens.surface))
    painter.fillRect(QRectF(left + width * 0.2, top, 1, height), QColor(tokens.line))
    card = QRectF(left + width * 0.27, top + 12, width * 0.66, height - 24)
    painter.setBrush(QColor(tokens.surface))
    painter.setPen(QColor(tokens.line))
    painter.drawRoundedRect(card, 5, 5)
    painter.setPen(Qt.PenStyle.NoPen)
    lines = (
        (left + width * 0.05, top + 14, width * 0.1, tokens.primary),
        (left + width * 0.05, top + 26, width * 0.1, tokens.ink_3),
        (card.x() + 8, card.y() + 10, card.width() * 0.62, tokens.ink),
        (card.x() + 8, card.y() + 20, card.width() * 0.45, tokens.ink_2),
    )
    for x, y, length, colour in lines:
        painter.setBrush(QColor(colour))
        painter.drawRoundedRect(QRectF(x, y, length, 4), 2, 2)
    option = QRectF(card.x() + 8, card.y() + 34, card.width() - 16, 18)
    painter.setBrush(QColor(tokens.primary_soft))
    painter.setPen(QColor(tokens.primary))
    painter.drawRoundedRect(option, 4, 4)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.primary))
    painter.drawRoundedRect(QRectF(option.x() + 6, option.y() + 7, option.width() * 0.4, 4), 2, 2)


class ThemeCards(CardGrid):
    """A card for each theme. It follows when the theme is changed elsewhere."""

    def __init__(self, preferences: Preferences, *, has_letters: bool = False) -> None:
        cards = [
            ChoiceCard(*_WORDS[name], letter="ABCD"[number] if has_letters else "", picture=ThemePicture(name))
            for number, name in enumerate(ThemeName)
        ]
        super().__init__(cards, least_px=160, most_in_line=4)
        self.setAccessibleName("Theme")
        self._preferences = preferences
        self.chosen.connect(self._put_in_force)
        preferences.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        self.show_chosen(list(ThemeName).index(self._preferences.settings.theme))

    def _put_in_force(self, index: int) -> None:
        self._preferences.change(theme=list(ThemeName)[index])
