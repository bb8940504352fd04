"""When a question is due again: the FSRS-6 scheduler of the `fsrs` package, without fuzz and without minutes.

Steps below a day are switched off: an exam candidate plans by days. States are floats and are never synced or
hashed; they are a fold of the answers. Source: https://github.com/open-spaced-repetition/py-fsrs
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


class Memory(Struct, frozen=True):
    """What FSRS knows of one question. `stability` in days; times in milliseconds since 1970, UTC."""

    stability: float
    difficulty: float
    due_ms: int
    reviewed_ms: int


def review(memory: Memory | None, *, is_correct: bool, confidence: Confidence | None, at_ms: int) -> Memory:
    """The memory after one more answer: wrong is Again, right is Good, right but guessed is Hard."""
    fsrs, scheduler = _scheduler()
    card = fsrs.Card(card_id=1)
    if memory is not None:
        card.state, card.step = fsrs.State.Review, None
        card.stability, card.difficulty = memory.stability, memory.difficulty
        card.last_review, card.due = _utc(memory.reviewed_ms), _utc(memory.due_ms)
    rating = fsrs.Rating.Good if is_correct else fsrs.Rating.Again
    if is_correct and confidence is Confidence.GUESS:
        rating = fsrs.Rating.Hard
    reviewed_ms = at_ms if memory is None else max(at_ms, memory.reviewed_ms)
    card, _ = scheduler.review_card(card, rating, _utc(reviewed_ms))
    if card.stability is None or card.difficulty is None:
        raise ValueError("fsrs returned a card without a memory state")
    due_ms = round(card.due.timestamp() * 1000)
    return Memory(card.stability, card.difficulty, due_ms, reviewed_ms)


@cache
def _scheduler() -> "tuple[ModuleType, Scheduler]":
    import fsrs  # costs 10 ms: the first answer pays it, never the start of the window

    return fsrs, fsrs.Scheduler(
        desired_retention=DESIRED_RETENTION, learning_steps=(), relearning_steps=(), enable_fuzzing=False
    )


def _utc(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
