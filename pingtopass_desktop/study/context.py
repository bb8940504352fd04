"""What every use case of a learner works with: the store, the library, the clocks, the folder for side files."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from random import SystemRandom

from msgspec import Struct

from pingtopass_desktop.domain.question import Question
from pingtopass_desktop.learner.journal import LearnerStore
from pingtopass_desktop.library.catalogue import Catalogue
from pingtopass_desktop.library.pack import Pack
from pingtopass_desktop.library.publish import media_used


def wall_ms() -> int:
    """The device's clock in milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def now_utc() -> datetime:
    """The device's clock as an aware time."""
    return datetime.now(UTC)


def monotonic_ms() -> int:
    """Milliseconds of a clock that nobody can set."""
    return time.monotonic_ns() // 1_000_000


def new_seed() -> int:
    """A seed that nobody can foresee, for drawing a form or shuffling a session."""
    return SystemRandom().randrange(2**31)


class Study(Struct, frozen=True):
    """The parts that the use cases share. Used on the store lane only."""

    store: LearnerStore
    catalogue: Catalogue
    clocks: Path
    now_ms: Callable[[], int] = wall_ms
    monotonic_ms: Callable[[], int] = monotonic_ms


class ShownQuestion(Struct, frozen=True):
    """A question with all that is needed to show it: the pictures by SHA-256 and its objective."""

    question: Question
    media: dict[str, bytes]
    objective_title: str
    objective_name: str


def shown_questions(pack: Pack, exam_id: str, ids: Iterable[str]) -> dict[str, ShownQuestion]:
    """The questions of those ids that the pack has, ready to show. Raises: PackError."""
    questions = pack.questions(ids)
    objectives = {objective.id: objective for objective in pack.objectives(exam_id)}
    media = {sha256: file.content for sha256, file in pack.media(media_used(questions.values())).items()}
    shown: dict[str, ShownQuestion] = {}
    for question in questions.values():
        objective = objectives.get(question.objective_id)
        used = {sha256: media[sha256] for sha256 in media_used([question]) if sha256 in media}
        title, name = (objective.title, objective.name) if objective else ("", "")
        shown[question.id] = ShownQuestion(question, used, title, name)
    return shown
