"""Counters by the learner's day: time zone, roll-over, and what moves answers to another day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pingtopass_desktop.domain.question import Confidence
from pingtopass_desktop.learner import progress, settings
from pingtopass_desktop.learner.events import Answered, AttemptFinished
from pingtopass_desktop.learner.journal import LearnerStore
from tests.fakes.clock import ManualClock


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(ms("2026-11-22T12:00+00:00"))


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[LearnerStore]:
    store = LearnerStore(tmp_path / "learner.db", clock)
    yield store
    store.close()


def answer(store: LearnerStore, *, is_correct: bool = True, mode: str = "practice") -> None:
    store.record(Answered("a", "s", mode, "q", 1, ("a",), is_correct, 1500, 1500))


@pytest.mark.parametrize(
    ("moment", "zone", "rollover", "day"),
    [
        ("2026-11-22T03:59:59+00:00", "UTC", 4, "2026-11-21"),
        ("2026-11-22T04:00:00+00:00", "UTC", 4, "2026-11-22"),
        ("2026-11-22T00:00:00+00:00", "UTC", 0, "2026-11-22"),
        ("2026-11-22T12:00:00+00:00", "Pacific/Auckland", 4, "2026-11-22"),
        ("2026-11-22T16:00:00+00:00", "Pacific/Auckland", 4, "2026-11-23"),
        ("2026-11-22T12:00:00+00:00", "America/New_York", 4, "2026-11-22"),
        ("2026-11-22T08:00:00+00:00", "America/New_York", 4, "2026-11-21"),
        ("2026-03-29T01:30:00+00:00", "Europe/Berlin", 4, "2026-03-28"),
        ("2026-03-29T02:00:00+00:00", "Europe/Berlin", 4, "2026-03-29"),
        ("2026-10-25T02:59:00+00:00", "Europe/Berlin", 4, "2026-10-24"),
        ("2026-10-25T03:00:00+00:00", "Europe/Berlin", 4, "2026-10-25"),
        ("2024-02-29T12:00:00+00:00", "UTC", 4, "2024-02-29"),
    ],
)
def test_a_day_begins_at_the_roll_over_hour_of_the_zone(moment: str, zone: str, rollover: int, day: str) -> None:
    """The two March and October rows are the nights in which Berlin changes its clocks."""
    assert progress.day_of(ms(moment), ZoneInfo(zone), rollover) == day


@given(
    st.integers(0, 4_000_000_000_000),
    st.sampled_from(["UTC", "Pacific/Auckland", "America/St_Johns", "Asia/Kathmandu"]),
    st.integers(0, 23),
)
def test_a_day_is_the_local_date_or_the_one_before(at_ms: int, zone: str, rollover: int) -> None:
    local = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone))
    expected = local.date() - timedelta(days=local.hour < rollover)
    assert progress.day_of(at_ms, ZoneInfo(zone), rollover) == expected.isoformat()


@given(
    st.dates(date(1975, 1, 1), date(2100, 1, 1)),
    st.sampled_from(["UTC", "Pacific/Auckland", "America/St_Johns", "Asia/Kathmandu", "Europe/Berlin"]),
    st.integers(0, 23),
)
def test_a_day_begins_where_the_one_before_ends(day: date, zone: str, rollover: int) -> None:
    """Also in the nights in which clocks change, and where the roll-over hour is left out or comes twice."""
    rule = progress.DayRule(ZoneInfo(zone), rollover)
    start = rule.start_ms(day)
    assert rule.date_of(start) == day
    assert rule.date_of(start - 1) == day - timedelta(days=1)


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2026-03-28", "2026-10-26"])
@pytest.mark.parametrize("rollover", [0, 1, 2, 3, 4])
def test_a_day_begins_in_the_nights_in_which_berlin_changes_its_clocks(day: str, rollover: int) -> None:
    rule = progress.DayRule(ZoneInfo("Europe/Berlin"), rollover)
    start = rule.start_ms(date.fromisoformat(day))
    assert rule.date_of(start).isoformat() == day
    assert rule.date_of(start - 1) == date.fromisoformat(day) - timedelta(days=1)


def test_answers_are_counted_by_how_sure_the_learner_was(store: LearnerStore, clock: ManualClock) -> None:
    for number, (confidence, is_correct) in enumerate(
        [("sure", True), ("sure", False), ("guess", True), (None, True), ("certain", True)]
    ):
        store.record(Answered("a", "s", "practice", f"q{number}", 1, ("a",), is_correct, 1500, 1500, confidence))
    store.record(
        AttemptFinished(
            "b", "s", "exam", "submitted", ("q", "r", "t", "u"), "10-1", "stg-", (1, 2, 3, 4), "2", 300, False, 60, 0
        )
    )
    counted = [
        progress.Calibration(Confidence.SURE, 3, 2),
        progress.Calibration(Confidence.THINK_SO, 1, 0),
        progress.Calibration(Confidence.GUESS, 1, 1),
    ]
    assert progress.calibration(store.db) == counted
    store.record(settings.setting(settings.DAY_ZONE, "Pacific/Auckland"))
    assert progress.calibration(store.db) == counted


def test_practice_answers_count_as_they_come(store: LearnerStore, clock: ManualClock) -> None:
    answer(store)
    answer(store, is_correct=False)
    clock.advance(86_400_000)
    answer(store)
    assert progress.days(store.db) == [("2026-11-22", 2, 1), ("2026-11-23", 1, 1)]
    assert progress.totals(store.db) == progress.Totals(3, 2, 4500)


def test_answers_of_an_exam_count_when_it_ends(store: LearnerStore) -> None:
    answer(store, mode="exam")
    assert progress.days(store.db) == []
    finished = AttemptFinished(
        "a", "s", "exam", "submitted", ("q", "r", "t"), "10-", "---", (1, 2, 3), "1", 300, False, 60_000, 0
    )
    store.record(finished)
    assert progress.days(store.db) == [("2026-11-22", 2, 1)]
    assert progress.totals(store.db) == progress.Totals(2, 1, 60_000)


def test_the_end_of_a_practice_session_counts_nothing_twice(store: LearnerStore) -> None:
    answer(store)
    store.record(AttemptFinished("a", "s", "practice", "ended", ("q",), "1", "-", (1,), "1", None, None, 1500, 0))
    assert progress.days(store.db) == [("2026-11-22", 1, 1)]


def test_another_time_zone_moves_answers_to_its_days(store: LearnerStore, clock: ManualClock) -> None:
    answer(store)
    clock.advance(6 * 3_600_000)
    answer(store)
    assert progress.days(store.db) == [("2026-11-22", 2, 2)]
    store.record(settings.setting(settings.DAY_ZONE, "Pacific/Auckland"))
    assert progress.days(store.db) == [("2026-11-22", 1, 1), ("2026-11-23", 1, 1)]
    store.record(settings.setting(settings.DAY_ZONE, "UTC"))
    assert progress.days(store.db) == [("2026-11-22", 2, 2)]


def test_another_roll_over_moves_answers_to_its_days(store: LearnerStore, clock: ManualClock) -> None:
    clock.now_ms = ms("2026-11-22T02:00+00:00")
    answer(store)
    assert progress.days(store.db) == [("2026-11-21", 1, 1)]
    store.record(settings.setting(settings.DAY_ROLLOVER_HOUR, 2))
    assert progress.days(store.db) == [("2026-11-22", 1, 1)]


@pytest.mark.parametrize("zone", ["No/Where", "", "../etc/passwd", "\ud800", "a\x00b", 7, None, ["UTC"]])
def test_an_unusable_zone_counts_as_utc(store: LearnerStore, zone: object) -> None:
    store.record(settings.setting(settings.DAY_ZONE, zone))
    answer(store)
    assert progress.days(store.db) == [("2026-11-22", 1, 1)]


@pytest.mark.parametrize("hour", [-1, 24, 10**30])
def test_an_impossible_roll_over_counts_as_midnight(store: LearnerStore, clock: ManualClock, hour: int) -> None:
    clock.now_ms = ms("2026-11-22T00:30+00:00")
    store.record(settings.setting(settings.DAY_ROLLOVER_HOUR, hour))
    answer(store)
    assert progress.days(store.db) == [("2026-11-22", 1, 1)]


def test_a_setting_of_another_kind_than_its_default_is_the_default(store: LearnerStore) -> None:
    store.record(settings.setting("key", "text"))
    assert settings.get(store.db, "key", "other") == "text"
    assert settings.get(store.db, "key", 3) == 3
    assert settings.get(store.db, "unknown", [1]) == [1]
