"""Rows of the statistics: what the pages Today and Progress read of a learner with 500,000 answers.

The learner is written by the real store, answer by answer, once; it is kept beside the banks.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from benchmarks.bank import EXAM_ID, published
from benchmarks.measure import ROOT, Row, pairs, progress, row, timed
from pingtopass_desktop.learner import journal
from pingtopass_desktop.learner.events import Answered, AttemptFinished, AttemptStarted, new_id
from pingtopass_desktop.learner.journal import LearnerStore
from pingtopass_desktop.library.catalogue import Catalogue
from pingtopass_desktop.study import insights
from pingtopass_desktop.study.context import Study

_DAYS = 700
_SESSION = 65
_DAY_MS = 86_400_000
_START_MS = 1_730_000_000_000


class _Clock:
    """Milliseconds since 1970, set by who fills the past."""

    def __init__(self) -> None:
        self.now_ms = _START_MS

    def __call__(self) -> int:
        return self.now_ms


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
    kept = cache / f"learner-{_generation()}-{size}-{answers}.db"
    catalogue = Catalogue(published(size, cache).packs)
    clock = _Clock()
    if not kept.exists():
        partial = kept.with_suffix(".part")
        partial.unlink(missing_ok=True)
        store = LearnerStore(partial, clock)
        _fill(Study(store, catalogue, work, clock), clock, answers)
        store.db.execute("PRAGMA journal_mode = DELETE")
        store.close()
        partial.rename(kept)
    shutil.copyfile(kept, work / "learner.db")
    clock.now_ms = _START_MS + _DAYS * _DAY_MS
    store = LearnerStore(work / "learner.db", clock)
    try:
        yield Study(store, catalogue, work, clock)
    finally:
        store.close()
        catalogue.close()


def _generation() -> str:
    """Changes with the schema and the folds, which a kept learner must not be older than."""
    schema = sorted((ROOT / "pingtopass_desktop" / "learner" / "schema").glob("*.sql"))
    text = b"".join(path.read_bytes() for path in schema) + str(journal.PROJECTION_VERSION).encode()
    return hashlib.sha256(text).hexdigest()[:8]


def _fill(study: Study, clock: _Clock, answers: int) -> None:
    """Sessions of practice, the same number every day."""
    insights.follow_library(study)
    store, random = study.store, Random("statistics")
    store.db.execute("PRAGMA synchronous = OFF")
    ids = study.catalogue.exam(EXAM_ID).pack.question_ids(EXAM_ID)
    for number in range(0, answers, _SESSION):
        clock.now_ms = max(clock.now_ms + 1, _START_MS + _DAYS * _DAY_MS * number // answers)
        questions = tuple(random.sample(ids, _SESSION))
        attempt, sitting = new_id(clock.now_ms), new_id(clock.now_ms)
        store.record(
            AttemptStarted(
                attempt, sitting, EXAM_ID, "practice", "", None, "free", "all_or_nothing", 100, True, questions,
                (1,) * _SESSION, ("abcd",) * _SESSION,
            )
        )  # fmt: skip
        for index, question in enumerate(questions):
            clock.now_ms += 20_000
            is_right, confidence = random.random() < 0.7, random.choice(("sure", "think_so", "guess"))
            store.record(
                Answered(
                    attempt,
                    sitting,
                    "practice",
                    question,
                    1,
                    ("a",),
                    is_right,
                    20_000,
                    20_000 * (index + 1),
                    confidence,
                )
            )
        store.record(
            AttemptFinished(
                attempt, sitting, "practice", "ended", questions, "1" * _SESSION, "-" * _SESSION, (20,) * _SESSION,
                str(_SESSION), None, None, 20_000 * _SESSION, 0,
            )
        )  # fmt: skip
