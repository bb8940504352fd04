"""The rules of a timed exam as the window keeps them: clock, guard, forward-only, the end at zero."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from pingtopass_desktop.domain.exam import Navigation
from pingtopass_desktop.domain.question import QuestionType
from pingtopass_desktop.learner.journal import LearnerStore
from pingtopass_desktop.library.catalogue import Catalogue
from pingtopass_desktop.library.publish import current_pack, publish
from pingtopass_desktop.study import exam as exams
from pingtopass_desktop.study.context import Study, now_utc
from pingtopass_desktop.ui.pages.exam import ExamPage
from pingtopass_desktop.ui.tasks import Tasks
from pingtopass_desktop.ui.widgets.exam_clock import ExamClock, clock_text
from tests.fakes.clock import ManualClock
from tests.ui.window import come_to_rest


class Hall:
    """An exam page whose clocks the test moves."""

    def __init__(self, qtbot: QtBot, folder: Path, packs: Path, navigation: Navigation) -> None:
        self._qtbot = qtbot
        self.clock = ManualClock()
        pack = current_pack(packs, "starter")
        assert pack is not None
        bank = pack.bank()
        pack.close()
        rules = tuple(replace(exam, navigation=navigation, time_limit_s=7 * 60) for exam in bank.exams)
        publish(replace(bank, id="hall", exams=rules), folder / "packs", source="imported", now=now_utc())
        store = LearnerStore(folder / "learner.db", self.clock)
        self.study = Study(store, Catalogue(folder / "packs"), folder / "clocks", self.clock, self.clock)
        self.lane = ThreadPoolExecutor(max_workers=1)
        self.tasks = Tasks(self.lane)
        self.page = ExamPage(self.tasks)
        qtbot.addWidget(self.page)
        self.page.resize(1280, 800)
        self.page.show()

    def open(self, *, asks_confidence: bool = False) -> ExamPage:
        sitting = exams.start(self.study, "net-101", seed=11, asks_confidence=asks_confidence)
        self.page.open(sitting)
        self.settle()
        return self.page

    def settle(self) -> None:
        come_to_rest(self.tasks)

    def let_pass(self, seconds: int) -> None:
        """Let the clock run in ticks of four seconds, and a last one of what is left."""
        while seconds > 0:
            self.clock.advance(1000 * min(4, seconds))
            seconds -= 4
            self.page.tick()
            self.settle()

    def press(self, *keys: str) -> None:
        for key in keys:
            self._qtbot.keyClick(self.page, key)
            self.settle()

    def close(self) -> None:
        self.page.suspend()
        self.settle()
        self.tasks.close()
        self.study.catalogue.close()
        self.study.store.close()


@pytest.fixture
def hall(qtbot: QtBot, tmp_path: Path, starter_packs: Path) -> Iterator[Hall]:
    opened = Hall(qtbot, tmp_path, starter_packs, Navigation.FREE)
    yield opened
    opened.close()


@pytest.fixture
def forward_hall(qtbot: QtBot, tmp_path: Path, starter_packs: Path) -> Iterator[Hall]:
    opened = Hall(qtbot, tmp_path, starter_packs, Navigation.FORWARD_ONLY)
    yield opened
    opened.close()


def test_a_hidden_clock_comes_back_at_five_minutes_and_warns_twice(hall: Hall) -> None:
    page = hall.open()
    assert page.clock.text() == "7:00"
    hall.press("t")
    assert page.clock.text() == "Show time"
    hall.let_pass(2 * 60 - 2)
    assert page.clock.is_time_hidden
    hall.let_pass(2)
    assert page.clock.text() == "5:00"
    assert page.notice.text == "5 minutes left."
    hall.press("t")
    assert page.clock.text() == "5:00"
    hall.let_pass(4 * 60)
    assert page.clock.text() == "1:00"
    assert page.notice.text == "1 minute left."


def test_at_zero_the_exam_is_submitted_with_what_was_answered(hall: Hall, qtbot: QtBot) -> None:
    page = hall.open()
    ended: list[str] = []
    page.ended.connect(ended.append)
    hall.press("a")
    hall.let_pass(7 * 60)
    assert page.attempt is not None
    assert page.attempt.is_finished
    assert ended == [page.attempt.id]
    assert len(page.attempt.answers) == 1


def test_a_wrong_number_of_marks_is_pointed_out_once(hall: Hall) -> None:
    page = hall.open()
    while page.view.question is not None and page.view.question.type is not QuestionType.MULTI_SELECT:
        hall.press("\r")
    assert page.attempt is not None
    position = page.attempt.position
    hall.press("a", "\r")
    assert page.attempt.position == position
    assert page.notice.text.startswith("Choose t")
    assert "you have chosen one" in page.notice.text
    hall.press("\r")
    assert page.attempt.position == position + 1


def test_a_forward_only_exam_offers_no_way_back(forward_hall: Hall) -> None:
    page = forward_hall.open()
    forward_hall.press("\r", "\r", "\b")
    assert page.attempt is not None
    assert page.attempt.position == 2
    assert not page.previous.isEnabled()
    forward_hall.press("r")
    page.review.visited.emit(0)
    forward_hall.settle()
    assert page.attempt.position == 2


def test_an_answer_and_its_confidence_can_be_changed_until_the_end(hall: Hall) -> None:
    page = hall.open(asks_confidence=True)
    while page.view.question is not None and not page.view.question.type.has_one_key:
        hall.press("\r")
    hall.press("a", "y", "b")
    assert page.attempt is not None
    answer = page.attempt.answers[page.attempt.position]
    assert answer.changes == 1
    assert answer.confidence == "guess"
    assert answer.choice == (page.attempt.item.order[1],)


def test_the_exam_shows_no_word_of_right_or_wrong(hall: Hall) -> None:
    page = hall.open()
    for _ in range(20):
        question = page.view.question
        assert question is not None
        if question.type.is_choice:
            hall.press("a")
            assert {row.look.status for row in page.view.options.rows} == {""}
            assert not any(row.look.reason for row in page.view.options.rows)
        hall.press("\r", "\r")


def test_clock_texts_count_started_seconds() -> None:
    assert [clock_text(ms) for ms in (0, 1, 1000, 59_001, 3_599_000, 5_400_000)] == [
        "0:00", "0:01", "0:01", "1:00", "59:59", "1:30:00"
    ]  # fmt: skip


def test_a_clock_that_starts_in_the_last_minutes_does_not_warn_again(qtbot: QtBot) -> None:
    clock = ExamClock()
    qtbot.addWidget(clock)
    warned: list[int] = []
    clock.warned.connect(warned.append)
    clock.begin(200_000)
    clock.show_remaining(199_000)
    assert warned == []
    clock.show_remaining(59_000)
    assert warned == [60]
