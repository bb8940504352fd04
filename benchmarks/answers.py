"""Rows of an answer on its way to the disk, against one inserted row with the same promise: WAL, synchronous FULL."""

import gc
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from benchmarks.measure import Row, pairs, percentile, progress, row, timed
from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.learner import settings
from pingtopass_desktop.learner.events import Answered, AttemptStarted, new_id
from pingtopass_desktop.learner.journal import LearnerStore
from pingtopass_desktop.learner.mastery import PlacedObjective
from pingtopass_desktop.study.context import wall_ms

_FORM = 65
_HISTORY = 3000
_QUESTIONS = 10_000


def rows(work: Path, *, answer_count: int) -> list[Row]:
    """Median and 99th percentile of `LearnerStore.record`, the floor's insert between any two answers."""
    progress("answers: exam, practice and the floor's insert in turn")
    work.mkdir()
    store = LearnerStore(work / "learner.db", wall_ms)
    floor = _Floor(work / "floor.db")
    random = Random("answers")
    try:
        store.record(settings.setting(settings.DAY_ZONE, "Europe/Berlin"))
        _fill(store, random)
        exam, practice, inserted = _measure(store, floor, random, answer_count)
        for db in (store.db, floor.db):
            db.execute("PRAGMA synchronous = OFF")
        still = _measure(store, floor, random, answer_count)
    finally:
        store.close()
        floor.close()
    p99 = percentile(inserted, 99)
    remark = "the program's own part: both files without waiting for the disk"
    return [
        row("exam answer recorded durably, median / one row", exam, inserted, 1.6),
        Row("exam answer recorded durably, p99 / p99 of one row", percentile(exam, 99), p99,
            percentile(exam, 99) / p99, None),
        row("practice answer recorded durably, median / one row", practice, inserted, 1.6),
        Row("practice answer recorded durably, p99 / p99 of one row", percentile(practice, 99), p99,
            percentile(practice, 99) / p99, None),
        row("exam answer without the disk / one row", still[0], still[2], None, remark),
        row("practice answer without the disk / one row", still[1], still[2], None, remark),
    ]  # fmt: skip


def peer_rows(work: Path, peer: Callable[[], float], *, answer_count: int) -> list[Row]:
    """The same against a peer that answers one card and returns milliseconds. It schedules: so does practice."""
    progress("answers: practice and the peer in turn")
    work.mkdir()
    store = LearnerStore(work / "learner.db", wall_ms)
    random = Random("answers")
    try:
        _fill(store, random)
        answers = _answers(store, Mode.PRACTICE, random)

        def ours() -> float:
            answer = next(answers)
            return timed(lambda: store.record(answer))

        measured = pairs(ours, peer, answer_count)
    finally:
        store.close()
    return [row("practice answer recorded durably / Anki's answer to a card", *measured, 1.0)]


class _Floor:
    """What any program must do to keep an answer: one row in one transaction."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.execute("PRAGMA wal_autocheckpoint = 2000")
        self.db.execute("CREATE TABLE events(at INTEGER PRIMARY KEY, id TEXT NOT NULL, payload TEXT NOT NULL)")
        self._at = wall_ms()

    def insert(self, payload: str) -> None:
        self._at += 1
        self.db.execute("BEGIN IMMEDIATE")
        self.db.execute("INSERT INTO events VALUES (?, ?, ?)", (self._at, new_id(self._at), payload))
        self.db.execute("COMMIT")

    def close(self) -> None:
        self.db.close()


def _fill(store: LearnerStore, random: Random) -> None:
    """Give the learner a past, so that the tables are as deep as they become; not durable, and not measured.

    The questions belong to five objectives, so that every practice answer is counted there too.
    """
    store.db.execute("PRAGMA synchronous = OFF")
    objectives = [PlacedObjective("bench", str(number), _QUESTIONS // 5, _QUESTIONS // 5) for number in range(5)]
    places = {_question_id(number): ("bench", str(number % 5)) for number in range(_QUESTIONS)}
    store.place(["bench.pack"], objectives, places)
    answers = _answers(store, Mode.PRACTICE, random)
    for _ in range(_HISTORY):
        store.record(next(answers))
    store.db.execute("PRAGMA synchronous = FULL")


def _measure(
    store: LearnerStore, floor: _Floor, random: Random, count: int
) -> tuple[list[float], list[float], list[float]]:
    exam, practice, inserted = [], [], []
    exam_answers = _answers(store, Mode.EXAM, random)
    practice_answers = _answers(store, Mode.PRACTICE, random)
    gc.disable()
    for number in range(count):
        answer, other = next(exam_answers), next(practice_answers)
        text = answer.to_json()
        turns = [
            lambda: exam.append(timed(lambda: store.record(answer))),  # noqa: B023
            lambda: inserted.append(timed(lambda: floor.insert(text))),  # noqa: B023
            lambda: practice.append(timed(lambda: store.record(other))),  # noqa: B023
        ]
        for turn in (*turns[number % 3 :], *turns[: number % 3]):  # none is always first after another's wait
            turn()
    gc.enable()
    return exam, practice, inserted


def _answers(store: LearnerStore, mode: Mode, random: Random) -> Iterator[Answered]:
    """Answers of one attempt after another; each attempt is started as the use case starts it."""
    while True:
        questions = [_question_id(random.randrange(_QUESTIONS)) for _ in range(_FORM)]
        attempt, sitting = new_id(wall_ms()), new_id(wall_ms())
        store.record(
            AttemptStarted(
                attempt=attempt, sitting=sitting, exam="bench", mode=mode, label="", limit_ms=5_400_000,
                navigation="free", multiple_response_rule="all_or_nothing", time_percent=100, asks_confidence=True,
                questions=tuple(questions), revisions=(1,) * _FORM, orders=("abcd",) * _FORM,
            )
        )  # fmt: skip
        for number, question in enumerate(questions, start=1):
            yield Answered(
                attempt=attempt, sitting=sitting, mode=mode, question=question, revision=1,
                choice=(random.choice("abcd"),), correct=random.random() < 0.7, elapsed_ms=random.randrange(90_000),
                clock_ms=number * 50_000, confidence=random.choice(("sure", "think_so", "guess")),
            )  # fmt: skip


def _question_id(number: int) -> str:
    return f"01900000-0000-7000-8000-{number * 7919:012x}"
