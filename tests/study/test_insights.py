"""The numbers of Today and Progress: each against what the answers say, and none where nothing was measured."""

import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.domain.question import Confidence
from pingtopass_desktop.learner import memory
from pingtopass_desktop.learner.events import Answered
from pingtopass_desktop.library.bank.model import Bank
from pingtopass_desktop.study import exam as exams
from pingtopass_desktop.study import insights, placement, practice, preferences, review
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.insights import PlanItem, PlanKind
from pingtopass_desktop.study.practice import Selection
from pingtopass_desktop.study.preferences import StudyPreferences
from tests.fakes.banks import make_bank, make_objective, question_id
from tests.fakes.laptop import Laptop

DAY = 86_400_000
BANK = make_bank(20, weights=(50, 30, 20))
NOON = int(datetime(2026, 11, 22, 12, tzinfo=UTC).timestamp() * 1000)
TODAY = date(2026, 11, 22)


@pytest.fixture
def laptop(bare_laptop: Laptop) -> Laptop:
    bare_laptop.publish(BANK)
    bare_laptop.wall.now_ms = NOON
    return bare_laptop


@pytest.fixture
def study(laptop: Laptop) -> Study:
    return laptop.open()


def answer(
    study: Study, number: int, *, is_right: bool = True, confidence: str | None = None, seconds: int = 60
) -> None:
    """One practice answer. Questions 1 to 20 are of the first objective, 21 to 40 of the second, and so on."""
    question = question_id(number)
    study.store.record(
        Answered("a", "s", "practice", question, 1, ("a",), is_right, seconds * 1000, seconds * 1000, confidence)
    )


def items(study: Study, kind: PlanKind) -> list[PlanItem]:
    return [item for item in insights.today(study, "golden").plan if item.kind is kind]


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


def test_what_the_plan_calls_due_is_what_practice_then_asks(study: Study, laptop: Laptop) -> None:
    for number in range(1, 6):
        answer(study, number, is_right=number > 2)
    assert items(study, PlanKind.DUE) == []
    for _ in range(20):
        laptop.advance(DAY // 2)
        due = items(study, PlanKind.DUE)
        expected = memory.due(study.store.db, study.now_ms())
        assert sum(item.count for item in due) == len(expected)
        if due:
            sitting = practice.start(study, "golden", seed=1, count=due[0].count, selection=Selection.DUE)
            assert {item.question_id for item in sitting.attempt.items} == expected
    assert len(memory.due(study.store.db, study.now_ms())) == 5


def test_a_review_is_due_from_the_first_minute_of_its_day(study: Study, laptop: Laptop) -> None:
    answer(study, 1, is_right=False)
    laptop.wall.now_ms = int(datetime(2026, 11, 23, 3, 59, tzinfo=UTC).timestamp() * 1000)
    assert items(study, PlanKind.DUE) == []
    laptop.wall.now_ms += 60_000
    assert [item.count for item in items(study, PlanKind.DUE)] == [1]


def test_many_due_questions_are_taken_in_portions(study: Study, laptop: Laptop) -> None:
    for number in range(1, 61):
        answer(study, number, is_right=False)
    laptop.advance(DAY)
    (due,) = items(study, PlanKind.DUE)
    assert (due.count, due.minutes) == (50, 50)
    assert "50 of 60 due" in due.detail


def test_the_weak_spot_is_the_objective_known_least(study: Study) -> None:
    for number in (1, 2, 3, 4, 21, 22, 23, 24):
        answer(study, number, is_right=number not in (4, 23, 24))
    (weak,) = items(study, PlanKind.WEAK)
    assert (weak.objective_id, weak.selection, weak.count) == (BANK.objectives[1].id, Selection.UNSEEN, 12)
    assert weak.title == "Weak spot: Objective 2"
    assert items(study, PlanKind.NEW) == []
    sitting = practice.start(
        study, "golden", seed=1, count=weak.count, selection=Selection.UNSEEN, objective_ids=[BANK.objectives[1].id]
    )
    assert len(sitting.attempt.items) == weak.count


def test_an_objective_with_little_weight_or_few_answers_is_no_weak_spot(bare_laptop: Laptop) -> None:
    bare_laptop.publish(make_bank(20, weights=(66, 30, 4)))
    study = bare_laptop.open()
    for number in (41, 42, 43, 21, 22):
        answer(study, number, is_right=False)
    assert items(study, PlanKind.WEAK) == []
    answer(study, 23, is_right=False)
    assert [item.title for item in items(study, PlanKind.WEAK)] == ["Weak spot: Objective 2"]


def test_new_questions_end_where_the_learner_wants_no_more_today(study: Study, laptop: Laptop) -> None:
    preferences.save(study, StudyPreferences(new_per_day=5))
    assert [item.count for item in items(study, PlanKind.NEW)] == [5]
    for number in (1, 2, 3):
        answer(study, number)
    answer(study, 3)
    assert [item.count for item in items(study, PlanKind.NEW)] == [2]
    for number in (4, 5):
        answer(study, number, is_right=False)
    (weak,) = items(study, PlanKind.WEAK)
    assert (weak.selection, weak.count, weak.detail.split(" ·")[0]) == (Selection.MISSED, 2, "Questions you missed")
    assert items(study, PlanKind.NEW) == []
    laptop.advance(DAY)
    assert [item.selection for item in items(study, PlanKind.WEAK)] == [Selection.UNSEEN]


def test_minutes_follow_the_learner_once_there_are_enough_answers(study: Study) -> None:
    assert items(study, PlanKind.NEW)[0].minutes == 120, "an hour for ten questions is the even pace of this exam"
    for number in range(1, 21):
        answer(study, number, seconds=30)
    assert items(study, PlanKind.NEW) == [], "the new questions of today are used up"
    preferences.save(study, StudyPreferences(new_per_day=60))
    assert [(item.count, item.minutes) for item in items(study, PlanKind.NEW)] == [(40, 20)]


def test_a_timed_exam_is_offered_only_where_the_bank_can_serve_it(bare_laptop: Laptop) -> None:
    bank = make_bank(5, weights=(50, 30, 20), question_count=10)
    bare_laptop.publish(bank)
    study = bare_laptop.open()
    assert [item.count for item in items(study, PlanKind.EXAM)] == [10]
    one_point = tuple(replace(q, sibling_group="same" if q.id <= question_id(2) else None) for q in bank.questions)
    bare_laptop.publish(replace(bank, questions=one_point))
    study.catalogue.refresh()
    assert exams.offer(study, "golden").shortfall
    assert items(study, PlanKind.EXAM) == []


def test_a_finished_exam_is_told_with_its_score_and_age(study: Study, laptop: Laptop) -> None:
    sitting = exams.start(study, "golden", seed=1)
    waiting = items(study, PlanKind.RESUME)
    assert [(item.attempt.mode if item.attempt else None, item.minutes) for item in waiting] == [(Mode.EXAM, 60)]
    assert items(study, PlanKind.EXAM) == [], "one exam at a time"
    sitting.submit()
    laptop.advance(9 * DAY)
    (offered,) = items(study, PlanKind.EXAM)
    assert (
        offered.detail
        == f"Last one 9 days ago, {review.history_rows(study, 'golden')[0].summary.scaled} of 1000 · 60 min"
    )
    assert items(study, PlanKind.RESUME) == []


def test_the_latest_practice_session_that_waits_comes_first(study: Study) -> None:
    for label in ("First", "Second"):
        sitting = practice.start(study, "golden", seed=1, count=4, label=label)
        sitting.check(sitting.current.question.key)
    item = insights.today(study, "golden").plan[0]
    assert (item.kind, item.title, item.count) == (PlanKind.RESUME, "Continue: Second", 3)
    assert item.attempt is not None
    assert len(insights.today(study, "golden").unfinished) == 2
    assert practice.resume(study, item.attempt.id).label == "Second"


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
    assert items(study, PlanKind.DUE) == []
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
