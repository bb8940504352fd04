"""Contrast of every theme, computed from the tokens (WCAG 2.2, 1.4.3 and 1.4.11)."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.preferences import WindowSettings
from pingtopass_desktop.ui.theme import DARK, HIGH_CONTRAST, LIGHT, Theme, ThemeName, Tokens, style_sheet
from tests.ui.conftest import OpenWindow

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
