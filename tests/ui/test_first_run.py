"""The first run: three screens, few presses, nothing asked twice."""

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.domain.question import QuestionType
from pingtopass_desktop.study import preferences
from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.pages.first_run import FirstRunPage
from pingtopass_desktop.ui.theme import ThemeName
from tests.fakes.banks import make_bank, publish_bank
from tests.ui.conftest import OpenWindow
from tests.ui.window import Window


@pytest.fixture
def window(open_window: OpenWindow) -> Window:
    """A window as it is at the very first start."""
    return open_window(page=None)


def publish_three(folder: Path) -> None:
    for name, code in (("alpha", "ALP-1"), ("beta", "BET-1"), ("gamma", "GAM-1")):
        bank = make_bank(bank_id=name, id=f"exam-{name}", name=name.title(), code=code)
        publish_bank(bank, DataFolder(folder / "data").packs)


def click(qtbot: QtBot, widget: QWidget, window: Window) -> None:
    """A press of the mouse where the learner sees the widget."""
    place = widget.mapTo(window.shell, widget.rect().center())
    assert window.shell.rect().contains(place), "the widget is out of sight"
    assert widget.isVisible()
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)
    window.settle()


def test_a_first_answer_takes_five_presses_of_keys(window: Window) -> None:
    page = window.shell.first_run
    assert page.isVisible()
    assert "What are you studying for?" in window.texts()
    window.press("Return", "Return", "Return")
    view = window.shell.practice.view
    assert view.question is not None, "practice has not begun"
    assert len(window.shell.practice.attempt.items) == 10  # type: ignore[union-attr]
    window.answer(view, view.question.key)
    window.press("Return")
    attempt = window.shell.practice.attempt
    assert attempt is not None
    assert attempt.answers[0].is_correct


def test_a_first_answer_takes_five_presses_of_the_mouse(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    bank = make_bank(bank_id="alpha", id="exam-alpha", name="Alpha")
    single = tuple(question for question in bank.questions if question.type is QuestionType.MULTIPLE_CHOICE)
    publish_bank(replace(bank, questions=single), DataFolder(tmp_path / "data").packs)
    window = open_window(page=None)
    page = window.shell.first_run
    click(qtbot, page.go_on, window)
    click(qtbot, page.go_on, window)
    click(qtbot, page.practise, window)
    practice = window.shell.practice
    click(qtbot, practice.view.options.rows[0], window)
    click(qtbot, practice.main, window)
    assert practice.attempt is not None
    assert len(practice.attempt.answers) == 1


def test_every_screen_says_where_it_is_and_goes_back(window: Window) -> None:
    page = window.shell.first_run
    assert "Step 1 of 3" in window.texts()
    assert not page.back.isVisible()
    window.press("Return")
    assert "When is the exam?" in window.texts()
    window.press("Return")
    assert "Light or dark?" in window.texts()
    assert "Step 3 of 3" in window.texts()
    page.back.click()
    page.back.click()
    window.settle()
    assert "Step 1 of 3" in window.texts()


def test_a_letter_and_the_arrows_choose_the_exam(open_window: OpenWindow, tmp_path: Path) -> None:
    publish_three(tmp_path)
    window = open_window(page=None)
    page = window.shell.first_run
    names = [card.accessibleName() for card in page.exams.cards]
    assert names == ["Alpha", "Beta", "Gamma", "Network Essentials"]
    assert page.exam_id == "exam-alpha"
    window.press("C")
    assert page.exam_id == "exam-gamma"
    window.press("Left")
    assert page.exam_id == "exam-beta"
    window.press("2")
    assert page.exam_id == "exam-beta"
    window.press("Return", "Escape")
    assert preferences.load(window.opened.study).exam_id == "exam-beta"
    assert window.shell.exam_id == "exam-beta"


def test_the_cards_state_the_rules_and_the_stock(window: Window) -> None:
    texts = window.texts()
    assert "NET-101 · 120 questions" in texts
    assert "65 questions in 90 min, pass at 720 of 900" in texts


def test_escape_leaves_and_nothing_is_asked_at_the_next_start(open_window: OpenWindow) -> None:
    first = open_window(page=None)
    first.press("Escape")
    assert first.shell.rail.isVisible()
    assert first.shell.rail.checked == "today"
    first.close()
    second = open_window(page=None)
    assert "first_run" not in vars(second.shell)
    assert second.shell.rail.isVisible()


def test_the_day_of_the_exam_is_kept(window: Window) -> None:
    window.press("Return", "D", "Return", "Escape")
    day = QDate.currentDate().addMonths(3)
    study = window.opened.study
    assert preferences.exam_date(study, window.shell.exam_id) == date(day.year(), day.month(), day.day())


def test_another_day_is_taken_from_the_field(window: Window) -> None:
    page = window.shell.first_run
    window.press("Return", "E")
    assert page.dates is not None
    assert page.dates.edit.hasFocus()
    wanted = QDate.currentDate().addDays(40)
    page.dates.edit.setDate(wanted)
    assert "in 40 days" in window.texts()
    window.press("Return")
    assert page.step == 3, "Enter in the field goes on"
    window.press("Escape")
    study = window.opened.study
    assert preferences.exam_date(study, window.shell.exam_id) == date(wanted.year(), wanted.month(), wanted.day())


def test_a_day_that_is_past_cannot_be_chosen(window: Window) -> None:
    page = window.shell.first_run
    window.press("Return", "E")
    assert page.dates is not None
    page.dates.edit.setDate(QDate.currentDate().addDays(-3))
    assert page.dates.edit.date() >= QDate.currentDate()


def test_no_date_keeps_none(window: Window) -> None:
    window.press("Return", "Return", "Escape")
    assert preferences.exam_date(window.opened.study, window.shell.exam_id) is None


def test_a_theme_is_put_in_force_as_it_is_chosen(window: Window) -> None:
    window.press("Return", "Return", "C")
    assert theme.current().tokens == theme.DARK
    assert window.application.preferences.settings.theme is ThemeName.DARK
    window.press("Up")
    assert theme.current().tokens == theme.LIGHT


def test_the_first_exam_is_studied_where_all_was_skipped(window: Window) -> None:
    window.press("Escape")
    assert preferences.load(window.opened.study).exam_id == window.shell.exam_id != ""


def test_a_failed_write_is_said_and_the_run_goes_on(window: Window) -> None:
    page = window.shell.first_run
    window.opened.study.store.db.execute("PRAGMA query_only = 1")
    window.press("Return")
    assert page.step == 2
    assert "Your choice was not kept" in window.texts()
    window.opened.study.store.db.execute("PRAGMA query_only = 0")
    window.press("Escape")
    assert preferences.load(window.opened.study).exam_id != ""


def test_all_screens_fit_at_twice_the_text(window: Window) -> None:
    page = window.shell.first_run
    window.shell.resize(1024, 700)
    window.application.preferences.change(zoom=200)
    for step in (1, 2, 3):
        window.settle()
        assert page.step == step
        foot = (page.back, page.skip, page.go_on, page.look_around, page.practise)
        for widget in (*page.findChildren(QWidget, "scrolled"), *(each for each in foot if each.isVisible())):
            left = widget.mapTo(page, widget.rect().topLeft()).x()
            assert left >= 0
            assert left + widget.width() <= page.width(), widget
        if step < 3:
            window.press("Return")


def test_a_library_without_exams_offers_a_file_or_to_go_on(window: Window, qtbot: QtBot) -> None:
    study, tasks = window.opened.study, window.application.tasks
    page = FirstRunPage(study, tasks, window.application.preferences, [])
    qtbot.addWidget(page)
    page.show()
    assert "The library has no exam yet" in page._empty.text()
    assert page._empty.isVisible()
    with qtbot.waitSignal(page.import_asked):
        page.importing.click()
    for _ in range(2):
        qtbot.keyClick(page, Qt.Key.Key_Return)
    window.settle()
    assert not page.practise.isVisible()
    with qtbot.waitSignal(page.finished) as finished:
        qtbot.keyClick(page, Qt.Key.Key_Return)
    assert finished.args == ["", False]
