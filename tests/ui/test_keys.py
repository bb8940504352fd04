"""The keys of the window: defaults, remapping, single letters off; the palette and the sheet that show them."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel

from pingtopass_desktop.domain.question import QuestionType
from pingtopass_desktop.ui import keys
from pingtopass_desktop.ui.keys import COMMANDS, KeyMap, Place, key_in_words, key_of
from pingtopass_desktop.ui.preferences import WindowSettings
from pingtopass_desktop.ui.theme import ThemeName
from pingtopass_desktop.ui.widgets.keys_sheet import KeysSheet
from pingtopass_desktop.ui.widgets.palette import Palette
from tests.ui.conftest import OpenWindow
from tests.ui.window import Window

CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
)  # fmt: skip
NONE = Qt.KeyboardModifier.NoModifier


def pressed(key: Qt.Key, text: str = "", modifiers: Qt.KeyboardModifier = NONE) -> QKeyEvent:
    return QKeyEvent(QKeyEvent.Type.KeyPress, key, modifiers, text)


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (pressed(Qt.Key.Key_M, "m"), "M"),
        (pressed(Qt.Key.Key_M, "M", SHIFT), "M"),
        (pressed(Qt.Key.Key_Question, "?", SHIFT), "?"),
        (pressed(Qt.Key.Key_M, "\r", CTRL), "Ctrl+M"),
        (pressed(Qt.Key.Key_Enter, "\r", Qt.KeyboardModifier.KeypadModifier), "Return"),
        (pressed(Qt.Key.Key_Left), "Left"),
        (pressed(Qt.Key.Key_M, "µ", ALT), "Alt+M"),
        (pressed(Qt.Key.Key_Shift, "", SHIFT), ""),
        (pressed(Qt.Key.Key_Space, " "), "Space"),
    ],
)
def test_a_press_has_the_name_that_key_sequences_have(event: QKeyEvent, name: str) -> None:
    assert key_of(event) == name


def test_no_command_takes_a_key_of_another_where_both_work() -> None:
    key_map = KeyMap()
    for command in COMMANDS:
        for key in command.keys:
            assert not key_map.taken_by(command.id, key), (command.id, key)


def test_letters_up_to_i_and_numbers_choose_options() -> None:
    key_map = KeyMap()
    assert key_map.option_index(pressed(Qt.Key.Key_A, "a")) == 0
    assert key_map.option_index(pressed(Qt.Key.Key_I, "i")) == 8
    assert key_map.option_index(pressed(Qt.Key.Key_J, "j")) is None
    assert key_map.option_index(pressed(Qt.Key.Key_9, "9", Qt.KeyboardModifier.KeypadModifier)) == 8
    assert key_map.option_index(pressed(Qt.Key.Key_A, "\x01", CTRL)) is None


def test_with_single_letters_off_alt_is_needed() -> None:
    key_map = KeyMap(has_single_letters=False)
    assert key_map.command(pressed(Qt.Key.Key_M, "m"), Place.EXAM) == ""
    assert key_map.command(pressed(Qt.Key.Key_M, "", ALT), Place.EXAM) == "mark"
    assert key_map.option_index(pressed(Qt.Key.Key_B, "b")) is None
    assert key_map.option_index(pressed(Qt.Key.Key_B, "b", ALT)) == 1
    assert key_map.command(pressed(Qt.Key.Key_Left), Place.QUESTION) == "previous"


def test_a_remapped_command_has_its_new_key_only() -> None:
    key_map = KeyMap({"mark": ("Z",), "of a newer program": ("Q",)})
    assert key_map.command(pressed(Qt.Key.Key_Z, "z"), Place.EXAM) == "mark"
    assert key_map.command(pressed(Qt.Key.Key_M, "m"), Place.EXAM) == ""
    assert key_map.taken_by("review", "Z") == "“Mark for review, or not any more”"
    assert key_map.taken_by("keep", "Z") == ""  # never on the screen together


def test_keys_read_as_a_person_writes_them() -> None:
    assert [key_in_words(key) for key in ("Ctrl+K", "Ctrl++", "Ctrl+-", "Left", "M", "Ctrl+,")] == [
        "Ctrl K", "Ctrl +", "Ctrl −", "←", "M", "Ctrl ,"
    ]  # fmt: skip


def test_the_palette_finds_a_command_and_does_it(window: Window) -> None:
    window.press("Ctrl+K")
    palette = QApplication.activeModalWidget()
    assert isinstance(palette, Palette)
    window.qtbot.keyClicks(palette.search, "theme dark")
    assert palette.list.rowCount() == 1
    window.press("Return")
    assert window.application.preferences.settings.theme is ThemeName.DARK


def test_the_palette_offers_only_what_can_be_done(window: Window) -> None:
    before = {words for words, _, _ in window.shell.palette_entries()}
    assert "Search the library" in before
    assert "Mark for review, or not any more" not in before
    window.shell.practice_setup.start.click()
    window.settle()
    now = {words for words, _, _ in window.shell.palette_entries()}
    assert "Keep as a bookmark, or not any more" in now
    assert "Search the library" not in now


def test_a_remapped_key_works_in_the_window_and_is_shown(open_window: OpenWindow) -> None:
    window = open_window(WindowSettings(ThemeName.LIGHT, keys={"keep": ("Q",), "library": ("Ctrl+B",)}))
    window.press("Ctrl+B")
    assert window.shell.rail.checked == "library"
    window.go("practice")
    window.shell.practice_setup.start.click()
    window.settle()
    window.press("K")
    assert not window.shell.practice.panel.edit.bookmark.isChecked()
    window.press("Q")
    assert window.shell.practice.panel.edit.bookmark.isChecked()
    assert "Q bookmark" in window.texts()


def test_a_changed_key_is_in_force_at_once_and_kept(open_window: OpenWindow) -> None:
    window = open_window(keeps_settings=True)
    window.application.preferences.change(keys={"library": ("Ctrl+B",)})
    window.press("Ctrl+B")
    assert window.shell.rail.checked == "library"
    window.close()
    again = open_window(keeps_settings=True, page=None)
    assert keys.current().keys("library") == ("Ctrl+B",)
    assert again.shell.rail.checked == "library"  # the page of the last time


def test_the_sheet_shows_the_keys_as_they_are(open_window: OpenWindow) -> None:
    window = open_window(WindowSettings(ThemeName.LIGHT, keys={"mark": ("Z",)}, has_single_letters=False))
    window.press("F1")
    sheet = QApplication.activeModalWidget()
    assert isinstance(sheet, KeysSheet)
    shown = {label.text() for label in sheet.findChildren(QLabel)}
    assert {"Alt Z", "Alt A–I or 1–9", "Ctrl K"} <= shown
    window.press("Escape")


def test_a_bookmark_is_taken_back_by_ctrl_z(window: Window) -> None:
    window.shell.practice_setup.start.click()
    window.settle()
    window.press("K")
    bookmark = window.shell.practice.panel.edit.bookmark
    assert bookmark.isChecked()
    window.press("Ctrl+Z")
    assert not bookmark.isChecked()
    assert "Taken back: bookmark set." in window.texts()


def test_a_note_is_taken_back_by_ctrl_z(window: Window) -> None:
    window.shell.practice_setup.start.click()
    window.settle()
    panel = window.shell.practice.panel
    window.press("N")
    window.qtbot.keyClicks(panel.edit.note, "Layer two")
    window.press("Escape")
    window.settle()
    window.press("Ctrl+Z")
    assert panel.edit.note.toPlainText() == ""
    window.press("N")
    window.qtbot.keyClicks(panel.edit.note, "Layer three")
    window.press("Escape")
    assert panel.edit.note.toPlainText() == "Layer three"


def test_the_arrows_go_to_other_questions_after_an_answer_too(window: Window) -> None:
    """The option just chosen has the keyboard; what it lies in would scroll sideways with these keys."""
    window.go("exams")
    window.press("Return")
    page = window.shell.exam
    while page.view.question is None or page.view.question.type is not QuestionType.MULTIPLE_CHOICE:
        window.press("Right")
    assert page.attempt is not None
    start = page.attempt.position
    window.press("A", "Right")
    assert page.attempt.position == start + 1
    window.press("Left", "B", "Left")
    assert page.attempt.position == max(0, start - 1)
