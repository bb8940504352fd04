"""Contrast of every theme, computed from the tokens (WCAG 2.2, 1.4.3 and 1.4.11)."""

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QPaintEvent, QPalette
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.looks import BUTTONS, CHIPS
from pingtopass_desktop.ui.preferences import WindowSettings
from pingtopass_desktop.ui.theme import DARK, HIGH_CONTRAST, LIGHT, ThemeName, Tokens
from pingtopass_desktop.ui.widgets.basics import Button, Label
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
def test_words_of_buttons_and_chips_keep_four_and_a_half_to_one_in_every_state(name: str) -> None:
    tokens: Tokens = THEMES[name]
    pairs = {(look.ink, look.fill) for look in CHIPS.values()}
    for kind, look in BUTTONS.items():
        pairs |= {
            (look.ink, look.fill),
            (look.ink, look.fill_hovered or look.fill),
            (look.ink_checked, look.fill_checked),
        }
        pairs |= {(look.ink_disabled, look.fill_disabled), (look.ink_disabled, look.fill_checked)}
        if not kind.startswith("tile"):  # which have no key beside the number
            pairs.add((look.key_ink, look.fill))
    grounds = {(ink, ground) for ink, fill in pairs for ground in ((fill,) if fill else ("bg", "surface"))}
    weak = {
        pair: round(contrast(*(getattr(tokens, token) for token in pair)), 2)
        for pair in grounds
        if contrast(*(getattr(tokens, token) for token in pair)) < 4.5
    }
    assert weak == {}


@pytest.mark.parametrize("name", THEMES)
def test_controls_and_focus_keep_three_to_one(name: str) -> None:
    tokens: Tokens = THEMES[name]
    for edge, grounds in EDGES_ON.items():
        for ground in grounds:
            assert contrast(getattr(tokens, edge), getattr(tokens, ground)) >= 3, (edge, ground)


def test_the_zoom_scales_every_size_of_type(window: Window) -> None:
    def sizes() -> dict[QWidget, int]:
        texts = [*window.shell.findChildren(Label), *window.shell.findChildren(Button)]
        return {text: text.font().pixelSize() for text in texts if text.isVisible()}

    plain = sizes()
    assert {24, 14, 12} <= set(plain.values())
    for zoom in (150, 200, 100):
        window.shell.preferences.change(zoom=zoom)
        window.settle()
        wrong = {text: size for text, size in sizes().items() if text in plain and size != plain[text] * zoom // 100}
        assert not wrong
        assert len(sizes()) > 20


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
    texts = {page: page.findChildren(Label) for page in (hidden, shell.today)}
    titles = {page: next(each for each in labels if each.kind == "secondary") for page, labels in texts.items()}
    light = hidden.search.styleSheet()
    assert {_ink(title) for title in titles.values()} == {LIGHT.ink_2}
    shell.preferences.change(theme=ThemeName.DARK)
    assert (_ink(titles[hidden]), _ink(titles[shell.today])) == (LIGHT.ink_2, DARK.ink_2)
    assert hidden.search.styleSheet() == light
    window.go("library")
    assert _ink(titles[hidden]) == DARK.ink_2
    assert hidden.search.styleSheet() != light
    assert hidden.search.palette().color(QPalette.ColorRole.Text) == QColor(DARK.ink)


def _ink(text: Label) -> str:
    return text.palette().color(text.foregroundRole()).name().upper()


def test_nothing_larger_than_a_field_or_a_list_wears_a_style_sheet(window: Window) -> None:
    """Qt styles everything in what wears one again with each change, which took seconds."""
    shell = window.shell
    for page in ("today", "exams", "progress", "library"):
        window.go(page)
    shell.show_page("settings")
    window.settle()
    assert not QApplication.instance().styleSheet()  # type: ignore[union-attr]
    dressed = [each for each in shell.findChildren(QWidget) if each.styleSheet()]
    assert dressed
    for each in dressed:
        assert not [inner for inner in each.findChildren(QWidget) if isinstance(inner, Label | Button)], each


def test_dialogs_wear_the_theme(window: Window) -> None:
    window.shell.preferences.change(theme=ThemeName.DARK)
    for show in (window.shell.show_keys, window.shell.show_palette):
        show()
        window.settle()
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QDialog)
        assert dialog.palette().color(QPalette.ColorRole.Window) == QColor(DARK.surface)
        assert all(_ink(text) != LIGHT.ink for text in dialog.findChildren(Label))
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


def test_what_is_laid_out_now_is_painted_some_turns_later(qtbot: QtBot) -> None:
    painted: list[int] = []

    class Sheet(QWidget):
        def paintEvent(self, event: QPaintEvent) -> None:
            painted.append(self.width())

    sheet = Sheet()
    qtbot.addWidget(sheet)
    sheet.resize(100, 50)
    theme.paint_apart(sheet)  # nothing is held back before it is shown
    sheet.show()
    qtbot.waitUntil(lambda: painted[-1:] == [100])
    theme.paint_apart(sheet, turns=3)
    sheet.resize(120, 50)
    sheet.repaint()
    assert painted[-1] == 100
    qtbot.waitUntil(lambda: painted[-1] == 120)
    assert sheet.updatesEnabled()
