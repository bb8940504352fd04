"""The page Progress: each card in words and in its table, what opens what, and its empty, slow and broken states."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QTableWidget
from pytestqt.qtbot import QtBot

from pingtopass_desktop.domain.question import Confidence
from pingtopass_desktop.study import exam as exams
from pingtopass_desktop.study import insights, practice, review
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.ui import charts
from pingtopass_desktop.ui.pages.progress import ProgressPage
from pingtopass_desktop.ui.tasks import Tasks
from tests.fakes.banks import make_bank
from tests.fakes.laptop import Laptop, wrong_choice
from tests.ui.window import Window, come_to_rest

DAY_MS = 86_400_000
BANK = make_bank(10, weights=(60, 40), question_count=10, time_limit_s=1000)


class Desk:
    """The page alone on a real store: answers are given by `practise` and `sit`, days pass by `sleep`."""

    def __init__(self, qtbot: QtBot, laptop: Laptop) -> None:
        self.laptop = laptop
        self.lane = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self.study: Study = self.on_lane(laptop.open)
        self.tasks = Tasks(self.lane)
        self.page = ProgressPage(self.study, self.tasks)
        self.page.resize(1072, 900)
        self.page.show()
        qtbot.addWidget(self.page)

    def on_lane(self, work, *arguments, **named):
        return self.lane.submit(work, *arguments, **named).result()

    def practise(self, letters: str, confidence: str = "", seed: int = 1) -> None:
        """One question a letter: r right, w wrong; `confidence` has s, t or g for each."""
        self.on_lane(_practise, self.study, letters, confidence, seed)

    def sit(self, letters: str, seed: int = 1) -> str:
        return self.on_lane(_sit, self.laptop, self.study, letters, seed)

    def sleep(self, days: int = 1) -> None:
        self.laptop.advance(days * DAY_MS)

    def show(self, exam_id: str = "golden") -> None:
        self.page.show_exam(exam_id)
        self.settle()

    def settle(self) -> None:
        come_to_rest(self.tasks)
        come_to_rest(self.tasks)  # the import of what draws begins when the numbers are there

    def progress(self) -> insights.Progress:
        return self.on_lane(insights.progress, self.study, "golden")

    def texts(self) -> str:
        return "\n".join(each.text() for each in self.page.findChildren(QLabel) if each.isVisible() and each.text())

    def close(self) -> None:
        self.page.close()
        self.tasks.close()


@pytest.fixture
def desk(qtbot: QtBot, bare_laptop: Laptop) -> Iterator[Desk]:
    """Twenty questions: ten of objective 1, ten of objective 2."""
    bare_laptop.publish(BANK)
    desk = Desk(qtbot, bare_laptop)
    yield desk
    desk.close()


def test_without_an_answer_each_card_says_what_will_appear(qtbot: QtBot, desk: Desk) -> None:
    desk.show()
    texts = desk.texts()
    assert "how much of this exam you know, day by day" in texts
    assert "how often you were right when you were sure" in texts
    assert "Your timed exams will stand here" in texts
    assert "comes back when you are about to forget it" in texts
    assert "at least one answer fills a square" in texts
    assert "%" not in texts
    assert not any(card.switch.isVisible() for card in _cards(desk.page))
    with qtbot.waitSignal(desk.page.practise_asked) as practise:
        desk.page.mastery.action.click()
    with qtbot.waitSignal(desk.page.exam_asked) as sit:
        desk.page.exams.sit.click()
    assert (practise.args, sit.args) == (["golden"], ["golden"])


def test_mastery_is_said_drawn_and_tabulated_from_the_same_numbers(desk: Desk) -> None:
    desk.practise("rrrrrwwwww")
    desk.sleep(3)
    desk.practise("rrrrrrrrrw", seed=2)
    desk.show()
    card = desk.page.mastery
    points = desk.progress().mastery
    assert [(point.seen, point.known) for point in points] == [(10, 5), (20, 14)]
    assert "Known of all 20 questions: 70%" in desk.texts()
    assert "From 25% of all questions on" in desk.texts()
    assert "to 70% today" in desk.texts()
    assert card.chart is not None
    assert card.chart.isVisible()
    assert card.chart.accessibleName().startswith("Mastery over time: from 25% of all questions on")
    card.switch.click()
    assert not card.chart.isVisible()
    assert card.switch.text() == "Show as chart"
    assert card.switch.accessibleName() == "Show mastery over time as a chart"
    assert _cells(card.table)[0][1:] == ["14 of 20 (70%)", "14 of 20 (70%)"]
    assert _cells(card.table)[-1][1:] == ["5 of 20 (25%)", "5 of 10 (50%)"]
    assert len(_cells(card.table)) == 2  # the days between changed nothing
    card.switch.click()
    assert card.chart.isVisible()


def test_the_first_day_is_a_point_and_says_when_the_line_begins(desk: Desk) -> None:
    desk.practise("rr")
    desk.show()
    assert "10% of all questions known today; the line begins with your second day" in desk.texts()
    assert "seen" not in desk.texts()  # two answers say nothing about a share


def test_calibration_is_true_to_the_answers(desk: Desk) -> None:
    desk.practise("rrrrrrrrrw" + "rrrw" + "w", "s" * 10 + "t" * 4 + "g")
    desk.show()
    texts = desk.texts()
    assert "When you said “sure”, you were right 90% of the time." in texts
    assert "10 answers" in texts
    desk.page.calibration.switch.click()
    assert _cells(desk.page.calibration.table) == [
        ["Sure", "10", "9", "90%"],
        ["Think so", "4", "3", "75%"],
        ["Guess", "1", "0", "0%"],
    ]


def test_few_rated_answers_are_counted_and_not_made_a_percentage_of_the_time(desk: Desk) -> None:
    desk.practise("rw", "gg")
    desk.show()
    assert "When you guessed, you were right 1 of 2 times." in desk.texts()
    assert "no answers yet" in desk.texts()


def test_exams_stand_with_result_and_weakest_objective_and_enter_opens_one(qtbot: QtBot, desk: Desk) -> None:
    first = desk.sit("rrrrrrrrrr")
    desk.sleep()
    second = desk.sit("wwwwwwwwww", seed=2)
    desk.show()
    rows = desk.on_lane(review.history_rows, desk.study, "golden")
    table = desk.page.exams.table
    assert [cells[1:3] for cells in _cells(table)] == [
        [str(rows[0].summary.scaled), "Fail"],
        [str(rows[1].summary.scaled), "Pass"],
    ]
    assert rows[0].weakest is not None
    assert [cells[4] for cells in _cells(table)] == [rows[0].weakest.name, "–"]
    table.setFocus()
    with qtbot.waitSignal(desk.page.report_asked) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [second]
    qtbot.keyClick(table, Qt.Key.Key_Down)
    with qtbot.waitSignal(desk.page.report_asked) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [first]
    with qtbot.waitSignal(desk.page.history_asked) as history:
        desk.page.exams.all_attempts.click()
    assert history.args == ["golden"]


def test_only_the_latest_exams_are_listed_and_the_card_says_of_how_many(desk: Desk) -> None:
    for number in range(8):
        desk.sit("rrrrrrrrrr", seed=number)
        desk.sleep(2)
    desk.show()
    assert len(_cells(desk.page.exams.table)) == 6
    assert "The latest 6 of 8 exams." in desk.texts()


def test_reviews_ahead_count_what_is_overdue_to_today(desk: Desk) -> None:
    desk.practise("r" * 12)
    desk.sleep(10)
    desk.practise("r" * 8, seed=3)
    desk.show()
    progress = desk.progress()
    assert progress.overdue
    today = progress.overdue + progress.ahead[0].questions
    total = progress.overdue + sum(due.questions for due in progress.ahead)
    words = f"{today} today, {progress.overdue} of them overdue · {total} in two weeks"
    assert words in desk.texts()
    card = desk.page.reviews
    assert card.chart is not None
    assert card.chart.accessibleName() == f"Reviews ahead: {words}"
    card.switch.click()
    cells = _cells(card.table)
    assert cells[:2] == [["Overdue", str(progress.overdue)], ["Today", str(progress.ahead[0].questions)]]
    assert [int(each[1]) for each in cells[1:]] == [due.questions for due in progress.ahead]


def test_activity_has_a_row_for_every_day_with_an_answer(desk: Desk) -> None:
    desk.practise("rrw")
    desk.sleep(2)
    desk.practise("w", seed=2)
    desk.show()
    card = desk.page.activity
    assert "4 answers on 2 of" in card.squares.accessibleName()
    assert "50%" in desk.texts()
    card.switch.click()
    assert [cells[1:] for cells in _cells(card.table)] == [["1", "0 (0%)"], ["3", "2 (67%)"]]
    assert _cells(card.table)[0][0] == "Today"


def test_what_is_shown_stays_until_the_new_numbers_are_there(desk: Desk) -> None:
    desk.practise("rrrr")
    desk.show()
    before = desk.texts()
    chart = desk.page.mastery.chart
    desk.practise("rrrr", seed=5)
    desk.page.show_exam("golden")
    assert desk.texts() == before
    desk.settle()
    assert "Known of all 20 questions: 40%" in desk.texts()
    assert desk.page.mastery.chart is chart


def test_a_table_stays_a_table_when_the_page_comes_again(desk: Desk) -> None:
    desk.practise("rrrr")
    desk.show()
    desk.page.mastery.switch.click()
    desk.practise("rrrr", seed=5)
    desk.show()
    assert desk.page.mastery.is_table
    assert _cells(desk.page.mastery.table)[0][1] == "8 of 20 (40%)"


def test_an_exam_that_cannot_be_read_is_said_and_tried_again(desk: Desk) -> None:
    desk.practise("rrrr")
    desk.show()
    desk.show("later")
    assert "Your progress could not be read. Your answers are kept." in desk.page.notice.text
    assert "Known of all" not in desk.texts()
    desk.on_lane(desk.laptop.publish, make_bank(6, bank_id="later"))
    desk.on_lane(desk.study.catalogue.refresh)
    desk.page.notice.action.click()
    desk.settle()
    assert not desk.page.notice.isVisible()
    assert "Known of all 18 questions" in desk.texts()


def test_charts_that_cannot_be_drawn_leave_the_tables(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "pyqtgraph", None)  # as where its numpy wants another processor
    monkeypatch.delitem(sys.modules, f"{charts.__name__}.drawn", raising=False)
    monkeypatch.delattr(charts, "drawn", raising=False)
    desk.practise("rrrr")
    desk.show()
    assert desk.page.mastery.is_table
    assert desk.page.reviews.is_table
    assert _cells(desk.page.mastery.table)[0][1] == "4 of 20 (20%)"
    desk.page.mastery.switch.click()
    assert "The chart cannot be drawn on this computer" in desk.texts()
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_three_years_are_shown_by_weeks(desk: Desk) -> None:
    for number in range(12):
        desk.practise("r", seed=number)
        desk.sleep(100)
    desk.show()
    card = desk.page.mastery
    card.switch.click()
    known = [int(cells[1].split()[0]) for cells in _cells(card.table)]
    assert known[0] == 12
    assert known == sorted(known, reverse=True)
    assert 12 <= len(known) <= 14


def test_the_page_opens_from_the_rail_and_leads_to_a_report(window: Window) -> None:
    study = window.opened.study
    lane_work = partial(_sit_all_right, study)
    window.application.tasks.run(lane_work, owner=window.shell)
    window.settle()
    window.go("progress")
    window.settle()
    page = window.shell.progress
    assert page.isVisible()
    assert "Pass" in [cells[2] for cells in _cells(page.exams.table)]
    page.exams.table.setFocus()
    window.press("Return")
    assert window.shell.report.isVisible()


def test_all_of_the_page_is_reached_by_tab_in_reading_order(qtbot: QtBot, desk: Desk) -> None:
    desk.practise("rrrr", "ssss")
    desk.sit("rrrrrrrrrr")
    desk.show()
    desk.page.activateWindow()
    page = desk.page
    page.mastery.switch.setFocus()
    exam_parts = (page.exams.all_attempts, page.exams.table)
    wanted = [page.calibration.switch, *exam_parts, page.reviews.switch, page.activity.switch]
    visited = []
    for _ in range(len(wanted)):
        qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
        visited.append(page.focusWidget())
    assert visited == wanted


def _cards(page: ProgressPage):
    return page.mastery, page.calibration, page.reviews, page.activity


def _cells(table: QTableWidget | None) -> list[list[str]]:
    assert table is not None
    found: list[list[str]] = []
    for number in range(table.rowCount()):
        items = [table.item(number, place) for place in range(table.columnCount())]
        found.append([item.text() if item is not None else "" for item in items])
    return found


def _practise(study: Study, letters: str, confidence: str, seed: int) -> None:
    sitting = practice.start(study, "golden", seed=seed, count=len(letters))
    levels = dict(zip("stg", Confidence, strict=True))
    for index, letter in enumerate(letters):
        sitting.visit(index)
        question = sitting.current.question
        level = levels[confidence[index]] if confidence else None
        sitting.check(question.key if letter == "r" else wrong_choice(question), level)
    sitting.finish()


def _sit(laptop: Laptop, study: Study, letters: str, seed: int) -> str:
    sitting = exams.start(study, "golden", seed=seed)
    for index, letter in enumerate(letters):
        sitting.visit(index)
        laptop.advance(4000)
        sitting.tick()
        question = sitting.current.question
        sitting.answer(question.key if letter == "r" else wrong_choice(question))
    sitting.submit()
    return sitting.attempt.id


def _sit_all_right(study: Study) -> None:
    exam_id = study.catalogue.exams()[0].exam.id
    sitting = exams.start(study, exam_id, seed=1)
    for index in range(len(sitting.attempt.items)):
        sitting.visit(index)
        sitting.answer(sitting.current.question.key)
    sitting.submit()
