"""Two exams compared: what changed, and which questions were missed again."""

import pytest

from pingtopass_desktop.library.publish import pointer_file
from pingtopass_desktop.study import comparison, exam, practice, review
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.review import UnknownAttempt
from tests.fakes.banks import make_bank
from tests.fakes.laptop import Laptop, wrong_choice


@pytest.fixture
def laptop(bare_laptop: Laptop) -> Laptop:
    bare_laptop.publish(make_bank(6, weights=(50, 50), question_count=12, time_limit_s=120))
    return bare_laptop


@pytest.fixture
def study(laptop: Laptop) -> Study:
    return laptop.open()


def sit(laptop: Laptop, study: Study, wrong: set[str], *, seed: int = 1, skipped: frozenset[str] = frozenset()) -> str:
    """Sit the exam of all twelve questions with wrong answers to some, four seconds each."""
    sitting = exam.start(study, "golden", seed=seed)
    for index in range(len(sitting.attempt.items)):
        sitting.visit(index)
        laptop.advance(4000)
        sitting.tick()
        question = sitting.current.question
        if question.id not in skipped:
            sitting.answer(wrong_choice(question) if question.id in wrong else question.key)
    sitting.submit()
    laptop.advance(90_000_000)
    return sitting.attempt.id


def ids(study: Study, code: str) -> list[str]:
    return study.catalogue.exam("golden").pack.question_ids("golden", [f"golden:{code}"])


def test_questions_are_missed_in_both_fixed_or_newly_missed(laptop: Laptop, study: Study) -> None:
    first, second = ids(study, "1"), ids(study, "2")
    one = sit(laptop, study, {first[0], first[1], second[0]})
    other = sit(laptop, study, {first[0], second[1]}, seed=2, skipped=frozenset({second[0]}))
    compared = comparison.compare(study, one, other)
    assert compared.in_both == 12
    assert set(compared.missed_in_both) == {first[0], second[0]}
    assert compared.fixed == (first[1],)
    assert compared.newly_missed == (second[1],)
    assert (compared.points, compared.earlier.right, compared.later.right) == (0, 9, 9)
    assert (comparison.unanswered(compared.earlier), comparison.unanswered(compared.later)) == (0, 1)
    assert comparison.mean_pace_s(compared.later) == 4


def test_the_earlier_exam_is_the_one_that_was_finished_first_however_they_are_given(
    laptop: Laptop, study: Study
) -> None:
    one, other = sit(laptop, study, set(ids(study, "1"))), sit(laptop, study, set(), seed=2)
    for pair in ((one, other), (other, one)):
        compared = comparison.compare(study, *pair)
        assert (compared.earlier.summary.id, compared.later.summary.id) == (one, other)
        assert [(o.name, o.change) for o in compared.objectives] == [("Objective 1", 100), ("Objective 2", 0)]
        assert compared.points == 6
        assert compared.scaled == 1000 - (compared.earlier.summary.scaled or 0)


def test_only_two_different_exams_of_one_kind_are_compared(laptop: Laptop, study: Study) -> None:
    one = sit(laptop, study, set())
    session = practice.start(study, "golden", seed=1, count=2)
    session.finish()
    with pytest.raises(UnknownAttempt, match="two different"):
        comparison.compare(study, one, one)
    with pytest.raises(UnknownAttempt, match="Only timed exams"):
        comparison.compare(study, one, session.attempt.id)
    with pytest.raises(UnknownAttempt, match="no finished attempt"):
        comparison.compare(study, one, "unknown")


def test_a_deleted_exam_is_compared_with_nothing(laptop: Laptop, study: Study) -> None:
    one, other = sit(laptop, study, set()), sit(laptop, study, set(), seed=2)
    review.delete_attempt(study, one)
    with pytest.raises(UnknownAttempt, match="deleted"):
        comparison.compare(study, one, other)


def test_without_the_exam_in_the_library_questions_are_still_compared(laptop: Laptop, study: Study) -> None:
    missed = ids(study, "1")[0]
    one, other = sit(laptop, study, {missed}), sit(laptop, study, {missed}, seed=2)
    pointer_file(laptop.packs, "golden").unlink()
    study.catalogue.refresh()
    compared = comparison.compare(study, one, other)
    assert (compared.missed_in_both, compared.objectives) == ((missed,), ())
