"""The journal: atomic and durable records, and read models that are a pure fold of the events in canonical order."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from pingtopass_desktop.learner import database
from pingtopass_desktop.learner.database import StoreError
from pingtopass_desktop.learner.events import (
    Answered,
    BookmarkSet,
    Event,
    EventIds,
    NoteSet,
    PayloadTooLarge,
    SettingSet,
    payload_of,
)
from pingtopass_desktop.learner.journal import LearnerStore, all_events
from pingtopass_desktop.learner.mastery import PlacedObjective
from tests.fakes.clock import ManualClock
from tests.fakes.counts import runs
from tests.fakes.history import QUESTIONS, HistoryWriter

FOLDED = (
    "attempts",
    "attempt_items",
    "attempts_deleted",
    "question_memory",
    "bookmarks",
    "notes",
    "reports",
    "settings",
    "exam_dates",
    "days",
    "objective_days",
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[LearnerStore]:
    store = LearnerStore(tmp_path / "learner.db", clock)
    yield store
    store.close()


@contextmanager
def fresh_store(clock: ManualClock | None = None) -> Iterator[LearnerStore]:
    """A store of its own for one example of Hypothesis."""
    with tempfile.TemporaryDirectory() as folder:
        store = LearnerStore(Path(folder) / "learner.db", clock or ManualClock())
        try:
            yield store
        finally:
            store.close()


def place(store: LearnerStore, moved: int = 0) -> None:
    """A library with all questions but the last, in three objectives; `moved` shifts which is where."""
    objectives = [
        PlacedObjective("e1", "o0", 3, 3),
        PlacedObjective("e1", "o1", 2, 2),
        PlacedObjective("e2", "o2", 2, 2),
    ]
    wheres = [(each.exam_id, each.objective_id) for each in objectives]
    questions = {question: wheres[(number + moved) % 3] for number, question in enumerate(QUESTIONS[:-1])}
    store.place([f"release-{moved}.pack"], objectives, questions)


def tables(store: LearnerStore, *names: str) -> dict[str, list[tuple[object, ...]]]:
    """The rows of tables, all folded ones by default, in one order."""
    return {
        name: sorted((tuple(row) for row in store.db.execute(f"SELECT * FROM {name}")), key=repr)
        for name in names or FOLDED
    }


def everything(store: LearnerStore) -> dict[str, list[tuple[object, ...]]]:
    return tables(store, *FOLDED, "events", "local", "attempt_local")


def foreign(kind: str, payload: str, *, version: int = 1, at: int = 5000) -> Event:
    return Event(f"00000000-1388-7000-8000-{at:012x}", "elsewhere", kind, version, at, at, payload)


def test_commits_are_durable(store: LearnerStore) -> None:
    """WAL with synchronous FULL: a commit is on the disk when it returns."""
    assert store.db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert store.db.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_a_record_is_there_for_the_next_program(tmp_path: Path, clock: ManualClock) -> None:
    first = LearnerStore(tmp_path / "learner.db", clock)
    event = first.record(BookmarkSet("q", True))
    second = LearnerStore(tmp_path / "learner.db", clock)
    assert all_events(second.db) == [event]
    assert second.device == first.device == event.device
    assert tables(second, "bookmarks") == {"bookmarks": [("q", event.at)]}
    first.close()
    second.close()


def test_an_event_says_what_happened_when_and_where(store: LearnerStore, clock: ManualClock) -> None:
    event = store.record(NoteSet("q", "text"))
    assert (event.type, event.version, event.occurred_at, event.at) == ("note_set", 1, clock.now_ms, clock.now_ms)
    assert payload_of(event) == NoteSet("q", "text")
    assert event.seq is None
    assert store.pending() == 1


@given(st.lists(st.integers(-(10**7), 10**7), max_size=8))
def test_records_are_in_order_whatever_the_clock_does(jumps: list[int]) -> None:
    clock = ManualClock()
    with fresh_store(clock) as store:
        events = []
        for jump in jumps:
            clock.advance(jump)
            events.append(store.record(BookmarkSet("q", True)))
        assert all_events(store.db) == events
        assert all(event.occurred_at <= event.at for event in events)


def test_a_record_sorts_after_what_came_from_a_device_whose_clock_is_ahead(
    store: LearnerStore, clock: ManualClock
) -> None:
    ahead = clock.now_ms + 86_400_000
    event_id, at = EventIds(0).new(ahead)
    store.ingest([Event(event_id, "elsewhere", "bookmark_set", 1, ahead, at, BookmarkSet("q", True).to_json())])
    mine = store.record(BookmarkSet("q", False))
    assert mine.at > ahead
    assert tables(store, "bookmarks") == {"bookmarks": []}


def test_it_does_so_after_a_restart_too(tmp_path: Path, clock: ManualClock) -> None:
    first = LearnerStore(tmp_path / "learner.db", clock)
    ahead = clock.now_ms + 86_400_000
    first.ingest([structs.replace(foreign("note_set", NoteSet("q", "theirs").to_json(), at=ahead), seq=1)])
    first.close()
    second = LearnerStore(tmp_path / "learner.db", clock)
    assert second.record(NoteSet("q", "mine")).at == ahead + 1
    second.close()


class Broken(Exception):
    pass


def test_a_record_is_taken_back_when_the_local_callback_raises(store: LearnerStore) -> None:
    store.record(NoteSet("q", "before"))
    before = everything(store)

    def fail(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO local VALUES ('key', 'value')")
        raise Broken

    with pytest.raises(Broken):
        store.record(NoteSet("q", "after"), fail)
    assert everything(store) == before
    store.record(NoteSet("q", "later"))
    assert tables(store, "notes")["notes"][0][1] == "later"


def test_a_record_is_taken_back_when_the_fold_fails(store: LearnerStore) -> None:
    store.db.execute("CREATE TRIGGER full BEFORE INSERT ON notes BEGIN SELECT raise(ABORT, 'no more notes'); END")
    before = everything(store)
    with pytest.raises(StoreError):
        store.record(NoteSet("q", "text"))
    assert everything(store) == before


def test_a_batch_is_taken_back_when_one_event_of_it_fails(store: LearnerStore) -> None:
    before = everything(store)
    good = foreign("bookmark_set", BookmarkSet("q", True).to_json())
    with pytest.raises(StoreError):
        store.ingest([good, structs.replace(good, id="another", device=None)])
    assert everything(store) == before


def test_an_action_that_is_too_large_writes_nothing(store: LearnerStore) -> None:
    before = everything(store)
    with pytest.raises(PayloadTooLarge):
        store.record(NoteSet("q", "x" * 20_000))
    assert everything(store) == before


@pytest.mark.timeout(3600)
@settings(max_examples=runs(40, 10_000))
@given(seed=st.integers(0, 2**32), size=st.integers(1, 60), order=st.integers())
def test_any_order_of_arrival_folds_to_the_same_state_as_a_rebuild(seed: int, size: int, order: int) -> None:
    events = HistoryWriter(seed).write(size)
    shuffled = list(events)
    random = Random(order)
    random.shuffle(shuffled)
    shuffled += random.sample(shuffled, len(shuffled) // 4)
    with fresh_store() as in_order, fresh_store() as in_batches:
        place(in_order)
        in_order.ingest(sorted(events, key=lambda event: (event.at, event.id)))
        rest = shuffled
        while rest:
            size = random.randint(1, 12)
            in_batches.ingest(rest[:size])
            place(in_batches, random.randrange(3))
            rest = rest[size:]
        place(in_batches)
        assert all_events(in_batches.db) == all_events(in_order.db)
        assert tables(in_batches) == tables(in_order)
        in_batches.rebuild()
        assert tables(in_batches) == tables(in_order)


@settings(max_examples=runs(25, 3000))
@given(seed=st.integers(0, 2**32), size=st.integers(1, 50))
def test_what_a_device_records_itself_equals_a_rebuild(seed: int, size: int) -> None:
    """`record` applies on top; a rebuild folds from nothing. In between, events of others arrive."""
    random = Random(seed)
    clock = ManualClock(0)
    with fresh_store(clock) as store:
        place(store)
        for event in HistoryWriter(seed).write(size):
            clock.now_ms = event.occurred_at
            payload = payload_of(event)
            if payload is not None and random.random() < 0.7:
                store.record(payload)
            else:
                store.ingest([event])
        before = tables(store)
        store.rebuild()
        assert tables(store) == before


def test_a_question_missed_and_known_again_on_one_day_counts_nothing_on_it(
    store: LearnerStore, clock: ManualClock
) -> None:
    place(store)
    for is_correct in (True, False, True):
        store.record(Answered("a", "s", "practice", "q0", 1, ("a",), is_correct, 5, 5))
        clock.advance(60_000 if not is_correct else 86_400_000)
    counted = tables(store, "objective_days")
    assert [row[2:] for row in counted["objective_days"]] == [(1, 1, 0), (0, 0, 1)]
    store.rebuild()
    assert tables(store, "objective_days") == counted


@pytest.mark.parametrize("seed", range(5))
def test_a_file_of_the_first_schema_goes_on(tmp_path: Path, seed: int) -> None:
    """Events keep their content and order; what comes from elsewhere later finds the groups of the old ones."""
    events = HistoryWriter(seed).write(60)
    half = len(events) // 2
    with fresh_store() as store:
        place(store)
        store.ingest(events[:half])
        _write_first_schema(tmp_path / "learner.db", store)
        upgraded = LearnerStore(tmp_path / "learner.db", ManualClock(0))
        place(upgraded)
        assert all_events(upgraded.db) == all_events(store.db)
        assert tables(upgraded) == tables(store)
        assert upgraded.record(BookmarkSet("q", True)).at > max(event.at for event in events[:half])
        store.ingest([*events[half:], all_events(upgraded.db)[-1]])
        upgraded.ingest(events[half:])
        assert all_events(upgraded.db) == all_events(store.db)
        assert tables(upgraded) == tables(store)
        upgraded.close()


def _write_first_schema(path: Path, store: LearnerStore) -> None:
    """The file as version 1 of the schema kept what a store holds."""
    first = Path(database.__file__).with_name("schema") / "0001_events.sql"
    db = sqlite3.connect(path)
    db.executescript(first.read_text("utf-8"))
    db.execute(f"PRAGMA application_id = {database.APPLICATION_ID}")
    db.execute("PRAGMA user_version = 1")
    db.execute("ATTACH ? AS now", (str(store.path),))
    columns = "at, id, seq, device, type, version, occurred_at, payload"
    db.execute(f"INSERT INTO events({columns}) SELECT {columns} FROM now.events")
    db.execute("INSERT INTO event_groups SELECT grp, at, id FROM now.event_groups JOIN now.events USING (number)")
    known = [row[0] for row in db.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'")]
    for name in set(FOLDED) & set(known) - {"days", "question_memory"}:
        db.execute(f"INSERT INTO main.{name} SELECT * FROM now.{name}")
    db.execute("INSERT INTO main.days SELECT day, answers, correct, elapsed_ms FROM now.days")
    columns = (
        "question, results, first_correct, last_correct, last_confidence, first_at, last_at, stability, difficulty"
    )
    db.execute(f"INSERT INTO main.question_memory SELECT {columns}, last_at + 86400000 FROM now.question_memory")
    db.execute("INSERT INTO local SELECT * FROM now.local WHERE key = 'device'")
    db.execute("INSERT INTO local VALUES ('projection', '1')")
    db.commit()
    db.close()


def test_the_histories_reach_what_they_are_for() -> None:
    """Taken sittings, answers that do not count, unknown and unusable events: all occur."""
    seen: dict[str, int] = {}
    with fresh_store() as store:
        place(store)
        for seed in range(20):
            events = HistoryWriter(seed).write(60)
            seen["unknown"] = seen.get("unknown", 0) + sum(payload_of(event) is None for event in events)
            store.ingest(events)
            for name in FOLDED:
                seen[name] = seen.get(name, 0) + store.db.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            finished = "SELECT count(*) FROM attempts WHERE finished_at IS NOT NULL"
            seen["finished"] = seen.get("finished", 0) + store.db.execute(finished).fetchone()[0]
            gone = "SELECT count(*) FROM attempts_deleted JOIN attempts ON id = attempt"
            seen["deleted"] = seen.get("deleted", 0) + store.db.execute(gone).fetchone()[0]
            taken = "SELECT count(*) FROM attempts WHERE sitting LIKE '%.%'"
            seen["taken"] = seen.get("taken", 0) + store.db.execute(taken).fetchone()[0]
    assert min(seen.values()) > 5, seen


@pytest.mark.parametrize(
    ("kind", "version", "payload"),
    [
        ("hologram_seen", 1, '{"any": "thing"}'),
        ("note_set", 2, '{"question":"q","text":"of tomorrow"}'),
        ("note_set", 1, "no JSON at all"),
        ("note_set", 1, '{"question":"q","text":"\\u0000\\ud800 \\u2028"}'),
        ("note_set", 1, '{"question":"q","text":12345678901234567890123}'),
    ],
)
def test_what_cannot_be_folded_is_kept_verbatim(store: LearnerStore, kind: str, version: int, payload: str) -> None:
    event = foreign(kind, payload, version=version)
    ingested = store.ingest([event])
    assert (ingested.new, ingested.groups) == (1, frozenset())
    assert all_events(store.db) == [event]
    store.rebuild()
    assert all_events(store.db) == [event]
    assert tables(store, "notes") == {"notes": []}


def test_known_events_are_ignored(store: LearnerStore) -> None:
    mine = store.record(BookmarkSet("q", True))
    other = foreign("bookmark_set", BookmarkSet("r", True).to_json())
    assert store.ingest([other, mine, other]).new == 1
    before = everything(store)
    assert store.ingest([mine, other]).new == 0
    assert everything(store) == before


def test_ingesting_says_which_groups_changed(store: LearnerStore) -> None:
    answered = Answered("a", "s", "practice", "q", 1, ("a",), True, 5, 5)
    events = [
        foreign("answered", answered.to_json(), at=1),
        foreign("bookmark_set", BookmarkSet("q", True).to_json(), at=2),
        foreign("setting_set", SettingSet("font", "3").to_json(), at=3),
    ]
    groups = store.ingest(events).groups
    assert groups == {"attempt:a", "question:q", "bookmark:q", "setting:font"}


def test_answers_of_absurd_duration_do_not_stop_the_counting(store: LearnerStore) -> None:
    """Their sum is beyond 64 bits."""
    for number in range(5):
        store.record(Answered("a", "s", "practice", f"q{number}", 1, ("a",), True, 2**63 - 1, 0))
    assert tables(store, "days")["days"][0][1:3] == (5, 5)


def test_a_changed_projection_is_folded_again_at_the_start(tmp_path: Path, clock: ManualClock) -> None:
    store = LearnerStore(tmp_path / "learner.db", clock)
    store.record(NoteSet("q", "text"))
    good = tables(store)
    store.db.execute("DELETE FROM notes")
    store.db.execute("INSERT INTO objective_days VALUES (7, 20000, 1, 1, 1)")
    store.db.execute("INSERT INTO bookmarks VALUES ('stale', 1)")
    store.db.execute("UPDATE local SET value = '0' WHERE key = 'projection'")
    store.close()
    again = LearnerStore(tmp_path / "learner.db", clock)
    assert tables(again) == good
    again.close()
