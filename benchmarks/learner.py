"""A learner with a long past: written by the real store, answer by answer, once, and kept beside the banks."""

import hashlib
from pathlib import Path
from random import Random

from benchmarks.bank import EXAM_ID, published
from benchmarks.measure import ROOT
from pingtopass_desktop.domain.attempt import Mode
from pingtopass_desktop.learner import journal
from pingtopass_desktop.learner.events import Answered, AttemptFinished, AttemptStarted, new_id
from pingtopass_desktop.learner.journal import LearnerStore
from pingtopass_desktop.library.catalogue import Catalogue
from pingtopass_desktop.study import placement
from pingtopass_desktop.study.context import Study

_GENERATION = 1
"""To be raised when `_fill` writes something else."""

_DAYS = 700
_SESSION = 65
_SESSIONS_PER_EXAM = 20
_DAY_MS = 86_400_000
_START_MS = 1_730_000_000_000
END_MS = _START_MS + _DAYS * _DAY_MS


class Clock:
    """Milliseconds since 1970, set by who fills the past."""

    def __init__(self, now_ms: int = _START_MS) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms


def learner_file(cache: Path, size: int, answers: int) -> Path:
    """The file of a learner who answered questions of the bank of that size; every twentieth session was an exam.

    The first call takes minutes. Copy it, never open it.
    """
    kept = cache / f"learner-{_generation()}-{size}-{answers}.db"
    if not kept.exists():
        catalogue, clock = Catalogue(published(size, cache).packs), Clock()
        partial = kept.with_suffix(".part")
        partial.unlink(missing_ok=True)
        store = LearnerStore(partial, clock)
        _fill(Study(store, catalogue, cache, clock), clock, answers)
        store.db.execute("PRAGMA journal_mode = DELETE")
        store.close()
        catalogue.close()
        partial.rename(kept)
    return kept


def _generation() -> str:
    """Changes with the schema, the folds and what is written here, which a kept learner must not be older than."""
    sources = sorted((ROOT / "pingtopass_desktop" / "learner" / "schema").glob("*.sql"))
    text = b"".join(path.read_bytes() for path in sources) + f"{journal.PROJECTION_VERSION} {_GENERATION}".encode()
    return hashlib.sha256(text).hexdigest()[:8]


def _fill(study: Study, clock: Clock, answers: int) -> None:
    """Sessions, the same number every day."""
    placement.follow_library(study)
    random = Random("statistics")
    study.store.db.execute("PRAGMA synchronous = OFF")
    ids = study.catalogue.exam(EXAM_ID).pack.question_ids(EXAM_ID)
    for number, first in enumerate(range(0, answers, _SESSION)):
        clock.now_ms = max(clock.now_ms + 1, _START_MS + _DAYS * _DAY_MS * first // answers)
        mode = Mode.PRACTICE if number % _SESSIONS_PER_EXAM else Mode.EXAM
        _sit(study.store, clock, random, mode, tuple(random.sample(ids, _SESSION)))


def _sit(store: LearnerStore, clock: Clock, random: Random, mode: Mode, questions: tuple[str, ...]) -> None:
    attempt, sitting = new_id(clock.now_ms), new_id(clock.now_ms)
    is_exam = mode is Mode.EXAM
    store.record(
        AttemptStarted(
            attempt, sitting, EXAM_ID, mode, "", 5_400_000 if is_exam else None, "free", "all_or_nothing", 100, True,
            questions, (1,) * _SESSION, ("abcd",) * _SESSION,
        )
    )  # fmt: skip
    results = ""
    for index, question in enumerate(questions):
        clock.now_ms += 20_000
        is_right, confidence = random.random() < 0.7, random.choice(("sure", "think_so", "guess"))
        results += "1" if is_right else "0"
        store.record(
            Answered(attempt, sitting, mode, question, 1, ("a",), is_right, 20_000, 20_000 * (index + 1), confidence)
        )
    right = results.count("1")
    scaled = 100 + 900 * right // _SESSION
    store.record(
        AttemptFinished(
            attempt, sitting, mode, "submitted" if is_exam else "ended", questions, results, "-" * _SESSION,
            (20,) * _SESSION, str(right), scaled if is_exam else None, scaled >= 720 if is_exam else None,
            20_000 * _SESSION, 0,
        )
    )  # fmt: skip
