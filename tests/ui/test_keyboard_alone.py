"""A learner without a mouse: every key works wherever the keyboard is, and Tab leads to all in the order of reading."""

from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QWidget

from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.domain.attempt import Attempt
from pingtopass_desktop.domain.question import QuestionType
from pingtopass_desktop.library.publish import publish
from pingtopass_desktop.study.exam import ExamSitting, resume, start
from pingtopass_desktop.ui.pages.exam import ExamPage
from pingtopass_desktop.ui.pages.practice import PracticePage
from pingtopass_desktop.ui.preferences import WindowSettings
from pingtopass_desktop.ui.theme import ThemeName
from pingtopass_desktop.ui.widgets.basics import Button
from pingtopass_desktop.ui.widgets.keys_sheet import KeysSheet
from pingtopass_desktop.ui.widgets.navigator import Tile
from tests.fakes.banks import PUBLISHED, make_bank
from tests.ui.conftest import OpenWindow
from tests.ui.settings_driver import settings, study_section
from tests.ui.window import Window

LARGE = WindowSettings(ThemeName.LIGHT, 200)

QUESTIONS = "question,a,b,c,answer\nHow many bits has a byte?,4,8,16,B\nWhich port has HTTPS?,80,25,443,C\n"


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None, "nothing has the keyboard"
    return widget


def tab(window: Window, *, back: bool = False) -> QWidget:
    """Tab, or Shift and Tab, and what has the keyboard then."""
    key, modifier = (
        (Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
        if back
        else (Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier)
    )
    QTest.keyClick(focused(), key, modifier)
    window.settle()
    return focused()


def tab_to(window: Window, wanted: QWidget) -> None:
    for _ in range(60):
        if focused() is wanted:
            return
        tab(window)
    pytest.fail(f"Tab does not lead to {wanted.accessibleName()!r}")


def visited(window: Window) -> list[QWidget]:
    """What Tab leads to, once around the window."""
    found: list[QWidget] = []
    while tab(window) not in found:
        found.append(focused())
    return found


def hold(window: Window, key: Qt.Key, text: str, repeats: int) -> None:
    """A key that is pressed and stays down for some repeats."""
    for number in range(1 + repeats):
        event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, text, autorep=number > 0, count=1)
        QApplication.sendEvent(focused(), event)
        window.settle()


def begin_exam(window: Window) -> ExamPage:
    window.go("exams")
    window.press("Return")
    return window.shell.exam


def go_to(window: Window, page: ExamPage | PracticePage, kind: QuestionType) -> int:
    """Go on to a question of a type; returns its place."""
    for _ in range(65):
        question, attempt = page.view.question, page.attempt
        assert question is not None
        assert attempt is not None
        if question.type is kind:
            return attempt.position
        window.press("Right")
    pytest.fail(f"no question is {kind}")


def position(page: ExamPage | PracticePage) -> int:
    assert page.attempt is not None
    return page.attempt.position


def import_bank(window: Window, folder: Path, text: str = QUESTIONS) -> None:
    folder.mkdir(exist_ok=True)
    file = folder / "small.csv"
    file.write_text(text, encoding="utf-8")
    window.go("library")
    window.shell.library.import_files([file])
    window.settle()
    assert len(window.shell.library.banks.table.controls) == 3  # both are exported, the imported one can be removed


def test_left_and_right_go_to_other_questions_from_every_button(window: Window) -> None:
    page = begin_exam(window)
    window.press("Right")
    stops = [each for each in visited(window) if isinstance(each, Button) and not isinstance(each, Tile)]
    stops = [each for each in stops if not page.view.isAncestorOf(each)]  # those are others for each question
    assert page.flag in stops
    assert page.next in stops
    for stop in stops:
        page.setFocus()
        tab_to(window, stop)
        window.press("Right")
        assert position(page) == 2, stop.text()
        tab_to(window, stop)
        window.press("Left")
        assert position(page) == 1, stop.text()


def test_left_and_right_go_on_from_a_closed_list_too(open_window: OpenWindow, tmp_path: Path) -> None:
    packs = DataFolder(tmp_path / "data").packs
    packs.mkdir(parents=True)
    publish(make_bank(10, weights=(100,), question_count=10), packs, source="test", now=PUBLISHED)
    window = open_window()
    window.shell.choose_exam("golden")
    page = begin_exam(window)
    place = go_to(window, page, QuestionType.MATCHING)
    tab_to(window, page.view.controls[0])
    window.press("Right")
    assert position(page) == place + 1


def test_up_and_down_lead_to_the_options_from_anywhere(window: Window) -> None:
    page = begin_exam(window)
    go_to(window, page, QuestionType.MULTIPLE_CHOICE)
    window.press("Down")
    assert focused() is page.view.options.rows[0]
    tab_to(window, page.next)
    window.press("Up")
    assert focused() is page.view.options.rows[-1]


def test_enter_held_down_checks_an_answer_and_no_more(window: Window) -> None:
    window.press("Return")
    page = window.shell.practice
    place = go_to(window, page, QuestionType.MULTIPLE_CHOICE)
    window.press("A")
    hold(window, Qt.Key.Key_Return, "\r", repeats=5)
    assert position(page) == place
    assert page.feedback.isVisible()


def test_a_key_held_down_chooses_and_marks_once(window: Window) -> None:
    page = begin_exam(window)
    go_to(window, page, QuestionType.MULTI_SELECT)
    hold(window, Qt.Key.Key_A, "a", repeats=3)
    window.press("Down")
    hold(window, Qt.Key.Key_Space, " ", repeats=3)
    hold(window, Qt.Key.Key_M, "m", repeats=3)
    assert page.attempt is not None
    assert len(page.attempt.answers[page.attempt.position].choice) == 2
    assert page.attempt.position in page.attempt.flagged


def test_enter_held_down_on_a_button_presses_it_once(window: Window) -> None:
    for _ in range(3):
        window.go("practice")
        window.press("Return")
        window.shell.practice.end_session()
        window.settle()
    window.press("Ctrl+H")
    table = window.shell.history.table
    tab_to(window, table._lines[0][-1])
    hold(window, Qt.Key.Key_Return, "\r", repeats=4)
    assert len(window.shell.history.rows) == 2


def test_arrows_move_between_the_tiles_of_an_exam(window: Window) -> None:
    page = begin_exam(window)
    tiles = page.navigator.tiles
    tab_to(window, tiles[0])
    for key, place in (("Right", 1), ("Down", 7), ("Left", 6), ("Up", 0)):
        window.press(key)
        assert focused() is tiles[place]
    window.press("Down", "Return")
    assert position(page) == 6


def test_letters_are_commands_in_the_review_screen(window: Window) -> None:
    page = begin_exam(window)
    window.press("R")
    assert focused() is page.review.table
    window.press("T")
    assert page.clock.is_time_hidden
    window.press("End")
    assert page.review.table.currentRow() == 64
    window.qtbot.keyClicks(focused(), "?")
    assert isinstance(QApplication.activeModalWidget(), KeysSheet)
    window.press("Escape", "R")
    assert not page.review.isVisible()


def test_enter_in_the_review_screen_goes_to_the_question_chosen(window: Window) -> None:
    """From the last question, too: there the page took Enter as a wish to see the review screen."""
    page = begin_exam(window)
    page.navigator.visited.emit(64)
    window.settle()
    window.press("Return", "Down", "Down", "Return")
    assert position(page) == 2
    assert not page.review.isVisible()


def test_tab_leads_to_the_filters_of_the_review_screen(window: Window) -> None:
    page = begin_exam(window)
    window.press("R")
    assert page.review.filters[0] in visited(window)


def test_the_sheet_of_keys_is_scrolled_by_keys(window: Window) -> None:
    window.press("F1")
    sheet = QApplication.activeModalWidget()
    assert isinstance(sheet, KeysSheet)
    bar = sheet._scroller.verticalScrollBar()
    assert bar.maximum() > 0
    window.press("PageDown")
    assert bar.value() > 0
    window.press("End")
    assert bar.value() == bar.maximum()
    window.press("Home")
    assert bar.value() == 0
    window.press("Escape")


def test_reasons_and_explanation_are_scrolled_by_keys(open_window: OpenWindow) -> None:
    window = open_window(LARGE)
    window.shell.resize(1024, 700)
    window.press("Return")
    page = window.shell.practice
    go_to(window, page, QuestionType.MULTIPLE_CHOICE)
    window.press("A", "Return")
    assert focused() is page
    bar = page._scroller.verticalScrollBar()
    assert bar.maximum() > 0
    window.press("Home")
    assert bar.value() == 0
    for there, back in (("Down", "Up"), ("PageDown", "PageUp"), ("End", "Home")):
        window.press(there)
        assert bar.value() > 0, there
        window.press(back)
        assert bar.value() == 0, back


@pytest.mark.parametrize("page", ["practice", "library", "progress"])
@pytest.mark.parametrize("back", [False, True])
def test_what_tab_comes_to_is_in_sight(open_window: OpenWindow, page: str, back: bool) -> None:
    window = open_window(LARGE, page)
    window.shell.resize(1024, 700)
    window.settle()
    if page == "practice":
        window.press("Return")
    for _ in range(40):
        widget = tab(window, back=back)
        assert not widget.visibleRegion().isEmpty(), widget.accessibleName()


def test_an_option_that_an_arrow_comes_to_is_in_sight(open_window: OpenWindow) -> None:
    window = open_window(LARGE)
    window.shell.resize(1024, 700)
    window.press("Return")
    page = window.shell.practice
    go_to(window, page, QuestionType.MULTIPLE_CHOICE)
    for row in page.view.options.rows:
        window.press("Down")
        assert focused() is row
        assert not row.visibleRegion().isEmpty()


def test_tab_begins_with_the_cards_in_the_first_run(open_window: OpenWindow) -> None:
    window = open_window(page=None)
    page = window.shell.first_run
    assert visited(window) == [page.exams.cards[0], page.importing, page.skip, page.go_on]


def _is_in_order(found: list[QWidget], *wanted: QWidget) -> bool:
    places = [found.index(each) for each in wanted]
    return all(one < other for one, other in pairwise(places))


def test_tab_visits_the_form_of_a_report_after_its_button(window: Window) -> None:
    window.press("Return")
    page = window.shell.practice
    edit = page.panel.edit
    window.press("P")
    page.setFocus()
    found = visited(window)
    assert _is_in_order(found, edit.note, edit.bookmark, edit.report, *edit.form.controls, page.main)


def test_tab_visits_a_question_of_the_library_before_the_banks(window: Window) -> None:
    window.go("library")
    page = window.shell.library
    page.search.setFocus()
    found = visited(window)
    shown = [each for each in page.detail.controls if each.isVisible()]
    assert _is_in_order(found, page.list, *shown, page.banks.table.controls[0])
    assert page not in found  # nothing of it would show the focus


def test_tab_visits_the_review_of_answers_in_reading_order(window: Window) -> None:
    window.press("Return")
    go_to(window, window.shell.practice, QuestionType.MULTIPLE_CHOICE)
    window.press("A", "Return")
    window.shell.practice.end_session()
    window.settle()
    window.shell.report.review.click()
    window.settle()
    page = window.shell.answers
    window.press("Home")
    while not page.view.options.isVisible():
        window.press("Down")
    page.setFocus()
    rows = page.view.options.rows
    assert _is_in_order(visited(window), page.back, page.list, *rows, *page.panel.edit.controls[:3])
    window.press("Escape")
    assert focused() is window.shell.report, "Enter does there what its main button says"


def test_a_session_that_waits_is_reached_and_deleted_by_keys(open_window: OpenWindow) -> None:
    window = open_window()
    window.press("Return")
    window.close()
    window = open_window()
    page = window.shell.practice_setup
    delete, resume = page._waiting_buttons
    found = visited(window)
    assert found[:2] == [delete, resume]
    tab_to(window, delete)
    window.press("Return")
    assert page._waiting_buttons == []
    assert focused() is page


def test_tab_leads_to_the_page_in_front_in_the_rail(window: Window) -> None:
    buttons = window.shell.rail.buttons
    window.go("today")
    tab_to(window, buttons["today"])
    window.go("progress")
    assert [each for each in visited(window) if each in buttons.values()] == [buttons["progress"]]


def test_esc_in_the_rail_gives_the_keyboard_back_to_the_page(window: Window) -> None:
    window.press("Ctrl+H")
    tab_to(window, window.shell.rail.buttons["exams"])
    window.press("Escape")
    assert focused() is window.shell.history


def test_left_and_right_choose_a_button_of_a_question(window: Window) -> None:
    page = begin_exam(window)
    page.ask_to_end()
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    kept = dialog.focusWidget()
    window.press("Right")
    assert dialog.focusWidget() is not kept
    window.press("Left")
    assert dialog.focusWidget() is kept
    window.press("Escape")


def test_esc_in_the_date_of_an_exam_leaves_the_keyboard_in_sight(window: Window) -> None:
    section = study_section(settings(window), window)
    tab_to(window, section.date.start)
    window.press("Return")
    assert isinstance(focused(), QWidget)
    assert section.date.edit.isVisible()
    window.press("Escape")
    assert focused() is section.date.start


def test_a_button_that_was_busy_has_the_keyboard_again(window: Window) -> None:
    page = settings(window)
    section = page.show_section("about")
    window.settle()
    tab_to(window, section.show_licences)
    window.press("Return")
    assert isinstance(focused(), QComboBox)
    window.press("Escape")
    assert focused() is section.show_licences


def test_a_removed_bank_comes_back_by_undo_while_the_window_is_open(window: Window, tmp_path: Path) -> None:
    """What is tidied away at the next start must be there as long as it can be taken back."""
    import_bank(window, tmp_path / "import")
    banks = window.shell.library.banks.table
    remove = banks.button("remove", "small")
    assert remove is not None
    tab_to(window, remove)
    window.press("Return")
    assert len(banks.controls) == 1
    assert focused() is banks.controls[0], "the keyboard is where the row was"
    window.press("Ctrl+Z")
    assert len(banks.controls) == 3
    assert "no longer there" not in window.texts()


def test_an_import_that_replaced_a_bank_is_taken_back_while_the_window_is_open(window: Window, tmp_path: Path) -> None:
    def shown() -> int:
        return next(bank.questions for bank in window.shell.library.banks.table._banks if bank.bank_id == "small")

    import_bank(window, tmp_path / "import")
    import_bank(window, tmp_path / "import", QUESTIONS + "Which layer has IP?,2,3,4,B\n")
    assert shown() == 3
    window.press("Ctrl+Z")
    assert shown() == 2


def test_today_offers_the_exams_as_soon_as_there_are_two(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(page="today")
    assert not window.shell.today.picker.isVisible()
    import_bank(window, tmp_path / "import")
    window.go("today")
    assert window.shell.today.picker.box in visited(window)


def test_an_exam_that_another_one_takes_the_place_of_waits_to_be_resumed(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    """Two can be asked for one after the other; what was pressed in the first comes back when the second is there."""
    packs = DataFolder(tmp_path / "data").packs
    packs.mkdir(parents=True)
    publish(make_bank(5, weights=(100,), question_count=5), packs, source="test", now=PUBLISHED)
    window = open_window()
    page, study = begin_exam(window), window.opened.study
    first = page.attempt
    assert first is not None
    others: list[ExamSitting] = []
    window.application.tasks.run(partial(start, study, "golden", seed=7), owner=page, done=others.append)
    window.settle()
    window.qtbot.keyClick(focused(), Qt.Key.Key_Right)
    window.shell.show_exam(others[0])
    window.settle()
    assert page.attempt is not None
    assert page.attempt.id == others[0].attempt.id
    assert position(page) == 0
    waiting: list[Attempt] = []
    window.application.tasks.run(lambda: resume(study, first.id).attempt, owner=page, done=waiting.append)
    window.settle()
    assert waiting[0].position == 1
