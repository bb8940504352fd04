"""Attempts in the store: what is loaded is what was live, whatever was done before."""

import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from pingtopass_desktop.domain.attempt import Attempt, IllegalCommand, Item, Mode, Phase, Rules
from pingtopass_desktop.domain.exam import MultipleResponseRule, Navigation
from pingtopass_desktop.domain.question import Confidence
from pingtopass_desktop.learner import attempts
from pingtopass_desktop.learner.attempts import AttemptSummary
from pingtopass_desktop.learner.events import (
    Answered,
    AttemptDeleted,
    AttemptFinished,
    AttemptStarted,
    AttemptTaken,
    Event,
    Flagged,
    Payload,
    Struck,
)
from pingtopass_desktop.learner.journal import LearnerStore
from tests.fakes.banks import OPTION_IDS
from tests.fakes.clock import ManualClock
from tests.fakes.counts import runs

COMMANDS = ["spend", "answer", "flag", "strike", "visit", "interrupt"]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[LearnerStore]:
    store = LearnerStore(tmp_path / "learner.db", clock)
    yield store
    store.close()


@st.composite
def forms(draw: st.DrawFn) -> Attempt:
    orders = st.lists(OPTION_IDS, min_size=2, max_size=6, unique=True).map(tuple)
    items = tuple(
        Item(f"q{n}", draw(st.integers(1, 99)), draw(orders | st.permutations("abcd").map(tuple)))
        for n in range(draw(st.integers(1, 6)))
    )
    mode = draw(st.sampled_from(Mode))
    rules = Rules(
        mode=mode,
        limit_ms=draw(st.none() | st.integers(1, 10**8)),
        navigation=draw(st.sampled_from(Navigation)),
        multiple_response_rule=draw(st.sampled_from(MultipleResponseRule)),
        time_percent=draw(st.sampled_from([100, 150])),
        asks_confidence=draw(st.booleans()),
    )
    return Attempt("attempt", "exam", rules, items)


def step(random: Random, attempt: Attempt) -> tuple[Attempt, Payload | None]:
    """One command and the event that the program records for it. Raises: IllegalCommand."""
    name = random.choice(COMMANDS)
    item = attempt.item
    if name == "spend":
        return attempt.spend(random.choice([0, 10, 4000, 10**6])), None
    if name == "visit":
        return attempt.visit(random.randrange(len(attempt.items))), None
    if name == "interrupt":
        return attempt.interrupt(), None
    if name == "flag":
        on = random.random() < 0.6
        given = attempt.flag(on)
        return given, Flagged(given.id, "sitting", item.question_id, on, given.elapsed_ms)
    if name == "strike":
        option, on = random.choice(item.order), random.random() < 0.6
        given = attempt.strike(option, on)
        return given, Struck(given.id, "sitting", item.question_id, option, on, given.elapsed_ms)
    choice = tuple(random.sample(item.order, random.randint(0, len(item.order))))
    confidence = random.choice([None, *Confidence])
    given = attempt.answer(choice, is_correct=random.random() < 0.5, confidence=confidence)
    answer = given.answers[given.position]
    return given, Answered(
        attempt=given.id,
        sitting="sitting",
        mode=given.rules.mode,
        question=item.question_id,
        revision=item.revision,
        choice=choice,
        correct=answer.is_correct,
        elapsed_ms=answer.elapsed_ms,
        clock_ms=given.elapsed_ms,
        confidence=confidence,
    )


def finish(attempt: Attempt, sitting: str = "sitting", **changes: Any) -> AttemptFinished:
    payload = AttemptFinished(
        attempt=attempt.id,
        sitting=sitting,
        mode=attempt.rules.mode,
        reason="submitted",
        questions=tuple(item.question_id for item in attempt.items),
        results="-" * len(attempt.items),
        confidences="-" * len(attempt.items),
        seconds=tuple(attempt.item_ms.get(n, 0) // 1000 for n in range(len(attempt.items))),
        raw="1/2",
        scaled=300,
        passed=False,
        elapsed_ms=attempt.elapsed_ms,
        interruptions=attempt.interruptions,
    )
    return structs.replace(payload, **changes)


def comparable(attempt: Attempt) -> Attempt:
    """Without the entries that say nothing: no struck option, no time."""
    return structs.replace(
        attempt,
        struck={index: options for index, options in attempt.struck.items() if options},
        item_ms={index: ms for index, ms in attempt.item_ms.items() if ms},
    )


@settings(max_examples=runs(60, 5000))
@given(forms(), st.integers(0, 60), st.integers())
def test_what_is_loaded_is_what_was_live_after_any_commands(attempt: Attempt, steps: int, seed: int) -> None:
    random = Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        store = LearnerStore(Path(folder) / "learner.db", ManualClock())
        first = attempt
        store.record(
            attempts.started_payload(first, "sitting", ""), lambda db: attempts.save_local(db, first, "x.pack")
        )
        for _ in range(steps):
            try:
                attempt, payload = step(random, attempt)
            except IllegalCommand:
                continue
            live = attempt
            if payload is not None:
                store.record(payload, lambda db, live=live: attempts.save_local(db, live, "x.pack"))
            else:
                with store.database.transaction() as db:
                    attempts.save_local(db, live, "x.pack")

        loaded = attempts.load_attempt(store.db, "attempt")
        assert loaded is not None
        assert loaded[1] == "sitting"
        assert comparable(loaded[0]) == comparable(attempt.suspend())
        store.rebuild()
        assert attempts.load_attempt(store.db, "attempt") == loaded

        ended = attempt.submit()
        store.record(finish(ended), lambda db: attempts.drop_local(db, ended.id))
        loaded = attempts.load_attempt(store.db, "attempt")
        assert loaded is not None
        whole_seconds = {index: ms // 1000 * 1000 for index, ms in ended.item_ms.items()}
        found = structs.replace(loaded[0], position=ended.position)
        assert comparable(found) == comparable(structs.replace(ended, item_ms=whole_seconds))
        store.close()


def new_attempt(mode: Mode = Mode.PRACTICE, name: str = "attempt", exam: str = "exam") -> Attempt:
    items = tuple(Item(f"q{n}", 1, ("a", "b", "c")) for n in range(3))
    return Attempt(name, exam, Rules(mode, None), items)


def begin(store: LearnerStore, attempt: Attempt, sitting: str = "sitting") -> None:
    store.record(attempts.started_payload(attempt, sitting, "label"), lambda db: attempts.save_local(db, attempt, "p"))


def say(store: LearnerStore, choice: tuple[str, ...], *, sitting: str = "sitting", mode: str = "practice") -> None:
    store.record(Answered("attempt", sitting, mode, "q0", 1, choice, True, 10, 10))


def answers_of(store: LearnerStore) -> dict[int, tuple[str, ...]]:
    loaded = attempts.load_attempt(store.db, "attempt")
    assert loaded is not None
    return {index: answer.choice for index, answer in loaded[0].answers.items()}


def test_an_unknown_attempt_is_none(store: LearnerStore) -> None:
    assert attempts.load_attempt(store.db, "attempt") is None
    assert attempts.load_local(store.db, "attempt") is None


def test_an_attempt_of_another_device_is_loaded_with_the_time_of_its_last_event(store: LearnerStore) -> None:
    store.record(attempts.started_payload(new_attempt(), "sitting", ""))
    store.record(Answered("attempt", "sitting", "practice", "q1", 1, ("a",), True, 300, 4321))
    store.record(Flagged("attempt", "sitting", "q2", True, 5000))
    loaded = attempts.load_attempt(store.db, "attempt")
    assert loaded is not None
    assert (loaded[0].elapsed_ms, loaded[0].phase, loaded[0].position) == (5000, Phase.SUSPENDED, 0)
    assert loaded[0].item_ms == {1: 300}


def test_answers_of_an_older_sitting_do_not_count(store: LearnerStore) -> None:
    begin(store, new_attempt())
    store.record(AttemptTaken("attempt", "second"))
    say(store, ("a",))
    assert answers_of(store) == {}
    say(store, ("b",), sitting="second")
    assert answers_of(store) == {0: ("b",)}


def test_a_timed_exam_is_never_taken(store: LearnerStore) -> None:
    begin(store, new_attempt(Mode.EXAM))
    store.record(AttemptTaken("attempt", "second"))
    say(store, ("b",), sitting="second", mode="exam")
    assert answers_of(store) == {}
    say(store, ("a",), mode="exam")
    assert answers_of(store) == {0: ("a",)}


def test_nothing_changes_an_attempt_after_its_end(store: LearnerStore) -> None:
    begin(store, new_attempt())
    say(store, ("a",))
    store.record(finish(new_attempt(), scaled=1))
    say(store, ("b",))
    store.record(Struck("attempt", "sitting", "q1", "a", True, 1))
    store.record(finish(new_attempt(), scaled=2))
    assert answers_of(store) == {0: ("a",)}
    assert [summary.scaled for summary in attempts.summaries(store.db, is_finished=True)] == [1]


@pytest.mark.parametrize(
    "changes",
    [{"raw": "x"}, {"raw": "1e999999999"}, {"raw": "1/0"}, {"raw": "-1"}, {"seconds": (1,)}, {"sitting": "another"}],
)
def test_an_end_that_does_not_fit_does_not_close_an_attempt(store: LearnerStore, changes: dict[str, Any]) -> None:
    begin(store, new_attempt())
    store.record(finish(new_attempt(), **changes))
    assert attempts.summaries(store.db, is_finished=True) == []
    store.record(finish(new_attempt()))
    assert len(attempts.summaries(store.db, is_finished=True)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"revisions": (1, 1)},
        {"orders": ("abc",)},
        {"questions": (), "revisions": (), "orders": ()},
        {"mode": "dream"},
        {"navigation": "sideways"},
        {"multiple_response_rule": "some"},
    ],
)
def test_a_start_that_does_not_fit_makes_no_attempt(store: LearnerStore, changes: dict[str, Any]) -> None:
    started: AttemptStarted = attempts.started_payload(new_attempt(), "sitting", "")
    store.record(structs.replace(started, **changes))
    say(store, ("a",))
    assert attempts.load_attempt(store.db, "attempt") is None


def test_a_second_start_of_one_attempt_changes_nothing(store: LearnerStore) -> None:
    begin(store, new_attempt())
    begin(store, new_attempt(Mode.EXAM, exam="other"), "other sitting")
    loaded = attempts.load_attempt(store.db, "attempt")
    assert loaded is not None
    assert (loaded[0].exam_id, loaded[1]) == ("exam", "sitting")


def test_summaries_list_attempts_with_the_latest_first(store: LearnerStore, clock: ManualClock) -> None:
    for number, mode in enumerate([Mode.EXAM, Mode.PRACTICE, Mode.EXAM]):
        clock.advance(1000)
        begin(store, new_attempt(mode, f"attempt{number}", exam=f"exam{number % 2}"))

    def names(found: list[AttemptSummary]) -> list[str]:
        return [summary.id for summary in found]

    unfinished = attempts.summaries(store.db, is_finished=False)
    assert names(unfinished) == ["attempt2", "attempt1", "attempt0"]
    assert names(attempts.summaries(store.db, is_finished=False, mode=Mode.EXAM)) == ["attempt2", "attempt0"]
    assert names(attempts.summaries(store.db, is_finished=False, exam_id="exam1")) == ["attempt1"]
    assert names(attempts.summaries(store.db, is_finished=False, limit=1)) == ["attempt2"]
    assert attempts.packs_in_use(store.db) == {"p"}
    for number in (2, 0):
        clock.advance(1000)
        store.record(finish(new_attempt(Mode.EXAM, f"attempt{number}")), lambda db: attempts.drop_local(db, "attempt2"))
    assert names(attempts.summaries(store.db, is_finished=True)) == ["attempt0", "attempt2"]


def test_a_summary_says_how_far_an_attempt_is_and_how_it_ended(store: LearnerStore, clock: ManualClock) -> None:
    started = clock.now_ms
    begin(store, new_attempt())
    say(store, ("a",))
    store.record(Answered("attempt", "sitting", "practice", "q1", 1, (), False, 10, 10))
    summary = attempts.summaries(store.db, is_finished=False)[0]
    assert (summary.question_count, summary.answered_count, summary.label) == (3, 1, "label")
    assert (summary.started_at, summary.finished_at, summary.raw) == (started, None, None)
    clock.advance(5000)
    store.record(finish(new_attempt(), raw="5/2", passed=True, interruptions=2))
    summary = attempts.summaries(store.db, is_finished=True)[0]
    assert (summary.raw, summary.passed, summary.interruptions) == (Fraction(5, 2), True, 2)
    assert summary.finished_at == started + 5000


def listed(store: LearnerStore) -> set[str]:
    """Every attempt that some list has."""
    found = [*attempts.summaries(store.db, is_finished=False), *attempts.summaries(store.db, is_finished=True)]
    return {summary.id for summary in found}


@pytest.mark.parametrize("is_finished", [False, True])
def test_a_deleted_attempt_is_in_no_list_until_it_is_taken_back(store: LearnerStore, is_finished: bool) -> None:
    begin(store, new_attempt(Mode.EXAM))
    begin(store, new_attempt(Mode.EXAM, "other"))
    say(store, ("b",), mode="exam")
    if is_finished:
        store.record(finish(new_attempt(Mode.EXAM)), lambda db: attempts.drop_local(db, "attempt"))
    before = attempts.load_attempt(store.db, "attempt"), attempts.summary(store.db, "attempt")
    store.record(AttemptDeleted("attempt", True))
    assert listed(store) == {"other"}
    assert attempts.load_attempt(store.db, "attempt") is None
    assert attempts.summary(store.db, "attempt") is None
    assert attempts.count_finished(store.db) == 0
    assert attempts.is_deleted(store.db, "attempt")
    store.record(AttemptDeleted("attempt", False))
    assert listed(store) == {"attempt", "other"}
    assert (attempts.load_attempt(store.db, "attempt"), attempts.summary(store.db, "attempt")) == before


def test_an_unfinished_attempt_that_was_deleted_comes_back_with_its_clock_and_position(store: LearnerStore) -> None:
    attempt = new_attempt(Mode.EXAM)
    begin(store, attempt)
    with store.database.transaction() as db:
        attempts.save_local(db, structs.replace(attempt, position=2, elapsed_ms=44_000, interruptions=3), "release")
    store.record(AttemptDeleted("attempt", True))
    assert attempts.packs_in_use(store.db) == set()
    store.record(AttemptDeleted("attempt", False))
    loaded = attempts.load_attempt(store.db, "attempt")
    assert loaded is not None
    assert (loaded[0].position, loaded[0].elapsed_ms, loaded[0].interruptions) == (2, 44_000, 3)
    assert attempts.packs_in_use(store.db) == {"release"}


def event(number: int, payload: Payload) -> Event:
    """An event of another device; they sort by their numbers."""
    return Event(
        f"00000000-0000-7000-8000-{number:012x}", "elsewhere", payload.type, 1, number, number, payload.to_json()
    )


def test_a_deletion_that_arrives_or_sorts_before_the_start_holds(store: LearnerStore) -> None:
    started = attempts.started_payload(new_attempt(), "sitting", "")
    late = attempts.started_payload(new_attempt(name="late"), "sitting", "")
    store.ingest([event(2, AttemptDeleted("attempt", True)), event(3, AttemptDeleted("late", True))])
    store.ingest([event(1, started), event(4, late)])
    assert listed(store) == set()
    store.ingest([event(5, AttemptDeleted("late", False))])
    assert listed(store) == {"late"}


def test_the_last_word_on_a_deletion_wins_whenever_it_arrives(store: LearnerStore) -> None:
    store.ingest([event(1, attempts.started_payload(new_attempt(), "sitting", ""))])
    store.ingest([event(9, AttemptDeleted("attempt", False))])
    store.ingest([event(5, AttemptDeleted("attempt", True))])
    assert listed(store) == {"attempt"}


def test_an_attempt_that_is_answered_elsewhere_after_its_deletion_is_whole_when_it_comes_back(
    store: LearnerStore,
) -> None:
    store.ingest([event(1, attempts.started_payload(new_attempt(), "sitting", ""))])
    store.ingest([event(2, AttemptDeleted("attempt", True))])
    store.ingest([event(3, Answered("attempt", "sitting", "practice", "q0", 1, ("b",), True, 10, 10))])
    store.ingest([event(4, finish(new_attempt()))])
    assert listed(store) == set()
    store.ingest([event(5, AttemptDeleted("attempt", False))])
    assert answers_of(store) == {0: ("b",)}
    assert [summary.id for summary in attempts.summaries(store.db, is_finished=True)] == ["attempt"]


def test_what_was_answered_in_a_deleted_attempt_keeps_counting(store: LearnerStore) -> None:
    begin(store, new_attempt())
    say(store, ("a",))
    counted = [store.db.execute(f"SELECT * FROM {table}").fetchall() for table in ("question_memory", "days")]
    store.record(AttemptDeleted("attempt", True))
    assert [store.db.execute(f"SELECT * FROM {table}").fetchall() for table in ("question_memory", "days")] == counted
    assert all(counted)


def test_summaries_can_be_read_page_by_page(store: LearnerStore, clock: ManualClock) -> None:
    for number in range(5):
        clock.advance(1000)
        begin(store, new_attempt(name=f"attempt{number}"))
        store.record(finish(new_attempt(name=f"attempt{number}")))
    store.record(AttemptDeleted("attempt3", True))
    pages = [attempts.summaries(store.db, is_finished=True, limit=2, offset=offset) for offset in (0, 2, 4)]
    assert [[s.id for s in page] for page in pages] == [["attempt4", "attempt2"], ["attempt1", "attempt0"], []]
    assert attempts.count_finished(store.db) == 4
    assert attempts.count_finished(store.db, Mode.EXAM) == 0


def test_the_results_of_attempts_are_in_the_order_of_their_forms(store: LearnerStore) -> None:
    begin(store, new_attempt())
    store.record(Answered("attempt", "sitting", "practice", "q2", 1, ("a",), True, 10, 10))
    store.record(Answered("attempt", "sitting", "practice", "q0", 1, (), True, 10, 10))
    store.record(Answered("attempt", "sitting", "practice", "q1", 1, ("b",), False, 10, 10))
    results = attempts.results(store.db, ["attempt", "unknown"])
    assert set(results) == {"attempt"}
    assert [(r.question_id, r.is_answered, r.is_right) for r in results["attempt"]] == [
        ("q0", False, False),
        ("q1", True, False),
        ("q2", True, True),
    ]


def test_the_exam_before_is_the_latest_one_that_is_not_deleted(store: LearnerStore, clock: ManualClock) -> None:
    for number, mode in enumerate([Mode.EXAM, Mode.EXAM, Mode.PRACTICE, Mode.EXAM]):
        clock.advance(1000)
        begin(store, new_attempt(mode, f"attempt{number}"))
        store.record(finish(new_attempt(mode, f"attempt{number}")))
    assert attempts.earlier_exam(store.db, "attempt3") == "attempt1"
    store.record(AttemptDeleted("attempt1", True))
    assert attempts.earlier_exam(store.db, "attempt3") == "attempt0"
    assert attempts.earlier_exam(store.db, "attempt0") is None
