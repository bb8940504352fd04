"""Rows of the statistics: what the pages Today and Progress read of a learner with 500,000 answers."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.bank import EXAM_ID, published
from benchmarks.learner import END_MS, Clock, learner_file
from benchmarks.measure import Row, pairs, progress, row, timed
from pingtopass_desktop.learner.journal import LearnerStore
from pingtopass_desktop.library.catalogue import Catalogue
from pingtopass_desktop.study import insights
from pingtopass_desktop.study.context import Study


def rows(
    cache: Path, work: Path, *, size: int, answers: int, count: int, peer: Callable[[], float] | None
) -> list[Row]:
    """Each page as its use case reads it, beside counting mastery anew in SQL, and beside the peer's statistics."""
    progress(f"statistics: a learner with {answers:,} answers; the first time takes minutes")
    found: list[Row] = []
    with _learner(cache, work, size, answers) as study:

        def anew() -> float:
            return timed(lambda: study.store.db.execute(_ANEW).fetchall())

        def today() -> float:
            return timed(lambda: insights.today(study, EXAM_ID))

        def history() -> float:
            return timed(lambda: insights.progress(study, EXAM_ID))

        for name, ours in (("Today", today), ("Progress", history)):
            ours()
            found.append(
                row(f"{name}, {answers:,} answers / mastery counted anew in SQL", *pairs(ours, anew, count), None)
            )
            if peer is not None:
                peer()
                found.append(row(f"{name}, {answers:,} answers / Anki's statistics", *pairs(ours, peer, count), 0.05))
    return found


_ANEW = "SELECT place, count(*), sum(last_correct) FROM question_memory JOIN placement USING (question) GROUP BY place"


@contextmanager
def _learner(cache: Path, work: Path, size: int, answers: int) -> Iterator[Study]:
    work.mkdir()
    shutil.copyfile(learner_file(cache, size, answers), work / "learner.db")
    catalogue, clock = Catalogue(published(size, cache).packs), Clock(END_MS)
    store = LearnerStore(work / "learner.db", clock)
    try:
        yield Study(store, catalogue, work, clock)
    finally:
        store.close()
        catalogue.close()
