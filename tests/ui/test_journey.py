"""One learner's way through the real window, by keys: practice, a timed exam, its report, the review of answers."""

from pathlib import Path

from pingtopass_desktop.authoring.importing import import_files
from pingtopass_desktop.domain.question import QuestionType
from pingtopass_desktop.learner import attempts, memory
from pingtopass_desktop.study.context import now_utc
from tests.fakes.ham import HAM_EXAM
from tests.ui.conftest import OpenWindow
from tests.ui.window import Window, wrong_choice


def test_ten_practice_questions_by_keys_end_in_a_result(window: Window) -> None:
    window.press("Return")
    page = window.shell.practice
    right = 0
    for number in range(10):
        question = page.view.question
        assert question is not None
        is_right = number % 3 != 0
        right += is_right
        window.answer(page.view, question.key if is_right else wrong_choice(question))
        if number == 4:
            window.press("K")
        page.setFocus()
        window.press("Return")
        assert page.feedback.isVisible()
        assert ("Correct" if is_right else "Not quite") in window.texts()
        window.press("Return")
    texts = window.texts()
    assert "Practice result" in texts
    assert f"{right} of 10" in texts
    with window.opened.study.store.database.translated():
        assert len(memory.seen(window.opened.study.store.db)) == 10


def test_a_timed_exam_by_keys_from_rules_to_review(window: Window) -> None:
    window.go("exams")
    assert "of 900 to pass" in window.texts()
    window.press("Return")
    page = window.shell.exam
    assert not window.shell.rail.isVisible()
    struck: dict[int, frozenset[str]] = {}
    for index in range(65):
        attempt, question = page.attempt, page.view.question
        assert attempt is not None
        assert question is not None
        assert attempt.position == index
        if index % 10 == 3 and question.type.is_choice:
            window.press("S", "B")
            assert page.attempt is not None
            struck[index] = page.attempt.struck[index]
            assert len(struck[index]) == 1
        if index % 7 == 2:
            window.press("M")
        if index % 16 != 15:
            window.answer(page.view, question.key if index % 4 else wrong_choice(question))
        page.setFocus()
        window.press("Return")
    assert "Before you finish" in window.texts()
    assert "61 of 65 answered · 4 unanswered · 9 flagged. Unanswered questions score as wrong." in window.texts()
    page.ask_to_end()
    window.settle()
    window.press("Tab", "Return")
    texts = window.texts()
    assert "Score report" in texts
    assert "44 of 65 correct (68%)" in texts
    assert "FAIL" in texts
    assert "4 left unanswered: a guess costs nothing" in texts
    finished = window.shell.report.report
    assert finished is not None
    assert {a.index: a.struck for a in finished.answers if a.struck} == struck
    window.shell.report.review.click()
    window.settle()
    assert "All 65" in [button.text() for button in window.shell.answers.filter_buttons.values()]
    assert window.shell.answers.list.count() == 65
    window.shell.answers.filter_buttons[list(window.shell.answers.filter_buttons)[1]].click()
    window.settle()
    assert window.shell.answers.list.count() == 21
    window.press("Right")
    assert window.shell.answers.list.currentRow() == 1


def test_closing_the_window_in_an_exam_offers_it_at_the_next_start(open_window: OpenWindow) -> None:
    first = open_window()
    first.go("exams")
    first.press("Return")
    question = first.shell.exam.view.question
    assert question is not None
    first.answer(first.shell.exam.view, question.key)
    first.press("M")
    before = first.shell.exam.attempt
    assert before is not None
    first.close()
    second = open_window()
    assert "An unfinished exam" in second.texts()
    with second.opened.study.store.database.translated():
        (waiting,) = attempts.summaries(second.opened.study.store.db, is_finished=False)
    assert waiting.answered_count == 1
    second.shell.exam_setup.resume_first()
    second.settle()
    after = second.shell.exam.attempt
    assert after is not None
    assert after.id == before.id
    assert [item.order for item in after.items] == [item.order for item in before.items]
    assert after.answers[0].choice == before.answers[0].choice
    assert after.flagged == before.flagged
    assert after.interruptions == 1


def test_the_general_pool_is_sat_in_the_window_to_a_report(
    open_window: OpenWindow, tmp_path: Path, fixtures_folder: Path
) -> None:
    rules = tmp_path / "general.toml"
    rules.write_text(HAM_EXAM, "utf-8")
    window = open_window()
    report = import_files(
        [fixtures_folder / "ham-general" / "general-2023-2027.csv"],
        exam_file=rules,
        packs=window.folder.packs,
        now=now_utc(),
    )
    assert report.imported == 423
    window.go("library")
    assert "Amateur radio General" in window.texts()
    window.go("exams")
    window.shell.exam_setup.picker.box.setCurrentIndex(window.shell.exam_setup.picker.box.findData("ham-general"))
    window.shell.exam_setup.picker.box.activated.emit(0)
    window.settle()
    window.press("Return")
    page = window.shell.exam
    groups: set[str] = set()
    for _ in range(35):
        question = page.view.question
        assert question is not None
        assert question.type is QuestionType.MULTIPLE_CHOICE
        groups.add(question.source_id[:3])
        window.answer(page.view, question.key)
        window.press("Return")
    assert len(groups) == 35
    page.ask_to_end()
    window.settle()
    window.press("Tab", "Return")
    assert "PASS" in window.texts()
    assert "35 of 35 correct (100%)" in window.texts()
