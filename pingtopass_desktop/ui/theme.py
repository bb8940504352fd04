"""Colours, type and spacing: tokens, the one style sheet made from them, and the text zoom.

The style sheet is worn by pages, dialogs and the parts of the window's frame, not by the application: Qt styles every
widget of an application again once for each of its ancestors, which took seconds once all pages were there. Pages that
are not shown put on a new theme when they come to the front.

Text that carries meaning keeps 4.5:1 against its background, controls and focus rings 3:1; a test computes it.
"""

from enum import StrEnum
from functools import lru_cache
from weakref import WeakSet

import shiboken6
from msgspec import Struct
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from pingtopass_desktop.library.starter import resources_folder

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
_dressed: WeakSet[QWidget] = WeakSet()


def current() -> Theme:
    """The theme in force, for what is painted rather than styled."""
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
    application.setFont(font)
    application.setPalette(_palette(theme.tokens))
    for widget in list(_dressed):
        if shiboken6.isValid(widget) and widget.isVisible():
            dress(widget)


def dress(widget: QWidget) -> None:
    """Let a page, a dialog or a part of the frame wear the theme in force, with everything in it."""
    sheet = style_sheet(_current)
    _dressed.add(widget)
    if widget.styleSheet() != sheet:
        widget.setStyleSheet(sheet)


def _icon(name: str) -> str:
    return (resources_folder() / "icons" / f"{name}.svg").as_posix()


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


@lru_cache(maxsize=1)
def style_sheet(theme: Theme) -> str:
    """The style sheet of a theme. Widgets choose by object name or by the property `kind`."""
    t, px = theme.tokens, theme.px
    ground = "light" if t.on_primary == "#FFFFFF" else "dark"
    return f"""
QWidget#page {{ background: {t.bg}; }}
QScrollArea, QScrollArea > QWidget > QWidget#scrolled {{ background: transparent; border: none; }}
QToolTip {{ background: {t.surface}; color: {t.ink}; border: 1px solid {t.line}; padding: 4px 8px; }}

QFrame#dot {{ background: {t.primary}; border: 4px solid {t.primary_soft}; border-radius: 10px; min-width: 12px;
  max-width: 12px; min-height: 12px; max-height: 12px; }}
QFrame#rail {{ background: {t.surface}; border: none; border-right: 1px solid {t.line}; }}
QFrame#bar-top {{ background: {t.surface}; border: none; border-bottom: 1px solid {t.line}; }}
QFrame#bar-bottom {{ background: {t.surface}; border: none; border-top: 1px solid {t.line}; }}
QFrame#side-left {{ background: {t.surface}; border: none; border-right: 1px solid {t.line}; }}
QFrame#side-right {{ background: {t.surface}; border: none; border-left: 1px solid {t.line}; }}
QFrame[kind="card"] {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: 12px; }}
QFrame[kind="rule"] {{ background: {t.line}; border: none; max-height: 1px; min-height: 1px; }}
QFrame[kind="notice-bad"] {{ background: {t.bad_soft}; border: 1px solid {t.bad}; border-radius: 8px; }}
QFrame[kind="notice-warn"] {{ background: {t.warn_soft}; border: none; border-radius: 8px; }}
QFrame[kind="notice"] {{ background: {t.primary_soft}; border: none; border-radius: 8px; }}

QLabel {{ background: transparent; }}
QLabel[kind="title"] {{ font-size: {px(24)}px; font-weight: 700; }}
QLabel[kind="section"] {{ font-size: {px(15)}px; font-weight: 600; }}
QLabel[kind="strong"] {{ font-weight: 600; }}
QLabel[kind="big"] {{ font-size: {px(30)}px; font-weight: 700; }}
QLabel[kind="welcome"] {{ font-size: {px(30)}px; font-weight: 700; }}
QLabel[kind="sample"] {{ font-size: {px(18)}px; font-weight: 500; }}
QLabel[kind="score"] {{ font-size: {px(42)}px; font-weight: 700; }}
QLabel[kind="of"] {{ color: {t.ink_2}; font-size: {px(18)}px; font-weight: 500; }}
QLabel[kind="secondary"] {{ color: {t.ink_2}; }}
QLabel[kind="bad"] {{ color: {t.bad}; }}
QLabel[kind="hint"] {{ color: {t.ink_3}; font-size: {px(12)}px; }}
QLabel[kind="chip"], QLabel[kind^="chip-"] {{ font-size: {px(12)}px; font-weight: 600; border-radius: {px(9) + 1}px;
  padding: 3px 8px; min-height: {px(16)}px; background: {t.surface_2}; color: {t.ink_2}; }}
QLabel[counts="true"] {{ min-width: {px(18)}px; }}
QLabel[kind="chip-primary"] {{ background: {t.primary_soft}; color: {t.primary}; }}
QLabel[kind="chip-good"] {{ background: {t.good_soft}; color: {t.good}; }}
QLabel[kind="chip-bad"] {{ background: {t.bad_soft}; color: {t.bad}; }}
QLabel[kind="chip-warn"] {{ background: {t.warn_soft}; color: {t.warn}; }}
QLabel[kind="chip-mark"] {{ color: {t.mark}; }}
QLabel[kind="status-good"] {{ color: {t.good}; font-size: {px(12)}px; font-weight: 600; }}
QLabel[kind="status-bad"] {{ color: {t.bad}; font-size: {px(12)}px; font-weight: 600; }}
QLabel[kind="status"] {{ color: {t.ink_2}; font-size: {px(12)}px; font-weight: 600; }}
QLabel#clock {{ background: {t.warn_soft}; color: {t.warn}; font-size: {px(16)}px; font-weight: 700;
  border-radius: {px(12) + 3}px; padding: 6px 12px; min-height: {px(20)}px; }}
QLabel#clock[urgent="true"] {{ background: {t.bad_soft}; color: {t.bad}; }}
QLabel#clock[hidden_time="true"] {{ background: {t.surface_2}; color: {t.ink_2}; font-size: {px(14)}px; }}

QPushButton {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: 8px; padding: 0 16px;
  min-height: {px(38)}px; font-weight: 600; }}
QPushButton:hover {{ border-color: {t.control}; }}
QPushButton:focus {{ border: 2px solid {t.primary}; padding: 0 15px; }}
QPushButton:disabled {{ color: {t.ink_3}; background: {t.surface_2}; }}
QPushButton:checked {{ background: {t.primary_soft}; color: {t.primary}; border-color: {t.primary}; }}
QPushButton[kind="primary"] {{ background: {t.primary}; color: {t.on_primary}; border-color: {t.primary}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {t.ink}; }}
QPushButton[kind="primary"]:disabled {{ background: {t.surface_2}; color: {t.ink_3}; border-color: {t.line}; }}
QPushButton[kind="danger"] {{ color: {t.bad}; }}
QPushButton[kind="left"] {{ text-align: left; }}
QPushButton[kind="link"] {{ border: 2px solid transparent; background: transparent; color: {t.primary}; padding: 0 4px;
  min-height: {px(24)}px; }}
QPushButton[kind="link"]:hover {{ text-decoration: underline; }}
QPushButton[kind="link"]:focus {{ border: 2px solid {t.primary}; }}
QPushButton[kind="pill"] {{ font-size: {px(12)}px; border: 2px solid transparent; border-radius: {px(12)}px;
  background: {t.surface_2}; color: {t.ink_2}; padding: 0 8px; min-height: {px(22)}px; }}
QPushButton[kind="pill"]:hover {{ border-color: {t.line}; }}
QPushButton[kind="pill"]:checked {{ background: {t.primary_soft}; color: {t.primary}; }}
QPushButton[kind="pill"]:focus {{ border: 2px solid {t.primary}; padding: 0 8px; }}
QPushButton[kind="pill"]:disabled {{ color: {t.ink_3}; }}
QPushButton[kind="rail"] {{ border: 2px solid transparent; background: transparent; color: {t.ink_2}; font-weight: 400;
  text-align: left; padding: 0 8px; min-height: {px(32)}px; }}
QPushButton[kind="rail"]:hover {{ background: {t.surface_2}; }}
QPushButton[kind="rail"]:focus {{ border: 2px solid {t.primary}; }}
QPushButton[kind="rail"]:checked {{ background: {t.primary_soft}; color: {t.primary}; font-weight: 600; }}
QPushButton[kind="tile"] {{ font-size: {px(12)}px; border-radius: 6px; padding: 0; color: {t.ink_2};
  min-height: {px(26)}px; min-width: {px(25)}px; }}
QPushButton[kind="tile"]:focus {{ padding: 0; border: 2px solid {t.primary}; }}
QPushButton[kind="tile"][answered="true"] {{ background: {t.primary_soft}; color: {t.primary}; }}
QPushButton[kind="tile"][flagged="true"] {{ border-bottom: 3px solid {t.mark}; }}
QPushButton[kind="tile"][here="true"] {{ background: {t.primary}; color: {t.on_primary}; border-color: {t.primary}; }}
QPushButton[keyed="true"] {{ text-align: left; }}
QLabel[kind="key"] {{ color: {t.ink_3}; font-size: {px(12)}px; font-weight: 600; }}
QPushButton[kind="rail"] QLabel[kind="key"] {{ font-weight: 400; }}
QPushButton[kind="primary"]:enabled QLabel[kind="key"] {{ color: {t.on_primary}; }}
QPushButton[kind="choice"] {{ border-radius: 12px; padding: 0; font-weight: 400; }}
QPushButton[kind="choice"]:checked {{ background: {t.primary_soft}; border: 1px solid {t.primary}; }}
QPushButton[kind="choice"]:focus {{ border: 2px solid {t.primary}; padding: 0; }}
QPushButton[kind="small"] {{ min-height: {px(26)}px; padding: 0 8px; font-size: {px(12)}px; }}
QPushButton[kind="small"]:focus {{ padding: 0 7px; }}

QLineEdit, QTextEdit#note, QPlainTextEdit, QComboBox, QSpinBox, QDateEdit {{ background: {t.surface}; color: {t.ink};
  border: 1px solid {t.control}; border-radius: 8px; padding: 6px 10px; selection-background-color: {t.primary};
  selection-color: {t.on_primary}; }}
QLineEdit, QComboBox, QSpinBox, QDateEdit {{ min-height: {px(24)}px; }}
QLineEdit:focus, QTextEdit#note:focus, QPlainTextEdit:focus, QComboBox:focus, QSpinBox:focus,
  QDateEdit:focus {{
  border: 2px solid {t.primary}; padding: 5px 9px; }}
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus {{ border: none; padding: 0; min-height: 0;
  background: transparent; }}
QCalendarWidget QWidget {{ background: {t.surface}; alternate-background-color: {t.surface_2}; }}
QCalendarWidget QToolButton {{ color: {t.ink}; border: 2px solid transparent; border-radius: 6px; padding: 4px 8px;
  font-weight: 600; }}
QCalendarWidget QToolButton:hover, QCalendarWidget QToolButton:focus {{ border-color: {t.primary}; }}
QCalendarWidget QToolButton#qt_calendar_prevmonth {{ qproperty-icon: url("{_icon(f"left-on-{ground}")}"); }}
QCalendarWidget QToolButton#qt_calendar_nextmonth {{ qproperty-icon: url("{_icon(f"right-on-{ground}")}"); }}
QCalendarWidget QToolButton::menu-indicator {{ image: none; }}
QCalendarWidget QAbstractItemView {{ selection-background-color: {t.primary}; selection-color: {t.on_primary};
  border: 1px solid {t.line}; outline: none; }}
QComboBox::drop-down, QDateEdit::drop-down {{ border: none; width: {px(20) + 8}px; }}
QComboBox::down-arrow, QDateEdit::down-arrow {{ image: url("{_icon(f"down-on-{ground}")}"); width: {px(14)}px;
  height: {px(14)}px; }}
QSpinBox::up-button, QSpinBox::down-button {{ border: none; background: transparent; width: {px(20) + 8}px;
  height: {px(16)}px; subcontrol-origin: border; }}
QSpinBox::up-button {{ subcontrol-position: top right; margin-top: 3px; }}
QSpinBox::down-button {{ subcontrol-position: bottom right; margin-bottom: 3px; }}
QSpinBox::up-arrow {{ image: url("{_icon(f"up-on-{ground}")}"); width: {px(12)}px; height: {px(12)}px; }}
QSpinBox::down-arrow {{ image: url("{_icon(f"down-on-{ground}")}"); width: {px(12)}px; height: {px(12)}px; }}
QComboBox QAbstractItemView, QMenu {{ background: {t.surface}; color: {t.ink}; border: 1px solid {t.line};
  selection-background-color: {t.primary_soft}; selection-color: {t.primary}; padding: 4px; outline: none; }}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 6px; }}
QMenu::item:selected {{ background: {t.primary_soft}; color: {t.primary}; }}
QCheckBox {{
  spacing: 8px; min-height: {px(26)}px; border: 2px solid transparent; border-radius: 6px; padding: 1px 4px; }}
QCheckBox:focus {{ border: 2px solid {t.primary}; }}
QCheckBox::indicator {{ width: {px(16)}px; height: {px(16)}px; border: 1px solid {t.control}; border-radius: 4px;
  background: {t.surface}; }}
QCheckBox::indicator:checked {{ background: {t.primary}; border-color: {t.primary};
  image: url("{_icon("check-on-dark" if t.on_primary == "#FFFFFF" else "check-on-light")}"); }}

QTextBrowser {{ background: transparent; border: none; color: {t.ink};
  selection-background-color: {t.primary}; selection-color: {t.on_primary}; }}
QProgressBar {{ background: {t.surface_2}; border: none; border-radius: 4px; max-height: 8px; min-height: 8px; }}
QProgressBar::chunk {{ background: {t.primary}; border-radius: 4px; }}
QProgressBar[kind="good"]::chunk {{ background: {t.good}; }}
QProgressBar[kind="warn"]::chunk {{ background: {t.warn}; }}
QTableWidget, QTableView, QListWidget {{
  background: {t.surface}; border: 2px solid {t.surface}; border-radius: 6px; gridline-color: transparent;
  outline: none; selection-background-color: {t.primary_soft}; selection-color: {t.ink}; }}
QTableView:focus, QListWidget:focus {{ border-color: {t.primary}; }}
QTableWidget::item {{ padding: 4px 10px; border-bottom: 1px solid {t.line}; }}
QListWidget::item {{ padding: 8px 10px; border-bottom: 1px solid {t.line}; }}
QHeaderView {{ background: transparent; }}
QHeaderView::section {{ background: {t.surface}; color: {t.ink_3}; border: none; border-bottom: 1px solid {t.line};
  padding: 6px 10px; font-size: {px(12)}px; font-weight: 600; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {t.control}; border-radius: 3px; min-height: 32px; margin: 2px 3px; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle:horizontal {{ background: {t.control}; border-radius: 3px; min-width: 32px; margin: 3px 2px; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
  background: none; border: none;
  width: 0; height: 0; }}
QDialog {{ background: {t.surface}; }}

QFrame[kind="option"] {{ background: {t.surface}; border: 1px solid {t.line}; border-radius: 10px; }}
QFrame[kind="option"]:hover {{ border-color: {t.control}; }}
QFrame[kind="option"][state="chosen"] {{ background: {t.primary_soft}; border-color: {t.primary}; }}
QFrame[kind="option"][state="right"] {{ background: {t.good_soft}; border-color: {t.good}; }}
QFrame[kind="option"][state="wrong"] {{ background: {t.bad_soft}; border-color: {t.bad}; }}
QFrame[kind="option"]:focus {{ border: 2px solid {t.primary}; }}
QLabel#letter {{ background: {t.surface}; border: 1px solid {t.control}; border-radius: 6px; color: {t.ink_2};
  font-size: {px(12)}px; font-weight: 700; }}
QFrame[state="chosen"] QLabel#letter {{ background: {t.primary}; border-color: {t.primary}; color: {t.on_primary}; }}
QFrame[state="right"] QLabel#letter {{ background: {t.good}; border-color: {t.good}; color: {t.on_fill}; }}
QFrame[state="wrong"] QLabel#letter {{ background: {t.bad}; border-color: {t.bad}; color: {t.on_fill}; }}
QLabel[kind="option-text"] {{ font-size: {px(15)}px; }}
QLabel[kind="option-text"][struck="true"] {{ color: {t.ink_3}; text-decoration: line-through; }}
"""
