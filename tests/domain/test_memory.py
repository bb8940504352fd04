"""When a question is due again, compared with the fsrs package itself."""

from datetime import UTC, datetime, timedelta

import pytest
from fsrs import Card, Rating, Scheduler, State
from hypothesis import given
from hypothesis import strategies as st

from pingtopass_desktop.domain.memory import DESIRED_RETENTION, Memory, review
from pingtopass_desktop.domain.question import Confidence

START_MS = 1_790_000_000_000
DAY_MS = 86_400_000


def rating_of(is_correct: bool, confidence: Confidence | None) -> Rating:
    if not is_correct:
        return Rating.Again
    return Rating.Hard if confidence is Confidence.GUESS else Rating.Good


def by_the_package(answers: list[tuple[bool, Confidence | None, int]]) -> Card:
    """One card carried through all answers by fsrs alone: no steps below a day, no fuzz."""
    scheduler = Scheduler(
        desired_retention=DESIRED_RETENTION, learning_steps=(), relearning_steps=(), enable_fuzzing=False
    )
    card = Card(card_id=1)
    for is_correct, confidence, at_ms in answers:
        at = datetime.fromtimestamp(at_ms / 1000, UTC)
        card, _ = scheduler.review_card(card, rating_of(is_correct, confidence), at)
    return card


ANSWERS = st.lists(
    st.tuples(st.booleans(), st.none() | st.sampled_from(Confidence), st.integers(0, 60 * DAY_MS)),
    min_size=1,
    max_size=12,
)


@given(ANSWERS)
def test_a_history_of_answers_gives_the_memory_that_fsrs_gives(
    steps: list[tuple[bool, Confidence | None, int]],
) -> None:
    at_ms, memory, answers = START_MS, None, []
    for is_correct, confidence, gap_ms in steps:
        at_ms += gap_ms
        answers.append((is_correct, confidence, at_ms))
        memory = review(memory, is_correct=is_correct, confidence=confidence, at_ms=at_ms)
    card = by_the_package(answers)
    assert memory is not None
    assert card.stability == pytest.approx(memory.stability, rel=1e-12)
    assert card.difficulty == pytest.approx(memory.difficulty, rel=1e-12)
    assert abs(card.due.timestamp() * 1000 - memory.due_ms) <= 1
    assert memory.reviewed_ms == at_ms
    assert card.state is State.Review


@given(ANSWERS)
def test_a_question_is_never_due_on_the_day_of_its_answer(steps: list[tuple[bool, Confidence | None, int]]) -> None:
    at_ms, memory = START_MS, None
    for is_correct, confidence, gap_ms in steps:
        at_ms += gap_ms
        memory = review(memory, is_correct=is_correct, confidence=confidence, at_ms=at_ms)
        assert memory.due_ms >= at_ms + timedelta(days=1) // timedelta(milliseconds=1)


def after(is_correct: bool, confidence: Confidence | None = None) -> Memory:
    known = review(None, is_correct=True, confidence=None, at_ms=START_MS)
    return review(known, is_correct=is_correct, confidence=confidence, at_ms=START_MS + 3 * DAY_MS)


def test_a_right_answer_that_was_a_guess_counts_as_hard() -> None:
    guess, sure, wrong = after(True, Confidence.GUESS), after(True, Confidence.SURE), after(False)
    assert wrong.due_ms < guess.due_ms < sure.due_ms
    assert guess.stability < sure.stability


def test_a_wrong_answer_is_again_however_sure_the_learner_was() -> None:
    assert after(False, Confidence.GUESS) == after(False, Confidence.SURE) == after(False, None)


def test_sure_and_think_so_both_count_as_good() -> None:
    assert after(True, Confidence.SURE) == after(True, Confidence.THINK_SO) == after(True, None)


def test_an_answer_that_arrives_with_an_earlier_time_counts_as_of_the_last_review() -> None:
    known = review(None, is_correct=True, confidence=None, at_ms=START_MS)
    late = review(known, is_correct=True, confidence=None, at_ms=START_MS - 5 * DAY_MS)
    assert late == review(known, is_correct=True, confidence=None, at_ms=START_MS)
