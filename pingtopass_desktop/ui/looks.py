"""How labels, chips, surfaces and buttons look: their kinds, in tokens of the theme, and how they are painted.

The first page is painted by it, so it does without the namespace `Qt`: naming it for the first time builds all its
enumerations, which takes a fifth of the time that an empty window needs. `QBrush(…)`, `setPen` and `setBrush` name it;
`fillPath` with a palette's brush, `strokePath` with a pen, and `drawItemText` do not.
"""

from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPalette, QPen
from PySide6.QtWidgets import QWidget

from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.theme import Theme

CENTRED = 0x84
"""Qt.AlignmentFlag.AlignCenter."""
LEFT = 0x81
"""Qt.AlignmentFlag.AlignLeft | AlignVCenter."""
RIGHT = 0x82
"""Qt.AlignmentFlag.AlignRight | AlignVCenter."""

_ROLE = QPalette.ColorRole.WindowText
_TEXT_ROLES = (_ROLE, QPalette.ColorRole.ButtonText, QPalette.ColorRole.Text)
"""A label takes the role that fits the ground of what it stands on."""


class TextLook(Struct, frozen=True):
    """Size in pixels at 100 % text and weight, 0 for those of the window; `ink` is a token, "" for that around it."""

    size: int = 0
    weight: int = 0
    ink: str = ""
    is_struck: bool = False


TEXTS = {
    "": TextLook(),
    "title": TextLook(24, 700),
    "section": TextLook(15, 600),
    "strong": TextLook(weight=600),
    "big": TextLook(30, 700),
    "welcome": TextLook(30, 700),
    "sample": TextLook(18, 500),
    "score": TextLook(42, 700),
    "of": TextLook(18, 500, "ink_2"),
    "secondary": TextLook(ink="ink_2"),
    "bad": TextLook(ink="bad"),
    "hint": TextLook(12, ink="ink_3"),
    "status": TextLook(12, 600, "ink_2"),
    "status-good": TextLook(12, 600, "good"),
    "status-bad": TextLook(12, 600, "bad"),
    "option-text": TextLook(15),
    "option-text-struck": TextLook(15, ink="ink_3", is_struck=True),
}


class ChipLook(Struct, frozen=True):
    """Text on a filled shape with round ends; room at its sides and above, least size of the text; all in pixels."""

    ink: str
    fill: str
    size: int = 12
    weight: int = 600
    edge: str = ""
    side: int = 8
    above: int = 3
    least: tuple[int, int] = (0, 16)
    radius: int = 0
    """0 for round ends."""
    has_even_digits: bool = False
    """All of one width, for a number that changes while one looks."""


CHIPS = {
    "chip": ChipLook("ink_2", "surface_2"),
    "chip-primary": ChipLook("primary", "primary_soft"),
    "chip-good": ChipLook("good", "good_soft"),
    "chip-bad": ChipLook("bad", "bad_soft"),
    "chip-mark": ChipLook("mark", "surface_2"),
    "chip-count": ChipLook("ink_2", "surface_2", least=(18, 16)),
    "chip-count-new": ChipLook("primary", "primary_soft", least=(18, 16)),
    "chip-count-weak": ChipLook("warn", "warn_soft", least=(18, 16)),
    "clock": ChipLook("warn", "warn_soft", 16, 700, side=12, above=6, least=(0, 20), has_even_digits=True),
    "clock-urgent": ChipLook("bad", "bad_soft", 16, 700, side=12, above=6, least=(0, 20), has_even_digits=True),
    "clock-hidden": ChipLook("ink_2", "surface_2", 14, 700, side=12, above=6, least=(0, 20)),
    "letter": ChipLook("ink_2", "surface", 12, 700, "control", 0, 0, (24, 24), 6),
    "letter-chosen": ChipLook("on_primary", "primary", 12, 700, "primary", 0, 0, (24, 24), 6),
    "letter-right": ChipLook("on_fill", "good", 12, 700, "good", 0, 0, (24, 24), 6),
    "letter-wrong": ChipLook("on_fill", "bad", 12, 700, "bad", 0, 0, (24, 24), 6),
}


class SurfaceLook(Struct, frozen=True):
    """A filled area; `sides` are the edges that have a line, all of them with round corners."""

    fill: str
    edge: str = ""
    radius: int = 0
    sides: str = "all"


SURFACES = {
    "card": SurfaceLook("surface", "line", 12),
    "rule": SurfaceLook("line"),
    "notice": SurfaceLook("primary_soft", radius=8),
    "notice-warn": SurfaceLook("warn_soft", radius=8),
    "notice-bad": SurfaceLook("bad_soft", "bad", 8),
    "rail": SurfaceLook("surface", "line", sides="right"),
    "side-left": SurfaceLook("surface", "line", sides="right"),
    "side-right": SurfaceLook("surface", "line", sides="left"),
    "bar-top": SurfaceLook("surface", "line", sides="bottom"),
    "bar-bottom": SurfaceLook("surface", "line", sides="top"),
    "option": SurfaceLook("surface", "line", 10),
    "option-chosen": SurfaceLook("primary_soft", "primary", 10),
    "option-right": SurfaceLook("good_soft", "good", 10),
    "option-wrong": SurfaceLook("bad_soft", "bad", 10),
}


class ButtonLook(Struct, frozen=True):
    """Sizes in pixels at 100 % text but `edge_px`, `side` and `radius`; tokens for colours, "" for none."""

    fill: str = "surface"
    ink: str = "ink"
    edge: str = "line"
    edge_px: int = 1
    side: int = 16
    height: int = 38
    least_width: int = 0
    size: int = 14
    weight: int = 600
    radius: int = 8
    is_left: bool = False
    edge_hovered: str = "control"
    fill_hovered: str = ""
    fill_checked: str = "primary_soft"
    ink_checked: str = "primary"
    edge_checked: str = "primary"
    weight_checked: int = 600
    fill_disabled: str = "surface_2"
    ink_disabled: str = "ink_3"
    edge_focused: str = "primary"
    is_underlined_hovered: bool = False
    key_side: int = 16
    key_ink: str = "ink_3"


_TILE = ButtonLook(
    ink="ink_2", side=0, height=26, least_width=25, size=12, radius=6, fill_disabled="surface", ink_disabled="ink_2"
)

BUTTONS = {
    "": ButtonLook(),
    "primary": ButtonLook(
        "primary", "on_primary", "primary", edge_hovered="primary", edge_focused="ink", key_ink="on_primary"
    ),
    "danger": ButtonLook(ink="bad"),
    "left": ButtonLook(is_left=True),
    "link": ButtonLook(
        "", "primary", "", 2, 4, 24, edge_hovered="", fill_disabled="", is_underlined_hovered=True, edge_checked=""
    ),
    "pill": ButtonLook(
        "surface_2", "ink_2", "", 2, 8, 22, size=12, radius=13, edge_hovered="line", edge_checked="", key_side=10
    ),
    "rail": ButtonLook(
        "", "ink_2", "", 2, 8, 32, weight=400, is_left=True, edge_hovered="", fill_hovered="surface_2",
        edge_checked="", fill_disabled="", key_side=10,
    ),
    "tile": _TILE,
    "tile-answered": replace(
        _TILE, fill="primary_soft", ink="primary", fill_disabled="primary_soft", ink_disabled="primary"
    ),
    "tile-here": replace(
        _TILE, fill="primary", ink="on_primary", edge="primary", edge_hovered="primary", edge_focused="ink"
    ),
    "choice": ButtonLook(side=0, weight=0, radius=12),
    "small": ButtonLook(side=8, height=26, size=12),
}  # fmt: skip


@lru_cache(maxsize=512)
def font(
    size: int,
    weight: int,
    zoom: int,
    *,
    is_struck: bool = False,
    is_underlined: bool = False,
    has_even_digits: bool = False,
) -> QFont:
    """A font that says these things and takes the rest from where it is used. Not to be changed."""
    made = QFont()
    if size:
        made.setPixelSize(round(size * zoom / 100))
    if weight:
        made.setWeight(QFont.Weight(weight))
    if is_struck:
        made.setStrikeOut(True)
    if is_underlined:
        made.setUnderline(True)
    if has_even_digits:
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


@lru_cache(maxsize=256)
def ink(token: str, of: Theme) -> QPalette:
    """A palette that says the colour of text and takes the rest from where it is used. Not to be changed."""
    palette = QPalette()
    for role in _TEXT_ROLES if token else ():
        palette.setColor(role, QColor(getattr(of.tokens, token)))
    return palette


@lru_cache(maxsize=256)
def _pen(token: str, width: float, of: Theme) -> QPen:
    pen = QPen()
    pen.setColor(QColor(getattr(of.tokens, token)))
    pen.setWidthF(width)
    return pen


def set_text_look(widget: QWidget, look: TextLook | ChipLook) -> None:
    """Give a widget the font and the colour of its text."""
    of = theme.current()
    is_struck = isinstance(look, TextLook) and look.is_struck
    has_even_digits = isinstance(look, ChipLook) and look.has_even_digits
    widget.setFont(font(look.size, look.weight, of.zoom, is_struck=is_struck, has_even_digits=has_even_digits))
    widget.setPalette(ink(look.ink, of))


def fill(painter: QPainter, area: QRectF, token: str, radius: float = 0.0) -> None:
    """Fill an area with a colour of the theme."""
    path = QPainterPath()
    if radius:
        path.addRoundedRect(area, radius, radius)
    else:
        path.addRect(area)
    painter.fillPath(path, ink(token, theme.current()).brush(_ROLE))


def draw_box(painter: QPainter, area: QRectF, filling: str, edge: str, radius: float, edge_px: float = 1.0) -> None:
    """A filled shape with round corners and a line along its inside; "" leaves either out."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = QPainterPath()
    inset = edge_px / 2 if edge else 0.0
    radius = max(0.0, min(radius, area.height() / 2) - inset)
    path.addRoundedRect(area.adjusted(inset, inset, -inset, -inset), radius, radius)
    if filling:
        painter.fillPath(path, ink(filling, theme.current()).brush(_ROLE))
    if edge:
        painter.strokePath(path, _pen(edge, edge_px, theme.current()))


def draw_share(painter: QPainter, area: QRectF, share: float, token: str) -> None:
    """A bar with round ends, filled from the left by a share from 0 to 1."""
    draw_box(painter, area, "surface_2", "", area.height() / 2)
    if share > 0:
        width = max(area.height(), area.width() * share)
        draw_box(painter, QRectF(area.x(), area.y(), width, area.height()), token, "", area.height() / 2)


def draw_surface(widget: QWidget, look: SurfaceLook, *, is_focused: bool = False, is_hovered: bool = False) -> None:
    """Paint the ground of a widget."""
    with QPainter(widget) as painter:
        area = QRectF(widget.rect())
        if look.sides != "all" or not look.radius:
            fill(painter, area, look.fill)
            if look.edge:
                fill(painter, _side(area, look.sides), look.edge)
            return
        edge = "primary" if is_focused else "control" if is_hovered and look.edge == "line" else look.edge
        draw_box(painter, area, look.fill, edge, look.radius, 2.0 if is_focused else 1.0)


def _side(area: QRectF, side: str) -> QRectF:
    if side in ("left", "right"):
        return QRectF(area.right() - 1 if side == "right" else area.left(), area.top(), 1, area.height())
    return QRectF(area.left(), area.bottom() - 1 if side == "bottom" else area.top(), area.width(), 1)


def draw_text(painter: QPainter, widget: QWidget, area: QRect, text: str, token: str, alignment: int) -> None:
    """One line of plain text in the painter's font."""
    widget.style().drawItemText(painter, area, alignment, ink(token, theme.current()), True, text, _ROLE)
