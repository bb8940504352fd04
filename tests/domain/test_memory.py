"""When a question is due again, compared with the fsrs package itself."""

from datetime import UTC, datetime

import pytest
from fsrs import Card, Rating, Scheduler, State
from hypothesis import given
from hypothesis import strategies as st

from pingtopass_desktop.domain.memory import (
    DAY_MS,
    DESIRED_RETENTION,
    MAX_INTERVAL_DAYS,
    MAX_RETENTION,
    MIN_RETENTION,
    Memory,
    interval_days,
    interval_factor,
    review,
)
from pingtopass_desktop.domain.question import Confidence

START_MS = 1_790_000_000_000


def rating_of(is_correct: bool, confidence: Confidence | None) -> Rating:
    if not is_correct:
        return Rating.Again
    return Rating.Hard if confidence is Confidence.GUESS else Rating.Good


def by_the_package(answers: list[tuple[bool, Confidence | None, int]], retention: float) -> Card:
    """One card carried through all answers by fsrs alone: no steps below a day, no fuzz."""
    scheduler = Scheduler(desired_retention=retention, learning_steps=(), relearning_steps=(), enable_fuzzing=False)
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


@given(ANSWERS, st.floats(MIN_RETENTION, MAX_RETENTION) | st.just(DESIRED_RETENTION))
def test_a_history_of_answers_gives_the_memory_and_the_interval_that_fsrs_gives(
    steps: list[tuple[bool, Confidence | None, int]], retention: float
) -> None:
    """Whatever the desired retention: the memory does not depend on it."""
    at_ms, memory, answers = START_MS, None, []
    for is_correct, confidence, gap_ms in steps:
        at_ms += gap_ms
        answers.append((is_correct, confidence, at_ms))
        memory = review(memory, is_correct=is_correct, confidence=confidence, at_ms=at_ms)
    card = by_the_package(answers, retention)
    assert memory is not None
    assert card.stability == pytest.approx(memory.stability, rel=1e-12)
    assert card.difficulty == pytest.approx(memory.difficulty, rel=1e-12)
    due_ms = at_ms + interval_days(memory.stability, interval_factor(retention)) * DAY_MS
    assert abs(card.due.timestamp() * 1000 - due_ms) <= 1
    assert memory.reviewed_ms == at_ms
    assert card.state is State.Review


@given(st.floats(0.001, 1e6), st.floats(MIN_RETENTION, MAX_RETENTION))
def test_a_question_comes_back_after_a_day_at_the_soonest(stability: float, retention: float) -> None:
    assert 1 <= interval_days(stability, interval_factor(retention)) <= MAX_INTERVAL_DAYS


def test_the_stability_is_the_interval_at_nine_tenths() -> None:
    """The definition of stability in FSRS."""
    assert interval_factor(0.9) == pytest.approx(1)
    assert interval_days(12.4, interval_factor(0.9)) == 12


def test_who_wants_to_remember_more_repeats_sooner() -> None:
    days = [interval_days(30, interval_factor(retention)) for retention in (0.97, 0.9, 0.8, 0.7)]
    assert days == sorted(set(days))


def after(is_correct: bool, confidence: Confidence | None = None) -> Memory:
    known = review(None, is_correct=True, confidence=None, at_ms=START_MS)
    return review(known, is_correct=is_correct, confidence=confidence, at_ms=START_MS + 3 * DAY_MS)


def test_a_right_answer_that_was_a_guess_counts_as_hard() -> None:
    guess, sure, wrong = after(True, Confidence.GUESS), after(True, Confidence.SURE), after(False)
    assert wrong.stability < guess.stability < sure.stability


def test_a_wrong_answer_is_again_however_sure_the_learner_was() -> None:
    assert after(False, Confidence.GUESS) == after(False, Confidence.SURE) == after(False, None)


def test_sure_and_think_so_both_count_as_good() -> None:
    assert after(True, Confidence.SURE) == after(True, Confidence.THINK_SO) == after(True, None)


def test_an_answer_that_arrives_with_an_earlier_time_counts_as_of_the_last_review() -> None:
    known = review(None, is_correct=True, confidence=None, at_ms=START_MS)
    late = review(known, is_correct=True, confidence=None, at_ms=START_MS - 5 * DAY_MS)
    assert late == review(known, is_correct=True, confidence=None, at_ms=START_MS)
