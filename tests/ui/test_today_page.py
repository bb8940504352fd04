"""Today in the window: what it says before the first answer, what Enter does, the exam date, the squares."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QDate, QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QProgressBar, QScrollArea
from pytestqt.qtbot import QtBot

from pingtopass_desktop.app.config import DataFolder
from pingtopass_desktop.app.opening import close_study, open_study
from pingtopass_desktop.study import insights, practice, preferences
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.practice import Selection
from pingtopass_desktop.ui.pages.today import TodayPage
from pingtopass_desktop.ui.preferences import WindowSettings
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.theme import ThemeName
from tests.fakes.banks import make_bank
from tests.fakes.laptop import Laptop
from tests.ui.conftest import OpenWindow
from tests.ui.window import Window, come_to_rest, wrong_choice


def study_before(root: Path, answers: int, *, wrong: int = 0) -> None:
    """A learner who answered that many questions in an earlier run of the program, the last ones wrong."""
    opened = open_study(DataFolder(root))
    sitting = practice.start(opened.study, opened.exams[0].id, seed=1, count=answers)
    for number in range(answers):
        question = sitting.current.question
        sitting.check(wrong_choice(question) if number >= answers - wrong else question.key)
        if number + 1 < answers:
            sitting.visit(number + 1)
    sitting.finish()
    close_study(opened.study)


def squares_are_there(window: Window) -> None:
    window.qtbot.waitUntil(lambda: window.shell.today.squares is not None)


class Alone:
    """The page by itself on a study, with the threads that it needs."""

    def __init__(self, qtbot: QtBot, study: Study) -> None:
        self.lane = ThreadPoolExecutor(max_workers=1)
        self.tasks = Tasks(self.lane)
        self.page = TodayPage(study, self.tasks)
        self.page.picker.set_exams([entry.exam for entry in study.catalogue.exams()])
        qtbot.addWidget(self.page)
        self.page.resize(1000, 800)
        self.page.show()

    def show_exam(self, exam_id: str) -> None:
        self.page.show_exam(exam_id)
        come_to_rest(self.tasks)

    def texts(self) -> str:
        return "\n".join(each.text() for each in self.page.findChildren(QLabel) if each.isVisible() and each.text())


@pytest.fixture
def alone(qtbot: QtBot, bare_laptop: Laptop) -> Iterator[Alone]:
    bare_laptop.publish(make_bank(20))
    opened = Alone(qtbot, bare_laptop.open())
    yield opened
    opened.tasks.close()


def test_before_the_first_answer_it_says_what_will_come_and_offers_a_start(open_window: OpenWindow) -> None:
    window = open_window(page="today")
    texts = window.texts()
    assert "Start here" in texts
    assert "Appears after your first answers in each objective." in texts
    assert "Every day with at least one answer fills a square." in texts
    assert "no exam date yet" in texts
    assert "%" not in texts, "no share before anything was measured"
    assert "streak" not in texts


def test_enter_starts_the_first_ten_questions(open_window: OpenWindow) -> None:
    window = open_window(page="today")
    window.press("Return")
    assert window.shell.practice.isVisible()
    assert "1 of 10" in window.texts()


def test_after_answers_it_shows_the_plan_and_what_is_known(open_window: OpenWindow, tmp_path: Path) -> None:
    study_before(tmp_path / "data", 20, wrong=6)
    window = open_window(page="today")
    texts = window.texts()
    found = insights.today(window.opened.study, window.opened.exams[0].id)
    for item in found.plan:
        assert item.title in texts
        assert item.detail in texts
    for objective in found.mastery:
        assert objective.name in texts
        assert f"{objective.seen} of {objective.questions} seen" in texts
    assert "1-day streak" in texts
    assert "20 answers · 70% correct" in texts
    assert "Reached today" in texts
    shown = [bar.value() for bar in window.shell.today.bars.findChildren(QProgressBar)]
    assert shown == [round(1000 * (objective.share or 0)) for objective in found.mastery]


def test_enter_starts_what_stands_first_in_the_plan(open_window: OpenWindow, tmp_path: Path) -> None:
    study_before(tmp_path / "data", 12, wrong=12)
    window = open_window(page="today")
    first = insights.today(window.opened.study, window.opened.exams[0].id).plan[0]
    window.press("Return")
    assert window.shell.practice.isVisible()
    assert f"1 of {first.count}" in window.texts()


def test_the_numbers_are_those_after_the_last_answer(open_window: OpenWindow, tmp_path: Path) -> None:
    study_before(tmp_path / "data", 3)
    window = open_window(page="today")
    assert "17 to go today" in window.texts()
    window.go("practice")
    window.press("Return")
    question = window.shell.practice.view.question
    assert question is not None
    window.answer(window.shell.practice.view, question.key)
    window.press("Return")
    window.shell.practice.end_session()
    window.settle()
    window.go("today")
    assert "16 to go today" in window.texts()
    assert "4 answers · 100% correct" in window.texts()


def test_the_exam_date_is_set_where_it_is_shown_and_can_be_taken_back(open_window: OpenWindow, tmp_path: Path) -> None:
    study_before(tmp_path / "data", 3)
    window = open_window(page="today")
    page, study, exam = window.shell.today, window.opened.study, window.opened.exams[0]
    page.date_button.setFocus()
    window.press("Return")
    assert page.date_field is not None
    wanted = insights.today(study, exam.id).today + timedelta(days=23)
    page.date_field.edit.setDate(QDate(wanted.year, wanted.month, wanted.day))
    window.settle()
    assert preferences.exam_date(study, exam.id) == wanted
    assert "23 days left" in window.texts()
    assert page.date_button.hasFocus()
    window.press("Ctrl+Z")
    assert preferences.exam_date(study, exam.id) is None
    assert "no exam date yet" in window.texts()


def test_escape_leaves_the_date_as_it_was(open_window: OpenWindow, tmp_path: Path) -> None:
    study_before(tmp_path / "data", 3)
    window = open_window(page="today")
    page = window.shell.today
    page.date_button.click()
    window.settle()
    assert page.date_field is not None
    window.press("Escape")
    assert not page.date_field.isVisible()
    assert page.date_button.hasFocus()
    assert preferences.exam_date(window.opened.study, window.opened.exams[0].id) is None


def test_the_squares_tell_each_day_to_the_keyboard(open_window: OpenWindow, tmp_path: Path) -> None:
    study_before(tmp_path / "data", 4, wrong=1)
    window = open_window(page="today")
    squares_are_there(window)
    squares = window.shell.today.squares
    assert squares is not None
    assert squares.accessibleName() == "Last 26 weeks: 4 answers on 1 of " + squares.accessibleName().split(" of ")[1]
    squares.setFocus()
    assert "Today: 4 answers, 3 right" in window.texts()
    window.press("Up")
    assert "Yesterday: no answers" in window.texts()
    assert squares.accessibleDescription() == "Yesterday: no answers"
    window.press("Down", "Down")
    assert "Today: 4 answers, 3 right" in window.texts(), "there is no day after today"
    window.shell.today.date_button.setFocus()
    assert "4 answers · 75% correct" in window.texts()


def test_a_pointed_at_square_tells_its_day(open_window: OpenWindow, tmp_path: Path) -> None:
    study_before(tmp_path / "data", 4)
    window = open_window(page="today")
    squares_are_there(window)
    squares = window.shell.today.squares
    assert squares is not None
    step = squares.heightForWidth(squares.width()) / 7
    for row in range(7):
        QTest.mouseMove(squares, QPoint(round(25 * step) + 3, round(row * step) + 3))
        if "Today: 4 answers" in window.texts():
            return
    pytest.fail("no square of the last week is today")


def test_every_button_of_the_plan_says_what_it_starts(open_window: OpenWindow, tmp_path: Path) -> None:
    study_before(tmp_path / "data", 5)
    window = open_window(page="today")
    names = [button.accessibleName() for button in window.shell.today.plan_buttons]
    plan = insights.today(window.opened.study, window.opened.exams[0].id).plan
    assert [name.split(": ", 1)[1] for name in names] == [item.title for item in plan]
    for bar in window.shell.today.bars.findChildren(QProgressBar):
        assert "seen" in QAccessible.queryAccessibleInterface(bar).text(QAccessible.Text.Name)


@pytest.mark.parametrize("zoom", [100, 150, 200])
def test_nothing_is_cut_off_in_a_small_window(open_window: OpenWindow, tmp_path: Path, zoom: int) -> None:
    study_before(tmp_path / "data", 20, wrong=5)
    window = open_window(WindowSettings(ThemeName.LIGHT, zoom), page="today")
    squares_are_there(window)
    window.shell.resize(1024, 700)
    window.settle()
    for area in window.shell.today.findChildren(QScrollArea):
        content = area.widget()
        assert content is not None
        assert content.minimumSizeHint().width() <= area.viewport().width()


def test_a_session_that_waits_is_gone_on_with(open_window: OpenWindow, tmp_path: Path) -> None:
    opened = open_study(DataFolder(tmp_path / "data"))
    sitting = practice.start(opened.study, opened.exams[0].id, seed=1, count=8, label="Subnets")
    sitting.check(sitting.current.question.key)
    close_study(opened.study)
    window = open_window(page="today")
    assert "Continue: Subnets" in window.texts()
    window.press("Return")
    assert "2 of 8" in window.texts()


def test_without_an_exam_enter_leads_to_the_library(alone: Alone, qtbot: QtBot) -> None:
    alone.show_exam("")
    assert "Import a question bank" in alone.texts()
    with qtbot.waitSignal(alone.page.library_asked):
        qtbot.keyClick(alone.page, Qt.Key.Key_Return)


def test_an_error_is_said_and_trying_again_helps(alone: Alone, bare_laptop: Laptop) -> None:
    db = bare_laptop.opened[0].store.db
    alone.lane.submit(db.execute, "ALTER TABLE days RENAME TO hidden_days").result()
    alone.show_exam("golden")
    assert "Nothing is lost." in alone.texts()
    assert "Start here" not in alone.texts()
    alone.lane.submit(db.execute, "ALTER TABLE hidden_days RENAME TO days").result()
    notice = next(each for each in alone.page.findChildren(QLabel) if "Nothing is lost." in each.text()).parentWidget()
    notice.action.click()  # type: ignore[attr-defined]
    come_to_rest(alone.tasks)
    assert "Start here" in alone.texts()
    assert "Nothing is lost." not in alone.texts()


def test_a_plan_item_asks_for_what_it_says(alone: Alone, qtbot: QtBot, bare_laptop: Laptop) -> None:
    def fill() -> None:
        study = bare_laptop.opened[0]
        sitting = practice.start(study, "golden", seed=1, count=20, objective_ids=["golden:1"])
        for number in range(20):
            sitting.check(wrong_choice(sitting.current.question))
            if number < 19:
                sitting.visit(number + 1)
        sitting.finish()
        preferences.save(study, preferences.StudyPreferences(new_per_day=0))
        bare_laptop.advance(86_400_000)

    alone.lane.submit(fill).result()
    alone.show_exam("golden")
    due, weak, exam = alone.page.plan_buttons
    with qtbot.waitSignal(alone.page.practise_asked) as asked:
        due.click()
    assert asked.args == ["golden", Selection.DUE, None, 20, "Review what is due"]
    with qtbot.waitSignal(alone.page.practise_asked) as asked:
        weak.click()
    assert asked.args == ["golden", Selection.MISSED, ["golden:1"], 20, "Weak spot: Objective 1"]
    with qtbot.waitSignal(alone.page.exam_asked) as asked:
        exam.click()
    assert asked.args == ["golden"]
