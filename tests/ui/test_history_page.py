"""All attempts at an exam: the table, deleting with a step back, comparing two exams."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.library import releases
from pingtopass_desktop.study import exam, practice, review
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.ui import theme
from pingtopass_desktop.ui.pages.comparison import ComparisonPage
from pingtopass_desktop.ui.pages.exam_setup import ExamSetupPage
from pingtopass_desktop.ui.pages.history import PAGE_ROWS, HistoryPage
from pingtopass_desktop.ui.pages.practice_setup import PracticeSetupPage
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.theme import ThemeName
from pingtopass_desktop.ui.undo import Undoable
from pingtopass_desktop.ui.widgets.basics import Bar
from tests.fakes.banks import make_bank, publish_bank
from tests.fakes.laptop import Laptop, wrong_choice
from tests.ui.window import Window, come_to_rest

BANK = make_bank(6, weights=(50, 50), question_count=12, time_limit_s=120)
"""An exam that asks each of its twelve questions."""


@pytest.fixture
def study(bare_laptop: Laptop) -> Study:
    bare_laptop.publish(BANK)
    return bare_laptop.open()


@pytest.fixture
def show(qtbot: QtBot, tasks: Tasks) -> Iterator[Callable[..., None]]:
    """Shows a page in a window of its own."""
    theme.apply(theme.resolve(ThemeName.LIGHT, 100))

    def show_one(page: QWidget, width: int = 1072, height: int = 800) -> None:
        qtbot.addWidget(page)
        page.resize(width, height)
        page.show()
        page.activateWindow()
        settle(tasks)

    yield show_one
    theme.apply(theme.resolve(ThemeName.LIGHT, 100))


def settle(tasks: Tasks) -> None:
    come_to_rest(tasks)
    for _ in range(12):  # a long table is built a few rows at a time
        QApplication.processEvents()


def sit(laptop: Laptop, study: Study, wrong: int = 0, *, seed: int = 1) -> str:
    """Sit the exam with wrong answers to the questions that come first in the bank; half a day passes after it."""
    missed = study.catalogue.exam("golden").pack.question_ids("golden")[:wrong]
    sitting = exam.start(study, "golden", seed=seed)
    for index in range(12):
        sitting.visit(index)
        laptop.advance(4000)
        sitting.tick()
        question = sitting.current.question
        sitting.answer(wrong_choice(question) if question.id in missed else question.key)
    sitting.submit()
    laptop.advance(43_200_000)
    return sitting.attempt.id


def practise(laptop: Laptop, study: Study, *, finishes: bool = True) -> str:
    session = practice.start(study, "golden", seed=1, count=3, label="All objectives")
    session.check(session.current.question.key)
    if finishes:
        session.finish()
    laptop.advance(3_600_000)
    return session.attempt.id


def texts(page: QWidget) -> str:
    return "\n".join(each.text() for each in page.findChildren(QLabel) if each.isVisible() and each.text())


def buttons(page: QWidget, text: str) -> list[QPushButton]:
    return [each for each in page.findChildren(QPushButton) if each.text() == text and each.isVisible()]


def opened(show: Callable[..., None], study: Study, tasks: Tasks, **size: int) -> HistoryPage:
    page = HistoryPage(study, tasks)
    page.show_exam("golden")
    show(page, **size)
    return page


def test_every_finished_attempt_is_a_row_with_how_it_went(
    bare_laptop: Laptop, study: Study, tasks: Tasks, show: Callable[..., None]
) -> None:
    sit(bare_laptop, study, 3)
    practise(bare_laptop, study)
    practise(bare_laptop, study, finishes=False)
    page = opened(show, study, tasks)
    shown = texts(page)
    assert "2 finished attempts" in shown
    for words in (
        "Exam",
        "Pass",
        "9 of 12 (75%)",
        "48 s",
        "Objective 1 50%",
        "Practice",
        "1 of 1 (100%)",
        "Ended early",
    ):
        assert words in shown
    assert [mode.text() for mode in page.filter_buttons.values()] == ["All 2", "Exams 1", "Practice 1"]


def test_the_filter_shows_one_kind(bare_laptop: Laptop, study: Study, tasks: Tasks, show: Callable[..., None]) -> None:
    sat, practised = sit(bare_laptop, study), practise(bare_laptop, study)
    page = opened(show, study, tasks)
    for mode, expected in ((Mode.EXAM, [sat]), (Mode.PRACTICE, [practised]), (None, [practised, sat])):
        page.filter_buttons[mode].click()
        settle(tasks)
        assert [row.summary.id for row in page.rows] == expected
        assert len(buttons(page, "Delete")) == len(expected)


def test_without_an_attempt_the_page_says_what_will_stand_there(
    study: Study, tasks: Tasks, show: Callable[..., None]
) -> None:
    page = opened(show, study, tasks)
    assert "Nothing was finished yet." in texts(page)
    page.filter_buttons[Mode.EXAM].click()
    settle(tasks)
    assert "No exam was finished yet." in texts(page)
    assert not page.compare.isVisible()
    assert not page.more.isVisible()


def test_a_deleted_attempt_leaves_the_table_and_comes_back_by_its_step(
    bare_laptop: Laptop, study: Study, tasks: Tasks, show: Callable[..., None], qtbot: QtBot
) -> None:
    first, second, third = (sit(bare_laptop, study, seed=seed) for seed in range(3))
    page = opened(show, study, tasks)
    steps: list[Undoable] = []
    page.undoable.connect(steps.append)
    middle = buttons(page, "Delete")[1]
    middle.setFocus()
    qtbot.keyClick(middle, Qt.Key.Key_Return)
    settle(tasks)
    assert [row.summary.id for row in page.rows] == [third, first]
    assert page.focusWidget() is buttons(page, "Delete")[1]
    assert "2 finished attempts" in texts(page)
    (step,) = steps
    assert step.words.startswith("Exam of ")
    assert step.words.endswith("its answers still count for reviews")
    tasks.run(step.undo, owner=page)
    settle(tasks)
    step.undone()
    settle(tasks)
    assert [row.summary.id for row in page.rows] == [third, second, first]


def test_what_was_deleted_elsewhere_meanwhile_is_said(
    bare_laptop: Laptop, study: Study, tasks: Tasks, show: Callable[..., None]
) -> None:
    sat = sit(bare_laptop, study)
    page = opened(show, study, tasks)
    review.delete_attempt(study, sat)
    buttons(page, "Delete")[0].click()
    settle(tasks)
    assert "may have been deleted already" in page.notice.text


def test_two_ticked_exams_can_be_compared_and_a_practice_session_cannot_be_ticked(
    bare_laptop: Laptop, study: Study, tasks: Tasks, show: Callable[..., None], qtbot: QtBot
) -> None:
    ids = [sit(bare_laptop, study, seed=seed) for seed in range(3)]
    practise(bare_laptop, study)
    page = opened(show, study, tasks)
    assert list(page.table.boxes) == ids[::-1]
    assert not page.compare.isEnabled()
    page.table.boxes[ids[2]].click()
    assert not page.compare.isEnabled()
    assert "1 is ticked" in texts(page)
    page.table.boxes[ids[0]].click()
    with qtbot.waitSignal(page.compare_asked) as asked:
        page.compare.click()
    assert asked.args == [ids[0], ids[2]]
    page.table.boxes[ids[1]].click()
    assert not page.compare.isEnabled()
    assert "3 are ticked" in texts(page)


def test_a_tick_stays_when_the_table_is_read_again_or_turns_narrow(
    bare_laptop: Laptop, study: Study, tasks: Tasks, show: Callable[..., None]
) -> None:
    ids = [sit(bare_laptop, study, seed=seed) for seed in range(3)]
    page = opened(show, study, tasks)
    page.table.boxes[ids[1]].click()
    review.delete_attempt(study, ids[2])
    page.refresh()
    settle(tasks)
    page.resize(620, 700)
    settle(tasks)
    assert page.table.chosen == [ids[1]]


def test_a_long_history_is_shown_in_parts(
    bare_laptop: Laptop, study: Study, tasks: Tasks, show: Callable[..., None]
) -> None:
    for _ in range(PAGE_ROWS + 3):
        practise(bare_laptop, study)
    page = opened(show, study, tasks)
    assert len(buttons(page, "Report")) == PAGE_ROWS
    kept = buttons(page, "Report")[0]
    assert page.more.text() == "Show 3 more"
    page.more.click()
    settle(tasks)
    assert len(buttons(page, "Report")) == PAGE_ROWS + 3
    assert buttons(page, "Report")[0] is kept, "rows that stand are not built again"
    assert not page.more.isVisible()


def test_up_and_down_go_to_the_same_control_of_the_next_row(
    bare_laptop: Laptop, study: Study, tasks: Tasks, show: Callable[..., None], qtbot: QtBot
) -> None:
    for seed in range(3):
        sit(bare_laptop, study, seed=seed)
    page = opened(show, study, tasks)
    reports = buttons(page, "Report")
    reports[0].setFocus()
    for expected, key in ((1, Qt.Key.Key_Down), (2, Qt.Key.Key_Down), (2, Qt.Key.Key_Down), (1, Qt.Key.Key_Up)):
        focused = page.focusWidget()
        assert focused is not None
        qtbot.keyClick(focused, key)
        assert page.focusWidget() is reports[expected]


@pytest.mark.parametrize(("zoom", "width"), [(100, 816), (150, 816), (200, 700), (100, 1072)])
def test_nothing_of_the_table_is_wider_than_the_page(
    bare_laptop: Laptop, study: Study, tasks: Tasks, show: Callable[..., None], zoom: int, width: int
) -> None:
    sit(bare_laptop, study, 5)
    practise(bare_laptop, study)
    theme.apply(theme.resolve(ThemeName.DARK, zoom))
    page = opened(show, study, tasks, width=width, height=600)
    for widget in (*page.findChildren(QPushButton), *page.findChildren(QLabel)):
        if widget.isVisible():
            assert widget.mapTo(page, widget.rect().bottomRight()).x() < width, widget.text()
            assert widget.width() >= widget.minimumSizeHint().width(), widget.text()


def test_a_comparison_shows_both_exams_and_drills_what_was_missed_in_both(
    bare_laptop: Laptop, study: Study, tasks: Tasks, show: Callable[..., None], qtbot: QtBot
) -> None:
    first, second = sit(bare_laptop, study, 7), sit(bare_laptop, study, 3, seed=2)
    page = ComparisonPage(study, tasks)
    page.show_attempts(second, first)
    show(page)
    shown = texts(page)
    for words in ("5 of 12", "9 of 12", "+4", "Fail", "Pass", "12 questions of 12 were in both exams.", "+50 points"):
        assert words in shown
    assert page.drill.text() == "Drill the 3 missed in both"
    assert len({(bar.x(), bar.width()) for bar in page.findChildren(Bar)}) == 1, "bars are compared by their length"
    with qtbot.waitSignal(page.drill_asked) as asked:
        qtbot.keyClick(page, Qt.Key.Key_Return)
    missed = study.catalogue.exam("golden").pack.question_ids("golden")[:3]
    assert asked.args is not None
    exam_id, ids, words = asked.args
    assert (exam_id, sorted(ids), words) == ("golden", sorted(missed), "Missed in both exams")
    with qtbot.waitSignal(page.report_asked) as reported:
        buttons(page, "Report")[1].click()
    assert reported.args == [second]


def test_attempts_at_an_exam_that_left_the_library_are_found(
    bare_laptop: Laptop, study: Study, tasks: Tasks, show: Callable[..., None], qtbot: QtBot
) -> None:
    bare_laptop.publish(make_bank(bank_id="silver", name="Silver"))
    study.catalogue.refresh()
    gone = sit(bare_laptop, study, 3)
    releases.withdraw(bare_laptop.packs, "golden")
    study.catalogue.refresh()
    page = HistoryPage(study, tasks)
    page.picker.set_exams([entry.exam for entry in study.catalogue.exams()])
    page.show_exam("silver")
    show(page)
    assert page.rows == []
    box = page.picker.box
    assert [box.itemData(index) for index in range(box.count())] == ["silver", "golden"]
    assert box.itemText(1) == "golden (no longer in the library)"
    with qtbot.assertNotEmitted(page.exam_chosen):  # no page can be about it
        box.setFocus()
        qtbot.keyClick(box, Qt.Key.Key_Down)
        settle(tasks)
    assert [row.summary.id for row in page.rows] == [gone]
    assert "Exam golden" in texts(page)
    steps: list[Undoable] = []
    page.undoable.connect(steps.append)
    buttons(page, "Delete")[0].click()
    settle(tasks)
    assert (page.rows, box.currentData()) == ([], "golden"), "what was deleted can be taken back here"
    tasks.run(steps[0].undo, owner=page)
    settle(tasks)
    steps[0].undone()
    settle(tasks)
    assert [row.summary.id for row in page.rows] == [gone]
    page.show_exam("silver")
    settle(tasks)
    assert (page.rows, box.currentData()) == ([], "silver")
    bare_laptop.publish(BANK)
    study.catalogue.refresh()
    page.refresh()
    settle(tasks)
    assert box.count() == 1, "it is in the library again"


def test_a_comparison_of_an_exam_that_left_the_library_leads_back_to_its_attempts(window: Window) -> None:
    study = window.opened.study
    publish_bank(BANK, window.folder.packs)
    study.catalogue.refresh()
    sat = {exam.start(study, "golden", seed=seed).submit().id for seed in range(2)}
    releases.withdraw(window.folder.packs, "golden")
    study.catalogue.refresh()
    window.shell.show_history()
    window.settle()
    page = window.shell.history
    page.picker.box.setFocus()
    window.press("Down")
    assert {row.summary.id for row in page.rows} == sat
    for box in page.table.boxes.values():
        box.click()
    page.compare.click()
    window.settle()
    assert "no longer in the library" in window.texts()
    window.press("Escape")
    assert window.shell.shown_page is page
    assert {row.summary.id for row in page.rows} == sat
    assert window.shell.exam_id == "net-101"


def test_newly_missed_questions_can_be_drilled(
    bare_laptop: Laptop, study: Study, tasks: Tasks, show: Callable[..., None], qtbot: QtBot
) -> None:
    first, second = sit(bare_laptop, study), sit(bare_laptop, study, 2, seed=2)
    page = ComparisonPage(study, tasks)
    page.show_attempts(first, second)
    show(page)
    assert not page.drill.isVisible()
    (link,) = buttons(page, "Drill")
    with qtbot.waitSignal(page.drill_asked) as asked:
        link.click()
    assert asked.args is not None
    assert (len(asked.args[1]), asked.args[2]) == (2, "Newly missed questions")


def test_a_comparison_with_a_deleted_exam_says_why_there_is_none(
    bare_laptop: Laptop, study: Study, tasks: Tasks, show: Callable[..., None]
) -> None:
    first, second = sit(bare_laptop, study), sit(bare_laptop, study, seed=2)
    review.delete_attempt(study, first)
    page = ComparisonPage(study, tasks)
    page.show_attempts(first, second)
    show(page)
    assert "was deleted" in page.notice.text


def test_the_exam_page_lists_the_latest_five_and_leads_to_all(
    bare_laptop: Laptop, study: Study, tasks: Tasks, show: Callable[..., None], qtbot: QtBot
) -> None:
    for seed in range(6):
        sit(bare_laptop, study, seed=seed)
    practise(bare_laptop, study)
    page = ExamSetupPage(study, tasks)
    page.show_exam("golden")
    show(page)
    assert len(buttons(page, "Report")) == 5
    assert page.all_attempts.text() == "All 7 attempts"
    with qtbot.waitSignal(page.history_asked) as asked:
        page.all_attempts.click()
    assert asked.args == ["golden"]


@pytest.mark.parametrize("mode", Mode)
def test_what_waits_can_be_deleted_where_it_is_offered(
    bare_laptop: Laptop, study: Study, tasks: Tasks, show: Callable[..., None], mode: Mode
) -> None:
    if mode is Mode.EXAM:
        exam.start(study, "golden", seed=1).suspend()
        page, resume, delete = ExamSetupPage(study, tasks), "Resume it", "Delete it"
    else:
        practise(bare_laptop, study, finishes=False)
        page, resume, delete = PracticeSetupPage(study, tasks), "Continue", "Delete"
    page.show_exam("golden")
    show(page)
    steps: list[Undoable] = []
    page.undoable.connect(steps.append)
    assert buttons(page, resume)
    buttons(page, delete)[0].click()
    settle(tasks)
    assert not buttons(page, resume)
    assert ("count for reviews" in steps[0].words) is (mode is Mode.PRACTICE)
    tasks.run(steps[0].undo, owner=page)
    settle(tasks)
    steps[0].undone()
    settle(tasks)
    assert buttons(page, resume)


def test_in_the_window_a_deletion_is_taken_back_by_its_key(open_window: Callable[..., Window], tmp_path: Path) -> None:
    window = open_window()
    window.press("Return")
    page = window.shell.practice
    question = page.view.question
    assert question is not None
    window.answer(page.view, question.key)
    page.setFocus()
    window.press("Return")
    page.end_session()
    window.settle()
    window.press("Escape")
    window.press("Ctrl+H")
    history = window.shell.history
    assert len(history.rows) == 1
    buttons(history, "Delete")[0].click()
    window.settle()
    assert history.rows == []
    assert "its answers still count for reviews" in window.texts()
    window.press("Ctrl+Z")
    assert len(history.rows) == 1
    buttons(history, "Report")[0].click()
    window.settle()
    assert "1 of 1 right (100%)" in window.texts()
