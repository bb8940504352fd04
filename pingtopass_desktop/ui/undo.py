"""Undo instead of "are you sure?": what a page did, in words, and the use case that takes it back."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

MAX_STEPS = 50


class Undoable(Struct, frozen=True):
    """Something that was done and can be taken back.

    `words` say what was done, as a sentence without its full stop: ``Session deleted``. `undo` runs on the store lane
    and raises like every use case; `undone` runs in the window afterwards and shows things as they are again. What is
    `is_quiet` is seen where it was done and needs no line about it.
    """

    words: str
    undo: Callable[[], Any]
    undone: Callable[[], None]
    is_quiet: bool = False


class UndoSteps:
    """What can be taken back, the latest first; the oldest beyond `MAX_STEPS` is forgotten."""

    def __init__(self) -> None:
        self._steps: list[Undoable] = []

    def add(self, step: Undoable) -> None:
        self._steps.append(step)
        del self._steps[:-MAX_STEPS]

    @property
    def latest(self) -> Undoable | None:
        return self._steps[-1] if self._steps else None

    def take(self) -> Undoable | None:
        """The latest step, which is then no longer kept; None where there is none."""
        return self._steps.pop() if self._steps else None
