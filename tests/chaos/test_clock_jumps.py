"""Clocks that jump while an exam runs: the wall clock changes nothing, a machine that sleeps costs no time."""

from random import Random

import pytest

from pingtopass_desktop.domain.attempt import Attempt
from pingtopass_desktop.domain.question import Choice
from pingtopass_desktop.learner.journal import all_events
from pingtopass_desktop.study import exam, review
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.exam import ExamSitting
from tests.fakes.counts import runs
from tests.fakes.laptop import Laptop

TWO_HOURS_MS = 2 * 3_600_000
LIMIT_MS = 90 * 60_000


def wait(laptop: Laptop, sitting: ExamSitting, ms: int) -> None:
    """Let time pass as the window does: a tick every 500 ms."""
    for _ in range(ms // 500):
        laptop.advance(500)
        sitting.tick()


def first_option(sitting: ExamSitting) -> Choice:
    """An answer of the right form, the first that the screen offers."""
    question, order = sitting.current.question, sitting.attempt.item.order
    if "=" in question.key[0]:
        return (f"{question.options[0].id}={order[0]}",)
    return order[:1] if question.type.is_choice else order


def remaining(attempt: Attempt) -> int:
    assert attempt.remaining_ms is not None
    return attempt.remaining_ms


def recorded(study: Study, attempt_id: str) -> list[str]:
    """What was done in an attempt, in canonical order."""
    return [event.type for event in all_events(study.store.db) if attempt_id in event.payload]


@pytest.mark.parametrize("jump_ms", [TWO_HOURS_MS, -TWO_HOURS_MS])
def test_a_wall_clock_that_jumps_in_an_exam_moves_no_time_and_no_order(
    laptop: Laptop, study: Study, jump_ms: int
) -> None:
    sitting = exam.start(study, "net-101", seed=1)
    wait(laptop, sitting, 10_000)
    sitting.answer(first_option(sitting))
    laptop.wall.advance(jump_ms)
    wait(laptop, sitting, 10_000)
    sitting.flag(True)
    laptop.wall.advance(-jump_ms)
    sitting.visit(1)
    sitting.answer(first_option(sitting))
    laptop.wall.advance(jump_ms)
    wait(laptop, sitting, 5_000)
    assert remaining(sitting.attempt) == LIMIT_MS - 25_000
    assert sitting.attempt.interruptions == 0
    sitting.submit()
    assert recorded(study, sitting.attempt.id) == [
        "attempt_started", "answered", "flagged", "answered", "attempt_finished"
    ]  # fmt: skip


@pytest.mark.parametrize("jump_ms", [TWO_HOURS_MS, -TWO_HOURS_MS])
def test_a_wall_clock_that_jumps_between_a_kill_and_the_restart_changes_nothing(
    laptop: Laptop, study: Study, jump_ms: int
) -> None:
    sitting = exam.start(study, "net-101", seed=1)
    sitting.answer(first_option(sitting))
    wait(laptop, sitting, 60_000)
    laptop.wall.advance(jump_ms)
    again = exam.resume(laptop.open(), sitting.attempt.id)
    assert remaining(again.attempt) == LIMIT_MS - 60_000
    assert again.attempt.answers == sitting.attempt.answers
    assert again.attempt.items == sitting.attempt.items
    changed = again.answer(())
    assert not changed.is_answered(0)
    assert not exam.resume(laptop.open(), sitting.attempt.id).attempt.is_answered(0)


@pytest.mark.timeout(600)
def test_answers_changed_under_a_clock_that_goes_wild_end_as_they_were_given_last(laptop: Laptop, study: Study) -> None:
    for seed in range(runs(3, 100)):
        random = Random(seed)
        sitting = exam.start(study, "net-101", seed=seed)
        for _ in range(40):
            laptop.wall.advance(random.choice([0, TWO_HOURS_MS, -TWO_HOURS_MS, 1, -86_400_000]))
            wait(laptop, sitting, 500)
            sitting.visit(random.randrange(3))
            sitting.answer(random.choice([(), first_option(sitting)]))
        crashed = laptop.open()
        again = exam.resume(crashed, sitting.attempt.id)
        assert again.attempt.answers == sitting.attempt.answers
        assert remaining(again.attempt) == LIMIT_MS - 20_000
        crashed.store.rebuild()
        assert exam.resume(crashed, sitting.attempt.id).attempt.answers == sitting.attempt.answers


@pytest.mark.parametrize("sleep_ms", [5_001, 60_000, 8 * 3_600_000])
def test_a_machine_that_slept_gives_the_time_back_and_the_report_says_so(
    laptop: Laptop, study: Study, sleep_ms: int
) -> None:
    sitting = exam.start(study, "net-101", seed=1)
    wait(laptop, sitting, 30_000)
    laptop.advance(sleep_ms)
    sitting.tick()
    wait(laptop, sitting, 30_000)
    assert remaining(sitting.attempt) == LIMIT_MS - 60_000
    sitting.submit()
    summary = review.report(study, sitting.attempt.id).summary
    assert summary.interruptions == 1
    assert summary.elapsed_ms == 60_000


def test_a_short_gap_is_time_of_the_exam(laptop: Laptop, study: Study) -> None:
    sitting = exam.start(study, "net-101", seed=1)
    laptop.advance(5_000)
    assert remaining(sitting.tick()) == LIMIT_MS - 5_000
    assert sitting.attempt.interruptions == 0
