"""The learner's rules of study: what is kept, what is refused, and that each of them has an effect."""

from datetime import date

import pytest
from msgspec import structs
from msgspec.structs import replace

from pingtopass_desktop.learner import memory, settings
from pingtopass_desktop.learner.events import ExamDateSet
from pingtopass_desktop.learner.journal import all_events
from pingtopass_desktop.study import practice, preferences
from pingtopass_desktop.study.context import Study
from pingtopass_desktop.study.preferences import StudyPreferences
from tests.fakes.banks import make_bank, question_id
from tests.fakes.laptop import Laptop

DAY = 86_400_000


@pytest.fixture
def study(bare_laptop: Laptop) -> Study:
    bare_laptop.publish(make_bank(4, weights=(50, 50)))
    return bare_laptop.open()


def test_nothing_set_is_the_default(study: Study) -> None:
    assert preferences.load(study) == StudyPreferences()


def test_what_is_saved_is_there_for_the_next_program(study: Study, bare_laptop: Laptop) -> None:
    wanted = StudyPreferences("golden", 35, 5, 0.85, 150, False, True, 2)
    assert preferences.save(study, wanted) == wanted
    assert preferences.load(bare_laptop.open()) == wanted


def test_one_event_is_written_for_each_change_and_none_for_the_rest(study: Study) -> None:
    preferences.save(study, replace(preferences.load(study), daily_goal=30, asks_confidence=False))
    assert study.store.pending() == 2
    preferences.save(study, preferences.load(study))
    assert study.store.pending() == 2


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("daily_goal", 0, "daily goal is 1 to 1000, not 0"),
        ("daily_goal", True, "daily goal"),
        ("new_per_day", -1, "new questions a day is 0 to 1000, not -1"),
        ("retention", 0.69, "70% to 97%, not 0.69"),
        ("retention", float("nan"), "retention"),
        ("time_percent", 110, "100, 125, 150, 200 %, not 110"),
        ("rollover_hour", 24, "hour from 0 to 23, not 24"),
    ],
)
def test_a_value_out_of_range_is_refused_and_nothing_is_written(
    study: Study, field: str, value: object, words: str
) -> None:
    changed = replace(StudyPreferences(), **{"asks_confidence": False, field: value})
    with pytest.raises(ValueError, match=words):
        preferences.save(study, changed)
    assert study.store.pending() == 0


@pytest.mark.parametrize("value", [-3, "many", None, 10**30, True, [1]])
def test_what_another_program_wrote_and_this_one_cannot_use_is_the_default(study: Study, value: object) -> None:
    for key in ("study.daily_goal", "study.retention", "study.time_percent", settings.DAY_ROLLOVER_HOUR, "study.exam"):
        study.store.record(settings.setting(key, value))
    found = preferences.load(study)
    assert structs.replace(found, exam_id="") == StudyPreferences()


def test_who_wants_to_remember_more_gets_questions_back_sooner(study: Study, bare_laptop: Laptop) -> None:
    sitting = practice.start(study, "golden", seed=1, count=1, question_ids=[question_id(1)])
    sitting.check(sitting.current.question.key)
    usual = memory.history(study.store.db, question_id(1))
    preferences.save(study, StudyPreferences(retention=0.97))
    sooner = memory.history(study.store.db, question_id(1))
    preferences.save(study, StudyPreferences(retention=0.7))
    later = memory.history(study.store.db, question_id(1))
    assert usual is not None
    assert sooner is not None
    assert later is not None
    assert sooner.due_at < usual.due_at < later.due_at
    bare_laptop.wall.now_ms = usual.due_at
    assert memory.due(study.store.db, study.now_ms()) == set()
    preferences.save(study, StudyPreferences(retention=0.9))
    assert memory.due(study.store.db, study.now_ms()) == {question_id(1)}


def test_an_exam_has_a_date_until_it_is_cleared(study: Study) -> None:
    assert preferences.exam_date(study, "golden") is None
    preferences.set_exam_date(study, "golden", date(2026, 12, 15))
    assert preferences.exam_date(study, "golden") == date(2026, 12, 15)
    assert preferences.exam_date(study, "another") is None
    preferences.set_exam_date(study, "golden", None)
    assert preferences.exam_date(study, "golden") is None


def test_the_date_that_is_set_already_writes_nothing(study: Study) -> None:
    preferences.set_exam_date(study, "golden", None)
    assert all_events(study.store.db) == []
    preferences.set_exam_date(study, "golden", date(2026, 12, 15))
    preferences.set_exam_date(study, "golden", date(2026, 12, 15))
    assert len(all_events(study.store.db)) == 1


@pytest.mark.parametrize("text", ["2026-02-30", "20261215", "2026-W01-1", "tomorrow", "2026-12-15T00:00", "٢٠٢٦-12-15"])
def test_what_is_no_day_of_the_calendar_changes_nothing(study: Study, text: str) -> None:
    study.store.record(ExamDateSet("golden", "2026-12-15"))
    study.store.record(ExamDateSet("golden", text))
    assert preferences.exam_date(study, "golden") == date(2026, 12, 15)
