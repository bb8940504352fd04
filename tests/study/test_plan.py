"""The plan for today: each item against what practice then asks, and none for what was not measured."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.learner import memory
from pingtopass_desktop.study import exam as exams
from pingtopass_desktop.study import insights, practice, preferences, review
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.plan import PlanItem, PlanKind
from pingtopass_desktop.study.practice import Selection
from pingtopass_desktop.study.preferences import StudyPreferences
from tests.fakes.banks import make_bank, question_id
from tests.fakes.golden import BANK, DAY, NOON, answer
from tests.fakes.laptop import Laptop


@pytest.fixture
def laptop(bare_laptop: Laptop) -> Laptop:
    bare_laptop.publish(BANK)
    bare_laptop.wall.now_ms = NOON
    return bare_laptop


def items(study: Study, kind: PlanKind) -> list[PlanItem]:
    return [item for item in insights.today(study, "golden").plan if item.kind is kind]


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
