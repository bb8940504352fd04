"""Rows of drawing a form: `study.exam.start` on two sizes of bank, and the draw against the query of the original.

The original drew with ``SELECT … WHERE exam_id = ? AND objective_id IN (…) ORDER BY RANDOM() LIMIT 65`` and left out
questions of the last 24 hours; here it is run without that condition, which spares it work.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from msgspec import Struct

from benchmarks.bank import EXAM_ID, FORM_SIZE, WEIGHTS, published
from benchmarks.measure import Row, pairs, progress, row, timed
from pingtopass_desktop.learner.journal import LearnerStore
from pingtopass_desktop.learner.progress import QUARTER_MS
from pingtopass_desktop.library.bank.model import objective_id
from pingtopass_desktop.library.catalogue import Catalogue
from pingtopass_desktop.study import exam
from pingtopass_desktop.study.context import Study, wall_ms

_DAY_MS = 24 * 3600 * 1000


class _Learner(Struct, frozen=True):
    """One learner with one bank, ids of its questions by objective in memory, and the pack for plain SQL."""

    study: Study
    ids: list[list[str]]
    sql: sqlite3.Connection

    def start(self, seed: int) -> float:
        """Draw a form and store it durably, as the button does; the exam is ended again without being measured."""
        sittings: list[exam.ExamSitting] = []
        elapsed_ms = timed(lambda: sittings.append(exam.start(self.study, EXAM_ID, seed=seed)))
        sittings[0].submit()
        return elapsed_ms

    def draw(self, seed: int) -> None:
        """Draw a form and load its questions, without storing it."""
        listed = self.study.catalogue.exam(EXAM_ID)
        form = exam.draw(self.study, listed.exam, listed.pack, seed)
        assert len(listed.pack.questions(form.question_ids)) == FORM_SIZE

    def original(self) -> None:
        """The batch query of the original on the same pack."""
        objectives = [objective_id(EXAM_ID, f"{n}") for n in range(1, len(WEIGHTS) + 1)]
        marks = ", ".join("?" * len(objectives))
        rows = self.sql.execute(
            f"SELECT * FROM questions WHERE exam_id = ? AND objective_id IN ({marks}) ORDER BY RANDOM() LIMIT 65",
            (EXAM_ID, *objectives),
        ).fetchall()
        assert len(rows) == FORM_SIZE

    def sample(self, seed: int) -> None:
        """The floor of a draw: a sample of ids that lie in memory."""
        random = Random(seed)
        for ids, weight in zip(self.ids, WEIGHTS, strict=True):
            random.sample(ids, round(FORM_SIZE * weight / 100))


def rows(
    cache: Path, work: Path, *, small: int, large: int, count: int, peer: Callable[[], float] | None = None
) -> list[Row]:
    """Measure forms on a small and a large bank, for a learner who saw nothing, half or all of the bank."""
    progress(f"forms: {small:,} and {large:,} questions in turn")
    seeds = iter(range(1_000_000))
    with (
        _learner(cache, work / "small", small, seen_share=0) as one,
        _learner(cache, work / "large", large, seen_share=0) as other,
        _learner(cache, work / "small-seen", small, seen_share=0.5) as one_seen,
        _learner(cache, work / "large-seen", large, seen_share=0.5) as other_seen,
        _learner(cache, work / "large-all", large, seen_share=1) as all_seen,
    ):
        for learner in (one, other, one_seen, other_seen, all_seen):  # reads the pool; the set-up page has done so
            learner.start(next(seeds))
        new = pairs(lambda: other.start(next(seeds)), lambda: one.start(next(seeds)), count)
        seen = pairs(lambda: other_seen.start(next(seeds)), lambda: one_seen.start(next(seeds)), count)
        floor = pairs(lambda: other.start(next(seeds)), lambda: timed(lambda: other.sample(next(seeds))), count)
        query = pairs(lambda: timed(lambda: other.draw(next(seeds))), lambda: timed(other.original), count)
        small_query = pairs(lambda: timed(lambda: one.draw(next(seeds))), lambda: timed(one.original), count)
        found = [
            row(f"form of 65 drawn and stored, {large:,} / {small:,} questions", *new, 1.2),
            row(f"the same, half of the bank seen, {large:,} / {small:,}", *seen, 1.2),
            row(f"form of 65 drawn and stored, {large:,} / ids in memory", *floor, None,
                "the floor neither loads questions nor stores anything"),
            row(f"draw and load 65 of {large:,} / the original's query", *query, 0.5),
            row(f"draw and load 65 of {small:,} / the original's query", *small_query, None,
                "ours checks every question against its digest, the query returns bare rows"),
        ]  # fmt: skip
        if peer is not None:
            against = pairs(lambda: other.start(next(seeds)), peer, count)
            found.append(row(f"form of 65 of {large:,} drawn and stored / Anki's filtered deck", *against, 0.1))
            against = pairs(lambda: all_seen.start(next(seeds)), peer, max(3, count // 4))
            found.append(row(f"the same, all of {large:,} seen before / Anki's filtered deck", *against, 0.1))
    return found


@contextmanager
def _learner(cache: Path, folder: Path, size: int, *, seen_share: float) -> Iterator[_Learner]:
    bank = published(size, cache)
    catalogue = Catalogue(bank.packs)
    store = LearnerStore(folder / "learner.db", wall_ms)
    sql = sqlite3.connect(f"file:{bank.pack}?mode=ro&immutable=1", uri=True)
    try:
        pool = catalogue.exam(EXAM_ID).pack.pool(EXAM_ID)
        ids = [[candidate.id for candidate in candidates] for candidates in pool.values()]
        if seen_share:
            _answer(store, [question_id for group in ids for question_id in group], seen_share)
        yield _Learner(Study(store, catalogue, folder / "clocks"), ids, sql)
    finally:
        sql.close()
        store.close()
        catalogue.close()


def _answer(store: LearnerStore, ids: list[str], share: float) -> None:
    """Write the read model of a learner who answered that share of all questions over the last months."""
    random = Random("seen")
    now = wall_ms()
    with store.database.transaction() as db:
        for question_id in random.sample(ids, round(len(ids) * share)):
            at = now - random.randrange(120 * _DAY_MS)
            db.execute(
                "INSERT INTO question_memory VALUES (?, '1', 1, 1, NULL, ?, ?, 3.1, 5.0, ?)",
                (question_id, at, at, str(at // QUARTER_MS)),
            )
