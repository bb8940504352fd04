"""Keys that come faster than the disk: what is saved is what was on the screen when the key was pressed."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from pingtopass_desktop.domain.question import QuestionType
from pingtopass_desktop.study import exam
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.ui.pages.exam import ExamPage
from tests.chaos.exam_page import Lane, exam_on_screen, shown


@pytest.fixture
def running(qtbot: QtBot, study: Study) -> Iterator[tuple[ExamPage, Lane]]:
    with exam_on_screen(qtbot, lambda: exam.start(study, "net-101", seed=4)) as opened:
        yield opened


def go_to(qtbot: QtBot, page: ExamPage, *kinds: QuestionType) -> int:
    """Show the first question of one of these types whose next question is one, too; the next one is free for one."""
    while True:
        first, position = page.view.question, shown(page).position
        QTest.keyClick(page, Qt.Key.Key_Right)
        qtbot.waitUntil(lambda position=position: shown(page).position > position)
        second = page.view.question
        assert first is not None
        assert second is not None
        if first.type in kinds and (second.type in kinds or len(kinds) == 1):
            QTest.keyClick(page, Qt.Key.Key_Left)
            qtbot.waitUntil(lambda position=position: shown(page).position == position)
            return position


def test_a_key_pressed_while_the_next_question_is_on_its_way_answers_neither(
    qtbot: QtBot, running: tuple[ExamPage, Lane]
) -> None:
    page, lane = running
    position = go_to(qtbot, page, QuestionType.MULTIPLE_CHOICE, QuestionType.TRUE_FALSE)
    lane.hold()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_A, Qt.Key.Key_M, Qt.Key.Key_S, Qt.Key.Key_B):
        QTest.keyClick(page, key)
    lane.release()
    qtbot.waitUntil(lambda: shown(page).position == position + 1 and lane.tasks.is_idle)
    assert dict(shown(page).answers) == {}
    assert not shown(page).flagged
    assert not shown(page).struck


def test_marks_set_one_after_the_other_on_a_slow_disk_are_all_kept(
    qtbot: QtBot, running: tuple[ExamPage, Lane]
) -> None:
    page, lane = running
    position = go_to(qtbot, page, QuestionType.MULTI_SELECT)
    order = shown(page).items[position].order
    QTest.keyClick(page, Qt.Key.Key_A)
    lane.hold()
    QTest.keyClick(page, Qt.Key.Key_B)
    qtbot.waitUntil(lambda: shown(page).is_answered(position))
    QTest.keyClick(page, Qt.Key.Key_C)
    lane.release()
    qtbot.waitUntil(lambda: lane.tasks.is_idle)
    assert shown(page).answers[position].choice == tuple(sorted(order[:3]))
