"""The library page's use cases: questions by words and state, banks, one question, what is taken back."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from pingtopass_desktop.domain.question import Question, QuestionType
from pingtopass_desktop.learner.events import Answered
from pingtopass_desktop.library.index import build_index
from pingtopass_desktop.library.publish import pointer_file
from pingtopass_desktop.library.words import MARK_START
from pingtopass_desktop.study import exam, library, marks
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.finding import PAGE, Query, QuestionFinder, QuestionState
from tests.fakes.banks import make_bank, make_exam, make_objective, make_question, question_id
from tests.fakes.laptop import Laptop

DAY_MS = 24 * 60 * 60 * 1000
COUNT = 260


def golden(count: int = COUNT) -> list[Question]:
    kinds = list(QuestionType)
    return [
        make_question(n, kinds[n % 5], objective=("1", "1.1", "2")[n % 3], text=f"Question {n} on ether?")
        for n in range(1, count + 1)
    ]


@pytest.fixture
def study(bare_laptop: Laptop) -> Study:
    """260 questions of one exam in one pack, and three of another in another; no search index yet."""
    objectives = (make_objective("1"), make_objective("1.1", parent="1"), make_objective("2"))
    bare_laptop.publish(replace(make_bank(1), objectives=objectives, questions=tuple(golden())))
    other = [make_question(1000 + n, exam_id="second", text=f"Ether {n} of another bank?") for n in range(3)]
    second = replace(
        make_bank(1),
        id="second",
        exams=(make_exam(id="second", code="SEC", name="Second"),),
        objectives=(make_objective("1", exam_id="second"),),
        questions=tuple(other),
    )
    bare_laptop.publish(second)
    return bare_laptop.open()


def answer(study: Study, number: int, *results: bool, confidence: str = "sure") -> None:
    for is_right in results:
        study.store.record(
            Answered("attempt", "sitting", "practice", question_id(number), 1, ("a",), is_right, 900, 900, confidence)
        )


def found(study: Study, **fields: object) -> list[int]:
    result = QuestionFinder(study).find(Query(**fields), waits_for_index=False)  # type: ignore[arg-type]
    assert result.total == len(result.questions) or result.total > PAGE
    return [int(question.question_id[-4:], 16) for question in result.questions]


def test_without_words_the_questions_of_the_exam_are_listed_page_by_page(study: Study) -> None:
    finder = QuestionFinder(study)
    first = finder.find(Query(exam_id="golden"))
    assert (first.total, len(first.questions)) == (COUNT, PAGE)
    assert first.questions[0].snippet == "Question 1 on ether?"
    rest = finder.find(Query(exam_id="golden"), offset=PAGE)
    ids = [question.question_id for question in (*first.questions, *rest.questions)]
    assert ids == [question_id(n) for n in range(1, COUNT + 1)]


def test_all_exams_are_listed_one_after_the_other(study: Study) -> None:
    finder = QuestionFinder(study)
    pages = [finder.find(Query(), offset=offset) for offset in (0, PAGE)]
    assert [page.total for page in pages] == [COUNT + 3] * 2
    questions = [question for page in pages for question in page.questions]
    assert len({question.question_id for question in questions}) == len(questions) == COUNT + 3
    assert [question.exam_id for question in questions] == sorted(question.exam_id for question in questions)


def test_a_search_in_all_exams_mixes_the_banks(study: Study) -> None:
    result = QuestionFinder(study).find(Query("ether"), waits_for_index=False)
    assert result.total == COUNT + 3
    assert {question.exam_id for question in result.questions[:4]} == {"golden", "second"}
    assert MARK_START in result.questions[0].snippet


def test_pages_of_a_search_in_all_exams_hold_each_question_once(study: Study) -> None:
    finder = QuestionFinder(study)
    pages = [finder.find(Query("ether"), offset=offset, waits_for_index=False) for offset in (0, PAGE)]
    ids = [question.question_id for page in pages for question in page.questions]
    assert len(set(ids)) == len(ids) == COUNT + 3


def test_banks_without_an_index_are_named_and_searched_once_they_have_one(study: Study) -> None:
    finder = QuestionFinder(study)
    result = finder.find(Query("ether"))
    assert (result.total, sorted(result.unsearched)) == (0, ["Golden bank", "Golden bank"])
    for path in library.load(study).unindexed:
        build_index(path)
    result = finder.find(Query("ether"))
    assert (result.total, result.unsearched) == (COUNT + 3, ())
    assert library.load(study).unindexed == ()


@pytest.mark.parametrize("text", ["", "ether"])
def test_a_bank_that_rots_while_it_is_open_leaves_the_others(bare_laptop: Laptop, study: Study, text: str) -> None:
    path = next(bare_laptop.packs.glob("golden-*.pack"))
    path.write_bytes(path.read_bytes()[:4096])
    result = QuestionFinder(study).find(Query(text), waits_for_index=False)
    assert [question.exam_id for question in result.questions] == ["second"] * 3
    assert [problem.startswith(path.name) for problem in result.problems] == [True]


def test_an_objective_stands_for_those_below_it(study: Study) -> None:
    result = QuestionFinder(study).find(Query(exam_id="golden", objective_id="golden:1"))
    assert result.total == sum(n % 3 != 2 for n in range(1, COUNT + 1))
    result = QuestionFinder(study).find(Query(exam_id="golden", objective_id="golden:1.1"))
    assert {question.objective for question in result.questions} == {"1.1 Objective 1.1"}


def test_the_states_are_what_came_of_the_last_answer(bare_laptop: Laptop, study: Study) -> None:
    answer(study, 10, True, False)
    answer(study, 11, False, True)
    answer(study, 12, True, confidence="guess")
    only = {"exam_id": "golden"}
    assert found(study, state=QuestionState.MISSED, **only) == [10]
    assert found(study, state=QuestionState.RIGHT, **only) == [11, 12]
    assert found(study, state=QuestionState.GUESSED, **only) == [12]
    assert found(study, state=QuestionState.DUE, **only) == []
    bare_laptop.advance(90 * DAY_MS)
    assert found(study, state=QuestionState.DUE, **only) == [10, 11, 12]
    new = QuestionFinder(study).find(Query(exam_id="golden", state=QuestionState.NEW))
    assert new.total == COUNT - 3


def test_filters_and_words_combine_before_the_list_is_cut_off(study: Study) -> None:
    """Only a question far behind the first 200 hits passes."""
    answer(study, 255, False)
    answer(study, 3, False)
    marks.set_bookmark(study, question_id(255), True)
    marks.set_note(study, question_id(3), "mine")
    assert found(study, text="ether", state=QuestionState.MISSED) == [3, 255]
    assert found(study, text="ether", state=QuestionState.MISSED, is_bookmarked=True) == [255]
    assert found(study, has_note=True) == [3]
    assert found(study, has_note=True, is_bookmarked=True) == []
    assert found(study, is_bookmarked=True, type=QuestionType.MATCHING) == []


def test_what_was_just_recorded_is_heeded(study: Study) -> None:
    finder = QuestionFinder(study)
    bookmarked = Query(is_bookmarked=True)
    assert finder.find(bookmarked).total == 0
    marks.set_bookmark(study, question_id(7), True)
    assert finder.find(bookmarked).total == 1
    marks.set_bookmark(study, question_id(7), False)
    assert finder.find(bookmarked).total == 0


def test_the_last_two_results_stand_in_the_list(study: Study) -> None:
    answer(study, 1, True, True, False)
    first, second = QuestionFinder(study).find(Query(exam_id="golden")).questions[:2]
    assert (first.results, second.results) == ((True, False), ())


def test_the_view_says_what_changed_and_what_is_in_use(bare_laptop: Laptop, study: Study) -> None:
    view = library.load(study)
    assert not view.has_changed
    assert [exam.id for exam in view.exams] == ["golden", "second"]
    assert [objective.code for objective in view.objectives["golden"]] == ["1", "1.1", "2"]
    assert all(bank.can_be_removed and not bank.is_in_use for bank in view.banks)
    bare_laptop.publish(make_bank(6))
    view = library.load(study)
    assert view.has_changed
    sitting = exam.start(study, "golden", seed=1)
    in_use = [bank.bank_id for bank in library.load(study).banks if bank.is_in_use]
    assert in_use == ["golden"]
    assert sitting.exam.id == "golden"


def test_a_bank_that_cannot_be_read_is_a_line_with_the_reason(bare_laptop: Laptop, study: Study) -> None:
    pointer_file(bare_laptop.packs, "second").write_text("{broken")
    banks = {bank.bank_id: bank for bank in library.load(study).banks}
    assert "cannot be read" in banks["second"].problem
    assert banks["golden"].problem == ""


def test_a_removed_bank_leaves_what_the_learner_did_and_comes_back(bare_laptop: Laptop, study: Study) -> None:
    answer(study, 4, False)
    running = exam.start(study, "golden", seed=1)
    change = library.remove_bank(bare_laptop.packs, "golden")
    assert [exam.id for exam in library.load(study).exams] == ["second"]
    assert marks.load_marks(study, question_id(4)).history is not None
    resumed = exam.resume(study, running.attempt.id)
    assert resumed.attempt.items == running.attempt.items
    library.take_back(bare_laptop.packs, (change,))
    assert [exam.id for exam in library.load(study).exams] == ["golden", "second"]


def test_a_question_comes_with_its_marks_and_one_that_is_gone_says_so(bare_laptop: Laptop, study: Study) -> None:
    answer(study, 1, True)
    detail = library.detail(study, "golden", question_id(1))
    assert detail.shown.objective_title == "1.1 Objective 1.1"
    assert detail.marks.history is not None
    library.remove_bank(bare_laptop.packs, "golden")
    library.load(study)
    with pytest.raises(library.QuestionGone, match="not in the library any more"):
        library.detail(study, "golden", question_id(1))


def test_the_bundled_bank_stays(laptop: Laptop) -> None:
    banks = library.load(laptop.open()).banks
    assert [(bank.source, bank.can_be_removed, bank.pack) for bank in banks] == [
        ("bundled", False, next(Path(laptop.packs).glob("starter-*.pack")))
    ]
