"""Contrast of every theme, computed from the tokens (WCAG 2.2, 1.4.3 and 1.4.11)."""

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.preferences import WindowSettings
from pingtopass_desktop.ui.theme import DARK, HIGH_CONTRAST, LIGHT, Theme, ThemeName, Tokens, style_sheet
from tests.ui.conftest import OpenWindow
from tests.ui.window import Window

THEMES = {"light": LIGHT, "dark": DARK, "high contrast": HIGH_CONTRAST}

TEXT_ON = {
    "ink": ("bg", "surface", "surface_2", "primary_soft", "good_soft", "bad_soft", "warn_soft"),
    "ink_2": ("bg", "surface", "surface_2"),
    "ink_3": ("bg", "surface", "surface_2", "primary_soft"),
    "primary": ("surface", "bg", "primary_soft"),
    "good": ("surface", "good_soft"),
    "bad": ("surface", "bad_soft"),
    "warn": ("surface", "warn_soft"),
    "mark": ("surface", "surface_2"),
    "on_primary": ("primary",),
    "on_fill": ("good", "bad"),
}
EDGES_ON = {"primary": ("surface", "bg"), "control": ("surface", "bg")}


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_text_keeps_four_and_a_half_to_one(name: str) -> None:
    tokens: Tokens = THEMES[name]
    weak = {
        (text, ground): round(contrast(getattr(tokens, text), getattr(tokens, ground)), 2)
        for text, grounds in TEXT_ON.items()
        for ground in grounds
        if contrast(getattr(tokens, text), getattr(tokens, ground)) < 4.5
    }
    assert weak == {}


@pytest.mark.parametrize("name", THEMES)
def test_controls_and_focus_keep_three_to_one(name: str) -> None:
    tokens: Tokens = THEMES[name]
    for edge, grounds in EDGES_ON.items():
        for ground in grounds:
            assert contrast(getattr(tokens, edge), getattr(tokens, ground)) >= 3, (edge, ground)


def test_the_zoom_scales_every_size_of_type() -> None:
    assert "font-size: 24px" in style_sheet(Theme(LIGHT, 100))
    assert "font-size: 36px" in style_sheet(Theme(LIGHT, 150))
    assert "font-size: 48px" in style_sheet(Theme(LIGHT, 200))


@pytest.mark.parametrize(("chosen", "after"), [(ThemeName.SYSTEM, DARK), (ThemeName.LIGHT, LIGHT)])
def test_a_change_of_the_system_is_followed_where_the_learner_chose_that(
    open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch, chosen: ThemeName, after: Tokens
) -> None:
    """This platform has no colour scheme, so its style says what one with a dark scheme would say."""
    open_window(WindowSettings(chosen))
    assert theme.current().tokens is LIGHT
    monkeypatch.setattr(type(QApplication.style()), "standardPalette", lambda _: QPalette(QColor("#202020")))
    QApplication.styleHints().colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.current().tokens is after


def test_a_page_that_is_hidden_puts_a_new_theme_on_when_it_comes_forward(window: Window) -> None:
    """Styling all pages at once stops the window: for seconds, once each of them was seen."""
    shell = window.shell
    window.go("library")
    hidden = shell.library
    window.go("today")
    light = hidden.styleSheet()
    shell.preferences.change(theme=ThemeName.DARK)
    assert not QApplication.instance().styleSheet()  # type: ignore[union-attr]
    assert hidden.styleSheet() == light
    dark = style_sheet(theme.current())
    assert dark != light
    for part in (shell.today, shell.rail):
        assert part.styleSheet() == dark
    window.go("library")
    assert hidden.styleSheet() == dark
    assert hidden.search.palette().color(QPalette.ColorRole.Text) == QColor(DARK.ink)


def test_dialogs_wear_the_theme(window: Window) -> None:
    window.shell.preferences.change(theme=ThemeName.DARK)
    for show in (window.shell.show_keys, window.shell.show_palette):
        show()
        window.settle()
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QDialog)
        assert dialog.styleSheet() == style_sheet(theme.current())
        dialog.reject()
        window.settle()


def test_the_focus_does_not_paint_the_page_again(window: Window) -> None:
    """Every key of a session moves the focus between the page and an option."""
    window.press("Return")
    page = window.shell.practice
    paints: list[QWidget] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget):
                paints.append(watched)
            return False

    watch = Watch()
    window.settle()
    page.main.installEventFilter(watch)
    page.clearFocus()
    page.setFocus()
    window.settle()
    page.main.removeEventFilter(watch)
    assert not paints
    page.main.installEventFilter(watch)
    page.update()
    window.settle()
    page.main.removeEventFilter(watch)
    assert paints, "the test sees no painting at all"
