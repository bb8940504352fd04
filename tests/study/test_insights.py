"""The numbers of Today and Progress: each against what the answers say, and none where nothing was measured."""

import tempfile
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pingtopass_desktop.domain.question import Confidence
from pingtopass_desktop.learner import memory
from pingtopass_desktop.library.bank.model import Bank
from pingtopass_desktop.study import insights, placement, preferences
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.plan import PlanKind
from pingtopass_desktop.study.preferences import StudyPreferences
from tests.fakes.banks import make_bank, make_objective, question_id
from tests.fakes.golden import BANK, DAY, NOON, answer
from tests.fakes.laptop import Laptop

TODAY = date(2026, 11, 22)


@pytest.fixture
def laptop(bare_laptop: Laptop) -> Laptop:
    bare_laptop.publish(BANK)
    bare_laptop.wall.now_ms = NOON
    return bare_laptop


def shares(study: Study) -> dict[str, tuple[int, int, int]]:
    found = insights.today(study, "golden").mastery
    return {objective.name: (objective.questions, objective.seen, objective.known) for objective in found}


def test_before_the_first_answer_nothing_is_claimed(study: Study) -> None:
    today = insights.today(study, "golden")
    assert (today.streak_days, today.answers_today, today.first_answers, today.exam_date) == (0, 0, 0, None)
    assert [objective.share for objective in today.mastery] == [None, None, None]
    assert [item.kind for item in today.plan] == [PlanKind.NEW, PlanKind.EXAM]
    progress = insights.progress(study, "golden")
    assert (progress.mastery, progress.activity, progress.overdue, progress.questions) == ((), (), 0, 60)
    assert [level.share for level in progress.calibration] == [None, None, None]


def test_a_question_is_known_when_its_last_answer_was_right(study: Study) -> None:
    for number in (1, 2, 3, 21):
        answer(study, number)
    answer(study, 2, is_right=False)
    answer(study, 3, is_right=False)
    answer(study, 3)
    assert shares(study) == {"Objective 1": (20, 3, 2), "Objective 2": (20, 1, 1), "Objective 3": (20, 0, 0)}
    first, second, third = insights.today(study, "golden").mastery
    assert first.share == pytest.approx(2 / 3)
    assert (second.share, third.share) == (None, None), "too few answers to say"
    assert [each.weight_percent for each in (first, second, third)] == [50, 30, 20]


def test_objectives_below_count_for_the_one_that_the_blueprint_draws(bare_laptop: Laptop) -> None:
    below = make_objective("1.1", parent="1", position=9)
    moved = tuple(replace(q, objective_id=below.id) if q.id == question_id(1) else q for q in BANK.questions)
    bare_laptop.publish(replace(BANK, objectives=(*BANK.objectives, below), questions=moved))
    study = bare_laptop.open()
    answer(study, 1)
    answer(study, 2)
    assert shares(study)["Objective 1"] == (20, 2, 2)
    assert len(shares(study)) == 3


def test_a_streak_counts_days_in_a_row_up_to_today_or_yesterday(study: Study, laptop: Laptop) -> None:
    def streak() -> int:
        return insights.today(study, "golden").streak_days

    for number in range(3):
        answer(study, 1)
        assert streak() == number + 1
        laptop.advance(DAY)
    assert streak() == 3, "today may still come"
    laptop.advance(DAY)
    assert streak() == 0
    answer(study, 1)
    assert streak() == 1


def test_a_streak_may_be_longer_than_the_weeks_that_are_shown(study: Study, laptop: Laptop) -> None:
    laptop.advance(-199 * DAY)
    for _ in range(200):
        answer(study, 1)
        laptop.advance(DAY)
    laptop.advance(-DAY)
    assert insights.today(study, "golden").streak_days == 200


def test_activity_has_every_day_of_26_weeks(study: Study, laptop: Laptop) -> None:
    answer(study, 1)
    answer(study, 2, is_right=False)
    laptop.advance(2 * DAY)
    answer(study, 3)
    today = insights.today(study, "golden")
    assert len(today.activity) == 182
    assert [(each.answers, each.correct) for each in today.activity[-3:]] == [(2, 1), (0, 0), (1, 1)]
    assert today.activity[-1].day == today.today == TODAY + timedelta(days=2)
    assert today.answers_today == 1
    assert (today.totals.answers, today.totals.correct) == (3, 2)


def test_the_exam_date_says_how_many_days_are_left(study: Study) -> None:
    preferences.set_exam_date(study, "golden", date(2026, 12, 15))
    today = insights.today(study, "golden")
    assert (today.exam_date, today.days_left) == (date(2026, 12, 15), 23)


def test_mastery_over_time_sums_up_day_by_day(study: Study, laptop: Laptop) -> None:
    answer(study, 1)
    answer(study, 2, is_right=False)
    laptop.advance(DAY)
    answer(study, 2)
    answer(study, 21)
    laptop.advance(2 * DAY)
    answer(study, 1, is_right=False)
    laptop.advance(DAY)
    points = insights.progress(study, "golden").mastery
    assert [((p.day - TODAY).days, p.seen, p.known) for p in points] == [(0, 2, 1), (1, 3, 3), (3, 3, 2), (4, 3, 2)]


def test_a_long_history_is_told_by_week_and_ends_with_the_numbers_of_today(study: Study, laptop: Laptop) -> None:
    random = Random(3)
    for _ in range(300):
        laptop.advance(DAY)
        answer(study, random.randint(1, 60), is_right=random.random() < 0.7)
    progress = insights.progress(study, "golden")
    assert all((progress.today - point.day).days % 7 == 0 for point in progress.mastery)
    assert len(progress.mastery) <= 300 // 7 + 2
    last = progress.mastery[-1]
    objectives = progress.objectives
    assert (last.seen, last.known) == (sum(each.seen for each in objectives), sum(each.known for each in objectives))


def test_calibration_says_how_often_the_learner_was_right_when_sure(study: Study) -> None:
    for is_right in (True, True, True, False):
        answer(study, 1, is_right=is_right, confidence="sure")
    answer(study, 2, confidence="guess")
    answer(study, 3)
    found = insights.progress(study, "golden").calibration
    assert [(each.confidence, each.answers, each.share) for each in found] == [
        (Confidence.SURE, 4, 0.75),
        (Confidence.THINK_SO, 0, None),
        (Confidence.GUESS, 1, 1.0),
    ]


def test_reviews_ahead_are_those_that_come_due(study: Study, laptop: Laptop) -> None:
    for number in range(1, 11):
        answer(study, number, is_right=number % 2 == 0)
        laptop.advance(DAY // 3)
    progress = insights.progress(study, "golden")
    assert len(progress.ahead) == 14
    waiting = progress.overdue
    for number, day in enumerate(progress.ahead):
        assert day.day == progress.today + timedelta(days=number)
        waiting += day.questions
        assert len(memory.due(study.store.db, study.now_ms() + number * DAY)) == waiting
    assert progress.overdue > 0


def test_answers_of_another_exam_count_for_it_alone(study: Study, laptop: Laptop) -> None:
    other = make_bank(3, bank_id="silver")
    questions = tuple(replace(q, id=question_id(500 + n)) for n, q in enumerate(other.questions))
    laptop.publish(replace(other, questions=questions))
    study.catalogue.refresh()
    for number in (500, 501, 502):
        answer(study, number, is_right=False)
    laptop.advance(DAY)
    assert insights.today(study, "golden").first_answers == 0
    assert [item.kind for item in insights.today(study, "golden").plan if item.kind is PlanKind.DUE] == []
    assert insights.today(study, "silver").first_answers == 3
    assert insights.progress(study, "silver").ahead[0].questions == 3


def test_the_numbers_follow_a_new_release_of_the_bank(study: Study, laptop: Laptop) -> None:
    """A question that moved counts where it is now; a retired one counts nowhere, and comes back as it was."""
    for number in (1, 2, 3):
        answer(study, number)
    assert shares(study)["Objective 1"] == (20, 3, 3)

    def release(bank: Bank) -> None:
        laptop.publish(bank)
        study.catalogue.refresh()

    def changed(question: str, **values: object) -> Bank:
        return replace(BANK, questions=tuple(replace(q, **values) if q.id == question else q for q in BANK.questions))

    release(changed(question_id(1), objective_id=BANK.objectives[1].id))
    assert (shares(study)["Objective 1"], shares(study)["Objective 2"]) == ((19, 2, 2), (21, 1, 1))
    release(changed(question_id(2), is_active=False))
    assert (shares(study)["Objective 1"], shares(study)["Objective 2"]) == ((19, 2, 2), (20, 0, 0))
    release(BANK)
    assert shares(study)["Objective 1"] == (20, 3, 3)
    release(changed(question_id(3), is_active=False))
    assert shares(study)["Objective 1"] == (19, 2, 2)
    release(BANK)
    assert shares(study)["Objective 1"] == (20, 3, 3)
    assert placement.follow_library(study) is False


@given(st.integers(0, 2**32), st.integers(1, 80))
def test_the_counters_say_what_the_answers_say(seed: int, size: int) -> None:
    """Against counting everything anew in the plainest way, after answers at any hour and changes of the rules."""
    random = Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        device = Laptop(Path(folder) / "laptop", Path(folder) / "packs")
        device.wall.now_ms = NOON
        device.publish(BANK)
        study = device.open()
        last: dict[int, bool] = {}
        for _ in range(size):
            device.advance(random.randrange(3 * DAY))
            if random.random() < 0.1:
                retention, hour = random.choice([0.75, 0.9, 0.95]), random.choice([0, 4, 23])
                preferences.save(study, StudyPreferences(retention=retention, rollover_hour=hour))
            if random.random() < 0.2:
                placement.follow_library(study)
            number = random.randint(1, 60)
            last[number] = random.random() < 0.6
            answer(study, number, is_right=last[number])
        expected = {
            f"Objective {objective}": (
                20,
                *_known([last.get(n) for n in range(20 * objective - 19, 20 * objective + 1)]),
            )
            for objective in (1, 2, 3)
        }
        assert shares(study) == expected
        progress = insights.progress(study, "golden")
        due = progress.overdue + progress.ahead[0].questions
        assert due == len(memory.due(study.store.db, study.now_ms()))
        assert (progress.mastery[-1].seen, progress.mastery[-1].known) == _known(list(last.values()))
        device.close()


def _known(results: list[bool | None]) -> tuple[int, int]:
    return sum(result is not None for result in results), sum(bool(result) for result in results)
