"""Style sheets for what Qt composes of several parts: fields, lists, tables, scroll bars, calendars, its own dialogs.

Each such widget wears a sheet of a few rules of its own, from its constructor on; see `ui.theme` for everything else.
"""

from functools import lru_cache, partial
from weakref import ref

from PySide6.QtWidgets import QWidget

from pingtopass_desktop.library.starter import resources_folder
from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.looks import BUTTONS
from pingtopass_desktop.ui.theme import Theme

_LIGHT_GROUND = "#FFFFFF"


def wear(widget: QWidget, *names: str) -> None:
    """Let a widget wear sheets of `SHEETS`, now and whenever the theme changes."""
    widget.restyle = partial(_put_on_again, ref(widget), names)  # type: ignore[attr-defined]  see `ui.theme.catch_up`
    put_on(widget, *names)


def put_on(widget: QWidget, *names: str) -> None:
    """Give a widget the sheets of some names as they are now; for one that has a `restyle` of its own."""
    widget.setStyleSheet(sheet(names, theme.current()))


def _put_on_again(widget: "ref[QWidget]", names: tuple[str, ...]) -> None:
    worn = widget()
    if worn is not None:
        put_on(worn, *names)


@lru_cache(maxsize=32)
def sheet(names: tuple[str, ...], of: Theme) -> str:
    """The rules of some names in a theme."""
    return "".join(SHEETS[name](of) for name in names)


def _icon(name: str) -> str:
    return (resources_folder() / "icons" / f"{name}.svg").as_posix()


def _ground(of: Theme) -> str:
    return "light" if of.tokens.on_primary == _LIGHT_GROUND else "dark"


def _height(of: Theme) -> int:
    """Within the padding and the edge of a field: it is as high as a button."""
    return of.px(BUTTONS[""].height) - 12


def _field(of: Theme) -> str:
    t = of.tokens
    return f"""
QLineEdit, QTextEdit, QPlainTextEdit, QComboBox, QSpinBox, QDateEdit {{ background: {t.surface}; color: {t.ink};
  border: 1px solid {t.control}; border-radius: 8px; padding: 6px 10px; selection-background-color: {t.primary};
  selection-color: {t.on_primary}; placeholder-text-color: {t.ink_3}; }}
QLineEdit, QComboBox, QSpinBox, QDateEdit {{ min-height: {_height(of)}px; }}
QSpinBox, QDateEdit {{ max-height: {_height(of)}px; }}
QLineEdit:focus, QTextEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QSpinBox:focus, QDateEdit:focus {{
  border: 2px solid {t.primary}; padding: 5px 9px; }}
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus {{ border: none; padding: 0; min-height: 0;
  background: transparent; }}
"""


def _combo(of: Theme) -> str:
    t, px = of.tokens, of.px
    return f"""{_field(of)}
QComboBox::drop-down, QDateEdit::drop-down {{ border: none; width: {px(20) + 8}px; }}
QComboBox::down-arrow, QDateEdit::down-arrow {{ image: url("{_icon(f"down-on-{_ground(of)}")}"); width: {px(14)}px;
  height: {px(14)}px; }}
QComboBox QAbstractItemView {{ background: {t.surface}; color: {t.ink}; border: 1px solid {t.line};
  selection-background-color: {t.primary_soft}; selection-color: {t.primary}; padding: 4px; outline: none; }}
{_scroll(of)}"""


def _date(of: Theme) -> str:
    t, px, ground = of.tokens, of.px, _ground(of)
    return f"""{_combo(of)}
QCalendarWidget {{ min-width: {px(308)}px; min-height: {px(232)}px; }}
QCalendarWidget QWidget {{ background: {t.surface}; alternate-background-color: {t.surface_2}; }}
QCalendarWidget QWidget#qt_calendar_navigationbar {{ border: 1px solid {t.line}; border-bottom: none; }}
QCalendarWidget QToolButton {{ icon-size: {px(16)}px; color: {t.ink}; border: 2px solid transparent;
  border-radius: 6px; padding: 4px 8px; font-weight: 600; }}
QCalendarWidget QSpinBox, QCalendarWidget QSpinBox:focus {{ border: 1px solid {t.primary}; border-radius: 4px;
  padding: 0 4px; min-height: 0; max-height: {px(22)}px; }}
QCalendarWidget QSpinBox::up-button, QCalendarWidget QSpinBox::down-button {{ border: none; width: 0; }}
QCalendarWidget QToolButton:hover, QCalendarWidget QToolButton:focus {{ border-color: {t.primary}; }}
QCalendarWidget QToolButton#qt_calendar_prevmonth {{ qproperty-icon: url("{_icon(f"left-on-{ground}")}"); }}
QCalendarWidget QToolButton#qt_calendar_nextmonth {{ qproperty-icon: url("{_icon(f"right-on-{ground}")}"); }}
QCalendarWidget QToolButton::menu-indicator {{ image: none; }}
QCalendarWidget QAbstractItemView {{ selection-background-color: {t.primary}; selection-color: {t.on_primary};
  border: 1px solid {t.line}; outline: none; }}
{_menu(of)}"""


def _number(of: Theme) -> str:
    px, ground = of.px, _ground(of)
    return f"""{_field(of)}
QSpinBox::up-button, QSpinBox::down-button {{ border: none; background: transparent; width: {px(20) + 8}px;
  height: {px(16)}px; subcontrol-origin: border; }}
QSpinBox::up-button {{ subcontrol-position: top right; margin-top: 3px; }}
QSpinBox::down-button {{ subcontrol-position: bottom right; margin-bottom: 3px; }}
QSpinBox::up-arrow {{ image: url("{_icon(f"up-on-{ground}")}"); width: {px(12)}px; height: {px(12)}px; }}
QSpinBox::down-arrow {{ image: url("{_icon(f"down-on-{ground}")}"); width: {px(12)}px; height: {px(12)}px; }}
"""


def _menu(of: Theme) -> str:
    t = of.tokens
    return f"""
QMenu {{ background: {t.surface}; color: {t.ink}; border: 1px solid {t.line}; padding: 4px; }}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 6px; }}
QMenu::item:selected {{ background: {t.primary_soft}; color: {t.primary}; }}
"""


def _check(of: Theme) -> str:
    t, px = of.tokens, of.px
    tick = "check-on-dark" if t.on_primary == _LIGHT_GROUND else "check-on-light"
    return f"""
QCheckBox {{
  spacing: 8px; min-height: {px(26)}px; border: 2px solid transparent; border-radius: 6px; padding: 1px 4px; }}
QCheckBox:focus {{ border: 2px solid {t.primary}; }}
QCheckBox::indicator {{ width: {px(16)}px; height: {px(16)}px; border: 1px solid {t.control}; border-radius: 4px;
  background: {t.surface}; }}
QCheckBox::indicator:checked {{ background: {t.primary}; border-color: {t.primary}; image: url("{_icon(tick)}"); }}
"""


def _progress(of: Theme) -> str:
    t = of.tokens
    return f"""
QProgressBar {{ background: {t.surface_2}; border: none; border-radius: 4px; max-height: 8px; min-height: 8px; }}
QProgressBar::chunk {{ background: {t.primary}; border-radius: 4px; }}
"""


def _list(of: Theme) -> str:
    t, px = of.tokens, of.px
    return f"""
QTableView, QListWidget {{
  background: {t.surface}; border: 2px solid {t.surface}; border-radius: 6px; gridline-color: transparent;
  outline: none; selection-background-color: {t.primary_soft}; selection-color: {t.ink}; }}
QTableView:focus, QListWidget:focus {{ border-color: {t.primary}; }}
QTableWidget::item {{ padding: 4px 7px; border-bottom: 1px solid {t.line}; }}
QListWidget::item {{ padding: 8px 10px; border-bottom: 1px solid {t.line}; }}
QHeaderView {{ background: transparent; }}
QHeaderView::section {{ background: {t.surface}; color: {t.ink_3}; border: none; border-bottom: 1px solid {t.line};
  padding: 6px 10px; font-size: {px(12)}px; font-weight: 600; }}
{_scroll(of)}"""


def _scroll(of: Theme) -> str:
    t = of.tokens
    return f"""
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {t.control}; border-radius: 3px; min-height: 32px; margin: 2px 3px; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle:horizontal {{ background: {t.control}; border-radius: 3px; min-width: 32px; margin: 3px 2px; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
  background: none; border: none; width: 0; height: 0; }}
"""


def _text(of: Theme) -> str:
    return f"{_field(of)}{_scroll(of)}"


def _dialog(of: Theme) -> str:
    """For dialogs that Qt builds: of files, of messages."""
    t, px = of.tokens, of.px
    return f"""{_combo(of)}{_menu(of)}{_check(of)}
QDialog {{ background: {t.surface}; }}
QPushButton {{ background: {t.surface}; color: {t.ink}; border: 1px solid {t.line}; border-radius: 8px;
  padding: 0 16px; min-height: {px(38)}px; font-weight: 600; }}
QPushButton:hover {{ border-color: {t.control}; }}
QPushButton:focus {{ border: 2px solid {t.primary}; padding: 0 15px; }}
QPushButton:disabled {{ color: {t.ink_3}; background: {t.surface_2}; }}
"""


SHEETS = {
    "field": _field,
    "text": _text,
    "combo": _combo,
    "number": _number,
    "date": _date,
    "menu": _menu,
    "check": _check,
    "progress": _progress,
    "list": _list,
    "scroll": _scroll,
    "dialog": _dialog,
}
