"""Colours and the text zoom: tokens, the theme in force, and who follows it.

Labels, buttons and surfaces take font and colours from `ui.looks` and paint themselves; what Qt composes of several
parts (fields, lists, scroll bars) wears a style sheet of its own, see `ui.sheets`. Nothing larger wears one: Qt styles
everything in it again with each change. A widget with a method `restyle` has it called when another theme comes into
force. Pages that are not shown follow when they come to the front.

Text that carries meaning keeps 4.5:1 against its background, controls and focus rings 3:1; a test computes it.
"""

from enum import StrEnum
from functools import partial
from weakref import WeakKeyDictionary

import shiboken6
from msgspec import Struct
from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

_HALF_LIGHT = 128
"""The style's own palette follows the system's colour scheme; below this lightness its window is dark."""

ZOOM_STEPS = (100, 110, 125, 150, 175, 200)


class ThemeName(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    HIGH_CONTRAST = "high_contrast"


class Tokens(Struct, frozen=True):
    """The colours of one theme as ``#RRGGBB``."""

    bg: str
    surface: str
    surface_2: str
    line: str
    control: str
    ink: str
    ink_2: str
    ink_3: str
    primary: str
    primary_soft: str
    on_primary: str
    good: str
    good_soft: str
    bad: str
    bad_soft: str
    warn: str
    warn_soft: str
    mark: str
    on_fill: str


LIGHT = Tokens(
    bg="#F5F6F8", surface="#FFFFFF", surface_2="#EEF0F4", line="#DDE1E8", control="#868F9D",
    ink="#161A22", ink_2="#525C6B", ink_3="#626C7B",
    primary="#2F54D8", primary_soft="#E6ECFD", on_primary="#FFFFFF",
    good="#167A3A", good_soft="#E3F4E8", bad="#C4322B", bad_soft="#FBE7E5",
    warn="#9A5B00", warn_soft="#FDF1DC", mark="#7A3FD1", on_fill="#FFFFFF",
)  # fmt: skip
DARK = Tokens(
    bg="#0F1216", surface="#171B22", surface_2="#1F252E", line="#2C343F", control="#6B7686",
    ink="#E9EDF3", ink_2="#A9B3C1", ink_3="#8D98A7",
    primary="#8EA6FF", primary_soft="#1E2740", on_primary="#0F1216",
    good="#5CC983", good_soft="#16291D", bad="#F0847C", bad_soft="#331B1A",
    warn="#E6B15C", warn_soft="#30240F", mark="#B99AF0", on_fill="#0F1216",
)  # fmt: skip
HIGH_CONTRAST = Tokens(
    bg="#000000", surface="#000000", surface_2="#1A1A1A", line="#FFFFFF", control="#FFFFFF",
    ink="#FFFFFF", ink_2="#FFFFFF", ink_3="#E6E6E6",
    primary="#FFE24A", primary_soft="#2B2600", on_primary="#000000",
    good="#5BFF8F", good_soft="#00260D", bad="#FF9C94", bad_soft="#330400",
    warn="#FFD27A", warn_soft="#2E1D00", mark="#D9B8FF", on_fill="#000000",
)  # fmt: skip


class Theme(Struct, frozen=True):
    """Tokens with a text zoom in percent. `px` scales a size of type."""

    tokens: Tokens
    zoom: int = 100

    def px(self, size: int) -> int:
        return round(size * self.zoom / 100)


def resolve(name: ThemeName, zoom: int) -> Theme:
    """The theme of a name; `SYSTEM` follows the system's colour scheme."""
    if name is ThemeName.HIGH_CONTRAST:
        return Theme(HIGH_CONTRAST, zoom)
    if name is ThemeName.SYSTEM:
        is_dark = QApplication.style().standardPalette().window().color().lightness() < _HALF_LIGHT
        return Theme(DARK if is_dark else LIGHT, zoom)
    return Theme(DARK if name is ThemeName.DARK else LIGHT, zoom)


_current = Theme(LIGHT)
_followers: WeakKeyDictionary[QWidget, Theme] = WeakKeyDictionary()
"""Pages, dialogs and parts of the frame, each with the theme that it has put on."""


def current() -> Theme:
    """The theme in force, for what is painted."""
    return _current


def apply(theme: Theme) -> None:
    """Put a theme in force for the whole application, at once for what is on the screen."""
    global _current  # the one place that holds it; painters read it through `current`
    _current = theme
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        return
    font = application.font()
    font.setFamilies(["Inter", *[family for family in font.families() if family != "Inter"]])
    font.setPixelSize(theme.px(14))
    font.setStyleStrategy(QFont.StyleStrategy.PreferAntialias)
    if font != application.font():
        application.setFont(font)
    palette = _palette(theme.tokens)
    if palette != application.palette():
        application.setPalette(palette)
        QToolTip.setPalette(palette)
    for widget in list(_followers):
        if shiboken6.isValid(widget) and widget.isVisible():
            paint_apart(widget.window())
            catch_up(widget)


def paint_apart(widget: QWidget, turns: int = 1) -> None:
    """Have what changes now in a widget that is shown laid out in this turn of the event loop and painted some turns
    later: each takes about as long as the other, and keys and clicks come in between."""
    if widget.isVisible():
        widget.setUpdatesEnabled(False)
        _enable_later(widget, turns)


def _enable_later(widget: QWidget, turns: int) -> None:
    then = partial(widget.setUpdatesEnabled, True) if turns == 1 else partial(_enable_later, widget, turns - 1)
    QTimer.singleShot(0, widget, then)


def follow(widget: QWidget) -> None:
    """Let a page, a dialog or a part of the frame follow the theme. Those that may be hidden `catch_up` when shown."""
    _followers[widget] = _current


def catch_up(widget: QWidget) -> None:
    """Put the theme in force on a widget that follows, with everything in it."""
    if _followers.get(widget) is _current:
        return
    _followers[widget] = _current
    for each in (widget, *widget.findChildren(QWidget)):
        restyle = getattr(each, "restyle", None)
        if restyle is not None:
            restyle()


def _palette(tokens: Tokens) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: tokens.bg,
        QPalette.ColorRole.Base: tokens.surface,
        QPalette.ColorRole.AlternateBase: tokens.surface_2,
        QPalette.ColorRole.Text: tokens.ink,
        QPalette.ColorRole.WindowText: tokens.ink,
        QPalette.ColorRole.ButtonText: tokens.ink,
        QPalette.ColorRole.Button: tokens.surface,
        QPalette.ColorRole.ToolTipBase: tokens.surface,
        QPalette.ColorRole.ToolTipText: tokens.ink,
        QPalette.ColorRole.PlaceholderText: tokens.ink_3,
        QPalette.ColorRole.Highlight: tokens.primary,
        QPalette.ColorRole.HighlightedText: tokens.on_primary,
        QPalette.ColorRole.Link: tokens.primary,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    disabled = QColor(tokens.ink_3)
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, disabled)
    return palette
