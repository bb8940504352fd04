"""When a question is due again: the FSRS-6 scheduler of the `fsrs` package, without fuzz and without minutes.

Steps below a day are switched off: an exam candidate plans by days. What is remembered of a question does not depend on
the desired retention; only the interval does. States are floats and are never synced or hashed; they are a fold of the
answers. Source: https://github.com/open-spaced-repetition/py-fsrs
"""

from datetime import UTC, datetime
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

from msgspec import Struct

from pingtopass_desktop.domain.question import Confidence

if TYPE_CHECKING:
    from fsrs import Scheduler

DESIRED_RETENTION = 0.9
MIN_RETENTION, MAX_RETENTION = 0.7, 0.97
"""Below, most of what comes back is forgotten; above, the reviews of a day grow without an end."""

MAX_INTERVAL_DAYS = 36_500
DAY_MS = 86_400_000

_DECAY = -0.1542
"""Of the forgetting curve: the negative of the last default parameter of FSRS-6."""


class Memory(Struct, frozen=True):
    """What FSRS knows of one question. `stability` in days; `reviewed_ms` in milliseconds since 1970, UTC."""

    stability: float
    difficulty: float
    reviewed_ms: int


def review(memory: Memory | None, *, is_correct: bool, confidence: Confidence | None, at_ms: int) -> Memory:
    """The memory after one more answer: wrong is Again, right is Good, right but guessed is Hard."""
    fsrs, scheduler = _scheduler()
    card = fsrs.Card(card_id=1)
    if memory is not None:
        card.state, card.step = fsrs.State.Review, None
        card.stability, card.difficulty = memory.stability, memory.difficulty
        card.last_review = _utc(memory.reviewed_ms)
    rating = fsrs.Rating.Good if is_correct else fsrs.Rating.Again
    if is_correct and confidence is Confidence.GUESS:
        rating = fsrs.Rating.Hard
    reviewed_ms = at_ms if memory is None else max(at_ms, memory.reviewed_ms)
    card, _ = scheduler.review_card(card, rating, _utc(reviewed_ms))
    if card.stability is None or card.difficulty is None:
        raise ValueError("fsrs returned a card without a memory state")
    return Memory(card.stability, card.difficulty, reviewed_ms)


def interval_factor(retention: float) -> float:
    """Days until the chance of remembering has fallen to `retention`, for a stability of one day.

    FSRS-6: R(t, S) = (1 + (0.9^(1/decay) − 1) · t/S)^decay, which is 0.9 at t = S.
    """
    return (retention ** (1 / _DECAY) - 1) / (0.9 ** (1 / _DECAY) - 1)


def interval_days(stability: float, factor: float) -> int:
    """Whole days from an answer to its review; `factor` is that of the desired retention."""
    return min(max(int(stability * factor + 0.5), 1), MAX_INTERVAL_DAYS)


@cache
def _scheduler() -> "tuple[ModuleType, Scheduler]":
    import fsrs  # costs 10 ms: the first answer pays it, never the start of the window

    return fsrs, fsrs.Scheduler(
        desired_retention=DESIRED_RETENTION, learning_steps=(), relearning_steps=(), enable_fuzzing=False
    )


def _utc(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
